package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"tokenauth.example/scripts/internal/steps"
)

// copyWorkshop makes a copy of the workshop in which every step is solved.
func (b *bencher) copyWorkshop() error {
	b.screen.Progress("copying the workshop ...")
	dir, err := os.MkdirTemp("", "workshop-bench-*")
	if err != nil {
		return err
	}
	b.dir = dir
	top := filepath.Join(dir, "workshop")
	if err := copyFolders(b.workshop, top); err != nil {
		return err
	}
	if b.copy, err = steps.Open(top); err != nil {
		return err
	}
	if b.list, err = b.copy.Steps(); err != nil {
		return err
	}
	for _, step := range b.list {
		files, err := step.Files()
		if err != nil {
			return err
		}
		for _, file := range files {
			if file.Kind == steps.Stub {
				if err := copyFile(filepath.Join(step.SolutionDir(), filepath.FromSlash(file.Name)), filepath.Join(step.Dir(), filepath.FromSlash(file.Name))); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// copyFolders copies what check and grade need of a workshop to top.
func copyFolders(workshop *steps.Workshop, top string) error {
	for _, folder := range []string{"solutions", "steps", "scripts", filepath.Join("testdata", "tokens")} {
		if err := os.CopyFS(filepath.Join(top, folder), os.DirFS(workshop.Path(folder))); err != nil {
			return err
		}
	}
	for _, file := range []string{"go.work", "go.work.sum"} {
		if err := copyFile(workshop.Path(file), filepath.Join(top, file)); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	return nil
}

func copyFile(from, to string) error {
	text, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, text, 0o644)
}

// change adds a line to the learner's first file of a step, another one each time.
func change(step steps.Step, n int) error { return changeFrom(step, step, n) }

// changeFrom writes the learner's first file of a step as the solution has it, and a
// little more, into the same step of another workshop. It is more that the program does:
// otherwise Go would find that it has this binary, and what came of it, already.
func changeFrom(step, mine steps.Step, n int) error {
	files, err := step.Files()
	if err != nil {
		return err
	}
	for _, file := range files {
		if file.Kind == steps.Stub {
			solved, err := os.ReadFile(filepath.Join(step.SolutionDir(), filepath.FromSlash(file.Name)))
			if err != nil {
				return err
			}
			return os.WriteFile(filepath.Join(mine.Dir(), filepath.FromSlash(file.Name)), fmt.Appendf(solved, "\nvar changed int\n\nfunc init() { changed = %d }\n", n), 0o644)
		}
	}
	return nil
}
