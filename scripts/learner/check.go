package learner

import (
	"context"

	"tokenauth.example/scripts/internal/check"
	"tokenauth.example/scripts/internal/command"
	"tokenauth.example/scripts/internal/session"
	"tokenauth.example/scripts/internal/setup"
	"tokenauth.example/scripts/internal/steps"
)

// checkVerb checks every step, or the one that is named, and shows the first failure.
func checkVerb(ctx context.Context, s *session.Session, in *command.Input) (int, error) {
	step, err := in.Step(s)
	if err != nil {
		return command.Trouble, err
	}
	exit, _, err := checkAndShow(ctx, s, step)
	return exit, err
}

// checkAndShow is the one way from what a learner has saved to what they are told: it checks
// every step, or the one that is given, shows the table and the first failure, remembers how
// far the learner has come, forgets the hints for what passes now, and adds what go vet
// finds. On a machine that is new to the workshop, it then fetches and compiles the rest.
// first is the step that is shown in full, or nil if all are done.
func checkAndShow(ctx context.Context, s *session.Session, only *steps.Step) (exit int, first *check.StepReport, err error) {
	checked, err := checkSteps(ctx, s, only)
	if err != nil {
		return command.Trouble, nil, err
	}
	shown := checked.view(s)
	if err := checked.remember(s, &shown); err != nil {
		return command.Trouble, nil, err
	}
	exit = shown.Report(checked.reports, checked.first)
	forgetHints(s, checked.reports)
	if err := vet(ctx, s, checked.reports); err != nil {
		return command.Trouble, nil, err
	}
	if exit == command.Done && shown.Passed == shown.All {
		if err := checked.finished(ctx, s, shown.TurnedGreen()); err != nil {
			return command.Trouble, nil, err
		}
	}
	if checked.fetched {
		err = setup.Rest(ctx, s)
	}
	return exit, checked.first, err
}
