package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"

	"tokenauth.example/scripts/internal/gotest"
	"tokenauth.example/scripts/internal/mistakes"
	"tokenauth.example/scripts/internal/steps"
	"tokenauth.example/scripts/internal/verdict"
)

// mistakes applies each mistake to its solution, and runs the tests on it.
func (p *prover) mistakes(ctx context.Context) (string, error) {
	total := 0
	for _, step := range p.steps {
		tests, err := step.Tests()
		if err != nil {
			return "", err
		}
		cards := p.readCards(step, "mistakes")
		results, alone, err := p.runMistakes(ctx, step, cards, tests)
		if err != nil {
			return "", err
		}
		total += len(cards)
		for i, c := range cards {
			p.judged(c, mistakeProblem(c, results[i]))
		}
		for _, test := range tests {
			if p.whole() && !alone[test.Name] && test.Stays == "" {
				p.wrong("%s: %s catches no mistake that no other test catches: add one to testdata/mistakes/%[1]s, or say in its comment why it stays: // Stays: ...", step.Name, test.Name)
			}
		}
	}
	return fmt.Sprintf("%d of them", total), errors.Join(p.listed("mistakes"), p.covered())
}

// judged takes down what is wrong with a card, if anything is.
func (p *prover) judged(c mistakes.Card, problem string) {
	if problem == "" {
		return
	}
	name, err := filepath.Rel(p.workshop.Root, c.File)
	if err != nil {
		name = c.File
	}
	p.wrong("%s: %s", filepath.ToSlash(name), problem)
}

// endings are the words for how a test that catches a mistake ends.
var endings = map[verdict.Verdict]string{verdict.Fail: "failed", verdict.Panicked: "panicked", verdict.TimedOut: "timed out", verdict.Exited: "exited"}

// mistakeProblem returns what is wrong with what the tests made of a mistake, or "".
func mistakeProblem(c mistakes.Card, result gotest.Result) string {
	if result.Build != "" {
		return "does not compile, so no test can catch it:\n" + result.Build
	}
	i := slices.IndexFunc(result.Tests, func(t gotest.TestResult) bool { return t.Name == c.Caught })
	if i < 0 {
		return fmt.Sprintf("there is no test %s in this step", c.Caught)
	}
	test := result.Tests[i]
	usual, other, _ := strings.Cut(c.Ends, " or ")
	if other != "" && endings[test.Verdict] == other {
		return "" // it says something else each time, as requests that meet do
	}
	said := test.Output
	if test.Failure != nil {
		said = test.Failure.Why
	}
	switch {
	case test.Verdict == verdict.Pass:
		return fmt.Sprintf("%s does not catch it; caught by: %s", c.Caught, strings.Join(failedTests(result), ", "))
	case endings[test.Verdict] != usual:
		return fmt.Sprintf("%s ends with %q, and the card says %q:\n%s", c.Caught, test.Verdict, c.Ends, test.Output)
	case !strings.Contains(strings.Join(strings.Fields(said), " "), strings.Join(strings.Fields(c.Says), " ")):
		return fmt.Sprintf("%s does not say %q. It says:\n%s", c.Caught, c.Says, said)
	}
	return ""
}

// variantProblem returns what is wrong with what the tests made of a variant, or "".
func variantProblem(result gotest.Result) string {
	if result.Build != "" {
		return "does not compile:\n" + result.Build
	}
	for _, test := range result.Tests {
		if test.Verdict != verdict.Pass {
			return fmt.Sprintf("is right, and %s refuses it:\n%s", test.Name, test.Output)
		}
	}
	return ""
}

// variants applies each variant to its solution: every test must pass, shuffled, and
// under the race detector if that was asked for.
func (p *prover) variants(ctx context.Context) (string, error) {
	total := 0
	for _, step := range p.steps {
		tests, err := step.Tests()
		if err != nil {
			return "", err
		}
		cards := p.readCards(step, "variants")
		results, err := p.runEach(ctx, step, "variants", cards, tests)
		if err != nil {
			return "", err
		}
		total += len(cards)
		for i, c := range cards {
			p.judged(c, variantProblem(results[i]))
		}
	}
	return fmt.Sprintf("%d of them, shuffled, %s", total, withRace(p.race)), p.listed("variants")
}

func failedTests(result gotest.Result) []string {
	var names []string
	for _, test := range result.Tests {
		if test.Verdict != verdict.Pass {
			names = append(names, test.Name)
		}
	}
	return names
}

// withRace says whether the race detector was used.
func withRace(race bool) string {
	if race {
		return "and under -race"
	}
	return "without -race"
}

