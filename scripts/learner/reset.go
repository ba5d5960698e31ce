package learner

import (
	"context"
	"os"
	"path"
	"path/filepath"

	"tokenauth.example/scripts/internal/command"
	"tokenauth.example/scripts/internal/files"
	"tokenauth.example/scripts/internal/session"
	"tokenauth.example/scripts/internal/steps"
)

// reset makes a step what it was at first.
func reset(ctx context.Context, s *session.Session, in *command.Input) (int, error) {
	step, err := in.Step(s)
	if err != nil {
		return command.Trouble, err
	}
	list, err := step.Files()
	if err != nil {
		return command.Trouble, err
	}
	changed := false
	for _, file := range list {
		state, _, err := step.State(file)
		if err != nil {
			return command.Trouble, session.WayOut(err, "Let your user read it: what you have is kept before anything is written.")
		}
		if state == steps.Untouched {
			continue
		}
		changed = true
		name := filepath.Join(step.Dir(), filepath.FromSlash(file.Name))
		kept, err := files.Replace(name, file.Text)
		if err != nil {
			return command.Trouble, err
		}
		shown := path.Join("steps", step.Name, file.Name)
		s.Screen.Printf("%s is as it was at the start.", shown)
		if kept != "" {
			s.Screen.Printf("  What you had: %s", path.Join("steps", step.Name, path.Dir(file.Name), filepath.Base(kept)))
			s.Screen.Printf("  The way back: rename that to %s", path.Base(file.Name))
		}
	}
	if !changed {
		s.Screen.Printf("%s is as it was at the start, so there's nothing to reset.", step.Name)
	}
	for _, name := range []string{"README.md", "HINTS.md"} {
		if _, err := os.Stat(filepath.Join(step.Dir(), name)); err != nil {
			s.Screen.Printf("%s is missing. %s", name, s.BringBack("steps/"+step.Name+"/"+name))
		}
	}
	return command.Done, nil
}
