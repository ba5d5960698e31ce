package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"tokenauth.example/scripts/internal/check"
	"tokenauth.example/scripts/internal/gotest"
	"tokenauth.example/scripts/internal/screen"
	"tokenauth.example/scripts/internal/steps"
	"tokenauth.example/scripts/internal/stub"
	"tokenauth.example/scripts/internal/verdict"
)

// check grades every step, or the one that is named, and shows the first failure.
func (a *app) check() (int, error) {
	step, err := a.step(false)
	if err != nil {
		return exitTrouble, err
	}
	reports, first, err := a.grade(step)
	if err != nil {
		return exitTrouble, err
	}
	exit := a.report(reports, first)
	a.forgetHints(reports)
	return exit, a.vet(reports)
}

// vet says what go vet finds in the steps that are done. It comes after the verdicts,
// which do not wait for it.
func (a *app) vet(reports []check.StepReport) error {
	checker, err := a.checker()
	if err != nil {
		return err
	}
	for _, report := range reports {
		a.screen.Progress("vetting %s ...%s", report.Step.Name, slowFirstTime(report.Step))
		findings, err := checker.Vet(a.ctx, report)
		if err != nil {
			return err
		}
		if len(findings) == 0 {
			continue
		}
		a.screen.Printf("")
		a.screen.Wrap("  ", fmt.Sprintf("%s passes every test, but go vet finds something that may be wrong all the same. The verdict stays as it is:", report.Step.Name))
		a.screen.Printf("")
		for _, finding := range findings {
			a.screen.Wrap("    ", path.Join("steps", report.Step.Name, finding.String()))
		}
	}
	return nil
}

// grade grades the steps, or the one that is given. first is the report to show in
// full: the first that is not done, and nil if all are.
func (a *app) grade(only *steps.Step) (reports []check.StepReport, first *check.StepReport, err error) {
	checker, err := a.checker()
	if err != nil {
		return nil, nil, err
	}
	list, err := a.workshop.Steps()
	if err != nil {
		return nil, nil, err
	}
	if only != nil {
		list = []steps.Step{*only}
	}
	caughtUp := a.referenceInUse()
	firstIndex := -1
	for i, step := range list {
		a.screen.Progress("checking %s ...%s", step.Name, slowFirstTime(step))
		skipped := only == nil && caughtUp[step.Name]
		report, err := checker.Step(a.ctx, step, firstIndex < 0 && !skipped)
		if err != nil {
			return nil, nil, a.moduleTrouble(err)
		}
		reports = append(reports, report)
		if firstIndex < 0 && !skipped && report.State != check.Done {
			firstIndex = i
		}
	}
	if firstIndex >= 0 {
		first = &reports[firstIndex]
	}
	return reports, first, nil
}

// slowFirstTime says why a step keeps a learner waiting, where it does.
func slowFirstTime(step steps.Step) string {
	text, err := os.ReadFile(filepath.Join(step.SolutionDir(), "go.mod"))
	if err == nil && bytes.Contains(text, []byte("modernc.org/sqlite")) {
		return " (the first time, SQLite takes a minute)"
	}
	return ""
}

// moduleTrouble adds the way out to the error of a build that misses modules.
func (a *app) moduleTrouble(err error) error {
	if strings.Contains(err.Error(), "not on this machine") {
		return wayOut(err, "Fetch them, with the network on: %s", a.command("start", nil))
	}
	return err
}

// referenceInUse returns the steps that go.work leaves out, and so takes from the
// solutions: a learner has caught up past them.
func (a *app) referenceInUse() map[string]bool {
	used, err := a.usedSteps()
	if err != nil {
		return nil // doctor says what is wrong with go.work; here it does not matter
	}
	list, err := a.workshop.Steps()
	if err != nil {
		return nil
	}
	out := map[string]bool{}
	for _, step := range list {
		out[step.Name] = !used[step.Name]
	}
	return out
}

