package main

import (
	"context"
	"path/filepath"

	"tokenauth.example/scripts/internal/command"
	"tokenauth.example/scripts/internal/session"
	"tokenauth.example/scripts/internal/steps"
)

// stubs writes the files of steps/ that come from solutions/, and the lists of cards. With
// -check it only says which of them are not as they should be. Both name the cards that do
// not fit their solution any more.
func stubs(ctx context.Context, s *session.Session, in *command.Input) (int, error) {
	drifted, err := driftedFiles(s.Workshop)
	if err != nil {
		return command.Trouble, err
	}
	stale, err := staleCards(s.Workshop)
	if err != nil {
		return command.Trouble, err
	}
	if in.Bool("check") {
		return showDrift(s, drifted, stale), nil
	}
	if err := derive(ctx, s, drifted); err != nil {
		return command.Trouble, err
	}
	showStale(s, stale)
	return command.Done, nil
}

// driftedFiles returns all files that are not as they are derived.
func driftedFiles(workshop *steps.Workshop) ([]derived, error) {
	drifted, err := drift(workshop)
	if err != nil {
		return nil, err
	}
	lists, err := driftedLists(workshop)
	return append(drifted, lists...), err
}

// derive writes what is not as it is derived.
func derive(ctx context.Context, s *session.Session, drifted []derived) error {
	for _, d := range drifted {
		if d.text == nil {
			s.Screen.Printf("%s %s", d.name, d.says)
			continue
		}
		copied, err := overwrite(ctx, s.Workshop, d.name, d.text)
		if err != nil {
			return err
		}
		s.Screen.Printf("%s was written", d.name)
		if copied != "" {
			s.Screen.Printf("  What was there: %s", filepath.Base(copied))
		}
	}
	return nil
}

// showDrift names what is not as it is derived, and returns the exit code.
func showDrift(s *session.Session, drifted, stale []derived) int {
	for _, d := range drifted {
		s.Screen.Printf("%s %s", d.name, d.says)
	}
	if len(drifted) > 0 {
		s.Screen.Printf("\nDerive them: %s", session.Plain("stubs"))
	}
	showStale(s, stale)
	if len(drifted)+len(stale) > 0 {
		return command.NotYet
	}
	s.Screen.Printf("Everything that is derived is as it should be.")
	return command.Done
}

// showStale names the cards that do not fit their solution any more.
func showStale(s *session.Session, stale []derived) {
	for _, d := range stale {
		s.Screen.Wrap("", d.name+" "+d.says)
	}
	if len(stale) > 0 {
		s.Screen.Printf("\nRebase them: %s", session.Plain("rebase"))
	}
}
