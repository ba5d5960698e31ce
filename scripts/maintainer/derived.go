package main

import (
	"bytes"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"tokenauth.example/scripts/internal/steps"
)

// derived is a file that is not as it is derived.
type derived struct {
	name string // below the workshop, with slashes
	says string
	text []byte // what it should be; nil if nothing makes it
}

// drift compares steps/ with what solutions/ make of it.
func drift(workshop *steps.Workshop) ([]derived, error) {
	list, err := workshop.Steps()
	if err != nil {
		return nil, err
	}
	var found []derived
	for _, step := range list {
		files, err := step.Files()
		if err != nil {
			return nil, err
		}
		ours := map[string]bool{}
		for _, file := range files {
			ours[file.Name] = true
			state, _, err := step.State(file)
			if err != nil {
				return nil, err
			}
			name := path.Join("steps", step.Name, file.Name)
			switch state {
			case steps.Missing:
				found = append(found, derived{name, "is missing", file.Text})
			case steps.Changed:
				found = append(found, derived{name, "differs from what its solution makes it", file.Text})
			}
		}
		page, err := spot(step)
		if err != nil {
			return nil, err
		}
		now, err := os.ReadFile(filepath.Join(step.Dir(), spotPage))
		if err != nil && !os.IsNotExist(err) {
			return nil, err
		}
		if !bytes.Equal(bytes.ReplaceAll(now, []byte("\r\n"), []byte("\n")), page) {
			found = append(found, derived{path.Join("steps", step.Name, spotPage), "shows bugs that are not as their cards have them", page})
		}
		err = filepath.WalkDir(step.Dir(), func(name string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() || !strings.HasSuffix(name, ".go") {
				return err
			}
			relative, err := filepath.Rel(step.Dir(), name)
			if err != nil {
				return err
			}
			if !ours[filepath.ToSlash(relative)] {
				found = append(found, derived{path.Join("steps", step.Name, filepath.ToSlash(relative)), "comes from no solution: remove it, if it is not yours", nil})
			}
			return nil
		})
		if err != nil && !os.IsNotExist(err) {
			return nil, err
		}
	}
	return found, nil
}