// report prints the table of reports and the first failure, and returns the exit code.
func (a *app) report(reports []check.StepReport, first *check.StepReport) int {
	caughtUp := a.referenceInUse()
	done := 0
	a.screen.Printf("")
	for _, report := range reports {
		a.row(report, caughtUp[report.Step.Name])
		if report.State == check.Done {
			done++
		}
	}
	for _, report := range reports {
		a.notes(report)
	}
	switch {
	case first != nil:
		a.failure(*first)
		if first.State == check.Unreadable {
			return exitTrouble
		}
		return exitNotYet
	case done < len(reports):
		a.screen.Printf("\nDone, but for the steps that you took from the reference.")
		return exitNotYet
	case len(reports) > 1:
		a.screen.Printf("\nAll done. Run your server: %s", a.command("run", nil))
	default:
		a.screen.Printf("")
		a.screen.Command("", "Done. "+a.nextLesson(reports[0].Step), a.command("check", nil))
	}
	return exitDone
}

// nextLesson says what to do after a step that is done, and before the next check.
func (a *app) nextLesson(step steps.Step) string {
	list, err := a.workshop.Steps()
	if err != nil {
		return "See where you are:"
	}
	i := slices.IndexFunc(list, func(s steps.Step) bool { return s.Name == step.Name }) + 1
	if i == 0 || i == len(list) {
		return "See where you are:"
	}
	return "Its lesson has three bugs for you to spot. Then read the next one, steps/" + list[i].Name + "/README.md, and check:"
}

var stateColour = map[check.State]screen.Colour{
	check.Done: screen.Green, check.NotStarted: screen.Faint,
	check.InProgress: screen.Bold, check.DoesNotCompile: screen.Red, check.Missing: screen.Red, check.Unreadable: screen.Red,
}

func (a *app) row(report check.StepReport, caughtUp bool) {
	note := ""
	if caughtUp {
		note = "   reference in use"
	}
	state := a.screen.Paint(stateColour[report.State], fmt.Sprintf("%-17s", report.State))
	a.screen.Printf("  %-21s %s %2d of %2d pass%s", report.Step.Name, state, report.Result.Passed(), len(report.Result.Tests), note)
}

// notes says what a learner should know of a step, whether it is done or not.
func (a *app) notes(report check.StepReport) {
	if len(report.Differs) > 0 {
		a.screen.Printf("")
		a.screen.Wrap("  ", fmt.Sprintf("%s: %s differs from the original, which was used in its place.",
			report.Step.Name, strings.Join(report.Differs, ", ")))
	}
}

// failure shows in full why a step is not done, and what to do next.
func (a *app) failure(report check.StepReport) {
	a.screen.Printf("")
	switch report.State {
	case check.Missing:
		a.screen.Wrap("  ", fmt.Sprintf("%s has no %s.", report.Step.Name, strings.Join(report.MissingFiles, ", ")))
		a.screen.Printf("\n  Bring back what you last committed: git restore steps/%s", report.Step.Name)
		a.screen.Printf("  Or begin the step again: %s", a.command("reset", &report.Step))
	case check.Unreadable:
		a.screen.Wrap("  ", fmt.Sprintf("%s cannot be read: %v", report.Step.Name, report.Err))
		a.screen.Printf("\n  Let your user read the file, and check again.")
	case check.DoesNotCompile:
		a.screen.Printf("  %s does not compile, so no test could run.\n", a.screen.Paint(screen.Bold, report.Step.Name))
		for _, line := range compileErrors(report) {
			a.screen.Wrap("    ", line)
		}
		if len(report.Result.Build) > 0 && strings.Count(report.Result.Build, "\n") > 2 {
			a.screen.Printf("\n  Mend the first line first: the others often follow from it.")
		}
		a.screen.Printf("\n    steps/%s/README.md   the lesson", report.Step.Name)
		a.screen.Printf("    %s", a.command("show", &report.Step))
	default:
		a.testFailure(report, report.Result.FirstFailure())
		if report.State == check.NotStarted {
			a.screen.Printf("    steps/%s/README.md   the lesson", report.Step.Name)
		}
		a.screen.Printf("    %s", a.command("hint", &report.Step))
		a.screen.Printf("    %s", a.command("show", &report.Step))
	}
}

