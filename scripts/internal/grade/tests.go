package grade

import (
	"context"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"tokenauth.example/scripts/internal/gotest"
	"tokenauth.example/scripts/internal/report"
	"tokenauth.example/scripts/internal/sandbox"
	"tokenauth.example/scripts/internal/steps"
	"tokenauth.example/scripts/internal/verdict"
)

// canaries runs a test that fails and one that passes: what does not let a bad test fail, or
// a good one pass, says nothing about the others. It returns nil if all is well.
func (g *Grader) canaries(ctx context.Context, s sheet, binary *gotest.Binary, names aliases) *judged {
	for _, canary := range []struct {
		names  []string
		wanted verdict.Verdict
	}{{names.fail, verdict.Fail}, {names.pass, verdict.Pass}} {
		test := one(ctx, binary, steps.Test{Name: canary.names[rand.IntN(len(canary.names))]})
		trouble := trouble(test)
		switch {
		case test.Verdict == canary.wanted:
			continue
		case ctx.Err() != nil:
			return &judged{s.all(verdict.NotRun, interrupted), true}
		case trouble != nil:
			return &judged{s.all(verdict.GraderError, wordsOf(trouble)), true}
		case canary.wanted == verdict.Fail && (test.Verdict == verdict.Pass || test.Verdict == verdict.Tampered):
			return &judged{StepResult: s.all(verdict.Tampered, "a test that always fails did not fail: the code changes what tests say")}
		}
		test.Test = s.tests[0] // the reference has other canaries
		if err := g.settle(ctx, s, test); ctx.Err() != nil {
			return &judged{s.all(verdict.NotRun, interrupted), true}
		} else if err != nil {
			return &judged{s.all(verdict.GraderError, wordsOf(err)), true}
		}
		cause := g.cause(test, "")
		if test.Verdict != verdict.Tampered {
			cause = BeforeAny + cause + lastWords(names.clean(test.Output, g.Workshop.Root))
		}
		return &judged{StepResult: s.all(test.Verdict.Report(), cause)}
	}
	return nil
}

// tests runs each test twice, the second time in another order. All in one process is a
// tenth of the work of a process for each, but what passes in a process in which something
// failed has passed only when it did so again among its like, in a process that ended with
// 0. Where the two do not say the same, or a process does not end as it should, each test
// gets its own.
func (g *Grader) tests(ctx context.Context, s sheet, binary *gotest.Binary, names aliases) judged {
	first, whole := together(ctx, binary, names, s.tests)
	second := gotest.Result{Tests: slices.Clone(first.Tests)}
	if whole {
		var passed, failed []steps.Test
		for _, test := range first.Tests {
			if test.Verdict == verdict.Pass {
				passed = append(passed, test.Test)
			} else {
				failed = append(failed, test.Test)
			}
		}
		for _, list := range [][]steps.Test{passed, failed} {
			again, ok := together(ctx, binary, names, list)
			whole = whole && ok
			for _, test := range again.Tests {
				second.Tests[slices.Index(s.tests, test.Test)] = test
			}
		}
		whole = whole && !slices.ContainsFunc(first.Tests, func(t gotest.TestResult) bool {
			return t.Verdict != second.Tests[slices.Index(s.tests, t.Test)].Verdict
		})
	}
	if !whole {
		first, second = g.alone(ctx, s, binary, first, second)
	}
	if g.Sandbox.Kind == sandbox.None {
		// What the machine does to a process, it does to the tests'.
		if err := binary.Trouble(worse(first, second)); err != nil && ctx.Err() == nil {
			return judged{s.all(verdict.GraderError, wordsOf(err)), true}
		}
	}
	if err := g.settle(ctx, s, worse(first, second).Tests...); err != nil && ctx.Err() == nil {
		return judged{s.all(verdict.GraderError, wordsOf(err)), true}
	}
	result := judged{StepResult: report.StepResult{Name: s.step.Name, Notes: []string{}, Tests: []report.TestResult{}}}
	for i, test := range s.tests {
		made := g.result(s, test, first.Tests[i], second.Tests[i], names)
		result.Tests = append(result.Tests, made)
		if made.Verdict == verdict.Tampered {
			return judged{StepResult: s.all(verdict.Tampered, test.Name+": "+made.Cause)}
		}
	}
	return result
}

