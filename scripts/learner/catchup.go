package learner

import (
	"context"
	"fmt"
	"strings"

	"tokenauth.example/scripts/internal/command"
	"tokenauth.example/scripts/internal/session"
)

// catchup takes the steps before the one that is named from the reference, by leaving
// them out of go.work. No file of the learner's is touched.
func catchup(ctx context.Context, s *session.Session, in *command.Input) (int, error) {
	step, err := in.Step(s)
	if err != nil {
		return command.Trouble, err
	}
	list, err := s.Workshop.Steps()
	if err != nil {
		return command.Trouble, err
	}
	g, err := s.Go(ctx)
	if err != nil {
		return command.Trouble, err
	}
	edit := []string{"work", "edit"}
	var before []string
	for _, s := range list {
		if s.Name < step.Name {
			edit = append(edit, "-dropuse=./steps/"+s.Name)
			before = append(before, "./steps/"+s.Name)
		} else {
			edit = append(edit, "-use=./steps/"+s.Name)
		}
	}
	cmd := g.Command(ctx, s.Workshop.Root, []string{"GOWORK=" + s.Workshop.Path("go.work")}, append(edit, "go.work")...)
	if out, err := cmd.CombinedOutput(); err != nil {
		return command.Trouble, session.WayOut(fmt.Errorf("go.work could not be changed: %s", strings.TrimSpace(string(out))), "%s", s.BringBack("go.work"))
	}
	if len(before) == 0 {
		s.Screen.Printf("Every step is your own again.")
		return command.Done, nil
	}
	s.Screen.Printf("The steps before %s are taken from the reference now. Your files are as", step.Number())
	s.Screen.Printf("they were. To use them again: %s", s.Command("catchup", &list[0]))
	s.Screen.Printf("\nGo on: %s", s.Command("check", step))
	return command.Done, nil
}
