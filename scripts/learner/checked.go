package learner

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"time"

	"tokenauth.example/scripts/internal/check"
	"tokenauth.example/scripts/internal/gotest"
	"tokenauth.example/scripts/internal/progress"
	"tokenauth.example/scripts/internal/session"
	"tokenauth.example/scripts/internal/setup"
	"tokenauth.example/scripts/internal/steps"
	"tokenauth.example/scripts/internal/view"
)

// checked is what came of checking steps.
type checked struct {
	reports   []check.StepReport
	first     *check.StepReport // the first that is not done, or nil if all are
	tracks    [][]steps.Step
	reference map[string]bool // the steps that are taken from the reference
	fetched   bool            // modules had to be fetched: this machine is new to the workshop
}

// view shows what was checked.
func (c checked) view(s *session.Session) view.View {
	v := view.View{Session: s, Reference: c.reference}
	if c.first != nil {
		v.ReferenceOffered = hintsRead(s, *c.first)
	}
	return v
}

// at is the step that the learner is at: the first that is not done, or the last one.
func (c checked) at() steps.Step {
	if c.first != nil {
		return c.first.Step
	}
	return c.reports[len(c.reports)-1].Step
}

// remember takes what was checked into the learner's progress, and has the view show what
// has changed.
func (c checked) remember(s *session.Session, shown *view.View) error {
	known := progress.Load(s.Workshop)
	shown.Changes = map[string]progress.Change{}
	tests := map[string]int{}
	for _, report := range c.reports {
		shown.Changes[report.Step.Name] = known.Update(report)
		tests[report.Step.Name] = len(report.Result.Tests)
	}
	known.Save()
	track, _ := trackOf(c.tracks, c.at())
	for _, step := range track {
		if tests[step.Name] == 0 { // it wasn't checked
			found, err := step.Tests()
			if err != nil {
				return err
			}
			tests[step.Name] = len(found)
		}
		shown.Passed += known.Passed(step)
		shown.All += tests[step.Name]
	}
	return nil
}

// checkSteps checks every step, or the one that is given. Of the steps that are as they were
// at first, only the tests of the first that is not done are run.
func checkSteps(ctx context.Context, s *session.Session, only *steps.Step) (c checked, err error) {
	checker, err := s.Checker(ctx)
	if err != nil {
		return c, err
	}
	checker.Go.Waiting = func(test string, took time.Duration) {
		s.Screen.Progress("waiting for %s, which has not ended after %.0f seconds: does it loop? ...", test, took.Seconds())
	}
	if c.tracks, err = s.Workshop.Tracks(); err != nil {
		return c, err
	}
	c.reference, _ = checker.OnReference(ctx) // doctor says what is wrong with go.work; here it does not matter
	var list []steps.Step
	if only != nil {
		list = []steps.Step{*only}
	} else {
		list = inPlay(c.tracks, c.reference)
	}
	first := -1
	for i, step := range list {
		s.Screen.Progress("checking %s ...%s", step.Name, slowFirstTime(step))
		skipped := only == nil && c.reference[step.Name]
		report, err := c.step(ctx, s, checker, step, first < 0 && !skipped)
		if err != nil {
			return c, err
		}
		c.reports = append(c.reports, report)
		if first < 0 && !skipped && report.State != check.Done {
			first = i
		}
	}
	if first >= 0 {
		c.first = &c.reports[first]
	}
	return c, nil
}

// step checks one step. On a machine that is new to the workshop, its modules are fetched
// first.
func (c *checked) step(ctx context.Context, s *session.Session, checker *check.Checker, step steps.Step, run bool) (check.StepReport, error) {
	report, err := checker.Step(ctx, step, run)
	if !errors.As(err, new(*gotest.MissingModules)) {
		return report, err
	}
	if err := setup.Step(ctx, s, step); err != nil {
		return report, err
	}
	c.fetched = true
	s.Screen.Progress("checking %s ... (the first time, Go compiles what it uses)", step.Name)
	return checker.Step(ctx, step, run)
}

// slowFirstTime says why a step keeps a learner waiting, where it does.
func slowFirstTime(step steps.Step) string {
	text, err := os.ReadFile(filepath.Join(step.SolutionDir(), "go.mod"))
	if err == nil && bytes.Contains(text, []byte("modernc.org/sqlite")) {
		return " (the first time, SQLite takes a minute)"
	}
	return ""
}
