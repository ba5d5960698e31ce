package stub

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path"
	"regexp"
	"strconv"
)

var (
	version     = regexp.MustCompile(`^v[0-9]+$`)
	emptyImport = regexp.MustCompile(`(?m)^import \(\s*\)\n`)
)

// dropUnusedImports returns the source without the imports that nothing in it uses.
func dropUnusedImports(source []byte) ([]byte, error) {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "", source, parser.ParseComments)
	if err != nil {
		return nil, fmt.Errorf("the stub is not Go: %w", err)
	}
	used := map[string]bool{}
	ast.Inspect(file, func(node ast.Node) bool {
		if selector, ok := node.(*ast.SelectorExpr); ok {
			if name, ok := selector.X.(*ast.Ident); ok {
				used[name.Name] = true
			}
		}
		return true
	})
	var edits []edit
	for _, spec := range file.Imports {
		if spec.Name != nil || used[ImportName(spec)] { // a blank import is there for its effect
			continue
		}
		position := fset.Position(spec.Pos())
		edits = append(edits, edit{position.Offset - position.Column + 1, offset(fset, spec.End()) + 1, ""})
	}
	source = apply(source, edits)
	if len(edits) == len(file.Imports) {
		source = emptyImport.ReplaceAll(source, nil)
	}
	return source, nil
}

// ImportName returns the name under which an import is used, as far as its path says:
// "jwt" for "github.com/golang-jwt/jwt/v5".
func ImportName(spec *ast.ImportSpec) string {
	if spec.Name != nil {
		return spec.Name.Name
	}
	importPath, _ := strconv.Unquote(spec.Path.Value)
	if version.MatchString(path.Base(importPath)) {
		importPath = path.Dir(importPath)
	}
	return path.Base(importPath)
}
