package grade

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"tokenauth.example/scripts/internal/gotest"
	"tokenauth.example/scripts/internal/report"
	"tokenauth.example/scripts/internal/sandbox"
	"tokenauth.example/scripts/internal/steps"
	"tokenauth.example/scripts/internal/text"
	"tokenauth.example/scripts/internal/verdict"
)

// judged is what became of a step.
type judged struct {
	report.StepResult
	// passing tells that another run may end differently: the machine had a part in it.
	passing bool
}

// judge compiles a step and runs its tests.
func (g *Grader) judge(ctx context.Context, s sheet, files map[string][]byte) judged {
	if ctx.Err() != nil {
		return judged{s.all(verdict.NotRun, "grading was interrupted"), true}
	}
	names := s.aliases()
	overlay := gotest.Overlay{}
	for name, source := range files {
		overlay[filepath.Join(s.step.SolutionDir(), filepath.FromSlash(name))] = source
	}
	binary, failed := g.compile(ctx, s, overlay, names)
	if binary == nil {
		return failed
	}
	defer binary.Remove()
	if failed := g.canaries(ctx, s, binary, names); failed != nil {
		return *failed
	}
	result := judged{StepResult: report.StepResult{Name: s.step.Name, Notes: []string{}, Tests: g.tests(ctx, s, binary, names)}}
	if s.program {
		result.Tests = append(result.Tests, g.outside(ctx, s, overlay)...)
	}
	if !slices.ContainsFunc(result.Tests, func(t report.TestResult) bool { return t.Verdict != verdict.Pass }) {
		result.Notes = append(result.Notes, g.vet(ctx, s, files, overlay)...)
	}
	result.passing = slices.ContainsFunc(result.Tests, func(t report.TestResult) bool {
		return t.Unstable || slices.Contains([]verdict.Verdict{verdict.NotRun, verdict.GraderError, verdict.TimedOut}, t.Verdict)
	})
	return result
}

// compile compiles the tests of a step, with their aliases, for the sandbox. If it cannot,
// the binary is nil.
func (g *Grader) compile(ctx context.Context, s sheet, overlay gotest.Overlay, names map[string]string) (*gotest.Binary, judged) {
	wrappers, err := s.wrappers(names)
	if err != nil {
		return nil, judged{s.all(verdict.GraderError, err.Error()), true}
	}
	overlay = maps.Clone(overlay)
	overlay[filepath.Join(s.step.SolutionDir(), "zz_grader_test.go")] = wrappers
	compiling, cancel := context.WithTimeout(ctx, g.BuildTime)
	defer cancel()
	binary, said, err := g.Go.Compile(compiling, s.step.SolutionDir(), overlay)
	if err == nil && binary != nil {
		err = binary.Open()
	}
	switch {
	case ctx.Err() != nil:
		return nil, judged{s.all(verdict.NotRun, "grading was interrupted"), true}
	case compiling.Err() != nil:
		return nil, judged{s.buildError(fmt.Sprint("compiling it took more than ", g.BuildTime)), true}
	case errors.As(err, new(*gotest.MachineTrouble)) && g.compiles(compiling, s, wrappers):
		return nil, judged{s.buildError(err.Error()), true}
	case err != nil:
		return nil, judged{s.all(verdict.GraderError, err.Error()), true}
	case binary == nil:
		return nil, judged{StepResult: s.buildError(withoutRoot(withoutHeads(said), g.Workshop.Root))}
	}
	binary.TestTime = g.TestTime
	binary.Alias = func(test string) string { return names[test] }
	binary.Launch = func(ctx context.Context, path, dir string, args []string) *exec.Cmd {
		return g.Sandbox.Command(ctx, path, dir, []sandbox.Folder{{From: filepath.Join(g.stage, "tokens"), At: g.Workshop.Path("testdata", "tokens")}}, args)
	}
	return binary, judged{}
}

// compiles reports whether the machine can compile the reference now. Where it can, what
// kept it from compiling a submission is in the submission, such as an array of a gigabyte.
func (g *Grader) compiles(ctx context.Context, s sheet, wrappers []byte) bool {
	overlay := gotest.Overlay{filepath.Join(s.step.SolutionDir(), "zz_grader_test.go"): wrappers}
	binary, _, err := g.Go.Compile(ctx, s.step.SolutionDir(), overlay)
	if binary != nil {
		binary.Remove()
	}
	return err == nil && binary != nil
}

