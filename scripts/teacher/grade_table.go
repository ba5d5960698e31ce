package main

import (
	"fmt"
	"strings"

	"tokenauth.example/scripts/internal/grade"
	"tokenauth.example/scripts/internal/report"
	"tokenauth.example/scripts/internal/screen"
	"tokenauth.example/scripts/internal/text"
	"tokenauth.example/scripts/internal/verdict"
)

// noGrade is in the place of what is not known.
const noGrade = "–"

// showClass prints a row for each learner, and then what a teacher should know.
func showClass(out *screen.Screen, class report.Class) {
	for _, warning := range class.Warnings {
		out.Printf("")
		out.Label(screen.Red, "Warning: ", warning)
	}
	head := fmt.Sprintf("  %-18s %9s", "learner", "points")
	for _, step := range class.Steps {
		number, _, _ := strings.Cut(step.Name, "-")
		head += fmt.Sprintf(" %5s", number)
	}
	out.Printf("\n%s", head)
	for _, learner := range class.Learners {
		points := fmt.Sprintf("%g/%g", learner.Points, learner.MaxPoints)
		if !learner.Graded() {
			points = noGrade
		}
		row := fmt.Sprintf("  %-18.18s %9s", text.Line(learner.Name), points)
		for _, step := range learner.Steps {
			passed := 0
			for _, test := range step.Tests {
				if test.Verdict == verdict.Pass {
					passed++
				}
			}
			tests := fmt.Sprintf("%d/%d", passed, len(step.Tests))
			if !step.Graded() {
				tests = noGrade
			}
			row += fmt.Sprintf(" %5s", tests)
		}
		out.Printf("%s", row)
	}
	for _, learner := range class.Learners {
		showNotes(out, learner)
	}
	if class.Interrupted {
		out.Printf("")
		out.Wrap("", "Grading was interrupted: tests that are \"not run\" have no verdict, and \"–\" is not 0. Run it again; what was judged is kept.")
	}
}

// showNotes prints what happened to a learner besides tests that failed.
func showNotes(out *screen.Screen, learner report.Learner) {
	notes := stepNotes(learner)
	if learner.Problem != "" {
		notes = []string{learner.Problem}
	}
	if notes = append(notes, learner.Notes...); len(notes) == 0 {
		return
	}
	out.Printf("\n  %s", text.Line(learner.Name))
	for _, note := range notes {
		out.Wrap("    ", note)
	}
}

// stepNotes are what happened to the tests of a learner's steps. What befell every test of a
// step is said once.
func stepNotes(learner report.Learner) []string {
	var notes []string
	for _, step := range learner.Steps {
		said := map[string]bool{}
		for _, test := range step.Tests {
			note := testNote(step, test)
			if note != "" && !said[note] {
				said[note] = true
				notes = append(notes, note)
			}
		}
		for _, note := range step.Notes {
			notes = append(notes, step.Name+": "+note)
		}
	}
	return notes
}

// testNote is what is to be said of a test, or "" if it just passed or failed.
func testNote(step report.StepResult, test report.TestResult) string {
	whole := step.Build != "" || test.Verdict == verdict.Rejected || test.Verdict == verdict.Tampered || test.Verdict == verdict.GraderError
	switch {
	case whole || strings.HasPrefix(test.Cause, grade.BeforeAny):
		return fmt.Sprintf("%s: %s: %s", step.Name, test.Verdict, test.Cause)
	case !test.Unstable && (test.Verdict == verdict.Pass || test.Verdict == verdict.Fail || test.Verdict == verdict.Error || test.Verdict == verdict.NotRun):
		return ""
	}
	return fmt.Sprintf("%s: %s: %s: %s", step.Name, test.Name, test.Verdict, test.Cause)
}
