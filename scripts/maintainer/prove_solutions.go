package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"tokenauth.example/scripts/internal/cache"
	"tokenauth.example/scripts/internal/steps"
	"tokenauth.example/scripts/internal/text"
	"tokenauth.example/scripts/internal/verdict"
)

func (p *prover) solutions(ctx context.Context) (string, error) {
	p.screen.Progress("vetting the solutions ... (the first time, SQLite takes a minute)")
	if err := p.vet(ctx, "solutions", p.workshop.Path("solutions"), inSolutions(p.workshop), "work"); err != nil {
		return "", err
	}
	count := 0
	for _, step := range p.steps {
		p.screen.Progress("testing solutions/%s ...", step.Name)
		tests, err := step.Tests()
		if err != nil {
			return "", err
		}
		result, err := p.g.Run(ctx, step.SolutionDir(), nil, tests)
		if err != nil {
			return "", err
		}
		if result.Build != "" {
			p.wrong("solutions/%s does not compile:\n%s", step.Name, result.Build)
			continue
		}
		for _, test := range result.Tests {
			count++
			if test.Verdict != verdict.Pass {
				p.wrong("solutions/%s: %s: %s\n%s", step.Name, test.Name, test.Verdict, test.Output)
			}
		}
	}
	return fmt.Sprintf("%d tests", count), nil
}

// vet runs go vet over a workspace or a module.
func (p *prover) vet(ctx context.Context, what, dir string, env []string, args ...string) error {
	out, err := p.g.Command(ctx, dir, env, append([]string{"vet"}, args...)...).CombinedOutput()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		p.wrong("%s: go vet says:\n%s", what, strings.TrimSpace(string(out)))
	}
	return nil
}

func inSolutions(workshop *steps.Workshop) []string {
	return []string{"GOWORK=" + workshop.Path("solutions", "go.work")}
}

// times is how often a solution's tests are run in another order each time.
const times = 10

// maxShown is how many bytes are shown of what failing tests printed.
const maxShown = 20_000

// steady runs the solutions' tests shuffled, on the seeds of the fuzz tests, and under
// the race detector if that was asked for.
func (p *prover) steady(ctx context.Context) (string, error) {
	for _, step := range p.steps {
		ground, err := groundOf(step)
		if err != nil {
			return "", err
		}
		file := p.workshop.Path(".workshop", "proofs", "steady", step.Name+".json")
		if _, ok := cache.Recall[bool](file, ground); ok {
			continue
		}
		before := len(p.problems)
		if err := p.passes(ctx, step, times, "shuffled", nil, "-test.run=^(Test|Fuzz)", "-test.shuffle=on"); err != nil {
			return "", err
		}
		if p.race {
			if err := p.passes(ctx, step, 1, "under -race", underRace, "-test.shuffle=on"); err != nil {
				return "", err
			}
		}
		if len(p.problems) == before {
			cache.Remember(file, ground, true)
		}
	}
	return fmt.Sprintf("%d times, %s", times, withRace(p.race)), nil
}

// underRace are the flags for the race detector. Package blowfish calculates, and shares
// nothing: the detector would make it, and with it bcrypt, ten times slower.
var underRace = []string{"-race", "-gcflags=golang.org/x/crypto/blowfish=-race=false"}

// passes compiles a solution's tests, and runs them all in one process, some times over. A
// process may not print more than a learner's may, so each time has its own.
func (p *prover) passes(ctx context.Context, step steps.Step, times int, how string, buildFlags []string, testFlags ...string) error {
	p.screen.Progress("testing solutions/%s %s ...", step.Name, how)
	binary, said, err := p.g.Compile(ctx, step.SolutionDir(), nil, buildFlags...)
	if err != nil {
		return err
	}
	if binary == nil {
		p.wrong("solutions/%s does not compile:\n%s", step.Name, said)
		return nil
	}
	defer binary.Remove()
	binary.Temp = inMemory()
	for range times {
		if output, ok := binary.Passes(ctx, 5*time.Minute, testFlags...); !ok && ctx.Err() == nil {
			p.wrong("solutions/%s fails %s:\n%s", step.Name, how, text.Middle(output, maxShown))
			break
		}
	}
	return ctx.Err()
}
