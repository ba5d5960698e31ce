package stub

import (
	"fmt"
	"go/ast"
	"regexp"
	"strconv"
	"strings"
)

// prefix begins every mark.
const prefix = "//workshop:"

// Todo is one thing to do in a stub.
type Todo struct {
	Number int
	Text   string
	Func   string // the function to do it in: "Hash", "Verify"
}

// marks are what the directives of a declaration say.
type marks struct {
	todos    []Todo
	lines    []string // of the stub's body
	leaveOut bool
}

var todoText = regexp.MustCompile(`^([0-9]+) (.+)$`)

// read returns what the directives in doc say, which is the comment of the function, if it is
// one.
func read(doc *ast.CommentGroup, function string) (marks, error) {
	var m marks
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
				return m, fmt.Errorf("a todo needs a number and a text: %s", comment.Text)
			}
			number, err := strconv.Atoi(match[1])
			if err != nil {
				return m, fmt.Errorf("a todo needs a number and a text: %w", err)
			}
			m.todos = append(m.todos, Todo{number, match[2], function})
		case "stub":
			m.lines = append(m.lines, text)
		case "solution":
			m.leaveOut = true
		default:
			return m, fmt.Errorf("unknown directive %s", comment.Text)
		}
	}
	return m, nil
}

var directive = regexp.MustCompile(`(?m)^(?://\n)?` + prefix + `.*\n`)

// Clean returns a solution without its marks, as people read it.
func Clean(source []byte) []byte {
	return directive.ReplaceAll(source, nil)
}
