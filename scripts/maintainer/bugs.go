package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"tokenauth.example/scripts/internal/mistakes"
	"tokenauth.example/scripts/internal/steps"
)

// A lesson names the mistakes that it shows, and what stands between these two lines is
// made of their cards:
//
//	<!-- bugs: accepts-hs512, ignores-the-error, no-exp -->
//	<!-- end of bugs -->
var bugs = regexp.MustCompile(`(?s)(<!-- bugs: ([\w, -]+) -->\n).*?(<!-- end of bugs -->)`)

// bugsShown is how many mistakes each lesson shows.
const bugsShown = 3

// withBugs returns a lesson's README.md with its bugs as their cards have them, and the
// text that is there now. Without such a place the two are the same.
func withBugs(step steps.Step) (now, wanted []byte, err error) {
	now, err = os.ReadFile(filepath.Join(step.Dir(), "README.md"))
	if err != nil {
		return nil, nil, err
	}
	text := strings.ReplaceAll(string(now), "\r\n", "\n")
	match := bugs.FindStringSubmatchIndex(text)
	if match == nil {
		return now, now, nil
	}
	var shown strings.Builder
	shown.WriteString("\nThree people changed the reference. What does each change break? Look when your step is\n" +
		"done: the diffs show parts of the reference, and names of its own helper functions.\n\n<details><summary>Three changes</summary>\n")
	for name := range strings.SplitSeq(text[match[4]:match[5]], ",") {
		file := step.Workshop.Path("testdata", "mistakes", step.Name, strings.TrimSpace(name)+".diff")
		source, err := os.ReadFile(file)
		if err != nil {
			return nil, nil, fmt.Errorf("steps/%s/README.md shows a bug that is not there: %w", step.Name, err)
		}
		c, err := mistakes.Parse(source)
		if err != nil {
			return nil, nil, fmt.Errorf("%s: %w", file, err)
		}
		fmt.Fprintf(&shown, "\n```diff\n%s```\n\n<details><summary>Answer</summary>\n\nIt %s.\nWhat that costs: %s.\nThe test that catches it: `%s`.\n\n</details>\n",
			withoutHead(string(source)), strings.TrimSuffix(c.Wrong, "."), strings.TrimSuffix(c.Costs, "."), c.Caught)
	}
	shown.WriteString("\n</details>\n\n")
	return now, []byte(text[:match[3]] + shown.String() + text[match[6]:]), nil
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
