package main

import (
	"bytes"
	"context"
	"os"
	"path"
	"path/filepath"

	"tokenauth.example/scripts/internal/command"
	"tokenauth.example/scripts/internal/files"
	"tokenauth.example/scripts/internal/session"
)

// stubs writes the files of steps/ that come from solutions/, and the lists of cards. With
// -check it only
// says which of them are not as they should be.
func stubs(ctx context.Context, s *session.Session, in *command.Input) (int, error) {
	drifted, err := drift(s.Workshop)
	if err != nil {
		return command.Trouble, err
	}
	for _, kind := range []string{"mistakes", "variants"} {
		now, wanted, err := catalogue(s.Workshop, kind)
		if err != nil {
			return command.Trouble, err
		}
		if !bytes.Equal(now, wanted) {
			drifted = append(drifted, derived{path.Join("testdata", kind, "README.md"), "does not list the cards as they are", wanted})
		}
	}
	if in.Bool("check") {
		return showDrift(s, drifted), nil
	}
	for _, d := range drifted {
		if d.text == nil {
			s.Screen.Printf("%s %s", d.name, d.says)
			continue
		}
		name := s.Workshop.Path(filepath.FromSlash(d.name))
		kept := ""
		if committed(ctx, s.Workshop, d.name) { // git has what is there, so no copy is needed
			err = os.WriteFile(name, d.text, 0o644)
		} else {
			kept, err = files.Replace(name, d.text)
		}
		if err != nil {
			return command.Trouble, err
		}
		s.Screen.Printf("%s was written", d.name)
		if kept != "" {
			s.Screen.Printf("  What was there: %s", filepath.Base(kept))
		}
	}
	return command.Done, nil
}

// showDrift names what is not as it is derived, and returns the exit code.
func showDrift(s *session.Session, drifted []derived) int {
	for _, d := range drifted {
		s.Screen.Printf("%s %s", d.name, d.says)
	}
	if len(drifted) > 0 {
		s.Screen.Printf("\nDerive them: %s", session.Plain("stubs"))
		return command.NotYet
	}
	s.Screen.Printf("Everything that is derived is as it should be.")
	return command.Done
}
