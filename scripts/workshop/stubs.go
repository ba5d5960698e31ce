package main

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"

	"tokenauth.example/scripts/internal/steps"
)

// stubs writes the files of steps/ that come from solutions/, and the lists of cards. With
// -check it only
// says which of them are not as they should be.
func (a *app) stubs() (int, error) {
	only := len(a.args) == 1 && a.args[0] == "-check"
	if len(a.args) > 0 && !only {
		return exitTrouble, fmt.Errorf("stubs takes -check, or nothing")
	}
	drifted, err := a.drift()
	if err != nil {
		return exitTrouble, err
	}
	for _, kind := range []string{"mistakes", "variants"} {
		now, wanted, err := a.catalogue(kind)
		if err != nil {
			return exitTrouble, err
		}
		if !bytes.Equal(now, wanted) {
			drifted = append(drifted, derived{path.Join("testdata", kind, "README.md"), "does not list the cards as they are", wanted})
		}
	}
	if only {
		for _, d := range drifted {
			a.screen.Printf("%s %s", d.name, d.says)
		}
		if len(drifted) > 0 {
			a.screen.Printf("\nDerive them: %s", plain("stubs"))
			return exitNotYet, nil
		}
		a.screen.Printf("Everything that is derived is as it should be.")
		return exitDone, nil
	}
	for _, d := range drifted {
		if d.text == nil {
			a.screen.Printf("%s %s", d.name, d.says)
			continue
		}
		name := a.workshop.Path(filepath.FromSlash(d.name))
		kept := ""
		if a.committed(d.name) { // git has what is there, so no copy is needed
			err = os.WriteFile(name, d.text, 0o644)
		} else {
			kept, err = replace(name, d.text)
		}
		if err != nil {
			return exitTrouble, err
		}
		a.screen.Printf("%s was written", d.name)
		if kept != "" {
			a.screen.Printf("  What was there: %s", filepath.Base(kept))
		}
	}
	return exitDone, nil
}

// derived is a file that is not as it is derived.
type derived struct {
	name string // below the workshop, with slashes
	says string
	text []byte // what it should be; nil if nothing makes it
}

// drift compares steps/ with what solutions/ make of it.
func (a *app) drift() ([]derived, error) {
	list, err := a.workshop.Steps()
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
		now, wanted, err := a.withBugs(step)
		if err != nil && !os.IsNotExist(err) {
			return nil, err
		}
		if !bytes.Equal(bytes.ReplaceAll(now, []byte("\r\n"), []byte("\n")), wanted) {
			found = append(found, derived{path.Join("steps", step.Name, "README.md"), "shows bugs that are not as their cards have them", wanted})
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

// committed tells whether git has the file as it is now.
func (a *app) committed(name string) bool {
	cmd := exec.CommandContext(a.ctx, "git", "show", "HEAD:"+name)
	cmd.Dir = a.workshop.Root
	committed, err := cmd.Output()
	if err != nil {
		return false
	}
	text, err := os.ReadFile(a.workshop.Path(filepath.FromSlash(name)))
	return err == nil && bytes.Equal(text, committed)
}
