// Package report is the result of grading, and writes it in the formats that people and
// programs read.
//
// A Class is the whole result. Everything that is written is made of it alone, so that
// no two formats can disagree.
package report

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"tokenauth.example/scripts/internal/verdict"
)

// Class is the result of grading any number of submissions.
type Class struct {
	Version     int       `json:"version"`     // 2; grows when a field changes its meaning
	Graded      time.Time `json:"graded"`      // when grading began
	Seconds     float64   `json:"seconds"`     // how long it took
	Isolation   string    `json:"isolation"`   // what kept the submissions in: "bubblewrap", or "none"
	Warnings    []string  `json:"warnings"`    // what a reader must know before trusting the rest
	Interrupted bool      `json:"interrupted"` // true if it was stopped: some tests are "not run"
	Steps       []Step    `json:"steps"`       // what was graded
	Learners    []Learner `json:"learners"`    // ordered by name
}

// Step is what a step asks for. It is the same for every learner.
type Step struct {
	Name  string `json:"name"`  // "03-verify-tokens"
	Title string `json:"title"` // "Verify tokens", the lesson's
	Tests []Test `json:"tests"` // in the order in which a learner meets them
}

// Test is what a test asks for.
type Test struct {
	Name        string  `json:"name"`        // "TestVerify_RefusesAlgNone"
	Task        int     `json:"task"`        // the number of the lesson's task
	Requirement string  `json:"requirement"` // what it asks for, in a sentence
	Points      float64 `json:"points"`      // what it earns; 0 for a guard, which passes on the stub
}

// Learner is the result of one submission. JSON has null for the points of a learner who has
// no grade.
type Learner struct {
	Name      string       `json:"name"`    // of its folder or archive, without an ending
	Source    string       `json:"source"`  // where it was read
	Points    float64      `json:"points"`  // earned
	MaxPoints float64      `json:"most"`    // that can be earned
	Seconds   float64      `json:"seconds"` // how long it took
	Problem   string       `json:"problem"` // why nothing of it could be graded, or ""
	Notes     []string     `json:"notes"`   // what was left out or differs; no accusation
	Steps     []StepResult `json:"steps"`   // one for each of the Class's Steps, in that order
}

// StepResult is what became of a learner's step.
type StepResult struct {
	Name  string       `json:"name"`
	Build string       `json:"build"` // what the compiler or the gate said, or ""
	Notes []string     `json:"notes"`
	Tests []TestResult `json:"tests"` // one for each of the Step's Tests, in that order
}

// TestResult is what became of a test. JSON has null for points that are not known.
type TestResult struct {
	Name      string          `json:"name"`
	Verdict   verdict.Verdict `json:"verdict"`
	Cause     string          `json:"cause"`    // why it is not a pass, in words; "" for a pass
	Sent      string          `json:"sent"`     // what the test had sent before it failed; may be ""
	Answered  string          `json:"answered"` // and what came back
	Got       string          `json:"got"`      // the value that was wrong
	Want      string          `json:"want"`     // and the one that was wanted
	Points    float64         `json:"points"`   // earned
	MaxPoints float64         `json:"most"`     // that can be earned
	Seconds   float64         `json:"seconds"`
	// Unstable is set if the test passed once and failed once, on the same code.
	Unstable bool `json:"unstable"`
	// Output is what the test printed, its head and its tail if that was long. It is the
	// learner's: any bytes.
	Output string `json:"output"`
	// Mistakes are the known mistakes that this failure looks like, the likeliest first.
	Mistakes []string `json:"mistakes"`
}

// Message returns the whole story of a test that did not pass, in lines; "" for a pass.
func (t TestResult) Message() string {
	if t.Verdict == verdict.Pass {
		return ""
	}
	lines := []string{t.Cause}
	for _, field := range [][2]string{{"sent", t.Sent}, {"answered", t.Answered}, {"got", t.Got}, {"want", t.Want}} {
		if field[1] != "" {
			lines = append(lines, fmt.Sprintf("%-9s %s", field[0]+":", field[1]))
		}
	}
	return strings.Join(lines, "\n")
}

// Known reports whether it is known what became of the test. It is not if the test was not
// run, or could not be judged: no points are then not the same as none.
func (t TestResult) Known() bool {
	switch t.Verdict.Report() {
	case verdict.NotRun, verdict.GraderError:
		return false
	}
	return true
}

// Graded reports whether it is known what became of all the step's tests.
func (s StepResult) Graded() bool {
	return !slices.ContainsFunc(s.Tests, func(t TestResult) bool { return !t.Known() })
}

// Graded reports whether the learner has a grade: it is known what became of all tests.
func (l Learner) Graded() bool {
	if len(l.Steps) == 0 {
		return l.Problem == ""
	}
	return !slices.ContainsFunc(l.Steps, func(s StepResult) bool { return !s.Graded() })
}

// Passed returns how many of the learner's tests passed, and how many there are.
func (l Learner) Passed() (passed, all int) {
	for _, step := range l.Steps {
		for _, test := range step.Tests {
			all++
			if test.Verdict == verdict.Pass {
				passed++
			}
		}
	}
	return passed, all
}
