// Package gotest compiles a step's tests and runs them, one process a test.
package gotest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"

	"tokenauth.example/scripts/internal/text"
)

// Go runs the go command, with an environment in which nothing of the user's changes
// what a test does.
type Go struct {
	env []string
	// Temp is the folder for binaries, or "" for the system's.
	Temp string
	// Waiting, if it is set, is told of a test that keeps somebody waiting, each time there
	// is one. It may be called from several goroutines.
	Waiting func(test string, took time.Duration)
	// Limits begin the command that compiles. They are another command, or nothing.
	Limits []string
}

// kept are the settings of the user's that say where things are.
var kept = []string{"GOCACHE", "GOMODCACHE", "GOPATH", "GOTMPDIR", "GOTOOLCHAIN"}

// aside are settings that would build for another machine, or not at all. Empty, they are
// as if they were not there.
var aside = []string{"GOOS=", "GOARCH=", "GOEXPERIMENT=", "GO111MODULE=", "GOWORK=", "GOFLAGS="}

// NewGo asks the go command where its caches are. The error is exec.ErrNotFound where there
// is no go command, and MachineTrouble where the machine does not let it run.
func NewGo(ctx context.Context) (*Go, error) {
	cmd := exec.CommandContext(ctx, "go", append([]string{"env", "-json"}, kept...)...)
	cmd.Env = append(os.Environ(), aside...)
	out, err := cmd.Output()
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		said := strings.TrimSpace(string(exit.Stderr))
		if says, cure := troubleIn(said); says != "" {
			return nil, &MachineTrouble{Says: fmt.Sprintf("the go command cannot run, because %s: %s", says, text.FirstLines(said, 1)), Cure: cure, Err: err}
		}
		if killedBySystem(exit) {
			return nil, &MachineTrouble{Says: "the go command was killed", Cure: cureKilled, Err: err}
		}
		return nil, fmt.Errorf("the go command does not answer `go env`: %w: %s", err, text.FirstLines(said, 3))
	}
	if err != nil {
		return nil, fmt.Errorf("the go command does not answer `go env`: %w", fileTrouble(err))
	}
	values := map[string]string{}
	if err := json.Unmarshal(out, &values); err != nil {
		return nil, fmt.Errorf("read the answer of `go env`: %w", err)
	}
	g := &Go{env: append(os.Environ(), aside...)}
	for name, value := range values {
		g.env = append(g.env, name+"="+value)
	}
	// GOENV=off: a flag that is set with `go env -w` cannot be unset in any other way.
	// Without cgo, a test needs no C compiler, and no library of the system it runs on.
	g.env = append(g.env, "GOENV=off", "GOFLAGS=-mod=readonly", "GOWORK=off", "GOPROXY=off", "CGO_ENABLED=0")
	return g, nil
}

// With returns a Go whose commands have more in their environment.
func (g *Go) With(env ...string) *Go {
	return &Go{env: slices.Concat(g.env, env), Temp: g.Temp, Limits: g.Limits, Waiting: g.Waiting}
}

// Command prepares `go args...` in dir, with env added to the environment.
func (g *Go) Command(ctx context.Context, dir string, env []string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = dir
	cmd.Env = append(append([]string{}, g.env...), append(env, "PWD="+dir)...)
	killWhole(cmd)
	return cmd
}

// limited puts the limits before a command that reads code.
func (g *Go) limited(cmd *exec.Cmd) *exec.Cmd {
	if len(g.Limits) > 0 {
		limited := exec.Command(g.Limits[0], append(slices.Clone(g.Limits[1:]), cmd.Args...)...)
		cmd.Path, cmd.Args, cmd.Err = limited.Path, limited.Args, limited.Err
	}
	return cmd
}
