package learner

import (
	"context"

	"tokenauth.example/scripts/internal/command"
	"tokenauth.example/scripts/internal/session"
)

// checkSteps grades every step, or the one that is named, and shows the first failure.
func checkSteps(ctx context.Context, s *session.Session, in *command.Input) (int, error) {
	step, err := in.Step(s)
	if err != nil {
		return command.Trouble, err
	}
	exit, _, err := judge(ctx, s, step)
	return exit, err
}
