package main

import (
	"fmt"
	"os"
	"regexp"
	"strings"

	"tokenauth.example/scripts/internal/lesson"
	"tokenauth.example/scripts/internal/mistakes"
	"tokenauth.example/scripts/internal/steps"
)

// A lesson names the mistakes that its step's SPOT.md shows:
//
//	<!-- bugs: accepts-hs512, ignores-the-error, no-exp -->
//
// They have a page of their own, because diffs show parts of the reference to whoever reads on.
var bugs = regexp.MustCompile(`(?m)^<!-- bugs: ([\w-]+), ([\w-]+), ([\w-]+) -->$`)

// spotPage is the page for the bugs, in a step's folder.
const spotPage = "SPOT.md"

// spot returns what a step's SPOT.md must be, made of the cards that its lesson names. Without
// a lesson, or a place in it, there is none.
func spot(step steps.Step) ([]byte, error) {
	text, err := lesson.Read(step.Dir())
	if os.IsNotExist(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	match := bugs.FindStringSubmatch(text.Text)
	if match == nil {
		return nil, nil
	}
	var page strings.Builder
	fmt.Fprintf(&page, "<!-- Made of the cards that the lesson names, by \"make stubs\". -->\n\n# Spot the bug\n\n"+
		"Three people changed the reference of [%s](README.md). What does each change break?\n", step.Name)
	for _, name := range match[1:] {
		file := step.Workshop.Path("testdata", "mistakes", step.Name, name+".diff")
		source, err := os.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("steps/%s/README.md names a bug that is not there: %w", step.Name, err)
		}
		c, err := mistakes.Parse(source)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		fmt.Fprintf(&page, "\n```diff\n%s```\n\n<details><summary>Answer</summary>\n\nIt %s.\nWhat that costs: %s.\nThe test that catches it: `%s`.\n\n</details>\n",
			withoutHead(string(source)), strings.TrimSuffix(c.Wrong, "."), c.Toll(), c.Caught)
	}
	return []byte(page.String()), nil
}

// withoutHead leaves the diff of a card, from its first place on: that is all that a
// reader needs to find the bug.
func withoutHead(source string) string {
	source = strings.ReplaceAll(source, "\r\n", "\n")
	if i := strings.Index(source, "\n@@ "); i >= 0 {
		source = source[i+1:]
	}
	var kept strings.Builder
	for line := range strings.Lines(source) {
		switch {
		case strings.HasPrefix(line, "@@ "):
			if kept.Len() > 0 {
				kept.WriteString(" ...\n")
			}
		case strings.HasPrefix(line, "--- a/"), strings.HasPrefix(line, "+++ b/"):
		case strings.Contains(line, "//workshop:"), line == " //\n":
		default:
			kept.WriteString(line)
		}
	}
	return kept.String()
}
