package main

import (
	"context"
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
		cards, results, err := p.runCards(ctx, step, "mistakes", tests)
		if err != nil {
			return "", err
		}
		total += len(cards)
		alone := map[string]bool{} // tests that caught a mistake that no other did
		for i, c := range cards {
			p.judged(c, judgeMistake(c, results[i]))
			if failed := failedTests(results[i]); len(failed) == 1 {
				alone[failed[0]] = true
			}
		}
		for _, test := range tests {
			if p.only == "" && !alone[test.Name] && test.Stays == "" {
				p.wrong("%s: %s catches no mistake that no other test catches: add one to testdata/mistakes/%[1]s, or say in its comment why it stays: // Stays: ...", step.Name, test.Name)
			}
		}
	}
	return fmt.Sprintf("%d of them", total), p.listed("mistakes")
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

// judgeMistake returns what is wrong with what the tests made of a mistake, or "".
func judgeMistake(c mistakes.Card, result gotest.Result) string {
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

// judgeVariant returns what is wrong with what the tests made of a variant, or "".
func judgeVariant(result gotest.Result) string {
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
		cards, results, err := p.runCards(ctx, step, "variants", tests)
		if err != nil {
			return "", err
		}
		total += len(cards)
		for i, c := range cards {
			p.judged(c, judgeVariant(results[i]))
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

// runCards runs the tests of a step on each of its cards of a kind.
func (p *prover) runCards(ctx context.Context, step steps.Step, kind string, tests []steps.Test) ([]mistakes.Card, []gotest.Result, error) {
	cards, err := mistakes.Read(p.workshop.Path("testdata", kind, step.Name))
	if err != nil {
		p.wrong("%v", err)
		return nil, nil, nil
	}
	if p.only != "" {
		cards = slices.DeleteFunc(cards, func(c mistakes.Card) bool { return c.Name != p.only })
	}
	results, err := p.runEach(ctx, step, kind, cards, tests)
	return cards, results, err
}

// runEach runs the tests of a step on cards of it, some at a time.
func (p *prover) runEach(ctx context.Context, step steps.Step, kind string, cards []mistakes.Card, tests []steps.Test) ([]gotest.Result, error) {
	ground, err := groundOf(step)
	if err != nil {
		return nil, err
	}
	results := make([]gotest.Result, len(cards))
	errs := make([]error, len(cards))
	slots := make(chan struct{}, 2*runtime.GOMAXPROCS(0)) // tests wait for the disk as long as they compute
	var group sync.WaitGroup
	var mu sync.Mutex
	done := 0
	for i, c := range cards {
		group.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			results[i], errs[i] = p.cards.run(ctx, step, kind, c, ground, tests)
			mu.Lock()
			defer mu.Unlock()
			done++
			p.screen.Progress("%s of %s: %d of %d ...", kind, step.Name, done, len(cards))
		})
	}
	group.Wait()
	for i, err := range errs {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err != nil {
			p.wrong("%s: %v", cards[i].File, err)
			results[i].Build = err.Error()
		}
	}
	return results, nil
}
