// Package check grades the learner's steps, each with the original tests and on the
// ground of the solutions before it.
package check

import (
	"context"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"tokenauth.example/scripts/internal/cache"
	"tokenauth.example/scripts/internal/gotest"
	"tokenauth.example/scripts/internal/steps"
	"tokenauth.example/scripts/internal/verdict"
)

// State is where a step stands.
type State string

const (
	Done           State = "done"
	InProgress     State = "in progress"
	NotStarted     State = "not started"
	DoesNotCompile State = "does not compile"
	Missing        State = "missing"
	Unreadable     State = "unreadable"
)

// StepReport is the verdict on one step.
type StepReport struct {
	Step  steps.Step
	State State
	// Result holds every test of the step. Of a step that is not started, and was not
	// asked for, they have not been run: a stub fails them all.
	Result gotest.Result
	// Differs are given files, such as tests, that are not as they were. The originals
	// were used in their place.
	Differs []string
	// MissingFiles are the files that the learner should have, and has not.
	MissingFiles []string
	// Sources are the files that the learner completes, as they are now.
	Sources map[string][]byte
	// Err is why the state is Unreadable.
	Err error

	overlay gotest.Overlay // what stood in the place of the learner's files
	key     string         // of all that the result depends on
}

// Checker grades steps.
type Checker struct {
	Go       *gotest.Go
	Workshop *steps.Workshop
	// Whole grades a step on top of the learner's own steps, as the application runs, and
	// not on the solutions.
	Whole bool

	ground struct {
		sync.Once
		key string
		err error
	}
}

// Step grades a step. If it is as it was at first, its tests are run only if run says so.
func (c *Checker) Step(ctx context.Context, step steps.Step, run bool) (StepReport, error) {
	report := StepReport{Step: step, State: InProgress, Sources: map[string][]byte{}}
	tests, err := step.Tests()
	if err != nil {
		return report, err
	}
	for _, test := range tests {
		report.Result.Tests = append(report.Result.Tests, gotest.TestResult{Test: test, Verdict: verdict.NotRun})
	}
	files, err := step.Files()
	if err != nil {
		return report, err
	}
	untouched, err := report.read(files)
	if err == nil && report.State == InProgress && (run || !untouched) {
		if err = addOthers(step, report.overlay); err == nil {
			report.key, err = c.key(step, report.overlay)
		}
	}
	switch {
	case err != nil:
		report.State, report.Err = Unreadable, err
		return report, nil
	case report.State == Missing:
		return report, nil
	case untouched && !run:
		report.State = NotStarted
		return report, nil
	}
	if report.Result, err = c.result(ctx, report, tests); err != nil {
		return report, err
	}
	switch {
	case report.Result.Done():
		report.State = Done
	case untouched:
		report.State = NotStarted
	case report.Result.Build != "":
		report.State = DoesNotCompile
	}
	return report, nil
}

// read reads the learner's files, and reports whether all are as they were at first. What is
// judged is what is read here: a file that is saved meanwhile is judged the next time, and no
// verdict on it is kept as one on what was there before.
func (r *StepReport) read(files []steps.File) (untouched bool, err error) {
	r.overlay = gotest.Overlay{}
	untouched = true
	for _, file := range files {
		state, text, err := r.Step.State(file)
		if err != nil {
			return false, err
		}
		name := filepath.Join(r.Step.Dir(), filepath.FromSlash(file.Name))
		switch {
		case file.Kind == steps.Stub && state == steps.Missing:
			r.State = Missing
			r.MissingFiles = append(r.MissingFiles, file.Name)
		case file.Kind == steps.Stub:
			untouched = untouched && state == steps.Untouched
			r.Sources[file.Name], r.overlay[name] = text, text
		default:
			r.overlay[name] = file.Text
			if state == steps.Changed {
				r.Differs = append(r.Differs, file.Name)
			}
		}
	}
	return untouched, nil
}

