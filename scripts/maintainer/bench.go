package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"time"

	"tokenauth.example/scripts/internal/command"
	"tokenauth.example/scripts/internal/screen"
	"tokenauth.example/scripts/internal/session"
	"tokenauth.example/scripts/internal/setup"
	"tokenauth.example/scripts/internal/steps"
)

// bench measures what people wait for, each beside the obvious other way in the same run,
// on a copy of the workshop. Machines differ, and are busy: the ratio counts.
func bench(ctx context.Context, s *session.Session, in *command.Input) (int, error) {
	b := &bencher{session: s, screen: s.Screen, workshop: s.Workshop, times: in.Int("times"), size: in.Int("class"), load: in.Duration("load")}
	parts := []struct {
		name string
		rows func(context.Context) error
	}{{"check", b.checkRows}, {"class", b.classRows}, {"server", b.serverRows}, {"second", b.secondRows}, {"clients", b.clientsRows}, {"cold", b.coldRows}}
	names := []string{"all"}
	for _, p := range parts {
		names = append(names, p.name)
	}
	part := in.String("part")
	if !slices.Contains(names, part) {
		return command.Trouble, session.WayOut(fmt.Errorf("there is no part %q", part), "It is one of %s.", strings.Join(names, ", "))
	}
	if b.load == 0 {
		b.load = 5 * time.Second
		if part == "clients" {
			b.load = time.Minute
		}
	}
	for _, folder := range []string{"solutions", "scripts"} {
		if err := setup.Modules(ctx, s, folder); err != nil {
			return command.Trouble, err
		}
	}
	if err := b.copyWorkshop(); err != nil {
		return command.Trouble, err
	}
	defer os.RemoveAll(b.dir)
	s.Screen.Printf("%s/%s, %d processors, %s\n", runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), runtime.Version())
	s.Screen.Printf("| what | ours | beside | that | ratio |\n| --- | --- | --- | --- | --- |")
	for _, p := range parts {
		if part != p.name && (part != "all" || p.name == "clients" || p.name == "cold") {
			continue
		}
		if err := p.rows(ctx); err != nil {
			return command.Trouble, err
		}
	}
	return command.Done, nil
}

type bencher struct {
	session  *session.Session
	screen   *screen.Screen
	workshop *steps.Workshop

	times, size int
	load        time.Duration
	dir         string          // a folder for everything
	copy        *steps.Workshop // all solved, in it
	list        []steps.Step
}

// row prints a line of the table.
func (b *bencher) row(what string, ours time.Duration, beside string, that time.Duration) {
	b.line(what, round(ours), beside, round(that), float64(ours)/float64(that))
}

// line is row for what is not a time.
func (b *bencher) line(what string, ours any, beside string, that any, ratio float64) {
	b.screen.Printf("| %s | %v | %s | %v | %.2f |", what, ours, beside, that, ratio)
}

func round(d time.Duration) time.Duration {
	switch {
	case d > 10*time.Second:
		return d.Round(time.Second)
	case d > time.Second:
		return d.Round(10 * time.Millisecond)
	case d > time.Millisecond:
		return d.Round(100 * time.Microsecond)
	}
	return d.Round(100 * time.Nanosecond)
}

// pairs runs two things in turn, and returns the median of each. In turn, because what
// else the machine does changes while it is measured.
func (b *bencher) pairs(ctx context.Context, ours, that func(n int) error) (time.Duration, time.Duration, error) {
	var took [2][]time.Duration
	for n := range b.times + 1 {
		for i, do := range []func(int) error{ours, that} {
			began := time.Now()
			if err := do(n); err != nil {
				return 0, 0, err
			}
			if n > 0 { // the first time warms caches
				took[i] = append(took[i], time.Since(began))
			}
			if err := ctx.Err(); err != nil {
				return 0, 0, err
			}
		}
	}
	for i := range took {
		slices.Sort(took[i])
	}
	return took[0][len(took[0])/2], took[1][len(took[1])/2], nil
}

func (b *bencher) run(ctx context.Context, dir string, env []string, name string, args ...string) error {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	cmd.Env = append(append(os.Environ(), "GOFLAGS=", "PWD="+dir), env...)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s %s: %w\n%s", name, strings.Join(args, " "), err, out)
	}
	return nil
}
