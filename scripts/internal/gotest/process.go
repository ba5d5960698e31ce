package gotest

import (
	"cmp"
	"context"
	"crypto/rand"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"tokenauth.example/scripts/internal/gotest/vouch"
	"tokenauth.example/scripts/internal/text"
	"tokenauth.example/scripts/internal/verdict"
)

// ending is how a process ended.
type ending struct {
	output string
	code   int             // its exit code, or -1 if it did not end by itself
	early  verdict.Verdict // TimedOut or OutputLimit if it was ended by us, or ""
	secret []byte          // that it was handed, or nil
	late   lateness
	err    error // it could not be started, or something else ended it
}

// maxOutput is how much a process may print, in bytes.
const maxOutput = 1 << 20

// killedCode is the exit code with which a sandbox says that its program was killed.
const killedCode = 128 + 9

// process runs the binary once, for no longer than limit, or twice that on a machine that
// has so much else to do that it may not have been let run. watch, if it is not nil, is
// asked now and then whether the process is to go on, with what it has printed.
func (b *Binary) process(ctx context.Context, limit time.Duration, watch func(output string) bool, flags ...string) ending {
	temp, err := os.MkdirTemp(b.temp(), "temp-*")
	if err != nil {
		return ending{err: fileTrouble(err)}
	}
	defer os.RemoveAll(temp) // which a test that is ended does not do itself
	flags = append(slices.Clone(flags), "-test.v=test2json", "-test.paniconexit0", "-test.timeout=0")
	var end ending
	if b.Vouched {
		flags = append(flags, vouch.Flag)
		end.secret = make([]byte, vouch.SecretBytes)
		rand.Read(end.secret)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	cmd := b.command(ctx, temp, flags)
	if b.Vouched {
		cmd.Stdin = strings.NewReader(string(end.secret))
	}
	cmd.WaitDelay = time.Second
	killWhole(cmd)
	printed := &text.Head{Limit: maxOutput, Full: cancel}
	cmd.Stdout, cmd.Stderr = printed, printed
	load := beginLoad()
	err = cmd.Start()
	if err == nil {
		stop := watching(watch, printed, cancel)
		inTime := load.expiring(ctx, cmd.Process.Pid, limit, cancel)
		err = cmd.Wait()
		stop()
		if end.late = inTime(); end.late.late {
			end.early = verdict.TimedOut
		}
	}
	endGroup(cmd)
	end.output, end.code = printed.String(), cmd.ProcessState.ExitCode()
	if err != nil && end.code == 0 {
		end.code = -1 // something that it had started did not let go of the output
	}
	switch {
	case len(end.output) == maxOutput:
		end.early = verdict.OutputLimit
	case ctx.Err() == nil:
		end.err = startTrouble(err, b.path, end.code)
	}
	return end
}

// temp is the folder in which each process gets one for its temporary files.
func (b *Binary) temp() string { return cmp.Or(b.Temp, filepath.Dir(b.path)) }

// command prepares the process. A sandbox has a temporary folder of its own, and does not
// pass ours on.
func (b *Binary) command(ctx context.Context, temp string, flags []string) *exec.Cmd {
	var cmd *exec.Cmd
	if b.Launch != nil {
		cmd = b.Launch(ctx, b.path, b.dir, flags)
	} else {
		cmd = exec.CommandContext(ctx, b.path, flags...)
		cmd.Dir = b.dir
		cmd.Env = append(os.Environ(), "GOTRACEBACK=single")
	}
	cmd.Env = cmd.Environ()
	for _, name := range []string{"TMPDIR", "TMP", "TEMP"} { // of Unix, and of Windows
		cmd.Env = append(cmd.Env, name+"="+temp)
	}
	return cmd
}

// watching asks watch now and then, and ends the process when it says so. It returns what
// ends the asking.
func watching(watch func(output string) bool, printed *text.Head, end func()) (stop func()) {
	if watch == nil {
		return func() {}
	}
	done, over := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(over)
		ticker := time.NewTicker(200 * time.Millisecond)
		defer ticker.Stop()
		for {
			select {
			case <-done:
				return
			case <-ticker.C:
				if !watch(printed.String()) {
					end()
					return
				}
			}
		}
	}()
	return func() { close(done); <-over }
}
