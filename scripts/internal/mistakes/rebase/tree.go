package rebase

import (
	"bytes"
	"errors"
	"fmt"
	"go/ast"
	"go/build"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
)

// tree is a state of all solutions, type-checked as far as it is asked for.
type tree struct {
	fset    *token.FileSet
	files   fs.FS             // the folder solutions/
	changed map[string][]byte // files that are other than in files, by their name there
	modules map[string]string // the folder of each module, by its path
	outside types.Importer    // of packages that are no solution's
	checked map[string]*checked
}

// checked is a package that was type-checked.
type checked struct {
	types  *types.Package
	syntax map[string]*ast.File // by the file's name in the tree
	info   *types.Info
	keys   map[types.Object]string // see names.go
	errs   []error
}

var moduleLine = regexp.MustCompile(`(?m)^module (\S+)`)

// newTree finds the modules in a folder solutions/.
func newTree(files fs.FS, outside types.Importer) (*tree, error) {
	t := &tree{fset: token.NewFileSet(), files: files, modules: map[string]string{}, outside: outside, checked: map[string]*checked{}}
	goMods, err := fs.Glob(files, "*/go.mod")
	if err != nil {
		return nil, err
	}
	for _, name := range goMods {
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		match := moduleLine.FindSubmatch(text)
		if match == nil {
			return nil, fmt.Errorf("solutions/%s names no module", name)
		}
		t.modules[string(match[1])] = path.Dir(name)
	}
	return t, nil
}

// with returns the tree with some files of a step changed. Names are below the step's folder.
func (t *tree) with(step string, changed map[string][]byte) *tree {
	other := *t
	other.changed = map[string][]byte{}
	for name, text := range changed {
		other.changed[path.Join(step, name)] = text
	}
	other.checked = map[string]*checked{}
	for importPath, c := range t.checked {
		// What comes before the step does not see the change; what comes after is not asked for.
		if dir, _ := t.dir(importPath); dir != step && !strings.HasPrefix(dir, step+"/") {
			other.checked[importPath] = c
		}
	}
	return &other
}

// read returns a file, with the line ends of Unix.
func (t *tree) read(name string) ([]byte, error) {
	if text, ok := t.changed[name]; ok {
		return text, nil
	}
	text, err := fs.ReadFile(t.files, name)
	return bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n")), err
}

// dir returns the folder of a package, and reports whether it is a solution's.
func (t *tree) dir(importPath string) (string, bool) {
	for module, dir := range t.modules {
		if rest, ok := strings.CutPrefix(importPath, module); ok && (rest == "" || rest[0] == '/') {
			return path.Join(dir, rest), true
		}
	}
	return "", false
}

// packages returns the import paths of a step's packages.
func (t *tree) packages(step string) ([]string, error) {
	var paths []string
	for module, dir := range t.modules {
		if dir != step {
			continue
		}
		err := fs.WalkDir(t.files, dir, func(name string, entry fs.DirEntry, err error) error {
			if err != nil || !entry.IsDir() {
				return err
			}
			sources, err := t.sources(name)
			if len(sources) > 0 {
				paths = append(paths, path.Join(module, strings.TrimPrefix(name, dir)))
			}
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return paths, nil
}

// sources returns the names of the Go files in a folder that are no tests.
func (t *tree) sources(dir string) ([]string, error) {
	names, err := fs.Glob(t.files, path.Join(dir, "*.go"))
	return slices.DeleteFunc(names, func(name string) bool { return strings.HasSuffix(name, "_test.go") }), err
}

// code returns the Go files of a step that are no tests, by their names below its folder.
func (t *tree) code(step string) (map[string][]byte, error) {
	files := map[string][]byte{}
	err := fs.WalkDir(t.files, step, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || path.Ext(name) != ".go" || strings.HasSuffix(name, "_test.go") {
			return err
		}
		files[strings.TrimPrefix(name, step+"/")], err = t.read(name)
		return err
	})
	return files, err
}

// Import implements types.Importer.
func (t *tree) Import(importPath string) (*types.Package, error) {
	if _, ok := t.dir(importPath); !ok {
		return t.outside.Import(importPath)
	}
	c, err := t.check(importPath)
	if err != nil {
		return nil, err
	}
	return c.types, nil
}

// check type-checks a package. What is wrong with its code is in errs.
func (t *tree) check(importPath string) (*checked, error) {
	if c, ok := t.checked[importPath]; ok {
		return c, nil
	}
	dir, _ := t.dir(importPath)
	names, err := t.sources(dir)
	if err != nil {
		return nil, err
	}
	c := &checked{syntax: map[string]*ast.File{}, info: &types.Info{
		Defs: map[*ast.Ident]types.Object{}, Uses: map[*ast.Ident]types.Object{}, Implicits: map[ast.Node]types.Object{},
	}}
	var files []*ast.File
	for _, name := range names {
		text, err := t.read(name)
		if err != nil {
			return nil, err
		}
		if ours, err := t.builds(name, text); err != nil || !ours {
			continue
		}
		file, err := parser.ParseFile(t.fset, name, text, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			c.errs = append(c.errs, err)
		}
		if file != nil {
			files = append(files, file)
			c.syntax[name] = file
		}
	}
	config := types.Config{Importer: t, Error: func(err error) { c.errs = append(c.errs, err) }}
	c.types, _ = config.Check(importPath, t.fset, files, c.info) // config.Error has what it says
	c.keys = keysOf(importPath, files, c.info)
	t.checked[importPath] = c
	return c, nil
}

// builds reports whether a file is part of its package on this system.
func (t *tree) builds(name string, text []byte) (bool, error) {
	context := build.Default
	context.CgoEnabled = false
	context.OpenFile = func(string) (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(text)), nil }
	return context.MatchFile(path.Split(name))
}

// compiles returns an error with the first thing that is wrong with a step's code, or nil.
func (t *tree) compiles(step string) error {
	paths, err := t.packages(step)
	if err != nil {
		return err
	}
	for _, importPath := range paths {
		c, err := t.check(importPath)
		if err != nil {
			return err
		}
		for _, err := range c.errs {
			if wrong := (types.Error{}); errors.As(err, &wrong) {
				at := wrong.Fset.Position(wrong.Pos)
				err = fmt.Errorf("%s:%d: %s", strings.TrimPrefix(at.Filename, step+"/"), at.Line, wrong.Msg)
			}
			return err
		}
	}
	return nil
}
