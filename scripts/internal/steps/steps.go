// Package steps finds the workshop and its steps, and knows which of a step's files
// are the learner's to write.
package steps

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"tokenauth.example/scripts/internal/stub"
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

// Step is one step of the workshop.
type Step struct {
	Workshop *Workshop
	Name     string // "03-verify-tokens", its folder's name in steps/ and in solutions/
}

var stepName = regexp.MustCompile(`^[0-9]{2,}-[a-z0-9-]+$`)

// Steps returns all steps, in order. They are the folders of solutions/: a step that
// is missing in steps/ is missing, and not forgotten.
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

// Find returns the step that is meant by text: "3", "03", "03-verify-tokens", or
// either of its folders.
func (w *Workshop) Find(text string) (Step, error) {
	list, err := w.Steps()
	if err != nil {
		return Step{}, err
	}
	wanted := path.Base(strings.TrimRight(filepath.ToSlash(text), "/"))
	for _, step := range list {
		if wanted == step.Name || wanted == step.Number() || "0"+wanted == step.Number() {
			return step, nil
		}
	}
	return Step{}, fmt.Errorf("there is no step %q: they are %s to %s", text, list[0].Number(), list[len(list)-1].Number())
}

// Number is the step's number, as it is written: "03".
func (s Step) Number() string {
	number, _, _ := strings.Cut(s.Name, "-")
	return number
}

// Dir is the learner's folder.
func (s Step) Dir() string { return s.Workshop.Path("steps", s.Name) }

// SolutionDir is the folder with the code solved and the originals of the tests.
func (s Step) SolutionDir() string { return s.Workshop.Path("solutions", s.Name) }

// Kind says whose a file is.
type Kind int

const (
	// Stub is a file that the learner completes.
	Stub Kind = iota
	// Given is a file that is the same for everybody: tests, helpers, go.mod, go.sum.
	Given
)

// File is a file of a step as the learner finds it at first.
type File struct {
	Name  string // below the step's folder, with slashes
	Kind  Kind
	Text  []byte
	Todos []stub.Todo // of a Stub
}

// given are the endings of files that code is made of: what it embeds is code, too.
var given = []string{".go", ".html", ".js", ".json"}

// Files derives from the solution the files that the step begins with, ordered by
// name.
func (s Step) Files() ([]File, error) {
	var files []File
	root := s.SolutionDir()
	err := filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		relative, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		relative = filepath.ToSlash(relative)
		if !slices.Contains(given, path.Ext(relative)) && relative != "go.mod" && relative != "go.sum" {
			return nil
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		file := File{Name: relative, Kind: Given, Text: unix(text)}
		switch {
		case relative == "go.mod":
			file.Text = pointToSolutions(file.Text)
		case strings.HasSuffix(relative, ".go"):
			derived, todos, err := stub.Derive(file.Text)
			if err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			if len(todos) > 0 {
				file.Kind, file.Text, file.Todos = Stub, derived, todos
			}
		}
		files = append(files, file)
		return nil
	})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(files, func(a, b File) int { return strings.Compare(a.Name, b.Name) })
	return files, nil
}

// Given tells of a file, below the step's folder and with slashes, whether it is the same
// for everybody.
func (s Step) Given() (func(name string) bool, error) {
	files, err := s.Files()
	return func(name string) bool {
		return slices.ContainsFunc(files, func(file File) bool { return file.Kind == Given && file.Name == name })
	}, err
}

// pointToSolutions makes the go.mod of a solution the one of its step: the steps
// before it are correct ground, whatever the learner's own look like.
func pointToSolutions(goMod []byte) []byte {
	return bytes.ReplaceAll(goMod, []byte(" => ../"), []byte(" => ../../solutions/"))
}

// unix returns text with LF line ends: an editor or git may have made them CRLF, and
// that is no difference.
func unix(text []byte) []byte { return bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n")) }

// State is how far a file in the learner's folder is from what it was at first.
type State int

const (
	Untouched State = iota
	Changed
	Missing
)

// State compares the file with the one in the learner's folder, and returns that
// one's text. An error means that it is there and cannot be read.
func (s Step) State(file File) (State, []byte, error) {
	text, err := os.ReadFile(filepath.Join(s.Dir(), filepath.FromSlash(file.Name)))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return Missing, nil, nil
	case err != nil:
		return Changed, nil, err
	case bytes.Equal(unix(text), file.Text):
		return Untouched, text, nil
	}
	return Changed, text, nil
}

// Server returns the step whose program is the server of the track: the last step that is a
// program.
func (w *Workshop) Server() (Step, error) {
	list, err := w.Steps()
	if err != nil {
		return Step{}, err
	}
	return list[len(list)-1], nil
}
