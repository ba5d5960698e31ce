// Package steps finds the workshop and its steps, and knows which of a step's files
// are the learner's to write.
package steps

import (
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
)

// Workshop is a checkout of the workshop.
type Workshop struct {
	// Root is the absolute path of its top folder, with symbolic links resolved: Go
	// compares the paths in an overlay as text.
	Root string
}

// Open finds the workshop that dir is in.
func Open(dir string) (*Workshop, error) {
	start, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return nil, err
	}
	if start, err = filepath.Abs(start); err != nil {
		return nil, err
	}
	for root := start; ; root = filepath.Dir(root) {
		if isDir(filepath.Join(root, "solutions")) && isDir(filepath.Join(root, "steps")) {
			return &Workshop{Root: root}, nil
		}
		if root == filepath.Dir(root) {
			return nil, fmt.Errorf("%s is not in a checkout of the workshop: no folder above it has steps/ and solutions/", start)
		}
	}
}

func isDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// Path joins names to the workshop's top folder.
func (w *Workshop) Path(names ...string) string {
	return filepath.Join(append([]string{w.Root}, names...)...)
}

var stepName = regexp.MustCompile(`^[0-9]{2,}-[a-z0-9-]+$`)

// Steps returns all steps, in order, and at least one. They are the folders of solutions/,
// so that a step whose folder in steps/ was deleted is still found, and can be made again.
func (w *Workshop) Steps() ([]Step, error) {
	entries, err := os.ReadDir(w.Path("solutions"))
	if err != nil {
		return nil, err
	}
	var list []Step
	for _, entry := range entries {
		if entry.IsDir() && stepName.MatchString(entry.Name()) {
			list = append(list, Step{w, entry.Name()})
		}
	}
	if len(list) == 0 {
		return nil, errors.New("solutions/ has no steps in it: git restore solutions")
	}
	return list, nil
}

// Find returns the step that is meant by query: "3", "03", "03-verify-tokens", or
// either of its folders.
func (w *Workshop) Find(query string) (Step, error) {
	list, err := w.Steps()
	if err != nil {
		return Step{}, err
	}
	wanted := path.Base(strings.TrimRight(filepath.ToSlash(query), "/"))
	for _, step := range list {
		if wanted == step.Name || wanted == step.Number() || "0"+wanted == step.Number() {
			return step, nil
		}
	}
	return Step{}, fmt.Errorf("there is no step %q: they are %s to %s", query, list[0].Number(), list[len(list)-1].Number())
}

// Tracks returns all steps by their tracks, in order. A track ends with the step that is a
// program, its server. What comes after the last server is a track whose end is not there
// yet.
func (w *Workshop) Tracks() ([][]Step, error) {
	list, err := w.Steps()
	if err != nil {
		return nil, err
	}
	var tracks [][]Step
	ended := true
	for _, step := range list {
		if ended {
			tracks = append(tracks, nil)
		}
		last := len(tracks) - 1
		tracks[last] = append(tracks[last], step)
		if ended, err = step.IsProgram(); err != nil {
			return nil, err
		}
	}
	return tracks, nil
}

// ErrNoServer is the error of Servers if no step is a program.
var ErrNoServer = errors.New("no step of this workshop is a program, so it has no server")

// Servers returns the steps whose program is the server of a track, in order. The error is
// ErrNoServer if there is none.
func (w *Workshop) Servers() ([]Step, error) {
	list, err := w.Steps()
	if err != nil {
		return nil, err
	}
	var servers []Step
	for _, step := range list {
		program, err := step.IsProgram()
		if err != nil {
			return nil, err
		}
		if program {
			servers = append(servers, step)
		}
	}
	if len(servers) == 0 {
		return nil, ErrNoServer
	}
	return servers, nil
}
