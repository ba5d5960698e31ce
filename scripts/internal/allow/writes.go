package allow

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"slices"
)

// checkWrites refuses to change the variables of other packages, such as io.EOF or
// rand.Reader: the tests use them too.
func checkWrites(file *source, refuse func(token.Pos, string, ...any)) {
	var imported []string
	for _, spec := range file.Imports {
		imported = append(imported, localName(spec))
	}
	check := func(target ast.Expr) {
		if selector := foreign(file, target, imported); selector != nil {
			refuse(target.Pos(), "to change %s.%s is refused: it is a variable of another package, which everybody uses", selector.X.(*ast.Ident).Name, selector.Sel.Name)
		}
	}
	ast.Inspect(file.File, func(node ast.Node) bool {
		switch node := node.(type) {
		case *ast.AssignStmt:
			if node.Tok != token.DEFINE {
				for _, target := range node.Lhs {
					check(target)
				}
			}
		case *ast.IncDecStmt:
			check(node.X)
		case *ast.RangeStmt:
			if node.Tok == token.ASSIGN {
				for _, target := range []ast.Expr{node.Key, node.Value} {
					if target != nil {
						check(target)
					}
				}
			}
		case *ast.UnaryExpr:
			if node.Op == token.AND {
				check(node.X)
			}
		case *ast.SliceExpr:
			check(node.X) // of an array that is a variable, it is a way to write to it
		case *ast.CallExpr:
			if name, ok := node.Fun.(*ast.Ident); ok && len(node.Args) > 0 && slices.Contains([]string{"clear", "copy", "delete"}, name.Name) {
				check(node.Args[0])
			}
		}
		return true
	})
}

// foreign returns the name of another package in which an expression that can be written to
// begins, or nil.
func foreign(file *source, target ast.Expr, imported []string) *ast.SelectorExpr {
	for {
		switch x := target.(type) {
		case *ast.ParenExpr:
			target = x.X
		case *ast.StarExpr:
			target = x.X
		case *ast.IndexExpr:
			target = x.X
		case *ast.SliceExpr:
			target = x.X
		case *ast.TypeAssertExpr:
			target = x.X
		case *ast.SelectorExpr:
			if of, ok := x.X.(*ast.Ident); ok {
				if slices.Contains(imported, of.Name) && file.means(of, of.Name) {
					return x
				}
				return nil
			}
			target = x.X
		default:
			return nil
		}
	}
}

// addTests reads a file of tests that is in the package which learners write: what either
// declares, the other can use.
func (g *Gate) addTests(text []byte) error {
	fset := token.NewFileSet()
	parsed, err := parser.ParseFile(fset, "", text, parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	file := resolve(fset, parsed)
	for _, name := range file.scope.Names() {
		g.tests[name] = true
	}
	ast.Inspect(parsed, func(node ast.Node) bool {
		if ident, ok := node.(*ast.Ident); ok && types.Universe.Lookup(ident.Name) != nil {
			g.predeclared[ident.Name] = true
		}
		return true
	})
	return nil
}

// checkNames refuses what is declared in the tests of the same package, which are not there
// when the step is built, and new meanings of the names of Go's that these use.
func (g *Gate) checkNames(file *source, refuse func(token.Pos, string, ...any)) {
	fields := map[*ast.Ident]bool{} // names that belong to a value or a type, and not to the package
	ast.Inspect(file.File, func(node ast.Node) bool {
		switch node := node.(type) {
		case *ast.SelectorExpr:
			fields[node.Sel] = true
		case *ast.KeyValueExpr:
			if key, ok := node.Key.(*ast.Ident); ok {
				fields[key] = true
			}
		case *ast.Ident:
			if g.tests[node.Name] && !fields[node] && file.unresolved(node) {
				refuse(node.Pos(), "%s is refused: it belongs to the tests", node.Name)
			}
		}
		return true
	})
	for _, name := range file.scope.Names() {
		if g.predeclared[name] {
			refuse(file.scope.Lookup(name).Pos(), "a %s of your own is refused: the tests mean that of Go", name)
		}
	}
}
