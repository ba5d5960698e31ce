package view

import (
	"fmt"
	"slices"
	"strings"

	"tokenauth.example/scripts/internal/check"
	"tokenauth.example/scripts/internal/lesson"
	"tokenauth.example/scripts/internal/screen"
	"tokenauth.example/scripts/internal/steps"
	"tokenauth.example/scripts/internal/verdict"
)

// momentum shows how far a learner has come: the tasks of the step that they are at, how much
// of the track is done, and what has changed since the last check. There is nothing of it for
// somebody who has not begun.
func (v View) momentum(reports []check.StepReport, first *check.StepReport) {
	at := first
	if at == nil && len(reports) == 1 {
		at = &reports[0]
	}
	begun := v.All > 0 && v.Passed > 0
	tasks := at != nil && (at.State == check.InProgress || at.State == check.Done)
	if begun || tasks {
		v.Screen.Printf("")
	}
	if tasks {
		v.Screen.Wrap("  ", "tasks   "+strings.Join(v.tasks(*at), "  "))
	}
	if begun {
		v.Screen.Printf("  %s", v.bar())
	}
	for _, report := range reports {
		change := v.Changes[report.Step.Name]
		if report.State == check.Done && len(change.Green) > maxNames {
			change.Green = []string{"all of " + report.Step.Name}
		}
		v.names(screen.Green, "passes now   ", change.Green)
		v.names(screen.Red, "passed before, fails now   ", change.Red)
	}
}

// TurnedGreen reports whether a test passes that did not at the last check.
func (v View) TurnedGreen() bool {
	for _, change := range v.Changes {
		if len(change.Green) > 0 {
			return true
		}
	}
	return false
}

// tasks are the numbers of a step's tasks, each with a tick if all of its tests pass.
func (v View) tasks(report check.StepReport) []string {
	done, order := map[int]bool{}, []int{}
	for _, test := range report.Result.Tests {
		if _, seen := done[test.Task]; !seen {
			done[test.Task] = true
			order = append(order, test.Task)
		}
		done[test.Task] = done[test.Task] && test.Verdict == verdict.Pass
	}
	var shown []string
	for _, task := range order {
		if done[task] {
			shown = append(shown, v.Screen.Paint(screen.Green, fmt.Sprintf("✓%d", task)))
		} else {
			shown = append(shown, fmt.Sprint(task))
		}
	}
	return shown
}

// bar is how much of the track is done, as a picture and in words.
func (v View) bar() string {
	const width = 30
	full := width * v.Passed / v.All
	return fmt.Sprintf("%s%s   %d of %d tests in this track", strings.Repeat("▓", full), strings.Repeat("░", width-full), v.Passed, v.All)
}

// maxNames is how many tests are called by their names.
const maxNames = 4

// names shows a few names of tests behind a word.
func (v View) names(colour screen.Colour, word string, names []string) {
	if len(names) == 0 {
		return
	}
	shown := strings.Join(names[:min(len(names), maxNames)], ", ")
	if rest := len(names) - maxNames; rest > 0 {
		shown += fmt.Sprintf(" and %d more", rest)
	}
	v.Screen.Label(colour, "  "+word, shown)
}

// finished says of a step that is done what has been built, and what comes next.
func (v View) finished(report check.StepReport) {
	v.Screen.Printf("\nDone.")
	if text, err := lesson.Read(report.Step.Dir()); err == nil && text.Built != "" {
		v.Screen.Printf("")
		v.Screen.Wrap("  ", text.Built)
	}
	v.Screen.Printf("")
	v.Screen.Command("  ", "Three people changed the reference of this step. What did each of them break?", v.Command("spot", &report.Step))
	if next := nextStep(report.Step); next != nil {
		v.Screen.Printf("  Next: steps/%s/README.md", next.Name)
	} else {
		v.Screen.Command("  ", "See where you are:", v.Command("check", nil))
	}
}

// nextStep is the step after one, or nil.
func nextStep(step steps.Step) *steps.Step {
	list, err := step.Workshop.Steps()
	if err != nil {
		return nil
	}
	if i := slices.IndexFunc(list, func(s steps.Step) bool { return s.Name == step.Name }) + 1; i > 0 && i < len(list) {
		return &list[i]
	}
	return nil
}
