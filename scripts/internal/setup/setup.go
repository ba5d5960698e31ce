// Package setup brings what the workshop needs onto the machine: modules, and compiled
// packages. A learner sees a verdict on the first step before all of it is there.
package setup

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"tokenauth.example/scripts/internal/command"
	"tokenauth.example/scripts/internal/session"
	"tokenauth.example/scripts/internal/steps"
	"tokenauth.example/scripts/verbs"
)

// Step fetches the modules that one step needs.
func Step(ctx context.Context, s *session.Session, step steps.Step) error {
	defer s.Screen.Clear()
	return download(ctx, step.SolutionDir(), "off", progress(s))
}

// Modules fetches the modules of the workspace in a folder of the workshop.
func Modules(ctx context.Context, s *session.Session, folder string) error {
	defer s.Screen.Clear()
	return download(ctx, s.Workshop.Path(folder), s.Workshop.Path(folder, "go.work"), progress(s))
}

func progress(s *session.Session) func(string) {
	return func(what string) { s.Screen.Progress("%s", what) }
}

// tellAfter is how long somebody waits before being told for what.
const tellAfter = 2 * time.Second

// Rest fetches everything that steps, and the programs of the runner, will need, and compiles
// what takes long. After that, nothing needs the network. Where somebody has to wait for it,
// it says for what, and how long that took.
func Rest(ctx context.Context, s *session.Session) error {
	began := time.Now()
	doing, done := make(chan string), make(chan error, 1)
	go func() { done <- rest(ctx, s, func(what string) { doing <- what }) }()
	tell := time.After(tellAfter)
	told := false
	for {
		select {
		case what := <-doing:
			s.Screen.Progress("%s", what)
		case <-tell:
			told = true
			s.Screen.Printf("")
			s.Screen.Wrap("  ", "Now the rest is fetched and compiled, so that later steps are quick and need no network. You can begin meanwhile, in another terminal.")
		case err := <-done:
			s.Screen.Clear()
			if err == nil && told {
				s.Screen.Printf("  That took %v. From here on you need no network.", time.Since(began).Round(time.Second))
			}
			return err
		}
	}
}

func rest(ctx context.Context, s *session.Session, say func(string)) error {
	for _, part := range []func(context.Context, *session.Session, func(string)) error{solutions, programs, compile} {
		if err := part(ctx, s, say); err != nil {
			return err
		}
	}
	return nil
}

func solutions(ctx context.Context, s *session.Session, say func(string)) error {
	return download(ctx, s.Workshop.Path("solutions"), s.Workshop.Path("solutions", "go.work"), say)
}

// download fetches modules: those of the module in dir, or of a workspace.
func download(ctx context.Context, dir, work string, say func(string)) error {
	say("fetching modules ...")
	cmd := userGo(ctx, dir, work, "mod", "download", "-json")
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	var said strings.Builder
	cmd.Stderr = &said
	if err := cmd.Start(); err != nil {
		return err
	}
	failed := ""
	for decoder, n := json.NewDecoder(out), 1; ; n++ {
		var module struct{ Path, Version, Error string }
		if decoder.Decode(&module) != nil {
			break
		}
		if module.Error != "" && failed == "" {
			failed = module.Path + ": " + module.Error
		}
		say(fmt.Sprintf("fetching modules ... %d %s", n, module.Path))
	}
	_, _ = io.Copy(io.Discard, out)
	if err := cmd.Wait(); err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if failed == "" {
			failed = strings.TrimSpace(said.String())
		}
		return notFetched(failed)
	}
	return nil
}

// notFetched is the error of what needed the network, and did not get through.
func notFetched(said string) error {
	return session.WayOut(fmt.Errorf("the modules could not be fetched: %s", said),
		"This needs the network, once. Behind a company's proxy, set GOPROXY to what your company uses.")
}

// programs fetches the modules of the runner's other programs, and of nothing else: those of
// its tests are for maintainers.
func programs(ctx context.Context, s *session.Session, say func(string)) error {
	dir := s.Workshop.Path("scripts")
	if _, err := os.Stat(filepath.Join(dir, "go.mod")); err != nil {
		return nil // a workshop in which the runner is not
	}
	say("fetching what other verbs need ...")
	cmd := userGo(ctx, dir, s.Workshop.Path("scripts", "go.work"), "list", "-deps", "./learner/...", "./teacher/...", "./maintainer/...", "./judge/...")
	if out, err := cmd.CombinedOutput(); err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return notFetched(strings.TrimSpace(string(out)))
	}
	return nil
}

// compile compiles what the tests of all steps import, in the way in which they will be
// compiled, and the program that runs the learner's server.
func compile(ctx context.Context, s *session.Session, say func(string)) error {
	g, err := s.Go(ctx)
	if err != nil {
		return err
	}
	say("compiling what later steps need ... (SQLite takes a minute)")
	work := []string{"GOWORK=" + s.Workshop.Path("solutions", "go.work")}
	cmd := g.Command(ctx, s.Workshop.Path("solutions"), work, "list", "-buildvcs=false", "-export", "-deps", "-test", "work")
	if out, err := cmd.CombinedOutput(); err != nil && ctx.Err() == nil {
		return fmt.Errorf("what later steps need does not compile: %s", strings.TrimSpace(string(out)))
	}
	dir := s.Workshop.Path("scripts")
	if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
		say("compiling what runs your server ...")
		_, _ = command.Build(ctx, s.Workshop, verbs.Web) // should it fail, the verbs that need it say why
	}
	return ctx.Err()
}

// userGo is a go command in which the user's own settings, such as GOPROXY, count.
func userGo(ctx context.Context, dir, work string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = dir
	cmd.Env = slices.Concat(os.Environ(), []string{"GOWORK=" + work, "GOFLAGS=", "PWD=" + dir})
	return cmd
}
