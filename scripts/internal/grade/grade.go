// Package grade grades submissions, trusting none of them. Grading a step is a function of
// its files: they are read by package intake, judged by package allow, compiled beside the
// reference, and run by package sandbox, one process a test. The same files get the same
// verdicts, so those are kept.
package grade

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"tokenauth.example/scripts/internal/cache"
	"tokenauth.example/scripts/internal/gotest"
	"tokenauth.example/scripts/internal/intake"
	"tokenauth.example/scripts/internal/report"
	"tokenauth.example/scripts/internal/sandbox"
	"tokenauth.example/scripts/internal/steps"
	"tokenauth.example/scripts/internal/verdict"
)

// How long things may take, if nothing else is said. To compile SQLite takes a minute, the
// first time.
const (
	TestTime  = gotest.TestTime
	BuildTime = 3 * time.Minute
)

// Grader grades submissions.
type Grader struct {
	Go       *gotest.Go
	Workshop *steps.Workshop
	Steps    []steps.Step
	Sandbox  *sandbox.Sandbox
	Points   Points
	Fresh    bool // judge anew what was judged before
	Jobs     int  // how many steps are judged at a time
	// Outside has programs asked over HTTP too, whether they keep the contract.
	Outside bool
	// TestTime and BuildTime are how long a test, and compiling, may take, if not the
	// usual time.
	TestTime, BuildTime time.Duration
	// Ungated lets code pass that the gate refuses. It is for tests of what stands behind.
	Ungated bool
	// Progress is told what has been done.
	Progress func(done, all int, learner string)

	sheets       []sheet
	slots        chan struct{}
	flight       sync.Map       // by key, what is being judged now
	stage        string         // a folder that the sandbox may read
	judgeProgram *gotest.Binary // which judges other programs from outside
}

// Class grades the submissions. When ctx ends, the rest is "not run", and the result is
// whole all the same.
func (g *Grader) Class(ctx context.Context, submissions []*intake.Submission) (report.Class, error) {
	class := report.Class{Version: 2, Graded: time.Now().UTC(), Isolation: g.Sandbox.Kind, Warnings: []string{}, Steps: []report.Step{}, Learners: []report.Learner{}}
	if g.Sandbox.Kind == sandbox.None {
		class.Warnings = append(class.Warnings, "No isolation: the submissions ran with the grader's own rights, and could read, change and send whatever it can. "+
			"Trust these grades as far as you trust the learners. Why: "+g.Sandbox.Why+".")
	}
	defer func() { os.RemoveAll(g.stage) }()
	if err := g.prepare(ctx); err != nil {
		return class, err
	}
	for _, sheet := range g.sheets {
		class.Steps = append(class.Steps, sheet.report)
	}
	class.Learners = make([]report.Learner, len(submissions))
	var group sync.WaitGroup
	var mu sync.Mutex
	done := 0
	for i, submission := range submissions {
		group.Go(func() {
			class.Learners[i] = g.learner(ctx, submission)
			mu.Lock()
			defer mu.Unlock()
			done++
			if g.Progress != nil {
				g.Progress(done, len(submissions), submission.Name)
			}
		})
	}
	group.Wait()
	slices.SortStableFunc(class.Learners, func(a, b report.Learner) int { return strings.Compare(a.Name, b.Name) })
	class.Interrupted = ctx.Err() != nil
	class.Seconds = time.Since(class.Graded).Seconds()
	return class, nil
}

// prepare reads what is the same for every submission.
func (g *Grader) prepare(ctx context.Context) error {
	g.TestTime, g.BuildTime = cmp.Or(g.TestTime, TestTime), cmp.Or(g.BuildTime, BuildTime)
	g.slots = make(chan struct{}, g.Jobs)
	for _, step := range g.Steps {
		sheet, err := g.sheet(step)
		if err != nil {
			return fmt.Errorf("%s: %w", step.Name, err)
		}
		g.sheets = append(g.sheets, sheet)
	}
	// Copies that the sandbox's user may read, wherever the workshop is.
	var err error
	if g.stage, err = g.Sandbox.Stage(); err != nil {
		return err
	}
	g.Go.Temp, g.Go.Limits = g.stage, sandbox.BuildLimits()
	if err := os.CopyFS(filepath.Join(g.stage, "tokens"), os.DirFS(g.Workshop.Path("testdata", "tokens"))); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if slices.ContainsFunc(g.sheets, func(s sheet) bool { return s.program }) {
		return g.buildJudge(ctx)
	}
	return nil
}

// learner grades one submission.
func (g *Grader) learner(ctx context.Context, submission *intake.Submission) report.Learner {
	began := time.Now()
	learner := report.Learner{Name: submission.Name, Source: submission.Source, Problem: submission.Problem, Notes: append([]string{}, submission.Notes...), Steps: make([]report.StepResult, len(g.sheets))}
	var group sync.WaitGroup
	for i, sheet := range g.sheets {
		group.Go(func() { learner.Steps[i] = g.step(ctx, sheet, submission) })
	}
	group.Wait()
	for i, sheet := range g.sheets {
		result := &learner.Steps[i]
		if differs := submission.Differs[sheet.step.Name]; len(differs) > 0 {
			result.Notes = append(result.Notes, strings.Join(differs, ", ")+": differs from the original, which was used in its place")
		}
		for j := range result.Tests {
			test := &result.Tests[j]
			test.MaxPoints = sheet.report.Tests[j].Points
			if test.Verdict == verdict.Pass {
				test.Points = test.MaxPoints
			}
			learner.Points += test.Points
			learner.MaxPoints += test.MaxPoints
		}
	}
	learner.Seconds = time.Since(began).Seconds()
	return learner
}

// step judges the files of a step, or remembers what was made of the same files.
func (g *Grader) step(ctx context.Context, s sheet, submission *intake.Submission) report.StepResult {
	switch {
	case submission.Unreadable:
		return s.all(verdict.NotRun, submission.Problem)
	case submission.Problem != "":
		return s.all(verdict.Rejected, submission.Problem)
	}
	if result, whole := s.before(submission, g.Ungated); !whole {
		return result
	}
	files := map[string][]byte{}
	key := cache.NewKey(s.ground)
	for _, name := range slices.Sorted(maps.Keys(submission.Files[s.step.Name])) {
		files[name] = submission.Files[s.step.Name][name]
		key.Add(name, files[name])
	}
	// Of many submissions with the same files, one is judged, and the others wait for it.
	once, _ := g.flight.LoadOrStore(s.step.Name+key.String(), sync.OnceValue(func() report.StepResult {
		file := g.Workshop.Path(".workshop", "grades", s.step.Name, key.String()+".json")
		if result, ok := cache.Recall[report.StepResult](file, key.String()); ok && !g.Fresh {
			return result
		}
		g.slots <- struct{}{}
		defer func() { <-g.slots }()
		result := g.judge(ctx, s, files)
		if !result.discard {
			cache.Remember(file, key.String(), result.StepResult)
		}
		return result.StepResult
	}))
	result := once.(func() report.StepResult)()
	result.Tests, result.Notes = slices.Clone(result.Tests), slices.Clone(result.Notes) // others have the same
	return result
}
