package view

import (
	"fmt"
	"strings"

	"tokenauth.example/scripts/internal/check"
	"tokenauth.example/scripts/internal/gotest"
	"tokenauth.example/scripts/internal/screen"
	"tokenauth.example/scripts/internal/steps"
	"tokenauth.example/scripts/internal/text"
	"tokenauth.example/scripts/internal/verdict"
)

// maxValue is how many characters of a value are shown: more would push the rest off the
// screen.
const maxValue = 400

// maxPrinted is how many lines are shown of what the learner's code printed.
const maxPrinted = 12

// Failure shows in full why a step is not done, and what to do next.
func (v View) Failure(report check.StepReport) {
	v.Screen.Printf("")
	switch report.State {
	case check.Missing:
		v.Screen.Wrap("  ", fmt.Sprintf("%s has no %s.", report.Step.Name, strings.Join(report.MissingFiles, ", ")))
		v.Screen.Printf("")
		v.Screen.Wrap("  ", v.BringBack("steps/"+report.Step.Name))
		v.Screen.Printf("  Or begin the step again: %s", v.Command("reset", &report.Step))
	case check.Unreadable:
		v.Screen.Wrap("  ", fmt.Sprintf("%s cannot be read: %v", report.Step.Name, report.Err))
		v.Screen.Printf("\n  Give your user the right to read it, and check again.")
	case check.DoesNotCompile:
		v.Screen.Printf("  %s does not compile, so no test could run.\n", v.Screen.Paint(screen.Bold, report.Step.Name))
		for _, line := range compileErrors(report) {
			v.Screen.Wrap("    ", line)
		}
		if len(report.Result.Build) > 0 && strings.Count(report.Result.Build, "\n") > 2 {
			v.Screen.Printf("\n  Fix the first line first: the others often follow from it.")
		}
		v.Screen.Printf("\n    steps/%s/README.md   the lesson", report.Step.Name)
	default:
		test := report.Result.FirstFailure()
		v.TestFailure(report, test)
		if report.State == check.NotStarted {
			v.Screen.Printf("    steps/%s/README.md   the lesson", report.Step.Name)
		} else {
			v.Screen.Printf("    %s", alone(report.Step, test.Name))
		}
		v.help(report)
	}
}

// alone is the command that runs one test alone, on the learner's own steps.
func alone(step steps.Step, test string) string {
	return fmt.Sprintf("go test ./steps/%s -run '^%s$'", step.Name, test)
}

// stuckAfter is how many versions of the code a test fails on before help is offered.
const stuckAfter = 5

// help says how to get on: a hint, and the reference for those who have tried.
func (v View) help(report check.StepReport) {
	stuck := v.Changes[report.Step.Name].Stuck
	if v.Keys {
		if stuck >= stuckAfter {
			v.Screen.Printf("\n    This is version %d of your code to fail this test. h gives the next hint.", stuck)
		}
		return
	}
	if stuck >= stuckAfter {
		v.Screen.Printf("")
		v.Screen.Wrap("    ", fmt.Sprintf("This is version %d of your code to fail this test. A hint may help:", stuck))
	}
	v.Screen.Printf("    %s", v.Command("hint", &report.Step))
	if v.ReferenceOffered || stuck >= stuckAfter {
		v.Screen.Printf("    %s   the reference", v.Command("show", &report.Step))
	}
}

