package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"tokenauth.example/scripts/internal/mistakes"
	"tokenauth.example/scripts/internal/session"
	"tokenauth.example/scripts/internal/steps"
)

// edit is what somebody has changed in a step's solution since the last commit. Names of files
// are below the step's folder, with slashes.
type edit struct {
	step steps.Step
	then fs.FS             // the step's solution as git has it
	now  map[string][]byte // the files that are other than that, with the line ends of Unix
}

// readEdit compares a step's solution with the last commit.
func readEdit(ctx context.Context, step steps.Step) (*edit, error) {
	solutions, err := solutionsAt(ctx, step.Workshop, "HEAD")
	if err != nil {
		return nil, err
	}
	then, err := fs.Sub(solutions, step.Name)
	if err != nil {
		return nil, err
	}
	e := &edit{step, then, map[string][]byte{}}
	status, err := git(ctx, step.Workshop, "status", "--porcelain", "-z", "--no-renames", "--untracked-files=all", "--", "solutions/"+step.Name)
	if err != nil {
		return nil, err
	}
	for entry := range strings.SplitSeq(strings.TrimRight(string(status), "\x00"), "\x00") {
		if entry == "" {
			continue
		}
		_, file, _ := strings.Cut(entry[len("XY "):], step.Name+"/") // git names it below its own top
		switch {
		case strings.Trim(entry[:len("XY")], " M") != "":
			return nil, session.WayOut(fmt.Errorf("solutions/%s/%s was added or removed", step.Name, file), "A card changes files that are there. Put the code into one of them, or commit the file first.")
		case strings.HasSuffix(file, "_test.go"):
			return nil, session.WayOut(fmt.Errorf("solutions/%s/%s is edited, and it is a test", step.Name, file), "A card changes the code, and the tests catch it. Commit the tests first.")
		}
		if e.now[file], err = solution(step)(file); err != nil {
			return nil, err
		}
		e.now[file] = unix(e.now[file])
	}
	if len(e.now) == 0 {
		return nil, session.WayOut(fmt.Errorf("solutions/%s is as git has it", step.Name), "First change it as somebody would who gets it wrong.")
	}
	return e, nil
}

// before returns a file as git has it.
func (e *edit) before(file string) ([]byte, error) {
	text, err := fs.ReadFile(e.then, path.Clean(file))
	return unix(text), err
}

func unix(text []byte) []byte { return bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n")) }

// madeBy returns an error unless a card makes what was edited of what git has.
func (e *edit) madeBy(c mistakes.Card) error {
	made, err := c.Apply(e.before)
	if err != nil {
		return err
	}
	for file, text := range e.now {
		was, err := e.before(file)
		if err != nil {
			return err
		}
		if !bytes.Equal(text, made[file]) && !bytes.Equal(text, was) {
			return errors.New("the card does not make of the solution what you have, so that was left as it is")
		}
	}
	return nil
}

// putBack makes the solution what git has. Nothing is lost by that if a card makes of it what
// was edited.
func (e *edit) putBack() error {
	for file := range e.now {
		text, err := fs.ReadFile(e.then, file)
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(e.step.SolutionDir(), filepath.FromSlash(file)), text, 0o644); err != nil {
			return err
		}
	}
	return nil
}