// canaries runs a test that passes and one that fails: what does not let a good test pass,
// or a bad one fail, says nothing about the others. It returns nil if all is well.
func (g *Grader) canaries(ctx context.Context, s sheet, binary *gotest.Binary, names map[string]string) *judged {
	for _, canary := range []struct {
		name   string
		wanted verdict.Verdict
	}{{mustPass, verdict.Pass}, {mustFail, verdict.Fail}} {
		test := one(ctx, binary, steps.Test{Name: canary.name})
		trouble := sandboxTrouble(test)
		switch {
		case test.Verdict == canary.wanted:
			continue
		case ctx.Err() != nil:
			return &judged{s.all(verdict.NotRun, "grading was interrupted"), true}
		case test.Verdict == verdict.Pass:
			return &judged{StepResult: s.all(verdict.Tampered, "a test that always fails did not fail: the code changes what tests say")}
		case trouble != nil:
			return &judged{s.all(verdict.GraderError, trouble.Error()), true}
		}
		cause := BeforeAny + g.cause(test, "") + lastWords(s.clean(test.Output, names, g.Workshop.Root))
		return &judged{s.all(test.Verdict.Report(), cause), test.Verdict == verdict.TimedOut}
	}
	return nil
}

// tests runs each test twice. All in one process, twice and in another order, is a tenth of
// the work of a process for each. Where the two do not say the same, or do not end as they
// should, each test gets its own.
func (g *Grader) tests(ctx context.Context, s sheet, binary *gotest.Binary, names map[string]string) []report.TestResult {
	var together [2]gotest.Result
	whole := true
	for i := range together {
		if whole {
			together[i], whole = binary.Together(ctx, s.tests, "-test.run=^("+strings.Join(s.names(names), "|")+")$", "-test.shuffle=on")
		}
	}
	var results []report.TestResult
	for i, test := range s.tests {
		var first, second gotest.TestResult
		if whole {
			first, second = together[0].Tests[i], together[1].Tests[i]
		}
		if !whole || first.Verdict != second.Verdict {
			first = binary.One(ctx, test)
			second = first
			if first.Verdict != verdict.TimedOut { // which would only take as long again
				second = one(ctx, binary, test)
			}
			// What comes of two goroutines in each other's way is chance: a crash that was
			// seen among the other tests counts.
			for _, all := range together {
				if !whole && second.Verdict == verdict.Pass && len(all.Tests) > i && all.Tests[i].Verdict == verdict.Panicked {
					second = all.Tests[i]
				}
			}
		}
		results = append(results, g.result(s, test, first, second, names))
	}
	return results
}

// vet returns what go vet finds in the files of a step that is right all the same. It costs
// no points.
func (g *Grader) vet(ctx context.Context, s sheet, files map[string][]byte, overlay gotest.Overlay) []string {
	ctx, cancel := context.WithTimeout(ctx, g.BuildTime)
	defer cancel()
	findings, err := g.Go.Vet(ctx, s.step.SolutionDir(), overlay)
	if err != nil {
		return nil // it could not say
	}
	var notes []string
	for _, finding := range findings {
		if files[finding.File] != nil {
			notes = append(notes, "go vet: "+text.Clean(withoutRoot(finding.String(), g.Workshop.Root)))
		}
	}
	const limit = 5
	return notes[:min(len(notes), limit)]
}

// names are the names of the tests in the binary.
func (s sheet) names(aliases map[string]string) []string {
	var list []string
	for _, test := range s.tests {
		list = append(list, aliases[test.Name])
	}
	return list
}

// one runs a test. Where the sandbox itself could not begin, as when somebody else has taken
// all processes for a moment, it is tried again.
func one(ctx context.Context, binary *gotest.Binary, test steps.Test) gotest.TestResult {
	for wait := 200 * time.Millisecond; ; wait *= 2 {
		result := binary.One(ctx, test)
		if sandboxTrouble(result) == nil || wait > time.Second {
			return result
		}
		time.Sleep(wait)
	}
}

// result is that of a test that was run twice: what passes once and fails once is not
// right.
func (g *Grader) result(s sheet, test steps.Test, first, second gotest.TestResult, names map[string]string) report.TestResult {
	worse := first
	if first.Verdict == verdict.Pass {
		worse = second
	}
	result := report.TestResult{
		Name: test.Name, Verdict: worse.Verdict.Report(), Seconds: worse.Took.Seconds(),
		Unstable: (first.Verdict == verdict.Pass) != (second.Verdict == verdict.Pass) && first.Verdict != verdict.NotRun && second.Verdict != verdict.NotRun,
		Output:   shortened(s.clean(worse.Output, names, g.Workshop.Root)), Mistakes: []string{},
	}
	switch {
	case worse.Verdict == verdict.Pass:
		result.Output = ""
		return result
	case sandboxTrouble(worse) != nil:
		result.Verdict, result.Cause, result.Unstable = verdict.GraderError, sandboxTrouble(worse).Error(), false
		return result
	}
	result.Cause = g.cause(worse, test.Requirement)
	if failure := worse.Failure; failure != nil {
		result.Sent, result.Answered, result.Got, result.Want = failure.Sent, failure.Answered, failure.Got, failure.Want
		result.Mistakes = s.like(test.Name, failure.Why)
	}
	if result.Unstable {
		result.Cause = "unstable: it passed once and failed once, on the same code. " + result.Cause
	}
	return result
}
