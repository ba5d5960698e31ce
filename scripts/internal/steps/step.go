package steps

import (
	"errors"
	"go/build"
	"path/filepath"
	"strings"
)

// Step is one step of the workshop.
type Step struct {
	Workshop *Workshop
	Name     string // "03-verify-tokens", its folder's name in steps/ and in solutions/
}

// Number returns the step's number, as it is written: "03".
func (s Step) Number() string {
	number, _, _ := strings.Cut(s.Name, "-")
	return number
}

// Dir returns the learner's folder.
func (s Step) Dir() string { return s.Workshop.Path("steps", s.Name) }

// SolutionDir returns the folder with the code solved and the originals of the tests.
func (s Step) SolutionDir() string { return s.Workshop.Path("solutions", s.Name) }

// Untouched reports whether every file that the learner completes is as it was at the
// start.
func (s Step) Untouched() bool {
	files, err := s.Files()
	if err != nil {
		return false
	}
	for _, file := range files {
		if file.Kind != Stub {
			continue
		}
		if state, _, err := s.State(file); err != nil || state != Untouched {
			return false
		}
	}
	return true
}

// ServerFolder returns the folder below the step's with the program that serves what has been
// built: "." if the step is that program, "server" if it has one to try it with, and "" if
// there is none.
func (s Step) ServerFolder() (string, error) {
	program, err := s.IsProgram()
	switch {
	case err != nil:
		return "", err
	case program:
		return ".", nil
	case isDir(filepath.Join(s.SolutionDir(), "server")):
		return "server", nil
	}
	return "", nil
}

// IsProgram reports whether the step's own package, the one at the top of its folder, is a
// program. It asks the solution: what a learner has may not even be Go.
func (s Step) IsProgram() (bool, error) {
	own, err := build.ImportDir(s.SolutionDir(), 0)
	if _, none := errors.AsType[*build.NoGoError](err); none {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return own.IsCommand(), nil
}
