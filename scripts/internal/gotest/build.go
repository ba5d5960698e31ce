package gotest

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"time"
)

// Binary is a step's tests, compiled.
type Binary struct {
	path string
	dir  string // where the tests run
	// TestTime is how long one test may take.
	TestTime time.Duration
	// Temp is the folder in which the temporary files of each process are in a folder of
	// their own, which is removed when it ends; or "" for that of the binary.
	Temp string
	// Launch prepares a process that runs the binary with the flags, in dir. If it is nil,
	// the process is like any other: it may do what its user may.
	Launch func(ctx context.Context, binary, dir string, flags []string) *exec.Cmd
	// Alias is the name under which the binary has a test. If it is nil, that is its own.
	Alias func(test string) string
	// Names are the names of all tests that the binary has, if anybody may lie about them.
	Names []string
	// Vouched has a pass count only if the package vouch, which must be in the binary, says
	// so too.
	Vouched bool
	// Waiting, if it is set, is told of a test that keeps somebody waiting.
	Waiting func(test string, took time.Duration)
}

// Path is where the binary is.
func (b *Binary) Path() string { return b.path }

// Remove removes the binary.
func (b *Binary) Remove() { os.RemoveAll(filepath.Dir(b.path)) }

// Open lets every user of the machine run the binary, as those of a sandbox must.
func (b *Binary) Open() error {
	return errors.Join(os.Chmod(filepath.Dir(b.path), 0o755), os.Chmod(b.path, 0o755))
}

// Compile compiles the tests in dir, which is a step's folder in steps/ or in
// solutions/. If the code does not compile, Binary is nil and said is what the
// compiler said. An error means that it could not be found out.
func (g *Go) Compile(ctx context.Context, dir string, overlay Overlay, flags ...string) (binary *Binary, said string, err error) {
	return g.build(ctx, dir, overlay, append([]string{"test", "-c", "-vet=off"}, flags...))
}

// Program compiles the program in dir, in the same way.
func (g *Go) Program(ctx context.Context, dir string, overlay Overlay) (binary *Binary, said string, err error) {
	return g.build(ctx, dir, overlay, []string{"build", "-buildvcs=false"})
}

func (g *Go) build(ctx context.Context, dir string, overlay Overlay, command []string) (binary *Binary, said string, err error) {
	work, err := os.MkdirTemp(g.Temp, "workshop-*")
	if err != nil {
		return nil, "", fileTrouble(err)
	}
	defer func() {
		if binary == nil {
			os.RemoveAll(work)
		}
	}()
	if overlay, err = overlay.withNeighbours(dir); err != nil {
		return nil, "", err
	}
	overlayFlag, err := overlay.Write(work)
	if err != nil {
		return nil, "", fileTrouble(err)
	}
	b := g.binary(work, dir)
	// Neither vetting nor the tables for debuggers change a verdict, and they take half
	// of the time from a save to the verdict.
	args := append(command, "-ldflags=-s -w", "-o", b.path, overlayFlag, ".")
	var env []string
	if slices.Contains(command, "-race") {
		env = []string{"CGO_ENABLED=1"} // the race detector is written in C
	}
	out, err := g.limited(g.Command(ctx, dir, env, args...)).CombinedOutput()
	switch {
	case ctx.Err() != nil:
		return nil, "", ctx.Err()
	case errors.As(err, new(*exec.ExitError)):
		said = withoutOverlay(string(out), dir, work)
		return nil, said, g.buildTrouble(said)
	case err != nil:
		return nil, "", fileTrouble(err)
	}
	return b, "", nil
}

// binary is the one to be made in work, of the tests in dir.
func (g *Go) binary(work, dir string) *Binary {
	return &Binary{path: filepath.Join(work, "step.test.exe"), dir: dir, TestTime: TestTime, Waiting: g.Waiting} // Windows wants the ending
}
