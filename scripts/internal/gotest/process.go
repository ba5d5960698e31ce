package gotest

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"time"

	"tokenauth.example/scripts/internal/text"
	"tokenauth.example/scripts/internal/verdict"
)

// ending is how a process ended.
type ending struct {
	output string
	well   bool            // it exited with 0
	early  verdict.Verdict // TimedOut or OutputLimit if it was ended by us, or ""
}

// maxOutput is how much a process may print, in bytes.
const maxOutput = 1 << 20

// process runs the binary once.
func (b *Binary) process(ctx context.Context, limit time.Duration, flags ...string) ending {
	flags = append(flags, "-test.v=test2json", "-test.paniconexit0", "-test.timeout=0")
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	var cmd *exec.Cmd
	if b.Launch != nil {
		cmd = b.Launch(ctx, b.path, b.dir, flags)
	} else {
		cmd = exec.CommandContext(ctx, b.path, flags...)
		cmd.Dir = b.dir
		cmd.Env = append(os.Environ(), "GOTRACEBACK=single")
		if b.Temp != "" {
			cmd.Env = append(cmd.Env, "TMPDIR="+b.Temp)
		}
	}
	cmd.WaitDelay = time.Second
	killWhole(cmd)
	kept := &text.Head{Limit: maxOutput, Full: cancel}
	cmd.Stdout, cmd.Stderr = kept, kept
	err := cmd.Run()
	endGroup(cmd)
	end := ending{output: kept.String(), well: err == nil}
	switch {
	case len(end.output) == maxOutput:
		end.early = verdict.OutputLimit
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		end.early = verdict.TimedOut
	}
	return end
}
