package steps

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Test is one test of a step.
type Test struct {
	Name string // "TestVerify_RefusesAlgNone"
	// Task is the number of the lesson's task, and of the TODO, that it is about.
	Task int
	// Requirement is what it asks for, in a sentence: its comment.
	Requirement string
	// Guard marks a test that is green on the stub, and must stay so. Its comment
	// begins with "Guard:" after the number.
	Guard bool
	// Stays is why the test is there although no mistake is caught by it alone: what
	// comes after "Stays:" in its comment.
	Stays string
	File  string
	Line  int
}

var requirement = regexp.MustCompile(`(?s)^([0-9]+)\. (Guard: )?(.+?)(?:\nStays: (.+))?$`)

// Tests returns the step's tests in the order in which a learner meets them: by
// task, and within a task in the order of their file.
func (s Step) Tests() ([]Test, error) {
	entries, err := os.ReadDir(s.SolutionDir())
	if err != nil {
		return nil, err
	}
	var tests []Test
	for _, entry := range entries {
		name := entry.Name()
		if !strings.HasSuffix(name, "_test.go") {
			continue
		}
		text, err := os.ReadFile(filepath.Join(s.SolutionDir(), name))
		if err != nil {
			return nil, err
		}
		fset := token.NewFileSet()
		parsed, err := parser.ParseFile(fset, name, unix(text), parser.ParseComments)
		if err != nil {
			return nil, err
		}
		for _, declaration := range parsed.Decls {
			function, ok := declaration.(*ast.FuncDecl)
			if !ok || function.Recv != nil || !strings.HasPrefix(function.Name.Name, "Test") || function.Name.Name == "TestMain" {
				continue
			}
			match := requirement.FindStringSubmatch(strings.TrimSpace(function.Doc.Text()))
			if match == nil {
				return nil, fmt.Errorf("%s/%s: the comment of %s must begin with its task's number: // 3. What it asks for.", s.Name, name, function.Name.Name)
			}
			task, _ := strconv.Atoi(match[1])
			tests = append(tests, Test{
				Name: function.Name.Name, Task: task, Guard: match[2] != "", Requirement: strings.TrimSpace(match[3]), Stays: strings.TrimSpace(match[4]),
				File: name, Line: fset.Position(function.Pos()).Line,
			})
		}
	}
	slices.SortStableFunc(tests, func(a, b Test) int { return cmp.Compare(a.Task, b.Task) })
	if len(tests) == 0 {
		return nil, fmt.Errorf("%s has no tests", s.Name)
	}
	return tests, nil
}
