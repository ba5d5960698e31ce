package steps

import (
	"errors"
	"go/build"
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
