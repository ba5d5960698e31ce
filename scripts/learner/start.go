package learner

import (
	"context"
	"errors"

	"tokenauth.example/scripts/internal/command"
	"tokenauth.example/scripts/internal/machine"
	"tokenauth.example/scripts/internal/session"
	"tokenauth.example/scripts/internal/setup"
)

// start shows the learner where they are, and then fetches what the workshop will need.
func start(ctx context.Context, s *session.Session, _ *command.Input) (int, error) {
	for _, f := range machine.Findings(ctx, s) {
		switch {
		case f.Cure != "" && f.Fatal:
			return command.Trouble, session.WayOut(errors.New(f.Says), "%s", f.Cure)
		case f.Cure != "":
			f.Show(s.Screen)
		}
	}
	checked, err := checkSteps(ctx, s, nil)
	if err != nil {
		return command.Trouble, err
	}
	checked.view(s).Welcome(checked.reports, checked.first)
	return command.Done, setup.Rest(ctx, s)
}
