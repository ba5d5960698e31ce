package learner

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"time"

	"tokenauth.example/scripts/internal/check"
	"tokenauth.example/scripts/internal/command"
	"tokenauth.example/scripts/internal/gotest"
	"tokenauth.example/scripts/internal/progress"
	"tokenauth.example/scripts/internal/session"
	"tokenauth.example/scripts/internal/setup"
	"tokenauth.example/scripts/internal/steps"
	"tokenauth.example/scripts/internal/view"
)

// judge is the one way from what a learner has saved to what they are told: it grades every
// step, or the one that is given, shows the table and the first failure, forgets the hints
// for what passes now, and adds what go vet finds. first is the step that is shown in full,
// or nil if all are done.
func judge(ctx context.Context, s *session.Session, only *steps.Step) (exit int, first *check.StepReport, err error) {
	graded, err := grade(ctx, s, only)
	if err != nil {
		return command.Trouble, nil, err
	}
	shown := graded.view(s)
	if err := graded.remember(s, &shown); err != nil {
		return command.Trouble, nil, err
	}
	exit = shown.Report(graded.reports, graded.first)
	forgetHints(s, graded.reports)
	if err := vet(ctx, s, graded.reports); err != nil {
		return command.Trouble, nil, err
	}
	if exit == command.Done && shown.Passed == shown.All {
		finished(ctx, s)
	}
	if graded.fetched {
		err = setup.Rest(ctx, s)
	}
	return exit, graded.first, err
}

// graded is what came of grading steps.
type graded struct {
	reports   []check.StepReport
	first     *check.StepReport // the first that is not done, or nil if all are
	reference map[string]bool   // the steps that are taken from the reference
	fetched   bool              // modules had to be fetched: this machine is new to the workshop
}

// view shows what was graded.
func (g graded) view(s *session.Session) view.View {
	v := view.View{Session: s, Reference: g.reference}
	if g.first != nil {
		v.ReferenceOffered = hintsRead(s, *g.first)
	}
	return v
}

// remember takes what was graded into the learner's progress, and has the view show what
// has changed.
func (g graded) remember(s *session.Session, shown *view.View) error {
	known := progress.Load(s.Workshop)
	shown.Changes = map[string]progress.Change{}
	for _, report := range g.reports {
		shown.Changes[report.Step.Name] = known.Update(report)
	}
	known.Save()
	list, err := s.Workshop.Steps()
	if err != nil {
		return err
	}
	for _, step := range list {
		tests, err := step.Tests()
		if err != nil {
			return err
		}
		shown.Passed += known.Passed(step)
		shown.All += len(tests)
	}
	return nil
}

// grade grades every step, or the one that is given.
func grade(ctx context.Context, s *session.Session, only *steps.Step) (g graded, err error) {
	checker, err := s.Checker(ctx)
	if err != nil {
		return g, err
	}
	checker.Go.Waiting = func(test string, took time.Duration) {
		s.Screen.Progress("waiting for %s, which has not ended after %.0f seconds: does it loop? ...", test, took.Seconds())
	}
	list, err := s.Workshop.Steps()
	if err != nil {
		return g, err
	}
	if only != nil {
		list = []steps.Step{*only}
	}
	g.reference, _ = checker.OnReference(ctx) // doctor says what is wrong with go.work; here it does not matter
	first := -1
	for i, step := range list {
		s.Screen.Progress("checking %s ...%s", step.Name, slowFirstTime(step))
		skipped := only == nil && g.reference[step.Name]
		report, err := g.step(ctx, s, checker, step, first < 0 && !skipped)
		if err != nil {
			return g, err
		}
		g.reports = append(g.reports, report)
		if first < 0 && !skipped && report.State != check.Done {
			first = i
		}
	}
	if first >= 0 {
		g.first = &g.reports[first]
	}
	return g, nil
}

// step grades one step. On a machine that is new to the workshop, its modules are fetched
// first.
func (g *graded) step(ctx context.Context, s *session.Session, checker *check.Checker, step steps.Step, run bool) (check.StepReport, error) {
	report, err := checker.Step(ctx, step, run)
	if !errors.As(err, new(*gotest.MissingModules)) {
		return report, err
	}
	if err := setup.Step(ctx, s, step); err != nil {
		return report, err
	}
	g.fetched = true
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

// vet says what go vet finds in the steps that are done. It comes after the verdicts, which
// do not wait for it.
func vet(ctx context.Context, s *session.Session, reports []check.StepReport) error {
	checker, err := s.Checker(ctx)
	if err != nil {
		return err
	}
	for _, report := range reports {
		s.Screen.Progress("vetting %s ...%s", report.Step.Name, slowFirstTime(report.Step))
		findings, err := checker.Vet(ctx, report)
		if err != nil {
			return err
		}
		if len(findings) == 0 {
			continue
		}
		s.Screen.Printf("")
		s.Screen.Wrap("  ", fmt.Sprintf("%s passes every test, but go vet finds something that may be wrong all the same. The verdict stays as it is:", report.Step.Name))
		s.Screen.Printf("")
		for _, finding := range findings {
			s.Screen.Wrap("    ", path.Join("steps", report.Step.Name, finding.String()))
		}
	}
	return nil
}
