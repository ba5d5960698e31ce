package steps

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"tokenauth.example/scripts/internal/stub"
)

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

// given are the endings of the files that a step consists of: Go, and what that embeds.
var given = []string{".go", ".html", ".css", ".js", ".json", ".txt"}

// Files returns the files that the step begins with, derived from the solution and ordered by
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
		file, err := first(relative, unix(text))
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
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

// first returns a file as the learner finds it at first, from its text in the solution.
func first(name string, text []byte) (File, error) {
	if name == "go.mod" {
		return File{Name: name, Kind: Given, Text: pointToSolutions(text)}, nil
	}
	if strings.HasSuffix(name, ".go") {
		derived, todos, err := stub.Derive(text)
		if err != nil {
			return File{}, err
		}
		if len(todos) > 0 {
			return File{Name: name, Kind: Stub, Text: derived, Todos: todos}, nil
		}
	}
	return File{Name: name, Kind: Given, Text: text}, nil
}

// Given returns a function that reports whether a file, named below the step's folder and with
// slashes, is the same for everybody.
func (s Step) Given() (func(name string) bool, error) {
	files, err := s.Files()
	return func(name string) bool {
		return slices.ContainsFunc(files, func(file File) bool { return file.Kind == Given && file.Name == name })
	}, err
}

// pointToSolutions makes the go.mod of a solution that of its step. The steps before it are
// those of solutions/, so that a step can be solved whatever the learner's others look like.
func pointToSolutions(goMod []byte) []byte {
	return bytes.ReplaceAll(goMod, []byte(" => ../"), []byte(" => ../../solutions/"))
}

// unix returns text with LF line ends: an editor or git may have made them CRLF, and
// that is no difference.
func unix(text []byte) []byte { return bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n")) }

// FileState is how far a file in the learner's folder is from what it was at first.
type FileState int

const (
	Untouched FileState = iota
	Changed
	Missing
)

// State compares the file with the one in the learner's folder, and returns that
// one's text. An error means that it is there and cannot be read.
func (s Step) State(file File) (FileState, []byte, error) {
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
