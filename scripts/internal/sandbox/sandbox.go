// Package sandbox runs a program with nothing but itself: no network but the machine's
// own to itself, no files but the few that it is given, and limits on memory, processes,
// files and time. When it ends, whatever it started ends with it.
//
// It is bubblewrap and prlimit that do this, on Linux. Elsewhere there is None.
package sandbox

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"

	"tokenauth.example/scripts/internal/text"
)

// The limits of a process. A test needs a twentieth of them. There is none on its time:
// whoever starts it has to end it, and one of the processor's would count a machine with
// many of them differently.
const (
	memory    = 3 << 30 // bytes of address space; Go reserves far more than it uses, and a stack may have one
	processes = 256     // and threads
	openFiles = 256
	fileSize  = 64 << 20 // bytes of any file that it writes
	diskSize  = 64 << 20 // bytes of all of them
)

// The limits of the compiler and the linker, which run outside: a line of source can ask
// for an array of a gigabyte.
const (
	buildMemory   = 8 << 30
	buildFileSize = 200 << 20
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
	if runtime.GOOS != "linux" {
		return &Sandbox{Kind: None, Why: "it needs Linux: grade with WSL, in a container, or in CI"}
	}
	s := &Sandbox{Kind: Bubblewrap}
	tools := []string{"bwrap", "prlimit"}
	if os.Getuid() == 0 {
		tools = append(tools, "setpriv")
		s.slot.Store(rand.Int64N(uids)) // another grader may run now: begin elsewhere
	}
	for _, tool := range tools {
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
	// A test may start itself again, and asks the system for its path. See enclosed.
	line = append(line, "--symlink", at, "/proc/self/exe")
	// Last, the folders that hold all of this stop taking files: they have no limit. What
	// is left to write to is /tmp.
	line = append(line, "--remount-ro", "/dev", "--remount-ro", "/", "--chdir", dir, "--", at)
	line = append(line, args...)
	return exec.CommandContext(ctx, line[0], line[1:]...)
}

// uids are how many users processes may be, one after the other.
const uids = 100_000

// enclosed is the beginning of a command that runs another with limits, in namespaces of
// its own. Limits on processes are not for root, so root becomes a user whom nobody else
// is. There is no /proc: it would tell a test the name under which it runs, and in a
// container it often may not be mounted.
func (s *Sandbox) enclosed() []string {
	var line []string
	limit := processes
	if os.Getuid() == 0 {
		uid := fmt.Sprint(400_000 + s.slot.Add(1)%uids)
		line = append(line, "setpriv", "--reuid", uid, "--regid", uid, "--clear-groups")
	} else {
		limit += running(os.Getuid()) // the system counts all that a user has, not only ours
	}
	return append(line, "prlimit",
		fmt.Sprint("--as=", memory), fmt.Sprint("--nproc=", limit), fmt.Sprint("--nofile=", openFiles),
		fmt.Sprint("--fsize=", fileSize), "--core=0",
		"bwrap", "--unshare-all", "--die-with-parent", "--new-session", "--clearenv",
		"--setenv", "HOME", "/tmp", "--setenv", "TMPDIR", "/tmp", "--setenv", "GOTRACEBACK", "single",
		"--dev", "/dev", "--size", fmt.Sprint(diskSize), "--tmpfs", "/tmp")
}

// running counts the processes and threads that a user has now.
func running(uid int) int {
	count := 0
	processes, _ := filepath.Glob("/proc/[0-9]*")
	for _, process := range processes {
		if owner, ok := ownerOf(process); ok && owner == uid {
			threads, _ := os.ReadDir(filepath.Join(process, "task"))
			count += len(threads)
		}
	}
	return count
}

// A Failure is the error of a sandbox that could not run the program: what there is of an
// output is the sandbox's own.
type Failure struct{ Says string }

func (e *Failure) Error() string {
	said := "the sandbox could not run the test: " + e.Says
	if strings.Contains(e.Says, "Permission denied") {
		said += ". Does its folder not let programs run (noexec)? Set TMPDIR to one that does."
	}
	return said
}

// Trouble returns a *Failure if an output is not the program's but that of the sandbox, and
// nil otherwise.
func Trouble(output string) error {
	for _, tool := range []string{"bwrap: ", "prlimit: ", "setpriv: "} {
		if strings.HasPrefix(output, tool) && strings.Count(strings.TrimSpace(output), "\n") == 0 {
			return &Failure{text.Clean(strings.TrimSpace(output))}
		}
	}
	return nil
}

// BuildLimits is the beginning of a command that runs the compiler with limits, or nothing
// where there are none.
func BuildLimits() []string {
	if _, err := exec.LookPath("prlimit"); err != nil {
		return nil
	}
	return []string{"prlimit", fmt.Sprint("--as=", buildMemory), fmt.Sprint("--fsize=", buildFileSize), "--core=0"}
}

// Stage makes a folder for what processes in the sandbox are to read. Root's processes are
// somebody else there, so all that is above it must let everybody through.
func (s *Sandbox) Stage() (string, error) {
	var firstError error
	for _, base := range []string{os.TempDir(), "/tmp", "/var/tmp"} {
		folder, err := os.MkdirTemp(base, "workshop-*")
		if err == nil {
			err = os.Chmod(folder, 0o755)
			if err == nil && (s.Kind == None || os.Getuid() != 0 || open(folder)) {
				return folder, nil
			}
			os.RemoveAll(folder)
			if err == nil {
				err = fmt.Errorf("other users cannot reach %s", base)
			}
		}
		if firstError == nil {
			firstError = err
		}
	}
	return "", fmt.Errorf("there is no place for what the sandbox runs: %w; set TMPDIR to a folder that every user can reach", firstError)
}

// open tells whether every user can reach what is in a folder.
func open(folder string) bool {
	folder, err := filepath.EvalSymlinks(folder)
	for err == nil {
		info, statErr := os.Stat(folder)
		if statErr != nil || info.Mode().Perm()&0o001 == 0 {
			return false
		}
		if folder == filepath.Dir(folder) {
			return true
		}
		folder = filepath.Dir(folder)
	}
	return false
}
