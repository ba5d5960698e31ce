package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"tokenauth.example/scripts/internal/check"
	"tokenauth.example/scripts/internal/gotest"
	"tokenauth.example/scripts/internal/steps"
	"tokenauth.example/scripts/internal/verdict"
)

// stubsFail runs the tests on the stubs, each in the place of its solution.
func (p *prover) stubsFail(ctx context.Context) (string, error) {
	folder, err := os.MkdirTemp("", "workshop-*")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(folder)
	count := 0
	for _, step := range p.steps {
		silent, err := silentGiven(step)
		if err != nil {
			return "", err
		}
		for _, name := range silent {
			p.wrong("solutions/%s/%s: is given, and so must begin with:\n%s", step.Name, name, givenHead)
		}
		p.screen.Progress("testing the stubs of %s ...", step.Name)
		report, err := stubReport(ctx, p.g, step)
		if err != nil {
			return "", err
		}
		p.stubs[step.Name] = report
		if report.Result.Build != "" {
			p.wrong("the stub of %s does not compile:\n%s", step.Name, report.Result.Build)
			continue
		}
		flag, err := stubOverlay(step, report.Sources).Write(folder)
		if err != nil {
			return "", err
		}
		if err := p.vet(ctx, "the stub of "+step.Name, step.SolutionDir(), nil, flag, "."); err != nil {
			return "", err
		}
		for _, test := range report.Result.Tests {
			count++
			switch {
			case test.Guard && test.Verdict != verdict.Pass:
				p.wrong("%s: %s is a guard, and must pass on the stub: %s", step.Name, test.Name, test.Verdict)
			case !test.Guard && test.Verdict == verdict.Pass:
				p.wrong("%s: %s passes on the stub: first let it show that the good twin is accepted, or name it a guard", step.Name, test.Name)
			case !test.Guard && test.Verdict != verdict.Fail:
				p.wrong("%s: %s must fail on the stub, and it %s:\n%s", step.Name, test.Name, test.Verdict, test.Output)
			case !test.Guard && (test.Failure == nil || test.Failure.Why == ""):
				p.wrong("%s: %s fails on the stub without a message of its own:\n%s", step.Name, test.Name, test.Output)
			}
		}
	}
	return fmt.Sprintf("%d tests", count), nil
}

// givenHead begins every Go file that is given, in solutions/ and in steps/ alike.
const givenHead = "// Given: this file is the same for everybody, and grading uses the original in solutions/.\n" +
	"// \"make stubs\" writes the copy in steps/.\n\n"

// silentGiven returns the given files of a step that do not say that they are.
func silentGiven(step steps.Step) ([]string, error) {
	files, err := step.Files()
	if err != nil {
		return nil, err
	}
	var silent []string
	for _, file := range files {
		if file.Kind == steps.Given && strings.HasSuffix(file.Name, ".go") && !bytes.HasPrefix(file.Text, []byte(givenHead)) {
			silent = append(silent, file.Name)
		}
	}
	return silent, nil
}

// stubReport is what a learner is told who has not changed anything yet.
func stubReport(ctx context.Context, g *gotest.Go, step steps.Step) (check.StepReport, error) {
	report := check.StepReport{Step: step, State: check.NotStarted, Sources: map[string][]byte{}}
	files, err := step.Files()
	if err != nil {
		return report, err
	}
	for _, file := range files {
		if file.Kind == steps.Stub {
			report.Sources[file.Name] = file.Text
		}
	}
	tests, err := step.Tests()
	if err != nil {
		return report, err
	}
	report.Result, err = g.Run(ctx, step.SolutionDir(), stubOverlay(step, report.Sources), tests)
	return report, err
}

func stubOverlay(step steps.Step, sources map[string][]byte) gotest.Overlay {
	overlay := gotest.Overlay{}
	for name, text := range sources {
		overlay[filepath.Join(step.SolutionDir(), filepath.FromSlash(name))] = text
	}
	return overlay
}
