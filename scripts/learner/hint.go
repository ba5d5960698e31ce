package learner

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"tokenauth.example/scripts/internal/check"
	"tokenauth.example/scripts/internal/command"
	"tokenauth.example/scripts/internal/lesson"
	"tokenauth.example/scripts/internal/screen"
	"tokenauth.example/scripts/internal/session"
	"tokenauth.example/scripts/internal/verdict"
)

// hint shows the next hint for the first test that fails.
func hint(ctx context.Context, s *session.Session, in *command.Input) (int, error) {
	only, err := in.Step(s)
	if err != nil {
		return command.Trouble, err
	}
	checked, err := checkSteps(ctx, s, only)
	if err != nil {
		return command.Trouble, err
	}
	first := checked.first
	if first == nil {
		s.Screen.Printf("Nothing fails, so there's nothing to give a hint about.")
		return command.Done, nil
	}
	if first.State != check.InProgress && first.State != check.NotStarted {
		checked.view(s).Failure(*first)
		return command.NotYet, nil
	}
	test := first.Result.FirstFailure().Name
	hints, err := lesson.ReadHints(first.Step.Dir())
	if err != nil {
		return command.Trouble, session.WayOut(err, "%s", s.BringBack("steps/"+first.Step.Name+"/HINTS.md"))
	}
	ladder := hints[test]
	if len(ladder) == 0 {
		return command.Trouble, session.WayOut(fmt.Errorf("there are no hints for %s", test), "See the reference: %s", s.Command("show", &first.Step))
	}
	given := hintsGiven(s)
	n := min(given[test], len(ladder)-1)
	s.Screen.Printf("\n  %s   %s   hint %d of %d\n", first.Step.Name, s.Screen.Paint(screen.Bold, test), n+1, len(ladder))
	s.Screen.Wrap("    ", ladder[n])
	s.Screen.Printf("")
	switch last := n+1 == len(ladder); {
	case s.Keys && last:
		s.Screen.Printf("    That was the last one. s shows the reference.")
	case s.Keys:
		s.Screen.Printf("    There is more: h")
	case last:
		s.Screen.Printf("    That was the last one. The reference: %s", s.Command("show", &first.Step))
	default:
		s.Screen.Printf("    There is more: %s", s.Command("hint", &first.Step))
	}
	given[test] = n + 1
	if err := rememberHints(s, given); err != nil {
		s.Screen.Printf("")
		s.Screen.Wrap("    ", fmt.Sprintf("Which hints you've seen can't be saved (%v), so this one will come again. All of them are in steps/%s/HINTS.md", err, first.Step.Name))
	}
	return command.Done, nil
}

// hintsRead reports whether all hints for the test at which a step stands have been given.
func hintsRead(s *session.Session, report check.StepReport) bool {
	failure := report.Result.FirstFailure()
	if failure == nil {
		return false
	}
	hints, err := lesson.ReadHints(report.Step.Dir())
	return err == nil && len(hints[failure.Name]) > 0 && hintsGiven(s)[failure.Name] >= len(hints[failure.Name])
}

func hintsFile(s *session.Session) string { return s.Workshop.Path(".workshop", "hints.json") }

// hintsGiven returns how many hints were given for each test.
func hintsGiven(s *session.Session) map[string]int {
	given := map[string]int{}
	if text, err := os.ReadFile(hintsFile(s)); err == nil {
		_ = json.Unmarshal(text, &given) // if it is broken, the hints begin again
	}
	return given
}

// forgetHints has the hints for tests that pass begin again, should they ever fail.
func forgetHints(s *session.Session, reports []check.StepReport) {
	given := hintsGiven(s)
	before := len(given)
	for _, report := range reports {
		for _, test := range report.Result.Tests {
			if test.Verdict == verdict.Pass {
				delete(given, test.Name)
			}
		}
	}
	if len(given) < before {
		_ = rememberHints(s, given) // then a hint too many is thought to be given
	}
}

// rememberHints keeps how many hints were given for each test.
func rememberHints(s *session.Session, given map[string]int) error {
	text, err := json.Marshal(given)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(hintsFile(s)), 0o755); err != nil {
		return err
	}
	return os.WriteFile(hintsFile(s), text, 0o644)
}
