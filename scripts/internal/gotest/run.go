package gotest

import (
	"context"
	"runtime"
	"sync"
	"time"

	"tokenauth.example/scripts/internal/steps"
	"tokenauth.example/scripts/internal/verdict"
)

// TestTime is how long one test may take, and all of a step in one process, wherever tests
// are run. The slowest takes about two seconds.
const TestTime = 20 * time.Second

// Run compiles the tests in dir and runs them. Where they cannot all be judged in one
// process, because one of them panics, exits or does not end, each gets its own.
func (g *Go) Run(ctx context.Context, dir string, overlay Overlay, tests []steps.Test) (Result, error) {
	binary, said, err := g.Compile(ctx, dir, overlay)
	if err != nil || binary == nil {
		result := notRun(tests)
		result.Build = said
		return result, err
	}
	defer binary.Remove()
	together, whole := binary.Together(ctx, tests)
	if whole {
		return together, nil
	}
	each, err := binary.Each(ctx, tests)
	if err == nil && each.Done() {
		// What comes of two goroutines in each other's way is chance. A crash that was seen
		// once counts, or the same code would be right and wrong in turn.
		for i, test := range together.Tests {
			if test.Verdict == verdict.Panicked {
				each.Tests[i] = test
			}
		}
	}
	return each, err
}

// Each runs each test in a process of its own: whatever one does, the others are judged
// all the same.
func (b *Binary) Each(ctx context.Context, tests []steps.Test) (Result, error) {
	result := notRun(tests)
	slots := make(chan struct{}, runtime.GOMAXPROCS(0)) // what a container may use, and not what the machine has
	var group sync.WaitGroup
	for i, test := range tests {
		group.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			result.Tests[i] = b.One(ctx, test)
		})
	}
	group.Wait()
	return result, ctx.Err()
}

// One runs one test in a process of its own.
func (b *Binary) One(ctx context.Context, test steps.Test) TestResult {
	began := time.Now()
	name := b.name(test)
	end := b.process(ctx, b.TestTime, "-test.run=^"+name+"$")
	result := TestResult{Test: test, Verdict: verdict.NotRun, Output: end.output, Took: time.Since(began)}
	if ctx.Err() != nil {
		return result
	}
	result.Verdict = judge(name, end)
	if result.Verdict == verdict.Fail {
		result.Failure = ParseFailure(end.output)
	}
	return result
}

// name is the one that the binary has for a test.
func (b *Binary) name(test steps.Test) string {
	if b.Alias != nil {
		return b.Alias(test.Name)
	}
	return test.Name
}

// Together runs all tests in one process, which is faster. If that does not end as it
// should, whole is false, and the result holds nothing to rely on but Panicked, of a test
// in which something did.
func (b *Binary) Together(ctx context.Context, tests []steps.Test, flags ...string) (result Result, whole bool) {
	result = notRun(tests)
	end := b.process(ctx, b.TestTime, flags...)
	parts := byTest(end.output)
	if end.early != "" || panicked(end.output) {
		for i := range result.Tests {
			test := &result.Tests[i]
			if output := parts[b.name(test.Test)]; end.early == "" && panicked(output) {
				test.Verdict, test.Output = verdict.Panicked, output
			}
		}
		return result, false
	}
	for i := range result.Tests {
		test := &result.Tests[i]
		name := b.name(test.Test)
		test.Output = parts[name]
		test.Verdict = judge(name, ending{output: test.Output, well: true})
		switch test.Verdict {
		case verdict.Fail:
			test.Failure = ParseFailure(test.Output)
		case verdict.Exited:
			return result, false
		}
	}
	// If all passed, the process must have ended well: otherwise something ended it.
	return result, end.well || !result.Done()
}

// Passes runs the binary once with the flags, and tells whether all that it ran passed.
func (b *Binary) Passes(ctx context.Context, limit time.Duration, flags ...string) (output string, ok bool) {
	end := b.process(ctx, limit, flags...)
	return end.output, end.well && end.early == ""
}
