package gotest

import (
	"context"
	"time"

	"tokenauth.example/scripts/internal/steps"
	"tokenauth.example/scripts/internal/verdict"
)

// Together runs all tests in one process, which is faster. If that does not end as it
// should, whole is false, and the result contains nothing to rely on but Panicked, of a test
// in which something did. A process whose tests all pass should end with 0, and any other
// with 1; of each test it should say once that it began, and how it ended.
func (b *Binary) Together(ctx context.Context, tests []steps.Test, flags ...string) (result Result, whole bool) {
	result = notRun(tests)
	end := b.process(ctx, b.TestTime, b.stalls(tests), flags...)
	parts := byTest(end.output)
	if end.early != "" || end.err != nil || ctx.Err() != nil || panicked(end.output) {
		for i := range result.Tests {
			test := &result.Tests[i]
			if output := parts[b.name(test.Test)]; end.early == "" && panicked(output) {
				test.Verdict, test.Output = verdict.Panicked, output
			}
		}
		return result, false
	}
	var names []string
	for _, test := range tests {
		names = append(names, b.name(test))
	}
	c := readClaims(end.output, end.secret)
	if !c.regular(names, b.known(names...)) {
		return result, false
	}
	for i := range result.Tests {
		test, name := &result.Tests[i], names[i]
		test.Output = parts[name]
		passed, vouched := c.vouch[name]
		switch {
		case end.secret != nil && !vouched:
			return result, false
		case c.said(name, "PASS") && (passed || end.secret == nil):
			test.Verdict = verdict.Pass
		case c.said(name, "FAIL") && !passed:
			test.Verdict, test.Failure = verdict.Fail, ParseFailure(test.Output)
		default:
			return result, false
		}
	}
	return result, result.Done() && end.code == 0 || !result.Done() && end.code == 1
}

// stall is how long a test may take before somebody who waits is told of it, and before the
// other tests of its process get processes of their own.
func (b *Binary) stall() time.Duration { return b.TestTime / 5 }

// stalls returns what watches a process, and ends it when no test has ended for too long.
func (b *Binary) stalls(tests []steps.Test) func(output string) bool {
	ended, since := -1, time.Now()
	return func(output string) bool {
		c := readClaims(output, nil)
		if len(c.ended) != ended {
			ended, since = len(c.ended), time.Now()
		}
		took := time.Since(since)
		if took < b.stall() {
			return true
		}
		for _, test := range tests {
			if name := b.name(test); b.Waiting != nil && c.begun[name] > 0 && len(c.ended[name]) == 0 {
				b.Waiting(test.Name, took)
			}
		}
		return false
	}
}
