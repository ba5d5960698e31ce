// Package gotest compiles a step's tests and runs them, one process a test.
package gotest

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"time"
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

// NewGo asks the go command where its caches are.
func NewGo(ctx context.Context) (*Go, error) {
	out, err := exec.CommandContext(ctx, "go", append([]string{"env", "-json"}, kept...)...).Output()
	if err != nil {
		return nil, fmt.Errorf("the go command does not answer `go env`: %w", err)
	}
	values := map[string]string{}
	if err := json.Unmarshal(out, &values); err != nil {
		return nil, fmt.Errorf("read the answer of `go env`: %w", err)
	}
	g := &Go{env: os.Environ()}
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
