package main

import (
	"bytes"
	"fmt"
	"os"
	"regexp"

	"tokenauth.example/scripts/internal/lesson"
	"tokenauth.example/scripts/internal/session"
	"tokenauth.example/scripts/internal/steps"
)

// mapRow finds the row of a step in the map of the steps, in the top README.md.
func mapRow(step steps.Step) *regexp.Regexp {
	return regexp.MustCompile(fmt.Sprintf(`(?m)^\| \[%s\]\(steps/[^)]*\).*$`, step.Number()))
}

// withMap returns the top README.md with the rows of its map as the lessons have them and what
// the tracks cover as the cards have it, and the text that is there now. What is missing isn't
// added, as nobody knows where.
func withMap(workshop *steps.Workshop) (now, wanted []byte, err error) {
	now, err = os.ReadFile(workshop.Path("README.md"))
	if err != nil {
		return nil, nil, err
	}
	now = bytes.ReplaceAll(now, []byte("\r\n"), []byte("\n"))
	list, err := workshop.Steps()
	if err != nil {
		return nil, nil, err
	}
	text := string(now)
	for _, step := range list {
		about, err := lesson.Read(step.Dir())
		if os.IsNotExist(err) {
			continue // who cares for the step says so
		}
		if err != nil {
			return nil, nil, err
		}
		row := fmt.Sprintf("| [%s](steps/%s/README.md) | %s | %s |", step.Number(), step.Name, about.Title, about.Minutes)
		text = mapRow(step).ReplaceAllLiteralString(text, row)
	}
	broken, err := readStandards(workshop)
	if err != nil {
		return nil, nil, err
	}
	text = coverage.ReplaceAllLiteralString(text, broken.sentence())
	return now, []byte(text), nil
}

// mapped compares the map of the steps with the lessons.
func (p *prover) mapped() error {
	now, wanted, err := withMap(p.workshop)
	if err != nil {
		return err
	}
	for _, step := range p.steps {
		if !mapRow(step).Match(now) {
			p.wrong("README.md: the map of the steps needs a row for %s, beginning with: | [%s](steps/%s/README.md)", step.Name, step.Number(), step.Name)
		}
	}
	if !bytes.Equal(now, wanted) {
		p.wrong("README.md: the map of the steps isn't as the lessons have it: %s", session.Plain("stubs"))
	}
	return nil
}
