package view

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"tokenauth.example/scripts/internal/check"
	"tokenauth.example/scripts/internal/steps"
	"tokenauth.example/scripts/internal/stub"
)

// placeOf returns where a test's task is to be done: the TODO if it is still there, or
// else the function that had it.
func placeOf(report check.StepReport, test steps.Test) string {
	files, err := report.Step.Files()
	if err != nil {
		return ""
	}
	place := ""
	best := 0
	for _, file := range files {
		text := report.Sources[file.Name]
		for _, todo := range file.Todos {
			// The task counts for more than the test's name: TestDeactivate may be about what
			// Get does afterwards.
			fits := 0
			if todo.Number == test.Task {
				fits = 4
				if bytes.Contains(text, fmt.Appendf(nil, "// TODO %d:", todo.Number)) {
					fits++
				}
			}
			if calledAfter(test, todo) {
				fits += 2
			}
			if fits > best {
				best, place = fits, fmt.Sprintf("steps/%s/%s:%d", report.Step.Name, file.Name, lineOf(text, todo))
			}
		}
	}
	return place
}

func calledAfter(test steps.Test, todo stub.Todo) bool {
	return strings.HasPrefix(test.Name, "Test"+todo.Func+"_")
}

func lineOf(text []byte, todo stub.Todo) int {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "", text, parser.ParseComments)
	if err != nil {
		return 1
	}
	for _, declaration := range file.Decls {
		function, ok := declaration.(*ast.FuncDecl)
		if !ok || function.Name.Name != todo.Func {
			continue
		}
		for _, group := range file.Comments {
			for _, comment := range group.List {
				inside := comment.Pos() > function.Pos() && comment.End() < function.End()
				if inside && strings.HasPrefix(comment.Text, fmt.Sprintf("// TODO %d:", todo.Number)) {
					return fset.Position(comment.Pos()).Line
				}
			}
		}
		return fset.Position(function.Name.Pos()).Line
	}
	return 1
}

var declaredError = regexp.MustCompile(`(?m)^\s*(?:var )?(Err\w+)\s*= errors\.New\(("[^"]*")\)`)

// sentinel returns the name of the error whose text is wanted: "ErrTooShort", or
// "password.ErrTooShort" if another step declares it. Without one it returns "".
func sentinel(step steps.Step, want string) string {
	text, ok := strings.CutPrefix(want, "the error ")
	if !ok {
		return ""
	}
	list, err := step.Workshop.Steps()
	if err != nil {
		return ""
	}
	for i := len(list) - 1; i >= 0; i-- { // the step itself first, then those before it
		if list[i].Name > step.Name {
			continue
		}
		files, err := filepath.Glob(filepath.Join(list[i].SolutionDir(), "*.go"))
		if err != nil {
			return ""
		}
		for _, file := range files {
			source, err := os.ReadFile(file)
			if err != nil {
				return ""
			}
			for _, match := range declaredError.FindAllSubmatch(source, -1) {
				if string(match[2]) != text {
					continue
				}
				if list[i].Name == step.Name {
					return string(match[1])
				}
				parsed, err := parser.ParseFile(token.NewFileSet(), file, source, parser.PackageClauseOnly)
				if err != nil {
					return ""
				}
				return parsed.Name.Name + "." + string(match[1])
			}
		}
	}
	return ""
}
