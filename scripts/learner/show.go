package learner

import (
	"bufio"
	"bytes"
	"context"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/aymanbagabas/go-udiff"
	"golang.org/x/term"

	"tokenauth.example/scripts/internal/command"
	"tokenauth.example/scripts/internal/screen"
	"tokenauth.example/scripts/internal/session"
	"tokenauth.example/scripts/internal/steps"
	"tokenauth.example/scripts/internal/stub"
)

// show prints how the learner's step differs from the reference. Somebody who has not done
// the step is asked first.
func show(ctx context.Context, s *session.Session, in *command.Input) (int, error) {
	step, err := in.Step(s)
	if err != nil {
		return command.Trouble, err
	}
	if !in.Bool("yes") && term.IsTerminal(int(os.Stdin.Fd())) {
		done, err := doneSteps(ctx, s, step)
		if err != nil {
			return command.Trouble, err
		}
		if len(done) == 0 && !agrees(s) {
			s.Screen.Printf("Then a hint, perhaps: %s", s.Command("hint", step))
			return command.Done, nil
		}
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
		diff, err := difference(s, *step, file.Name)
		if err != nil {
			return command.Trouble, err
		}
		same = same && diff == ""
		showDifference(s.Screen, diff)
	}
	if same {
		s.Screen.Printf("Your step is the reference, to the letter.")
	}
	return command.Done, nil
}

// agrees asks whether the reference is to be shown.
func agrees(s *session.Session) bool {
	s.Screen.Printf("This shows the whole reference beside your code, and takes the fun out of finding it yourself. Show it? [y/N]")
	answers := bufio.NewScanner(os.Stdin)
	return strings.HasPrefix(strings.ToLower(ask(answers)), "y")
}

// difference returns how one of the learner's files differs from the reference, as a unified
// diff. Neither line ends nor the maintainers' marks are a difference.
func difference(s *session.Session, step steps.Step, name string) (string, error) {
	yours, err := os.ReadFile(filepath.Join(step.Dir(), filepath.FromSlash(name)))
	if err != nil {
		return "", session.WayOut(err, "Begin the step again: %s", s.Command("reset", &step))
	}
	solved, err := os.ReadFile(filepath.Join(step.SolutionDir(), filepath.FromSlash(name)))
	if err != nil {
		return "", err
	}
	plain := func(source []byte) string {
		return string(stub.Clean(bytes.ReplaceAll(source, []byte("\r\n"), []byte("\n"))))
	}
	at := path.Join(step.Name, name)
	return udiff.Unified("steps/"+at, "solutions/"+at, plain(yours), plain(solved)), nil
}

func showDifference(out *screen.Screen, diff string) {
	for line := range strings.Lines(diff) {
		line = strings.TrimRight(line, "\n")
		switch {
		case strings.HasPrefix(line, "+"):
			line = out.Paint(screen.Green, line)
		case strings.HasPrefix(line, "-"):
			line = out.Paint(screen.Red, line)
		}
		out.Printf("%s", line)
	}
}
