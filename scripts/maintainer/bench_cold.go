package main

import (
	"bufio"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"tokenauth.example/scripts/internal/steps"
)

// coldTimes is how often the first verdict on a new machine is measured. It takes a minute.
const coldTimes = 3

// coldRows measures what a learner waits for on a machine that has never seen the workshop,
// nor any Go: from the first command to the first verdict, beside go test in the step. The
// modules come from this machine, so that the network is not measured.
func (b *bencher) coldRows(ctx context.Context) error {
	var took [2][]time.Duration
	for range coldTimes {
		for i, measure := range []func(context.Context, steps.Step, []string) (time.Duration, error){b.firstVerdict, b.coldTest} {
			b.screen.Progress("beginning on a new machine ...")
			home, err := os.MkdirTemp(b.dir, "home-*")
			if err != nil {
				return err
			}
			env, err := newMachine(ctx, home)
			if err != nil {
				return err
			}
			step, err := b.coldWorkshop(home)
			if err != nil {
				return err
			}
			spent, err := measure(ctx, step, env)
			if err := errors.Join(err, ctx.Err(), os.RemoveAll(home)); err != nil {
				return err
			}
			took[i] = append(took[i], spent)
		}
	}
	for i := range took {
		slices.Sort(took[i])
	}
	b.row("a new machine: from make check to the first verdict", took[0][coldTimes/2], "`go test .` in step 01, the same", took[1][coldTimes/2])
	return nil
}

// newMachine is the environment of one: with caches that are empty, in home, and with
// nothing to fetch modules from but what this machine has of them.
func newMachine(ctx context.Context, home string) ([]string, error) {
	out, err := exec.CommandContext(ctx, "go", "env", "GOMODCACHE").Output()
	if err != nil {
		return nil, err
	}
	modules := filepath.ToSlash(filepath.Join(strings.TrimSpace(string(out)), "cache", "download"))
	return []string{
		"HOME=" + home, "USERPROFILE=" + home, "GOCACHE=" + filepath.Join(home, "build"), "GOMODCACHE=" + filepath.Join(home, "modules"),
		"GOFLAGS=-modcacherw", "GOPROXY=file:///" + strings.TrimPrefix(modules, "/"), "GOSUMDB=off",
	}, nil
}

// coldWorkshop copies the workshop as a learner finds it, and returns its first step.
func (b *bencher) coldWorkshop(home string) (steps.Step, error) {
	top := filepath.Join(home, "workshop")
	if err := copyFolders(b.workshop, top); err != nil {
		return steps.Step{}, err
	}
	workshop, err := steps.Open(top)
	if err != nil {
		return steps.Step{}, err
	}
	list, err := workshop.Steps()
	if err != nil {
		return steps.Step{}, err
	}
	files, err := list[0].Files()
	if err != nil {
		return steps.Step{}, err
	}
	for _, file := range files { // the stub, whatever the copied checkout has
		if err := os.WriteFile(filepath.Join(list[0].Dir(), filepath.FromSlash(file.Name)), file.Text, 0o644); err != nil {
			return steps.Step{}, err
		}
	}
	return list[0], nil
}

// firstVerdict measures the time until check shows the first failure. What check does after
// that is not measured.
func (b *bencher) firstVerdict(ctx context.Context, step steps.Step, env []string) (time.Duration, error) {
	began := time.Now()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	cmd, err := b.cold(ctx, step.Workshop.Root, append(env, "GOWORK="+step.Workshop.Path("scripts", "go.work")), "-C", "scripts", "tool", "workshop", "check")
	if err != nil {
		return 0, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return 0, err
	}
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if strings.Contains(lines.Text(), "the lesson") {
			took := time.Since(began)
			cancel() // and with it everything that it has started
			_ = cmd.Wait()
			return took, nil
		}
	}
	return 0, errors.Join(errors.New("check showed no failure"), cmd.Wait())
}

// coldTest measures go test in the step.
func (b *bencher) coldTest(ctx context.Context, step steps.Step, env []string) (time.Duration, error) {
	began := time.Now()
	cmd, err := b.cold(ctx, step.Dir(), append(env, "GOWORK=off"), "test", ".")
	if err != nil {
		return 0, err
	}
	out, err := cmd.CombinedOutput()
	if !strings.Contains(string(out), "--- FAIL: ") { // the stub fails
		return 0, errors.Join(errors.New(string(out)), err)
	}
	return time.Since(began), nil
}

// cold prepares a go command as the user of a new machine runs it: with the settings that Go
// has by itself, and not those of our own commands.
func (b *bencher) cold(ctx context.Context, dir string, env []string, args ...string) (*exec.Cmd, error) {
	g, err := b.session.Go(ctx)
	if err != nil {
		return nil, err
	}
	return g.Command(ctx, dir, append(env, "CGO_ENABLED="), args...), nil
}