// TestFailure shows a test that did not pass, and where its task is to be done.
func (v View) TestFailure(report check.StepReport, test *gotest.TestResult) {
	v.Screen.Printf("  %s   task %d   %s\n", report.Step.Name, test.Task, v.Screen.Paint(screen.Bold, test.Name))
	const indent = "    "
	if failure := test.Failure; test.Verdict == verdict.Fail && failure != nil {
		v.Screen.Wrap(indent, failure.Why)
		if failure.Sent+failure.Answered+failure.Got+failure.Want != "" {
			v.Screen.Printf("")
		}
		want := failure.Want
		if name := sentinel(report.Step, want); name != "" {
			want += ", which is " + name
		}
		for _, field := range [][2]string{{"sent", failure.Sent}, {"answered", failure.Answered}, {"logged", failure.Logged}, {"got", failure.Got}, {"want", want}} {
			if field[1] != "" {
				v.Screen.Field(indent+"  ", field[0], text.Cut(field[1], maxValue))
			}
		}
		if crash := gotest.ParseCrash(test.Output); crash != nil { // a race, which may be why
			v.Screen.Printf("\n%sGo's race detector says:", indent)
			v.crash(indent, *crash, report.Step)
		}
	} else {
		v.Screen.Wrap(indent, test.Requirement)
		v.Screen.Printf("")
		v.ending(indent, report.Step, test)
	}
	v.printed(indent, test)
	v.Screen.Printf("")
	if place := placeOf(report, test.Test); place != "" {
		v.Screen.Printf("%s%s", indent, place)
	}
}

// printed shows what the learner's code printed during a test that failed.
func (v View) printed(indent string, test *gotest.TestResult) {
	lines := gotest.Printed(test.Output)
	if test.Verdict != verdict.Fail || len(lines) == 0 || gotest.ParseCrash(test.Output) != nil { // a crash has been shown
		return
	}
	v.Screen.Printf("\n%sYour code printed:", indent)
	for _, line := range lines[:min(len(lines), maxPrinted)] {
		v.Screen.Wrap(indent+"  ", text.Cut(text.Line(line), maxValue))
	}
	if rest := len(lines) - maxPrinted; rest > 0 {
		v.Screen.Printf("%s  and %d more lines", indent, rest)
	}
}

// ending shows how a test ended that says nothing itself of what is wrong.
func (v View) ending(indent string, step steps.Step, test *gotest.TestResult) {
	crash := gotest.ParseCrash(test.Output)
	says := map[verdict.Verdict]string{
		verdict.Fail:     "The test failed, and said:",
		verdict.Panicked: "Your code panicked:",
		verdict.TimedOut: fmt.Sprintf("The test did not end within %.0f seconds: something waits forever, or loops.", gotest.TestTime.Seconds()),
		verdict.Exited:   "The program ended before the test did. Something calls os.Exit or log.Fatal: return an error in its place.",
		verdict.NotRun:   "The test was not run.",
		verdict.Tampered: "What the test said and how its program ended do not agree, so it does not count. Does your code print lines of the tests, or end the program?",

		verdict.OutOfMemory: "Your code needs more memory than there is: does something grow without end?",
		verdict.OutputLimit: "Your code printed more than a megabyte, and was stopped: does something print in a loop?",
	}[test.Verdict]
	switch {
	case crash != nil && test.Verdict == verdict.Fail:
		says = "Go's race detector says:"
	case crash != nil && strings.HasPrefix(crash.Said, "fatal error: ") && test.Verdict == verdict.Panicked:
		says = "Go ended the whole program:"
	}
	v.Screen.Wrap(indent, says)
	if crash != nil {
		v.crash(indent, *crash, step)
		return
	}
	shown := 0
	for line := range strings.Lines(strings.ReplaceAll(test.Output, "\x16", "")) {
		if shown < 12 && !strings.HasPrefix(line, "=== ") && !strings.HasPrefix(line, "--- ") && strings.TrimSpace(line) != "" {
			v.Screen.Wrap(indent+"  ", strings.TrimPrefix(strings.TrimRight(line, "\r\n"), "    ")) // package testing's
			shown++
		}
	}
}

// crash shows what Go found wrong, where in the learner's code, and what that means.
func (v View) crash(indent string, crash gotest.Crash, step steps.Step) {
	v.Screen.Wrap(indent+"  ", crash.Said)
	given, _ := step.Given() // if it is not known, the innermost place is shown
	if place := crash.Place(step.Dir(), given); place != "" {
		v.Screen.Wrap(indent+"  ", "steps/"+step.Name+"/"+place)
	}
	if crash.Means != "" {
		v.Screen.Printf("")
		v.Screen.Wrap(indent, crash.Means)
	}
}