// testFailure shows a test that did not pass, and where its task is to be done.
func (a *app) testFailure(report check.StepReport, test *gotest.TestResult) {
	a.screen.Printf("  %s   task %d   %s\n", report.Step.Name, test.Task, a.screen.Paint(screen.Bold, test.Name))
	const indent = "    "
	if failure := test.Failure; test.Verdict == verdict.Fail && failure != nil {
		a.screen.Wrap(indent, failure.Why)
		if failure.Sent+failure.Answered+failure.Got+failure.Want != "" {
			a.screen.Printf("")
		}
		want := failure.Want
		if name := sentinel(report.Step, want); name != "" {
			want += ", which is " + name
		}
		for _, field := range [][2]string{{"sent", failure.Sent}, {"answered", failure.Answered}, {"got", failure.Got}, {"want", want}} {
			if field[1] != "" {
				a.screen.Field(indent+"  ", field[0], shorten(field[1]))
			}
		}
		if crash := gotest.ParseCrash(test.Output); crash != nil { // a race, which may be why
			a.screen.Printf("\n%sGo's race detector says:", indent)
			a.crash(indent, *crash, report.Step)
		}
	} else {
		a.screen.Wrap(indent, test.Requirement)
		a.screen.Printf("")
		a.ending(indent, report.Step, test)
	}
	a.screen.Printf("")
	if place := placeOf(report, test.Test); place != "" {
		a.screen.Printf("%s%s", indent, place)
	}
}

// ending shows how a test ended that says nothing itself of what is wrong.
func (a *app) ending(indent string, step steps.Step, test *gotest.TestResult) {
	crash := gotest.ParseCrash(test.Output)
	says := map[verdict.Verdict]string{
		verdict.Fail:     "The test failed, and said:",
		verdict.Panicked: "Your code panicked:",
		verdict.TimedOut: "The test did not end within half a minute: something waits for ever, or loops.",
		verdict.Exited:   "The program ended before the test did. Something calls os.Exit or log.Fatal: return an error in its place.",
		verdict.NotRun:   "The test was not run.",

		verdict.OutOfMemory: "Your code needs more memory than there is: does something grow without end?",
		verdict.OutputLimit: "Your code printed more than a megabyte, and was stopped: does something print in a loop?",
	}[test.Verdict]
	switch {
	case crash != nil && test.Verdict == verdict.Fail:
		says = "Go's race detector says:"
	case crash != nil && strings.HasPrefix(crash.Said, "fatal error: ") && test.Verdict == verdict.Panicked:
		says = "Go ended the whole program:"
	}
	a.screen.Wrap(indent, says)
	if crash != nil {
		a.crash(indent, *crash, step)
		return
	}
	shown := 0
	for line := range strings.Lines(strings.ReplaceAll(test.Output, "\x16", "")) {
		if shown < 12 && !strings.HasPrefix(line, "=== ") && !strings.HasPrefix(line, "--- ") && strings.TrimSpace(line) != "" {
			a.screen.Wrap(indent+"  ", strings.TrimPrefix(strings.TrimRight(line, "\r\n"), "    ")) // package testing's
			shown++
		}
	}
}