// readCards returns a step's cards of a kind.
func (p *prover) readCards(step steps.Step, kind string) []mistakes.Card {
	cards, err := mistakes.Read(p.workshop.Path("testdata", kind, step.Name))
	if err != nil {
		p.wrong("%v", err)
		return nil
	}
	return slices.DeleteFunc(cards, func(c mistakes.Card) bool {
		if p.only != "" {
			return c.Name != p.only
		}
		return !p.sample.Has(step.Name, kind, c.Name)
	})
}

// whole reports whether all cards are run, so that it is known what no card shows.
func (p *prover) whole() bool { return p.only == "" && p.sample.N < 2 }

// runMistakes runs the tests of a step on its mistakes, and returns which tests have caught a
// mistake that no other test caught. All tests are run on the mistakes meant for a test until
// one of them has shown that; on the rest just the test that is meant, which takes a fraction of
// the time. In a check they run in one process, so it is enough if one of the two ways shows it.
func (p *prover) runMistakes(ctx context.Context, step steps.Step, cards []mistakes.Card, tests []steps.Test) ([]gotest.Result, map[string]bool, error) {
	results, errs := make([]gotest.Result, len(cards)), make([]error, len(cards))
	run, err := p.cardRunner(step, "mistakes", len(cards))
	if err != nil {
		return nil, nil, err
	}
	meant := map[string][]int{} // the cards of each test
	for i, c := range cards {
		meant[c.Caught] = append(meant[c.Caught], i)
	}
	alone := map[string]bool{}
	var group sync.WaitGroup
	var mu sync.Mutex
	for name, list := range meant {
		group.Go(func() {
			t := slices.IndexFunc(tests, func(t steps.Test) bool { return t.Name == name })
			all := t < 0 || p.whole() && tests[t].Stays == "" || p.only != ""
			for _, i := range list {
				if all {
					results[i], errs[i] = run(ctx, cards[i], tests)
				}
				if failed := failedTests(results[i]); all && len(failed) == 1 && failed[0] == name {
					mu.Lock()
					alone[name] = true
					mu.Unlock()
					all = p.only != ""
					continue
				}
				if all && mistakeProblem(cards[i], results[i]) == "" || t < 0 {
					continue
				}
				byItself, err := run(ctx, cards[i], tests[t:t+1])
				switch caught := err == nil && mistakeProblem(cards[i], byItself) == ""; {
				case caught || !all && err != nil:
					results[i], errs[i] = byItself, err
				case !all: // what other tests leave behind may be what shows it
					results[i], errs[i] = run(ctx, cards[i], tests)
				}
			}
		})
	}
	group.Wait()
	return results, alone, p.cardTrouble(ctx, cards, results, errs)
}

// runEach runs the tests of a step on cards of it, some at a time.
func (p *prover) runEach(ctx context.Context, step steps.Step, kind string, cards []mistakes.Card, tests []steps.Test) ([]gotest.Result, error) {
	results, errs := make([]gotest.Result, len(cards)), make([]error, len(cards))
	run, err := p.cardRunner(step, kind, len(cards))
	if err != nil {
		return nil, err
	}
	var group sync.WaitGroup
	for i, c := range cards {
		group.Go(func() { results[i], errs[i] = run(ctx, c, tests) })
	}
	group.Wait()
	return results, p.cardTrouble(ctx, cards, results, errs)
}

// cardRunner returns what runs tests of a step on one of its cards. It may be called by many at
// once; some of them run at a time.
func (p *prover) cardRunner(step steps.Step, kind string, total int) (func(context.Context, mistakes.Card, []steps.Test) (gotest.Result, error), error) {
	ground, err := groundOf(step)
	if err != nil {
		return nil, err
	}
	slots := make(chan struct{}, 2*runtime.GOMAXPROCS(0)) // tests wait for the disk as long as they compute
	var mu sync.Mutex
	done := map[string]bool{}
	return func(ctx context.Context, c mistakes.Card, tests []steps.Test) (gotest.Result, error) {
		slots <- struct{}{}
		defer func() { <-slots }()
		result, err := p.cards.run(ctx, step, kind, c, ground, tests)
		mu.Lock()
		defer mu.Unlock()
		done[c.Name] = true
		p.screen.Progress("%s of %s: %d of %d ...", kind, step.Name, len(done), total)
		return result, err
	}, nil
}

// cardTrouble takes down what kept cards from being run, which makes them wrong.
func (p *prover) cardTrouble(ctx context.Context, cards []mistakes.Card, results []gotest.Result, errs []error) error {
	for i, err := range errs {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			p.wrong("%s: %v", cards[i].File, err)
			results[i].Build = err.Error()
		}
	}
	return nil
}
