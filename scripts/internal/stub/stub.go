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
	"errors"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"slices"
	"strings"
)

// maxWidth is how many columns a line of a todo may have, its indent counted as one.
const maxWidth = 78

// Derive returns the stub of a solution's file. A file without marks is returned as
// it is, and has no todos.
func Derive(source []byte) (stub []byte, todos []Todo, err error) {
	if !bytes.Contains(source, []byte(prefix)) {
		return source, nil, nil // most files, and reading Go takes time
	}
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "", source, parser.ParseComments)
	if err != nil {
		return nil, nil, err
	}
	var edits []edit
	for _, declaration := range file.Decls {
		found, changes, err := derive(fset, declaration)
		if err != nil {
			return nil, nil, err
		}
		todos, edits = append(todos, found...), append(edits, changes...)
	}
	if len(edits) == 0 {
		return source, nil, nil
	}
	text, err := dropUnusedImports(apply(source, edits))
	if err != nil {
		return nil, nil, err
	}
	text, err = format.Source(text)
	return text, todos, err
}

// derive returns the todos of a declaration, and the edits that make its stub.
func derive(fset *token.FileSet, declaration ast.Decl) ([]Todo, []edit, error) {
	doc := DocOf(declaration)
	if doc == nil {
		return nil, nil, nil
	}
	wrong := func(err error) error { return fmt.Errorf("line %d: %w", fset.Position(doc.Pos()).Line, err) }
	name := ""
	function, ok := declaration.(*ast.FuncDecl)
	if ok {
		name = function.Name.Name
	}
	m, err := read(doc, name)
	if err != nil {
		return nil, nil, wrong(err)
	}
	if m.leaveOut {
		return m.todos, []edit{{offset(fset, doc.Pos()), offset(fset, declaration.End()), ""}}, nil
	}
	if len(m.todos) == 0 && len(m.lines) == 0 {
		return nil, nil, nil
	}
	if !ok || function.Body == nil || len(m.todos) == 0 || len(m.lines) == 0 {
		return nil, nil, wrong(errors.New("todo and stub go together, on a function with a body"))
	}
	edits := append(withoutMarks(fset, doc), edit{offset(fset, function.Body.Lbrace) + 1, offset(fset, function.Body.Rbrace), body(m)})
	return m.todos, edits, nil
}

func DocOf(declaration ast.Decl) *ast.CommentGroup {
	switch d := declaration.(type) {
	case *ast.FuncDecl:
		return d.Doc
	case *ast.GenDecl:
		return d.Doc
	}
	return nil
}

// withoutMarks returns the edits that take the directives out of a comment.
func withoutMarks(fset *token.FileSet, doc *ast.CommentGroup) []edit {
	var edits []edit
	for i, comment := range doc.List {
		if !strings.HasPrefix(comment.Text, prefix) {
			continue
		}
		// The blank comment line before the first directive goes with it.
		from := offset(fset, comment.Pos())
		if i > 0 && doc.List[i-1].Text == "//" {
			from = offset(fset, doc.List[i-1].Pos())
		}
		edits = append(edits, edit{from, offset(fset, comment.End()) + 1, ""})
	}
	return edits
}

// body returns the body of a stub.
func body(m marks) string {
	var b strings.Builder
	b.WriteString("\n")
	for _, todo := range m.todos {
		line := fmt.Sprintf("// TODO %d:", todo.Number)
		for word := range strings.FieldsSeq(todo.Text) {
			if 1+len(line)+1+len(word) > maxWidth {
				b.WriteString("\t" + line + "\n")
				line = "//  "
			}
			line += " " + word
		}
		b.WriteString("\t" + line + "\n")
	}
	for _, line := range m.lines {
		b.WriteString("\t" + line + "\n")
	}
	return b.String()
}

// edit replaces the bytes from one offset up to another by text.
type edit struct {
	from, to int
	text     string
}

func offset(fset *token.FileSet, p token.Pos) int { return fset.Position(p).Offset }

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
