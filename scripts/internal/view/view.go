// Package view shows what became of a learner's steps: the table of all, and the first
// failure in full, with what it costs, what was sent, and where it is to be done.
package view

import (
	"fmt"
	"slices"
	"strings"

	"tokenauth.example/scripts/internal/check"
	"tokenauth.example/scripts/internal/command"
	"tokenauth.example/scripts/internal/screen"
	"tokenauth.example/scripts/internal/session"
	"tokenauth.example/scripts/internal/steps"
)

// View shows reports on a session's screen.
type View struct {
	*session.Session
	// Reference are the steps that are taken from the reference, by name.
	Reference map[string]bool
}

// Report shows the table of reports and the first failure, and returns the exit code. first
// is one of the reports, or nil if none is to be shown in full.
func (v View) Report(reports []check.StepReport, first *check.StepReport) int {
	done := 0
	v.Screen.Printf("")
	for _, report := range reports {
		v.Row(report)
		if report.State == check.Done {
			done++
		}
	}
	for _, report := range reports {
		v.notes(report)
	}
	switch {
	case first != nil:
		v.Failure(*first)
		if first.State == check.Unreadable {
			return command.Trouble
		}
		return command.NotYet
	case done < len(reports):
		v.Screen.Printf("\nDone, but for the steps that you took from the reference.")
		return command.NotYet
	case len(reports) > 1:
		v.Screen.Printf("\nAll done. Run your server: %s", v.Command("run", nil))
	default:
		v.Screen.Printf("")
		v.Screen.Command("", "Done. "+v.nextLesson(reports[0].Step), v.Command("check", nil))
	}
	return command.Done
}

// Welcome shows where a learner is, and what to do first.
func (v View) Welcome(reports []check.StepReport, first *check.StepReport) {
	v.Report(reports, first)
	if first != nil {
		v.Screen.Printf("")
		v.Screen.Command("  ", "Read the lesson, change the code, save it, and check it:", v.Command("check", nil))
	}
}

// nextLesson says what to do after a step that is done, and before the next check.
func (v View) nextLesson(step steps.Step) string {
	list, err := v.Workshop.Steps()
	if err != nil {
		return "See where you are:"
	}
	i := slices.IndexFunc(list, func(s steps.Step) bool { return s.Name == step.Name }) + 1
	if i == 0 || i == len(list) {
		return "See where you are:"
	}
	return "Its lesson has three bugs for you to spot. Then read the next one, steps/" + list[i].Name + "/README.md, and check:"
}

var stateColour = map[check.State]screen.Colour{
	check.Done: screen.Green, check.NotStarted: screen.Faint,
	check.InProgress: screen.Bold, check.DoesNotCompile: screen.Red, check.Missing: screen.Red, check.Unreadable: screen.Red,
}

// Row shows a line of the table.
func (v View) Row(report check.StepReport) {
	note := ""
	if v.Reference[report.Step.Name] {
		note = "   reference in use"
	}
	state := v.Screen.Paint(stateColour[report.State], fmt.Sprintf("%-17s", report.State))
	v.Screen.Printf("  %-21s %s %2d of %2d pass%s", report.Step.Name, state, report.Result.Passed(), len(report.Result.Tests), note)
}

// notes says what a learner should know of a step, whether it is done or not.
func (v View) notes(report check.StepReport) {
	if len(report.Differs) > 0 {
		v.Screen.Printf("")
		v.Screen.Wrap("  ", fmt.Sprintf("%s: %s differs from the original, which was used in its place.",
			report.Step.Name, strings.Join(report.Differs, ", ")))
	}
}
