package learner

import (
	"bytes"
	"context"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/aymanbagabas/go-udiff"

	"tokenauth.example/scripts/internal/command"
	"tokenauth.example/scripts/internal/screen"
	"tokenauth.example/scripts/internal/session"
	"tokenauth.example/scripts/internal/steps"
	"tokenauth.example/scripts/internal/stub"
)

// show prints how the learner's step differs from the reference.
func show(ctx context.Context, s *session.Session, in *command.Input) (int, error) {
	step, err := in.Step(s)
	if err != nil {
		return command.Trouble, err
	}
	files, err := step.Files()
	if err != nil {
		return command.Trouble, err
	}
	same := true
	for _, file := range files {
		if file.Kind != steps.Stub {
			continue
		}
		yours, err := os.ReadFile(filepath.Join(step.Dir(), filepath.FromSlash(file.Name)))
		if err != nil {
			return command.Trouble, session.WayOut(err, "Begin the step again: %s", s.Command("reset", step))
		}
		solved, err := os.ReadFile(filepath.Join(step.SolutionDir(), filepath.FromSlash(file.Name)))
		if err != nil {
			return command.Trouble, err
		}
		name := path.Join(step.Name, file.Name)
		yours = stub.Clean(bytes.ReplaceAll(yours, []byte("\r\n"), []byte("\n"))) // a copy of the reference has its marks
		diff := udiff.Unified("steps/"+name, "solutions/"+name, string(yours), string(stub.Clean(solved)))
		for line := range strings.Lines(diff) {
			same = false
			line = strings.TrimRight(line, "\n")
			switch {
			case strings.HasPrefix(line, "+"):
				line = s.Screen.Paint(screen.Green, line)
			case strings.HasPrefix(line, "-"):
				line = s.Screen.Paint(screen.Red, line)
			}
			s.Screen.Printf("%s", line)
		}
	}
	if same {
		s.Screen.Printf("Your step is the reference, to the letter.")
	}
	return command.Done, nil
}
