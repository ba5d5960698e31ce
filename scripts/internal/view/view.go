// Package view shows what became of a learner's steps: the table of all, and the first
// failure in full, with what it costs, what was sent, and where it is to be done.
package view

import (
	"fmt"
	"strings"

	"tokenauth.example/scripts/internal/check"
	"tokenauth.example/scripts/internal/command"
	"tokenauth.example/scripts/internal/progress"
	"tokenauth.example/scripts/internal/screen"
	"tokenauth.example/scripts/internal/session"
)

// View shows reports on a session's screen.
type View struct {
	*session.Session
	// Reference are the steps that are taken from the reference, by name.
	Reference map[string]bool
	// Changes are what is different since the last check, by step.
	Changes map[string]progress.Change
	// Passed and All count the tests of the whole track. Without All, there is no bar.
	Passed, All int
	// ReferenceOffered says that the learner is to be told how to see the reference: the hints
	// have been read, or did not help.
	ReferenceOffered bool
}

// Report shows the table of reports and the first failure, and returns the exit code. first
// is one of the reports, or nil if none is to be shown in full.
func (v View) Report(reports []check.StepReport, first *check.StepReport) int {
	done := 0
	v.Screen.Printf("")
	v.Rows(reports)
	for _, report := range reports {
		if report.State == check.Done {
			done++
		}
	}
	v.momentum(reports, first)
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
	case len(reports) == 1:
		v.finished(reports[0])
	}
	return command.Done
}

// Welcome shows where a learner is, and what to do first.
func (v View) Welcome(reports []check.StepReport, first *check.StepReport) {
	v.Report(reports, first)
	if first != nil && !v.Keys {
		v.Screen.Printf("")
		v.Screen.Command("  ", "Read the lesson, change the code, save it, and check it:", v.Command("check", nil))
	}
}

var stateColour = map[check.State]screen.Colour{
	check.Done: screen.Green, check.NotStarted: screen.Faint,
	check.InProgress: screen.Bold, check.DoesNotCompile: screen.Red, check.Missing: screen.Red, check.Unreadable: screen.Red,
}

// nameWidth is how wide the column of names is at least.
const nameWidth = 21

// rowWidth is how wide a window must be for a row with the step's name.
const rowWidth = 72

// Rows shows the table.
func (v View) Rows(reports []check.StepReport) {
	width := 0
	for _, report := range reports {
		width = max(width, len(report.Step.Name))
	}
	for _, report := range reports {
		v.row(report, max(width, nameWidth))
	}
}

func (v View) row(report check.StepReport, width int) {
	note := ""
	if v.Reference[report.Step.Name] {
		note = "   reference in use"
	}
	name := report.Step.Name
	if v.Screen.Width() < rowWidth {
		name, width = report.Step.Number(), 3
		note = strings.Replace(note, "   reference in use", " ref", 1)
	}
	state := v.Screen.Paint(stateColour[report.State], fmt.Sprintf("%-17s", report.State))
	v.Screen.Printf("  %-*s %s %2d of %2d pass%s", width, name, state, report.Result.Passed(), len(report.Result.Tests), note)
}

// notes says what a learner should know of a step, whether it is done or not.
func (v View) notes(report check.StepReport) {
	if len(report.Differs) > 0 {
		v.Screen.Printf("")
		v.Screen.Wrap("  ", fmt.Sprintf("%s: %s differs from the original, which was used in its place.",
			report.Step.Name, strings.Join(report.Differs, ", ")))
	}
}
