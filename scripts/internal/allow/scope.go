package allow

import (
	"go/ast"
	"go/token"
	"go/types"
)

// source is a file whose identifiers are resolved, as far as that is possible without the
// packages that it imports.
type source struct {
	*ast.File
	info  types.Info
	scope *types.Scope // of its package
}

// resolve finds out what the identifiers of a file mean.
func resolve(fset *token.FileSet, file *ast.File) *source {
	s := &source{File: file, info: types.Info{Uses: map[*ast.Ident]types.Object{}, Defs: map[*ast.Ident]types.Object{}}}
	config := types.Config{Importer: strangers{}, Error: func(error) {}, DisableUnusedImportCheck: true}
	pkg, _ := config.Check(file.Name.Name, fset, []*ast.File{file}, &s.info) // it does not compile alone
	s.scope = pkg.Scope()
	return s
}

// strangers are packages of which nothing but the name is known.
type strangers struct{}

func (strangers) Import(path string) (*types.Package, error) {
	name, _ := packageName(path)
	pkg := types.NewPackage(path, name)
	pkg.MarkComplete()
	return pkg, nil
}

// means reports whether an identifier is the local name of an import. One that cannot be
// resolved is, if it has that name: better that too much is refused than too little.
func (s *source) means(ident *ast.Ident, local string) bool {
	if ident.Name != local {
		return false
	}
	object := s.info.Uses[ident]
	_, imported := object.(*types.PkgName)
	return object == nil || imported
}

// unresolved reports whether an identifier is declared in another file of its package, or
// nowhere.
func (s *source) unresolved(ident *ast.Ident) bool {
	return s.info.Uses[ident] == nil && s.info.Defs[ident] == nil
}
