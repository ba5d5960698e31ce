// Package session is what every verb works with: the workshop that it is about, the screen,
// the go command, and the form in which people are told commands.
package session

import (
	"context"
	"os"
	"path/filepath"

	"tokenauth.example/scripts/internal/check"
	"tokenauth.example/scripts/internal/gotest"
	"tokenauth.example/scripts/internal/screen"
	"tokenauth.example/scripts/internal/steps"
)

// Session is one run of the command.
type Session struct {
	Screen   *screen.Screen
	Workshop *steps.Workshop
	// Make says that make called us, so commands are shown in make's form.
	Make bool
	// Keys says that there are keys for hints and the reference, so nobody is told commands
	// for these.
	Keys bool

	cmd *gotest.Go // see Go
}

// Plain returns the command for a verb as it works on every system.
func Plain(verb string) string { return "go -C scripts tool workshop " + verb }

// Command returns the command for a verb, in the form in which the user has called us. A
// step may be nil.
func (s *Session) Command(verb string, step *steps.Step) string {
	switch {
	case s.Make && step != nil:
		return "make " + verb + " STEP=" + step.Number()
	case s.Make:
		return "make " + verb
	case step != nil:
		return Plain(verb + " " + step.Number())
	}
	return Plain(verb)
}

// Go returns what runs the go command.
func (s *Session) Go(ctx context.Context) (*gotest.Go, error) {
	if s.cmd == nil {
		g, err := gotest.NewGo(ctx)
		if err != nil {
			return nil, WayOut(err, "Install Go 1.26 or newer from https://go.dev/dl and open a new terminal.")
		}
		s.cmd = g
	}
	return s.cmd, nil
}

// Checker returns what grades steps.
func (s *Session) Checker(ctx context.Context) (*check.Checker, error) {
	g, err := s.Go(ctx)
	if err != nil {
		return nil, err
	}
	return &check.Checker{Go: g, Workshop: s.Workshop}, nil
}

// BringBack says how to get back a file or folder of the workshop's own that is gone: by its
// path below the top, with slashes.
func (s *Session) BringBack(path string) string {
	if _, err := os.Stat(s.Workshop.Path(".git")); err != nil { // a copy without git's history
		return "Copy it from a fresh download of the workshop: " + path
	}
	return "Bring it back: git restore " + path
}

// FromTop returns a path as the user means it. `go -C scripts` has changed the folder, and
// what was typed begins at the top.
func (s *Session) FromTop(name string) string {
	here, err := os.Getwd()
	if err == nil && name != "" && !filepath.IsAbs(name) && filepath.Base(here) == "scripts" && filepath.Dir(here) == s.Workshop.Root {
		return s.Workshop.Path(name)
	}
	return name
}
