package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"tokenauth.example/scripts/internal/check"
	"tokenauth.example/scripts/internal/mistakes"
	"tokenauth.example/scripts/internal/screen"
	"tokenauth.example/scripts/internal/session"
	"tokenauth.example/scripts/internal/steps"
	"tokenauth.example/scripts/internal/verdict"
	"tokenauth.example/scripts/internal/view"
)

// messages compares what learners are told with testdata/reports, where it can be read
// as prose, and where a change of wording shows as a diff: for each step stub.txt, with
// every test on the untouched stub, and a file named after a mistake, with what that
// mistake gets.
func (p *prover) messages(ctx context.Context) (string, error) {
	compared := 0
	for _, step := range p.steps {
		folder := p.workshop.Path("testdata", "reports", step.Name)
		if err := p.golden(filepath.Join(folder, "stub.txt"), p.stubs[step.Name]); err != nil {
			return "", err
		}
		compared++
		shown, err := filepath.Glob(filepath.Join(folder, "*.txt"))
		if err != nil {
			return "", err
		}
		if len(shown) < 2 {
			p.wrong("testdata/reports/%s: needs the report on a typical mistake: make a file NAME.txt, where NAME is one of testdata/mistakes/%[1]s, and run %s", step.Name, session.Plain("verify -update"))
		}
		for _, file := range shown {
			name := strings.TrimSuffix(filepath.Base(file), ".txt")
			if name == "stub" {
				continue
			}
			report, err := p.mistakeReport(ctx, step, name)
			if err != nil {
				return "", err
			}
			if err := p.golden(file, report); err != nil {
				return "", err
			}
			compared++
		}
	}
	return fmt.Sprintf("%d reports", compared), nil
}

// mistakeReport is what a learner is told whose code is the solution with a mistake in it.
func (p *prover) mistakeReport(ctx context.Context, step steps.Step, name string) (check.StepReport, error) {
	report := check.StepReport{Step: step, State: check.InProgress, Sources: map[string][]byte{}}
	tests, err := step.Tests()
	if err != nil {
		return report, err
	}
	cards, err := mistakes.Read(p.workshop.Path("testdata", "mistakes", step.Name))
	if err != nil {
		return report, err
	}
	i := slices.IndexFunc(cards, func(c mistakes.Card) bool { return c.Name == name })
	if i < 0 {
		p.wrong("testdata/reports/%s/%s.txt: there is no such mistake", step.Name, name)
		return report, nil
	}
	ground, err := groundOf(step)
	if err != nil {
		return report, err
	}
	if report.Result, err = p.cards.run(ctx, step, "mistakes", cards[i], ground, tests); err != nil {
		return report, err
	}
	files, err := step.Files()
	if err != nil {
		return report, err
	}
	for _, file := range files {
		if report.Sources[file.Name], err = solution(step)(file.Name); err != nil {
			return report, err
		}
	}
	changed, err := cards[i].Apply(solution(step))
	maps.Copy(report.Sources, changed)
	return report, err
}

// golden compares a report with what is kept of it, or writes it.
func (p *prover) golden(file string, report check.StepReport) error {
	var printed bytes.Buffer
	learner := view.View{Session: &session.Session{Workshop: p.workshop, Screen: screen.Plain(&printed), Make: true}}
	learner.Rows([]check.StepReport{report})
	for _, test := range report.Result.Tests {
		if test.Verdict == verdict.Pass {
			continue
		}
		if test.Failure != nil {
			same := *test.Failure
			for _, field := range []*string{&same.Why, &same.Sent, &same.Answered, &same.Got, &same.Want} {
				*field = everyTime(*field)
			}
			test.Failure = &same
		}
		learner.Screen.Printf("")
		learner.TestFailure(report, &test)
	}
	kept, err := os.ReadFile(file)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if bytes.Equal(bytes.ReplaceAll(kept, []byte("\r\n"), []byte("\n")), printed.Bytes()) {
		return nil
	}
	if p.update {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return err
		}
		return os.WriteFile(file, printed.Bytes(), 0o644)
	}
	name, err := filepath.Rel(p.workshop.Root, file)
	if err != nil {
		return err
	}
	p.wrong("%s: learners are told something else now. If it reads well, keep it, with %s, and look at the diff:\n%s", filepath.ToSlash(name), session.Plain("verify -update"), printed.String())
	return nil
}

// What differs from one run to the next, and what stands for it.
var changing = []struct {
	pattern *regexp.Regexp
	stands  string
}{
	{regexp.MustCompile(`eyJ[\w-]+(\.[\w-]*)*`), "TOKEN"},
	{regexp.MustCompile(`\$2[aby]\$[0-9]{2}\$[./A-Za-z0-9]+`), "HASH"},
	{regexp.MustCompile(`\b[A-Z2-7]{26}\b`), "ID"},
	{regexp.MustCompile(`\b[0-9a-f]{32,64}(\s+[0-9a-f]+)?@identities\.invalid`), "NEW@identities.invalid"},
	{regexp.MustCompile(`127\.0\.0\.1:[0-9]+`), "ADDRESS"},
	{regexp.MustCompile(`\b[0-9]{10}\b`), "TIME"},
	{regexp.MustCompile(`[\w.:/\\-]*[/\\]Test\w+[/\\][0-9]+`), "FOLDER"},
}

// everyTime returns text as it is the same every time.
func everyTime(text string) string {
	for _, c := range changing {
		text = c.pattern.ReplaceAllString(text, c.stands)
	}
	return text
}
