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
// process, because one of them panics, exits or does not end, each gets its own. An error
// means that it could not be found out.
func (g *Go) Run(ctx context.Context, dir string, overlay Overlay, tests []steps.Test) (Result, error) {
	binary, said, err := g.Compile(ctx, dir, overlay)
	if err != nil || binary == nil {
		result := notRun(tests)
		result.Build = said
		return result, err
	}
	defer binary.Remove()
	result, whole := binary.Together(ctx, tests)
	if !whole {
		together := result
		if result, err = binary.Each(ctx, tests); err != nil {
			return result, err
		}
		// What comes of two goroutines in each other's way is chance. A crash that was seen
		// once counts, or the same code would be right and wrong in turn.
		for i, test := range together.Tests {
			if result.Done() && test.Verdict == verdict.Panicked {
				result.Tests[i] = test
			}
		}
	}
	return result, result.trouble(ctx, binary)
}

// trouble returns the first error of a test that could not be judged, and one if tests
// failed on a machine that is in trouble: nobody knows then what they would have done.
func (r Result) trouble(ctx context.Context, b *Binary) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	for _, test := range r.Tests {
		if test.Trouble != nil {
			return test.Trouble
		}
	}
	if r.Done() {
		return nil
	}
	return b.Trouble(r)
}

// slotTime is how long a test has a slot to itself. One that takes longer keeps running,
// but the next no longer waits for it: of many tests that wait for the same thing that
// never comes, none has to wait for the end of another.
const slotTime = time.Second

// maxAtOnce is how many tests may run at once, for each processor.
const maxAtOnce = 8

// enoughTime is the processor time with which every test of a right step ends. One that had less
// in the time that it had, because others that don't end kept it from running, is asked again.
const enoughTime = 2 * time.Second

// Each runs each test in a process of its own: whatever one does, the others are judged
// all the same.
func (b *Binary) Each(ctx context.Context, tests []steps.Test) (Result, error) {
	result := notRun(tests)
	var all, again []int
	for i := range tests {
		all = append(all, i)
	}
	b.each(ctx, result, all)
	for i, test := range result.Tests {
		if test.Verdict == verdict.TimedOut && !test.Loops && 0 < test.used && test.used < enoughTime {
			again = append(again, i)
		}
	}
	if len(again) < len(tests) { // else it would be the same again
		b.each(ctx, result, again)
	}
	return result, ctx.Err()
}

// each runs some of the tests, and puts what comes of them into the result.
func (b *Binary) each(ctx context.Context, result Result, some []int) {
	processors := runtime.GOMAXPROCS(0) // what a container may use, and not what the machine has
	slots, all := make(chan struct{}, processors), make(chan struct{}, maxAtOnce*processors)
	var group sync.WaitGroup
	for _, i := range some {
		all <- struct{}{}
		slots <- struct{}{}
		group.Go(func() {
			defer func() { <-all }()
			free := sync.OnceFunc(func() { <-slots })
			defer time.AfterFunc(slotTime, free).Stop()
			defer free()
			result.Tests[i] = b.One(ctx, result.Tests[i].Test)
		})
	}
	group.Wait()
}

// One runs one test in a process of its own. If something else ends the process, such as a
// machine without memory, it is tried once more.
func (b *Binary) One(ctx context.Context, test steps.Test) TestResult {
	name := b.name(test)
	began := time.Now()
	end := b.process(ctx, b.TestTime, b.waiting(test.Name), "-test.run=^"+name+"$")
	if end.err != nil && ctx.Err() == nil {
		began = time.Now()
		end = b.process(ctx, b.TestTime, nil, "-test.run=^"+name+"$")
	}
	result := TestResult{Test: test, Verdict: verdict.NotRun, Output: end.output, Took: time.Since(began), Loops: end.late.certain, used: end.late.used, Trouble: end.err}
	if ctx.Err() != nil || end.err != nil {
		return result
	}
	result.Verdict = b.judge(name, end)
	if result.Verdict == verdict.Fail {
		result.Failure = ParseFailure(end.output)
	}
	return result
}

// waiting returns what watches a test, and says so when it takes long.
func (b *Binary) waiting(test string) func(string) bool {
	if b.Waiting == nil {
		return nil
	}
	began, said := time.Now(), false
	return func(string) bool {
		if took := time.Since(began); took > b.stall() && !said {
			said = true
			b.Waiting(test, took)
		}
		return true
	}
}

// name is the one that the binary has for a test.
func (b *Binary) name(test steps.Test) string {
	if b.Alias != nil {
		return b.Alias(test.Name)
	}
	return test.Name
}

// Passes runs the binary once with the flags, and reports whether all that it ran passed.
func (b *Binary) Passes(ctx context.Context, limit time.Duration, flags ...string) (output string, ok bool) {
	end := b.process(ctx, limit, nil, flags...)
	return end.output, end.code == 0 && end.early == ""
}
