package report

import (
	"fmt"
	"slices"
	"strings"

	"tokenauth.example/scripts/internal/verdict"
)

// textLimit is how many bytes of a message or an output a learner's format shows, where
// the format itself has no limit.
const textLimit = 10_000

// row is a test and what became of it.
type row struct {
	Step   Step
	Test   Test
	Number string // "3.2", the second test of the third step
	Result TestResult
	Build  string // what the compiler said, with the first test of the step that it kept from passing
}

// rows returns all tests of the class, in order. Those that a learner's result lacks, because
// nothing of it could be graded, are not run.
func rows(c Class, l Learner) []row {
	var all []row
	for i, step := range c.Steps {
		var result StepResult
		for _, r := range l.Steps {
			if r.Name == step.Name {
				result = r
			}
		}
		build := result.Build
		for j, test := range step.Tests {
			r := row{Step: step, Test: test, Number: fmt.Sprintf("%d.%d", i+1, j+1),
				Result: TestResult{Name: test.Name, Verdict: verdict.NotRun, Cause: l.Problem, MaxPoints: test.Points}}
			for _, found := range result.Tests {
				if found.Name == test.Name {
					r.Result = found
				}
			}
			if r.Result.Verdict != verdict.Pass {
				r.Build, build = build, ""
			}
			all = append(all, r)
		}
	}
	return all
}

// name returns the test's name, unique in the class's steps.
func (r row) name() string { return r.Step.Name + "/" + r.Test.Name }

// message returns why the test did not pass, never empty; "" for a pass.
func (r row) message() string {
	if r.Result.Verdict == verdict.Pass {
		return ""
	}
	message := strings.TrimSpace(r.Result.Message())
	if message == "" {
		message = string(r.Result.Verdict)
	}
	if r.Build != "" {
		message += "\n\n" + r.Build
	}
	return message
}

// status returns the verdict for formats that have only three: "pass", "fail" and "error".
func (r row) status() string {
	switch r.Result.Verdict {
	case verdict.Pass:
		return "pass"
	case verdict.Fail:
		return "fail"
	}
	return "error"
}

// overall returns the status of all rows: "pass" if all passed, "error" if none ran.
func overall(all []row) string {
	ran, passed := 0, 0
	for _, r := range all {
		switch r.Result.Verdict {
		case verdict.NotRun, verdict.BuildError, verdict.Rejected, verdict.GraderError:
		case verdict.Pass:
			ran++
			passed++
		default:
			ran++
		}
	}
	switch {
	case ran == 0:
		return "error"
	case passed == len(all):
		return "pass"
	}
	return "fail"
}

// graded reports whether it is known what became of all rows.
func graded(all []row) bool {
	return !slices.ContainsFunc(all, func(r row) bool { return !r.Result.Known() })
}

// notes returns what the reader of a learner's result has to know besides the tests, in lines;
// mostly "".
func notes(c Class, l Learner) string {
	var lines []string
	if l.Problem != "" {
		lines = append(lines, l.Problem)
	}
	for _, warning := range c.Warnings {
		lines = append(lines, "Warning: "+warning)
	}
	if c.Interrupted {
		lines = append(lines, "Grading was interrupted: tests that were not run have no points yet, and there is no grade.")
	}
	lines = append(lines, l.Notes...)
	for _, step := range l.Steps {
		for _, note := range step.Notes {
			lines = append(lines, step.Name+": "+note)
		}
	}
	return strings.Join(lines, "\n")
}

// reasons returns why no test ran, or why there is no grade, in lines; never "".
func reasons(c Class, l Learner, all []row) string {
	var lines []string
	if notes := notes(c, l); notes != "" {
		lines = append(lines, notes)
	}
	last := ""
	whole := graded(all)
	for _, r := range all {
		if message := r.message(); message != l.Problem && message != last && (whole || !r.Result.Known()) {
			lines = append(lines, r.Step.Name+": "+message)
			last = message
		}
	}
	if len(lines) == 0 {
		return "There are no tests."
	}
	return strings.Join(lines, "\n")
}

// forLearner returns the class without its learners, and the learner, both clean: a format for
// one learner says nothing of the others.
func forLearner(c Class, l Learner) (Class, Learner) {
	c.Learners = nil
	return cleaned(c), cleaned(l)
}