// crash shows what Go found wrong, where in the learner's code, and what that means.
func (a *app) crash(indent string, crash gotest.Crash, step steps.Step) {
	a.screen.Wrap(indent+"  ", crash.Said)
	given, _ := step.Given() // if it is not known, the innermost place is shown
	if place := crash.Place(step.Dir(), given); place != "" {
		a.screen.Wrap(indent+"  ", "steps/"+step.Name+"/"+place)
	}
	if crash.Means != "" {
		a.screen.Printf("")
		a.screen.Wrap(indent, crash.Means)
	}
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

// shorten cuts a value that would push the rest off the screen.
func shorten(value string) string {
	const most = 400
	if runes := []rune(value); len(runes) > most {
		return string(runes[:most]) + " ..."
	}
	return value
}

var compileError = regexp.MustCompile(`^(?:vet: )?\.?[/\\]?([\w./\\-]+\.go:[0-9]+:[0-9]+: .*)$`)
var undefined = regexp.MustCompile(`undefined: (\w+)$`)

// compileErrors returns what the compiler said of the step's files, and which import
// may be missing.
func compileErrors(report check.StepReport) []string {
	var lines []string
	said := strings.Split(strings.TrimSpace(report.Result.Build), "\n")
	// A package that is not used is often one that something else has taken the name of.
	slices.SortStableFunc(said, func(a, b string) int {
		unused := func(line string) int { return strings.Count(line, " imported and not used") }
		return cmp.Compare(unused(a), unused(b))
	})
	for _, line := range said {
		line = strings.TrimSpace(line)
		match := compileError.FindStringSubmatch(line)
		if match == nil {
			continue
		}
		lines = append(lines, path.Join("steps", report.Step.Name, filepath.ToSlash(match[1])))
		if strings.Contains(line, ": declared and not used: ") {
			lines = append(lines, "  (Go refuses a variable that nothing uses: is the rest still to be written?)")
		}
		if name := undefined.FindStringSubmatch(line); name != nil {
			if importPath := importOf(report.Step, name[1]); importPath != "" {
				lines = append(lines, fmt.Sprintf("  (the package %s needs a line in the imports: %q)", name[1], importPath))
			}
		}
	}
	if len(lines) == 0 { // such as an import cycle: better all than nothing
		return strings.Split(strings.TrimSpace(report.Result.Build), "\n")
	}
	return lines
}

// importOf returns the path that the step's solution imports under a name, or "".
func importOf(step steps.Step, name string) string {
	files, err := filepath.Glob(filepath.Join(step.SolutionDir(), "*.go"))
	if err != nil {
		return ""
	}
	for _, file := range files {
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
		if err != nil {
			continue
		}
		for _, spec := range parsed.Imports {
			if stub.ImportName(spec) == name {
				return strings.Trim(spec.Path.Value, `"`)
			}
		}
	}
	return ""
}

// placeOf returns where a test's task is to be done: the TODO if it is still there, or
// else the function that had it.
func placeOf(report check.StepReport, test steps.Test) string {
	files, err := report.Step.Files()
	if err != nil {
		return ""
	}
	// First the function that the test is called after, then one that still has the TODO.
	for _, fits := range []func(stub.Todo, []byte) bool{
		func(todo stub.Todo, _ []byte) bool { return todo.Number == test.Task && calledAfter(test, todo) },
		func(todo stub.Todo, _ []byte) bool { return calledAfter(test, todo) },
		func(todo stub.Todo, text []byte) bool {
			return todo.Number == test.Task && bytes.Contains(text, fmt.Appendf(nil, "// TODO %d:", todo.Number))
		},
	} {
		for _, file := range files {
			for _, todo := range file.Todos {
				if text := report.Sources[file.Name]; fits(todo, text) {
					return fmt.Sprintf("steps/%s/%s:%d", report.Step.Name, file.Name, lineOf(text, todo))
				}
			}
		}
	}
	return ""
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

// usedSteps returns the steps that the root's go.work uses.
func (a *app) usedSteps() (map[string]bool, error) {
	if a.used != nil {
		return a.used, nil
	}
	g, err := a.goCommand()
	if err != nil {
		return nil, err
	}
	out, err := g.Command(a.ctx, a.workshop.Root, nil, "work", "edit", "-json", "go.work").Output()
	if err != nil {
		return nil, errors.New("go.work cannot be read")
	}
	var work struct{ Use []struct{ DiskPath string } }
	if err := json.Unmarshal(out, &work); err != nil {
		return nil, err
	}
	a.used = map[string]bool{}
	for _, use := range work.Use {
		if dir, name := path.Split(path.Clean(filepath.ToSlash(use.DiskPath))); path.Clean(dir) == "steps" {
			a.used[name] = true
		}
	}
	return a.used, nil
}
