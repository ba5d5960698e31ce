package rebase

import (
	"bytes"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"go/types"
	"maps"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/tools/go/ast/astutil"
)

// fixImports returns the files of a step with what they need imported, and nothing else. How
// the imports are written is taken from the other trees, which import the same packages.
func (t *tree) fixImports(step string, changed map[string][]byte, others ...*tree) (map[string][]byte, error) {
	paths, err := t.packages(step)
	if err != nil {
		return nil, err
	}
	fixed := maps.Clone(changed)
	for _, importPath := range paths {
		c, err := t.check(importPath)
		if err != nil {
			return nil, err
		}
		known := map[string]*ast.ImportSpec{}
		for _, other := range others {
			if o, err := other.check(importPath); err == nil {
				maps.Copy(known, o.imports())
			}
		}
		for name, file := range c.syntax {
			below := strings.TrimPrefix(name, step+"/")
			if text, ok := changed[below]; ok {
				if fixed[below], err = c.fix(text, file, known); err != nil {
					return nil, err
				}
			}
		}
	}
	return fixed, nil
}

// imports returns what the files of a package import, by the name that it has there.
func (c *checked) imports() map[string]*ast.ImportSpec {
	specs := map[string]*ast.ImportSpec{}
	for _, file := range c.syntax {
		for _, spec := range file.Imports {
			if name := c.imported(spec); name != nil {
				specs[name.Name()] = spec
			}
		}
	}
	return specs
}

// imported returns the name that an import declares, or nil.
func (c *checked) imported(spec *ast.ImportSpec) *types.PkgName {
	object := c.info.Implicits[spec]
	if spec.Name != nil {
		object = c.info.Defs[spec.Name]
	}
	name, _ := object.(*types.PkgName)
	return name
}

// fix adds to a file the imports that it lacks, and takes out those that it does not use.
func (c *checked) fix(text []byte, file *ast.File, known map[string]*ast.ImportSpec) ([]byte, error) {
	used := map[types.Object]bool{}
	lacks := map[string]bool{}
	ast.Inspect(file, func(n ast.Node) bool {
		if selector, ok := n.(*ast.SelectorExpr); ok {
			if ident, ok := selector.X.(*ast.Ident); ok {
				used[c.info.Uses[ident]] = true
				if c.info.Uses[ident] == nil {
					lacks[ident.Name] = true
				}
			}
		}
		return true
	})
	fset := token.NewFileSet()
	parsed, err := parser.ParseFile(fset, "", text, parser.ParseComments)
	if err != nil {
		return nil, err
	}
	for _, spec := range file.Imports {
		if name := c.imported(spec); name != nil && name.Name() != "_" && name.Name() != "." && !used[name] {
			astutil.DeleteNamedImport(fset, parsed, nameOf(spec), pathOf(spec))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(lacks)) {
		if spec := known[name]; spec != nil {
			astutil.AddNamedImport(fset, parsed, nameOf(spec), pathOf(spec))
		}
	}
	var out bytes.Buffer
	err = format.Node(&out, fset, parsed)
	return out.Bytes(), err
}

func nameOf(spec *ast.ImportSpec) string {
	if spec.Name == nil {
		return ""
	}
	return spec.Name.Name
}

func pathOf(spec *ast.ImportSpec) string {
	importPath, _ := strconv.Unquote(spec.Path.Value) // it has been parsed
	return importPath
}
