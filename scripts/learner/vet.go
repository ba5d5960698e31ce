package learner

import (
	"context"
	"fmt"
	"path"

	"tokenauth.example/scripts/internal/check"
	"tokenauth.example/scripts/internal/session"
)

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
