package learner

import (
	"context"

	"tokenauth.example/scripts/internal/check"
	"tokenauth.example/scripts/internal/session"
)

// checkWhole grades the steps after one that have been begun, on the learner's own code, and
// shows the first that is not done.
func checkWhole(ctx context.Context, s *session.Session, from string) error {
	checker, err := s.Checker(ctx)
	if err != nil {
		return err
	}
	checker.Whole = true
	list, err := s.Workshop.Steps()
	if err != nil {
		return err
	}
	reference, err := checker.OnReference(ctx)
	if err != nil {
		return err
	}
	var whole checked
	first := -1
	for _, step := range list {
		if step.Name <= from || reference[step.Name] {
			continue
		}
		s.Screen.Progress("checking %s on your own steps ...%s", step.Name, slowFirstTime(step))
		report, err := whole.step(ctx, s, checker, step, false)
		if err != nil {
			return err
		}
		if report.State == check.NotStarted {
			continue
		}
		whole.reports = append(whole.reports, report)
		if first < 0 && report.State != check.Done {
			first = len(whole.reports) - 1
		}
	}
	if len(whole.reports) == 0 {
		return nil
	}
	s.Screen.Printf("\nOn your own steps:")
	shown := whole.view(s)
	shown.Rows(whole.reports)
	if first >= 0 {
		shown.Failure(whole.reports[first])
	}
	return nil
}
