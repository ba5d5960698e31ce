package rebase

import (
	"fmt"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"

	"tokenauth.example/scripts/internal/mistakes"
)

// Lister runs `go list` with arguments in the folder of the solutions, and returns what it
// prints.
type Lister func(args ...string) ([]byte, error)

// outside returns an importer of all that the solutions and the cards import. List compiles
// what is not compiled yet.
func outside(list Lister, before, after fs.FS, cards map[string][]mistakes.Card) (types.Importer, error) {
	paths := map[string]bool{}
	for _, files := range []fs.FS{before, after} {
		err := fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() || path.Ext(name) != ".go" {
				return err
			}
			text, err := fs.ReadFile(files, name)
			imports(text, paths)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	for step, list := range cards {
		for _, card := range list {
			changed, _ := card.Apply(func(file string) ([]byte, error) { return fs.ReadFile(before, path.Join(step, file)) })
			for _, text := range changed { // of a card that cannot be applied, what could be
				imports(text, paths)
			}
		}
	}
	// -e: a package that is not there is missed where it is imported, and nowhere else.
	args := []string{"-e", "-export", "-deps", "-f", "{{.ImportPath}} {{.Export}}", "--"}
	out, err := list(append(args, slices.Sorted(maps.Keys(paths))...)...)
	if err != nil {
		return nil, fmt.Errorf("ask go list what the solutions import: %w", err)
	}
	exports := map[string]string{}
	for line := range strings.Lines(string(out)) {
		importPath, export, _ := strings.Cut(strings.TrimSpace(line), " ")
		exports[importPath] = export
	}
	return importer.ForCompiler(token.NewFileSet(), "gc", func(importPath string) (io.ReadCloser, error) {
		if exports[importPath] == "" {
			return nil, fmt.Errorf("there is no package %s", importPath)
		}
		return os.Open(exports[importPath])
	}), nil
}

// imports adds to paths what a Go file imports.
func imports(text []byte, paths map[string]bool) {
	file, err := parser.ParseFile(token.NewFileSet(), "", text, parser.ImportsOnly)
	if err != nil {
		return // what is no Go imports nothing
	}
	for _, spec := range file.Imports {
		if importPath, err := strconv.Unquote(spec.Path.Value); err == nil && importPath != "unsafe" {
			paths[importPath] = true
		}
	}
}