// result runs the tests on what was read, or remembers what became of the same.
func (c *Checker) result(ctx context.Context, report StepReport, tests []steps.Test) (gotest.Result, error) {
	g, file := c.Go, c.Workshop.Path(".workshop", "verdicts", report.Step.Number()+".json")
	if c.Whole {
		g, file = g.With("GOWORK="+c.Workshop.Path("go.work")), c.Workshop.Path(".workshop", "verdicts", report.Step.Number()+"-whole.json")
	}
	if result, ok := cache.Recall[gotest.Result](file, report.key); ok {
		return result, nil
	}
	result, err := g.Run(ctx, report.Step.Dir(), report.overlay, tests)
	if err == nil {
		err = result.SettleTimeouts(ctx, func() (*gotest.Binary, error) {
			binary, said, err := c.Go.Compile(ctx, report.Step.SolutionDir(), nil)
			if err == nil && binary == nil {
				err = errors.New("the reference does not compile: " + said)
			}
			return binary, err
		})
	}
	if err == nil {
		cache.Remember(file, report.key, result)
	}
	return result, err
}

// Vet returns what go vet finds in the learner's own files of a step that is done. It
// changes no verdict, and is kept as long as that is. What vet cannot find out, it does
// not find.
func (c *Checker) Vet(ctx context.Context, report StepReport) ([]gotest.Finding, error) {
	if report.State != Done {
		return nil, nil
	}
	file := c.Workshop.Path(".workshop", "verdicts", report.Step.Number()+"-vet.json")
	if own, ok := cache.Recall[[]gotest.Finding](file, report.key); ok {
		return own, nil
	}
	findings, err := c.Go.Vet(ctx, report.Step.Dir(), report.overlay)
	if err != nil {
		return nil, ctx.Err()
	}
	given, err := report.Step.Given()
	if err != nil {
		return nil, err
	}
	own := slices.DeleteFunc(findings, func(finding gotest.Finding) bool { return given(finding.File) })
	cache.Remember(file, report.key, own)
	return own, nil
}

// addOthers adds the files that the learner has beside those of the step. Tests are kept
// out of the grading: they may have names that the originals have too.
func addOthers(step steps.Step, overlay gotest.Overlay) error {
	entries, err := os.ReadDir(step.Dir())
	if err != nil {
		return err
	}
	for _, entry := range entries {
		name := filepath.Join(step.Dir(), entry.Name())
		_, known := overlay[name]
		switch {
		case known:
		case strings.HasSuffix(name, "_test.go"):
			overlay[name] = nil
		case strings.HasSuffix(name, ".go") && entry.Type().IsRegular():
			if overlay[name], err = os.ReadFile(name); err != nil {
				return err
			}
		}
	}
	return nil
}

// key is that of all that a verdict depends on.
func (c *Checker) key(step steps.Step, overlay gotest.Overlay) (string, error) {
	key := cache.NewKey("verdicts 3")
	for _, name := range slices.Sorted(maps.Keys(overlay)) {
		key.Add(name, overlay[name])
	}
	notOverlaid := func(name string) bool {
		_, overlaid := overlay[name]
		return strings.HasSuffix(name, ".go") && !overlaid
	}
	if err := key.AddTree(step.Dir(), notOverlaid); err != nil {
		return "", err
	}
	if c.Whole { // a learner may save one of them at any time
		for _, root := range []string{c.Workshop.Path("steps"), c.Workshop.Path("go.work")} {
			if err := key.AddTree(root, func(string) bool { return true }); err != nil {
				return "", err
			}
		}
	}
	solutions, err := c.solutions()
	key.Add("solutions", []byte(solutions))
	return key.String(), err
}

// solutions returns the key of what every verdict depends on beside the step's own files. It's
// taken once: to read all of that for each step would be most of the work of a check.
func (c *Checker) solutions() (string, error) {
	c.ground.Do(func() {
		key := cache.NewKey("solutions")
		for _, root := range []string{c.Workshop.Path("solutions"), c.Workshop.Path("testdata", "tokens")} {
			if c.ground.err = key.AddTree(root, func(string) bool { return true }); c.ground.err != nil {
				return
			}
		}
		c.ground.key = key.String()
	})
	return c.ground.key, c.ground.err
}