// settle returns the error of a machine that is too slow to tell whether tests that did not
// end in their time would have.
func (g *Grader) settle(ctx context.Context, s sheet, tests ...gotest.TestResult) error {
	return gotest.Result{Tests: tests}.SettleTimeouts(ctx, func() (*gotest.Binary, error) { return g.reference(ctx, s) })
}

// worse are the tests that did not pass both times.
func worse(first, second gotest.Result) gotest.Result {
	var failed gotest.Result
	for _, test := range append(slices.Clone(first.Tests), second.Tests...) {
		if test.Verdict != verdict.Pass {
			failed.Tests = append(failed.Tests, test)
		}
	}
	return failed
}

// together runs tests in one process, if there are any.
func together(ctx context.Context, binary *gotest.Binary, names aliases, tests []steps.Test) (result gotest.Result, whole bool) {
	if len(tests) == 0 {
		return gotest.Result{}, true
	}
	var list []string
	for _, test := range tests {
		list = append(list, names.of[test.Name])
	}
	return binary.Together(ctx, tests, "-test.run=^("+strings.Join(list, "|")+")$", "-test.shuffle=on")
}

// alone gives each test a process of its own, and one that passes another, on top of what
// came of them together. What comes of two goroutines in each other's way is chance: a crash
// that was seen among the other tests counts.
func (g *Grader) alone(ctx context.Context, s sheet, binary *gotest.Binary, together ...gotest.Result) (first, second gotest.Result) {
	first, _ = binary.Each(ctx, s.tests)
	second = gotest.Result{Tests: slices.Clone(first.Tests)}
	for i, test := range first.Tests {
		if trouble(test) != nil && ctx.Err() == nil {
			first.Tests[i] = one(ctx, binary, test.Test)
			second.Tests[i] = first.Tests[i]
		}
	}
	var again []steps.Test
	for _, test := range first.Tests {
		if test.Verdict != verdict.TimedOut { // which would only take as long again
			again = append(again, test.Test)
		}
	}
	repeated, _ := binary.Each(ctx, again)
	for _, test := range repeated.Tests {
		if trouble(test) != nil && ctx.Err() == nil {
			test = one(ctx, binary, test.Test)
		}
		second.Tests[slices.Index(s.tests, test.Test)] = test
	}
	for i, test := range second.Tests {
		for _, all := range together {
			if test.Verdict == verdict.Pass && all.Tests[i].Verdict == verdict.Panicked {
				second.Tests[i] = all.Tests[i]
			}
		}
	}
	return first, second
}

// one runs a test. Where the sandbox itself could not begin, as when somebody else has taken
// all processes for a moment, it is tried again.
func one(ctx context.Context, binary *gotest.Binary, test steps.Test) gotest.TestResult {
	for wait := 200 * time.Millisecond; ; wait *= 2 {
		result := binary.One(ctx, test)
		if trouble(result) == nil || wait > time.Second || ctx.Err() != nil {
			return result
		}
		time.Sleep(wait)
	}
}

// result is that of a test that was run twice: what passes once and fails once is not
// right.
func (g *Grader) result(s sheet, test steps.Test, first, second gotest.TestResult, names aliases) report.TestResult {
	worse := first
	if first.Verdict == verdict.Pass || second.Verdict == verdict.Tampered {
		worse = second
	}
	result := report.TestResult{
		Name: test.Name, Verdict: worse.Verdict.Report(), Seconds: worse.Took.Seconds(),
		Unstable: (first.Verdict == verdict.Pass) != (second.Verdict == verdict.Pass) && first.Verdict != verdict.NotRun && second.Verdict != verdict.NotRun,
		Output:   shortened(names.clean(worse.Output, g.Workshop.Root)), Mistakes: []string{},
	}
	if trouble := trouble(worse); trouble != nil {
		result.Verdict, result.Cause, result.Unstable = verdict.GraderError, wordsOf(trouble), false
		return result
	}
	if worse.Verdict == verdict.Pass {
		result.Output = ""
		return result
	}
	result.Cause = g.cause(worse, test.Requirement)
	if failure := worse.Failure; failure != nil {
		result.Sent, result.Answered, result.Got, result.Want = failure.Sent, failure.Answered, failure.Got, failure.Want
		result.Mistakes = s.like(test.Name, failure.Why)
	}
	if result.Unstable {
		result.Cause = "unstable: it passed once and failed once, on the same code. " + result.Cause
	}
	return result
}
