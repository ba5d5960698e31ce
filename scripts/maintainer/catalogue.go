package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path"
	"regexp"
	"strings"

	"tokenauth.example/scripts/internal/mistakes"
	"tokenauth.example/scripts/internal/session"
	"tokenauth.example/scripts/internal/steps"
)

// cardKinds are the kinds of cards, which are the names of their folders in testdata/.
var cardKinds = []string{"mistakes", "variants"}

// What stands at the top of the list of each kind of card.
var catalogueHead = map[string]string{
	"mistakes": "# Mistakes\n\nWrong answers that people really write, each as a diff against the solution: what is wrong,\nwhat it costs, and the test that catches it. Made of the cards by `make stubs`.\n",
	"variants": "# Variants\n\nRight answers that look different, each as a diff against the solution. Every test accepts\nthem. Made of the cards by `make stubs`.\n",
}

// cell makes text that can be a cell of a table.
var cell = strings.NewReplacer("|", `\|`, "<", `\<`, "*", `\*`)

// catalogue returns testdata/KIND/README.md, which lists all cards of a kind, as it is
// and as the cards make it. It lets a card that is removed by accident be missed.
func catalogue(workshop *steps.Workshop, kind string) (now, wanted []byte, err error) {
	list, err := workshop.Steps()
	if err != nil {
		return nil, nil, err
	}
	var text bytes.Buffer
	text.WriteString(catalogueHead[kind])
	for _, step := range list {
		cards, err := mistakes.Read(workshop.Path("testdata", kind, step.Name))
		if err != nil {
			return nil, nil, err
		}
		if len(cards) == 0 {
			continue
		}
		fmt.Fprintf(&text, "\n## %s: %d\n\n", step.Name, len(cards))
		if kind == "mistakes" {
			text.WriteString("| mistake | it | what that costs | breaks | caught by |\n| --- | --- | --- | --- | --- |\n")
		} else {
			text.WriteString("| variant | how it differs |\n| --- | --- |\n")
		}
		for _, c := range cards {
			fmt.Fprintf(&text, "| [%s](%s/%[1]s.diff) | ", c.Name, step.Name)
			if kind == "mistakes" {
				fmt.Fprintf(&text, "%s | %s | %s | `%s` |\n", cell.Replace(c.Wrong), cell.Replace(c.Costs), c.Breaks, c.Caught)
			} else {
				fmt.Fprintf(&text, "%s |\n", cell.Replace(c.Differs))
			}
		}
	}
	now, err = os.ReadFile(workshop.Path("testdata", kind, "README.md"))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, nil, err
	}
	if now == nil && text.Len() == len(catalogueHead[kind]) {
		return nil, nil, nil // a workshop without cards needs no list of them
	}
	return bytes.ReplaceAll(now, []byte("\r\n"), []byte("\n")), text.Bytes(), nil
}

// driftedLists returns the lists of cards, of what they break, and of steps that are not as the
// cards and the lessons make them.
func driftedLists(workshop *steps.Workshop) ([]derived, error) {
	var drifted []derived
	for _, kind := range cardKinds {
		now, wanted, err := catalogue(workshop, kind)
		if err != nil {
			return nil, err
		}
		if !bytes.Equal(now, wanted) {
			drifted = append(drifted, derived{path.Join("testdata", kind, "README.md"), "does not list the cards as they are", wanted})
		}
	}
	broken, err := readStandards(workshop)
	if err != nil {
		return nil, err
	}
	if page := broken.page(); !bytes.Equal(broken.now, page) {
		drifted = append(drifted, derived{path.Join("testdata", standardsPage), "does not list what the cards break", page})
	}
	now, wanted, err := withMap(workshop)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	if !bytes.Equal(now, wanted) {
		drifted = append(drifted, derived{"README.md", "has a map of the steps that isn't as the lessons have it", wanted})
	}
	return drifted, nil
}

var catalogueLink = regexp.MustCompile(`(?m)^\| \[[\w-]+\]\(([\w/-]+\.diff)\)`)

// listed compares the list of a kind of card with the cards.
func (p *prover) listed(kind string) error {
	now, wanted, err := catalogue(p.workshop, kind)
	if err != nil || bytes.Equal(now, wanted) {
		return err
	}
	gone := false
	for _, match := range catalogueLink.FindAllSubmatch(now, -1) {
		name := path.Join("testdata", kind, string(match[1]))
		if _, err := os.Stat(p.workshop.Path(name)); errors.Is(err, os.ErrNotExist) {
			gone = true
			p.wrong("%s is gone: git restore %[1]s, or if that is meant, take it off the list with %s", name, session.Plain("stubs"))
		}
	}
	if !gone {
		p.wrong("testdata/%s/README.md does not list the cards as they are: %s", kind, session.Plain("stubs"))
	}
	return nil
}
