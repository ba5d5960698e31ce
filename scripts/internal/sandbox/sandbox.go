// Package sandbox runs a program with nothing but itself: no network but the machine's
// own to itself, no files but the few that it is given, and limits on memory, processes,
// files and time. When it ends, whatever it started ends with it.
//
// It is bubblewrap and prlimit that do this, on Linux. Elsewhere there is None.
package sandbox

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
)

// The limits of a process. A test needs a twentieth of them.
const (
	memory    = 4 << 30 // bytes of address space; Go reserves far more than it uses
	processes = 256     // and threads
	openFiles = 256
	fileSize  = 64 << 20 // bytes of any file that it writes
	diskSize  = 64 << 20 // bytes of all of them
	cpuTime   = 60       // seconds
)

// Kinds of isolation.
const (
	Bubblewrap = "bubblewrap"
	None       = "none"
)

// Sandbox runs programs in isolation, or says that it does not.
type Sandbox struct {
	Kind string // Bubblewrap or None
	Why  string // why there is None
	slot atomic.Int64
}

// Off is no isolation, because it was asked for.
func Off() *Sandbox { return &Sandbox{Kind: None, Why: "it was switched off"} }

// Find tries what this machine offers.
func Find(ctx context.Context) *Sandbox {
	s := &Sandbox{Kind: Bubblewrap}
	for _, tool := range []string{"bwrap", "prlimit"} {
		if _, err := exec.LookPath(tool); err != nil {
			return &Sandbox{Kind: None, Why: tool + " is not on this machine (on Debian and Ubuntu: apt install bubblewrap util-linux)"}
		}
	}
	// Whether the system allows it is found out by doing it: some forbid namespaces.
	probe := append(s.enclosed(), "--ro-bind", "/", "/", "--", "true")
	if out, err := exec.CommandContext(ctx, probe[0], probe[1:]...).CombinedOutput(); err != nil {
		return &Sandbox{Kind: None, Why: strings.TrimSpace(fmt.Sprintf("bubblewrap does not work here: %v %s", err, out))}
	}
	return s
}

// Folder is one that a process may read.
type Folder struct{ From, At string }

// Command prepares a process that runs the binary, which must need no libraries. It sees
// the binary, and the folders at their places; its working directory is dir, which is
// empty but for these. All that it writes is in memory, and gone when it ends. Whoever may
// read anything may have to read the binary and the folders: see enclosed.
func (s *Sandbox) Command(ctx context.Context, binary, dir string, folders []Folder, args []string) *exec.Cmd {
	if s.Kind == None {
		cmd := exec.CommandContext(ctx, binary, args...)
		cmd.Dir = dir
		cmd.Env = []string{"GOTRACEBACK=single"}
		for _, name := range []string{"PATH", "HOME", "TMPDIR", "TEMP", "TMP", "SystemRoot"} {
			cmd.Env = append(cmd.Env, name+"="+os.Getenv(name))
		}
		return cmd
	}
	const at = "/step.test"
	line := append(s.enclosed(), "--dir", dir, "--ro-bind", binary, at)
	for _, folder := range folders {
		line = append(line, "--ro-bind", folder.From, folder.At)
	}
	line = append(append(line, "--chdir", dir, "--", at), args...)
	return exec.CommandContext(ctx, line[0], line[1:]...)
}

// enclosed is the beginning of a command that runs another with limits, in namespaces of
// its own. Limits on processes are not for root, so root becomes a user whom nobody else
// is.
func (s *Sandbox) enclosed() []string {
	var line []string
	if os.Getuid() == 0 {
		uid := fmt.Sprint(400_000 + s.slot.Add(1)%10_000)
		line = append(line, "setpriv", "--reuid", uid, "--regid", uid, "--clear-groups")
	}
	return append(line, "prlimit",
		fmt.Sprint("--as=", memory), fmt.Sprint("--nproc=", processes), fmt.Sprint("--nofile=", openFiles),
		fmt.Sprint("--fsize=", fileSize), fmt.Sprint("--cpu=", cpuTime), "--core=0",
		"bwrap", "--unshare-all", "--die-with-parent", "--new-session", "--clearenv",
		"--setenv", "HOME", "/tmp", "--setenv", "TMPDIR", "/tmp", "--setenv", "GOTRACEBACK", "single",
		"--proc", "/proc", "--dev", "/dev", "--size", fmt.Sprint(diskSize), "--tmpfs", "/tmp")
}
