package grade

import (
	"errors"
	"fmt"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"

	"tokenauth.example/scripts/internal/allow"
	"tokenauth.example/scripts/internal/cache"
	"tokenauth.example/scripts/internal/lesson"
	"tokenauth.example/scripts/internal/mistakes"
	"tokenauth.example/scripts/internal/report"
	"tokenauth.example/scripts/internal/steps"
	"tokenauth.example/scripts/internal/verdict"
)

// sheet is what the grader knows of a step.
type sheet struct {
	step   steps.Step
	report report.Step
	tests  []steps.Test
	files  []steps.File
	gate   *allow.Gate
	cards  []mistakes.Card
	ground string // the key of all that a verdict depends on, but for the submission
	module string // the path of the step's module
	// program tells that the step's code is a program that is asked from outside too.
	program bool
}

func (g *Grader) sheet(step steps.Step) (sheet, error) {
	s := sheet{step: step}
	var err error
	if s.files, err = step.Files(); err != nil {
		return s, err
	}
	if s.tests, err = step.Tests(); err != nil {
		return s, err
	}
	// A mistake that does not read is verify's to find; the grade does not need it.
	s.cards, _ = mistakes.Read(g.Workshop.Path("testdata", "mistakes", step.Name))
	title := step.Name
	if text, err := lesson.Read(step.Dir()); err == nil && text.Title != "" {
		title = text.Title
	}
	s.report = report.Step{Name: step.Name, Title: title, Tests: []report.Test{}}
	for _, test := range s.tests {
		s.report.Tests = append(s.report.Tests, report.Test{Name: test.Name, Task: test.Task, Requirement: test.Requirement, Points: g.Points.Of(step, test)})
	}

	servers, err := g.Workshop.Servers()
	if err != nil && !errors.Is(err, steps.ErrNoServer) {
		return sheet{}, err
	}
	if s.program = g.Outside && len(servers) > 0 && step.Name == servers[0].Name; s.program { // the contract is the first server's
		for _, row := range outsideRows(s.tests[len(s.tests)-1].Task) {
			row.Points = g.Points.Of(step, steps.Test{Name: row.Name})
			s.report.Tests = append(s.report.Tests, row)
		}
	}

	var reference, tests [][]byte
	var modules []string
	for _, file := range s.files {
		switch {
		case file.Name == "go.mod":
			modules = required(file.Text)
			s.module = modulePath(file.Text)
		case file.Kind == steps.Stub:
			solved, err := os.ReadFile(filepath.Join(step.SolutionDir(), filepath.FromSlash(file.Name)))
			if err != nil {
				return s, err
			}
			reference = append(reference, file.Text, solved)
		case strings.HasSuffix(file.Name, "_test.go") && packageOf(file.Text) == s.packageName(""):
			tests = append(tests, file.Text)
		}
	}
	rules, err := allow.ReadList(g.Workshop.Path("testdata", "allow.txt"))
	if err != nil {
		return s, err
	}
	if s.gate, err = allow.New(allow.Step{Number: step.Number(), Reference: reference, Modules: modules, Tests: tests, Rules: rules}); err != nil {
		return s, err
	}
	key := cache.NewKey(fmt.Sprint("grades 4 ", g.Sandbox.Kind, g.TestTime, g.BuildTime, s.program))
	for _, root := range []string{g.Workshop.Path("solutions"), g.Workshop.Path("testdata", "tokens"), g.Workshop.Path("testdata", "mistakes"), g.Workshop.Path("testdata", "allow.txt")} {
		if err := key.AddTree(root, func(string) bool { return true }); err != nil && !errors.Is(err, os.ErrNotExist) {
			return s, err
		}
	}
	s.ground = key.String()
	return s, nil
}

// required are the modules that a go.mod asks for itself, but for that of the assertions,
// which belong to the tests.
func required(goMod []byte) []string {
	var modules []string
	for line := range strings.Lines(string(goMod)) {
		fields := strings.Fields(strings.TrimPrefix(strings.TrimSpace(line), "require "))
		if len(fields) == 2 && strings.HasPrefix(fields[1], "v") && !strings.HasPrefix(fields[0], "github.com/stretchr/") {
			modules = append(modules, fields[0])
		}
	}
	return modules
}

// modulePath is the path of the module that a go.mod is of.
func modulePath(goMod []byte) string {
	for line := range strings.Lines(string(goMod)) {
		if path, ok := strings.CutPrefix(strings.TrimSpace(line), "module "); ok {
			return strings.TrimSpace(path)
		}
	}
	return ""
}

// all is the result of a step whose tests all have the same verdict.
func (s sheet) all(verdict verdict.Verdict, cause string) report.StepResult {
	result := report.StepResult{Name: s.step.Name, Notes: []string{}, Tests: []report.TestResult{}}
	for _, test := range s.report.Tests {
		result.Tests = append(result.Tests, report.TestResult{Name: test.Name, Verdict: verdict, Cause: cause, Mistakes: []string{}})
	}
	return result
}

// packageName is the name of the package that a file belongs to: its own, or that of the
// step's code if the step does not have the file.
func (s sheet) packageName(name string) string {
	wanted := ""
	for _, file := range s.files {
		if file.Kind == steps.Stub && (file.Name == name || wanted == "" && !strings.Contains(file.Name, "/")) {
			wanted = packageOf(file.Text)
		}
	}
	return wanted
}

func packageOf(source []byte) string {
	parsed, err := parser.ParseFile(token.NewFileSet(), "", source, parser.PackageClauseOnly)
	if err != nil {
		return ""
	}
	return parsed.Name.Name
}
