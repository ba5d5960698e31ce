package rebase

import (
	"go/ast"
	"go/types"
	"strings"
)

// keysOf gives all that a package declares a key that is the same before and after a change:
// the package's path and the name, "example/users.Store", after a dot what belongs to a type,
// "example/users.Store.Get", and after a space what is local, "example/users.Store.Get id".
func keysOf(importPath string, files []*ast.File, info *types.Info) map[types.Object]string {
	keys := map[types.Object]string{}
	inside := func(node ast.Node, owner, separator string, own *ast.Ident) {
		ast.Inspect(node, func(n ast.Node) bool {
			ident, ok := n.(*ast.Ident)
			if !ok || info.Defs[ident] == nil {
				return true
			}
			keys[info.Defs[ident]] = owner
			if ident != own {
				keys[info.Defs[ident]] += separator + ident.Name
			}
			return true
		})
	}
	for _, file := range files {
		for _, d := range file.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				inside(d, importPath+"."+funcName(d), " ", d.Name)
			case *ast.GenDecl:
				for _, spec := range d.Specs {
					switch spec := spec.(type) {
					case *ast.TypeSpec:
						inside(spec, importPath+"."+spec.Name.Name, ".", spec.Name)
					case *ast.ValueSpec:
						for _, name := range spec.Names {
							if object := info.Defs[name]; object != nil {
								keys[object] = importPath + "." + name.Name
							}
						}
					}
				}
			}
		}
	}
	return keys
}

// key returns the key of what an identifier means, or "" if no solution declares it.
func (t *tree) key(c *checked, ident *ast.Ident) string {
	object := c.info.Uses[ident] // of an embedded field, its type
	if object == nil {
		object = c.info.Defs[ident]
	}
	switch o := object.(type) {
	case *types.Var:
		object = o.Origin()
		if owner, ok := t.embedded(o); ok {
			object = owner
		}
	case *types.Func:
		object = o.Origin()
	}
	if object == nil || object.Pkg() == nil {
		return ""
	}
	if declared := t.checked[object.Pkg().Path()]; declared != nil {
		return declared.keys[object]
	}
	return ""
}

// embedded returns the type that an embedded field has its name from.
func (t *tree) embedded(field *types.Var) (types.Object, bool) {
	if !field.Embedded() {
		return nil, false
	}
	fieldType := types.Unalias(field.Type())
	if pointer, ok := fieldType.(*types.Pointer); ok {
		fieldType = pointer.Elem()
	}
	named, ok := fieldType.(*types.Named)
	if !ok {
		return nil, false
	}
	return named.Origin().Obj(), true
}

// declared adds the keys of all that the tree declares, as far as it is checked.
func (t *tree) declared(keys map[string]bool) {
	for _, c := range t.checked {
		for _, key := range c.keys {
			keys[key] = true
		}
	}
}

// idents returns the keys of what the identifiers in a step's code mean, by file, below the
// step's folder, and by offset.
func (t *tree) idents(step string) (map[string]map[int]string, error) {
	paths, err := t.packages(step)
	if err != nil {
		return nil, err
	}
	idents := map[string]map[int]string{}
	for _, importPath := range paths {
		c, err := t.check(importPath)
		if err != nil {
			return nil, err
		}
		for name, file := range c.syntax {
			keys := map[int]string{}
			ast.Inspect(file, func(n ast.Node) bool {
				if ident, ok := n.(*ast.Ident); ok {
					if key := t.key(c, ident); key != "" {
						keys[t.fset.Position(ident.Pos()).Offset] = key
					}
				}
				return true
			})
			idents[strings.TrimPrefix(name, step+"/")] = keys
		}
	}
	return idents, nil
}
