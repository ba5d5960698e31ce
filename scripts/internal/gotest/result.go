package gotest

import (
	"context"
	"fmt"
	"slices"
	"time"

	"tokenauth.example/scripts/internal/steps"
	"tokenauth.example/scripts/internal/verdict"
)

// TestResult is the verdict on one test.
type TestResult struct {
	steps.Test
	Verdict verdict.Verdict
	Output  string   // what its process printed
	Failure *Failure // for Fail, what the assertion said
	Took    time.Duration
	// Loops tells of TimedOut that it is certain: the test would not end on any machine.
	Loops bool          `json:",omitempty"`
	used  time.Duration // how long it had a processor, of TimedOut; 0 where nobody knows
	// Trouble is why the test could not be judged; its verdict is NotRun.
	Trouble error `json:"-"`
}

// Result is the verdict on a step.
type Result struct {
	// Build is what the compiler said, if the tests could not be compiled.
	Build string
	// Tests are all the tests of the step, in order, whatever became of them.
	Tests []TestResult
}

// Passed counts the tests that passed.
func (r Result) Passed() int {
	n := 0
	for _, test := range r.Tests {
		if test.Verdict == verdict.Pass {
			n++
		}
	}
	return n
}

// Has reports whether a test ended with the verdict.
func (r Result) Has(verdict verdict.Verdict) bool {
	return slices.ContainsFunc(r.Tests, func(t TestResult) bool { return t.Verdict == verdict })
}

// Done reports whether every test passed.
func (r Result) Done() bool { return r.Passed() == len(r.Tests) }

// SettleTimeouts finds out whether tests that did not end in their time lacked a processor,
// where that is not certain: reference, in which all of them pass, is asked for the first. If
// it passes, it was the code. If it does not, the error is that the machine is too slow, and
// no verdict follows.
func (r Result) SettleTimeouts(ctx context.Context, reference func() (*Binary, error)) error {
	i := slices.IndexFunc(r.Tests, func(t TestResult) bool { return t.Verdict == verdict.TimedOut && !t.Loops })
	if i < 0 {
		return nil
	}
	binary, err := reference()
	if err != nil {
		return err
	}
	defer binary.Remove()
	binary.Waiting = nil
	control := binary.One(ctx, r.Tests[i].Test)
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case control.Verdict != verdict.Pass || control.Took > binary.TestTime/2:
		return &MachineTrouble{Says: fmt.Sprintf("this machine has too much to do, or is too slow: the reference does not pass %s in time either", r.Tests[i].Name), Cure: "Try again when it has less to do."}
	}
	for i, test := range r.Tests {
		r.Tests[i].Loops = test.Loops || test.Verdict == verdict.TimedOut
	}
	return nil
}

// FirstFailure returns the first test that did not pass, or nil.
func (r Result) FirstFailure() *TestResult {
	for i := range r.Tests {
		if r.Tests[i].Verdict != verdict.Pass {
			return &r.Tests[i]
		}
	}
	return nil
}

// notRun is the result of tests that have not been run.
func notRun(tests []steps.Test) Result {
	result := Result{}
	for _, test := range tests {
		result.Tests = append(result.Tests, TestResult{Test: test, Verdict: verdict.NotRun})
	}
	return result
}
