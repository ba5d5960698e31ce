// Package stub makes the stubs that learners complete out of the solutions.
//
// A solution is marked in its doc comments with directives, which godoc does not show:
//
//	//workshop:todo 1 what is to be done
//	//workshop:stub return nil, errors.New("Open is not written yet")
//	//workshop:solution
//
// A function with todo or stub keeps its signature and its comment; its body becomes
// the todos, as comments, and the stub lines. A declaration with solution is left
// out. Imports that nothing needs any more are left out too.
package stub

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Todo is one thing to do in a stub.
type Todo struct {
	Number int
	Text   string
	Func   string // the function to do it in: "Hash", "Verify"
}

const (
	prefix = "//workshop:"
	// width is how long a line of a todo may be, its indent counted as one column.
	width = 78
)

// edit replaces the bytes from one offset up to another by text.
type edit struct {
	from, to int
	text     string
}

// Derive returns the stub of a solution's file. A file without marks is returned as
// it is, and has no todos.
func Derive(source []byte) (stub []byte, todos []Todo, err error) {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "", source, parser.ParseComments)
	if err != nil {
		return nil, nil, err
	}
	offset := func(p token.Pos) int { return fset.Position(p).Offset }
	var edits []edit
	for _, declaration := range file.Decls {
		doc := docOf(declaration)
		if doc == nil {
			continue
		}
		name := ""
		if function, ok := declaration.(*ast.FuncDecl); ok {
			name = function.Name.Name
		}
		found, lines, leaveOut, err := read(doc, name)
		if err != nil {
			return nil, nil, fmt.Errorf("line %d: %w", fset.Position(doc.Pos()).Line, err)
		}
		todos = append(todos, found...)
		if leaveOut {
			edits = append(edits, edit{offset(doc.Pos()), offset(declaration.End()), ""})
			continue
		}
		if len(found) == 0 && len(lines) == 0 {
			continue
		}
		function, ok := declaration.(*ast.FuncDecl)
		if !ok || function.Body == nil || len(found) == 0 || len(lines) == 0 {
			return nil, nil, fmt.Errorf("line %d: todo and stub stand together, on a function with a body", fset.Position(doc.Pos()).Line)
		}
		for i, comment := range doc.List {
			if strings.HasPrefix(comment.Text, prefix) {
				// The blank comment line before the first directive goes with it.
				from := offset(comment.Pos())
				if i > 0 && doc.List[i-1].Text == "//" {
					from = offset(doc.List[i-1].Pos())
				}
				edits = append(edits, edit{from, offset(comment.End()) + 1, ""})
			}
		}
		edits = append(edits, edit{offset(function.Body.Lbrace) + 1, offset(function.Body.Rbrace), body(found, lines)})
	}
	if len(edits) == 0 {
		return source, nil, nil
	}
	text := apply(source, edits)
	if text, err = dropUnusedImports(text); err != nil {
		return nil, nil, err
	}
	text, err = format.Source(text)
	return text, todos, err
}

func docOf(declaration ast.Decl) *ast.CommentGroup {
	switch d := declaration.(type) {
	case *ast.FuncDecl:
		return d.Doc
	case *ast.GenDecl:
		return d.Doc
	}
	return nil
}

var todoText = regexp.MustCompile(`^([0-9]+) (.+)$`)

// read returns what the directives in doc say.
func read(doc *ast.CommentGroup, function string) (todos []Todo, lines []string, leaveOut bool, err error) {
	for _, comment := range doc.List {
		directive, ok := strings.CutPrefix(comment.Text, prefix)
		if !ok {
			continue
		}
		verb, text, _ := strings.Cut(directive, " ")
		switch verb {
		case "todo":
			match := todoText.FindStringSubmatch(text)
			if match == nil {
				return nil, nil, false, fmt.Errorf("a todo needs a number and a text: %s", comment.Text)
			}
			number, _ := strconv.Atoi(match[1])
			todos = append(todos, Todo{number, match[2], function})
		case "stub":
			lines = append(lines, text)
		case "solution":
			leaveOut = true
		default:
			return nil, nil, false, fmt.Errorf("unknown directive %s", comment.Text)
		}
	}
	return todos, lines, leaveOut, nil
}

// body writes the body of a stub.
func body(todos []Todo, lines []string) string {
	var b strings.Builder
	b.WriteString("\n")
	for _, todo := range todos {
		line := fmt.Sprintf("// TODO %d:", todo.Number)
		for word := range strings.FieldsSeq(todo.Text) {
			if 1+len(line)+1+len(word) > width {
				b.WriteString("\t" + line + "\n")
				line = "//  "
			}
			line += " " + word
		}
		b.WriteString("\t" + line + "\n")
	}
	for _, line := range lines {
		b.WriteString("\t" + line + "\n")
	}
	return b.String()
}

func apply(source []byte, edits []edit) []byte {
	slices.SortFunc(edits, func(a, b edit) int { return a.from - b.from })
	var result bytes.Buffer
	at := 0
	for _, e := range edits {
		result.Write(source[at:e.from])
		result.WriteString(e.text)
		at = e.to
	}
	result.Write(source[at:])
	return result.Bytes()
}

var version = regexp.MustCompile(`^v[0-9]+$`)

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
		if spec.Name != nil { // a blank import is there for its effect
			continue
		}
		if !used[ImportName(spec)] {
			position := fset.Position(spec.Pos())
			from := position.Offset - position.Column + 1
			to := fset.Position(spec.End()).Offset + 1
			edits = append(edits, edit{from, to, ""})
		}
	}
	source = apply(source, edits)
	if len(edits) == len(file.Imports) {
		source = regexp.MustCompile(`(?m)^import \(\s*\)\n`).ReplaceAll(source, nil)
	}
	return source, nil
}

// ImportName is the name under which an import is used, as far as its path tells:
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

var directive = regexp.MustCompile(`(?m)^(?://\n)?` + prefix + `.*\n`)

// Clean returns a solution without its marks, as people read it.
func Clean(source []byte) []byte {
	return directive.ReplaceAll(source, nil)
}
