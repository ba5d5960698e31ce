package gotest

import (
	"regexp"
	"strings"
)

// What the testing package and the tests themselves write: markers, what was logged with the
// place, and lines that continue it.
var ofTests = regexp.MustCompile(`^(\x16|=== |--- |PASS$|FAIL$|    )`)

// What a test logs may come behind what was printed without an end of line, too.
var placed = regexp.MustCompile(` {4}[\w.-]+_test\.go:[0-9]+:.*$`)

// Printed returns the lines that the learner's code printed, in what came from one test: all
// but the lines of package testing and of the test.
func Printed(output string) []string {
	var lines []string
	for line := range strings.Lines(output) {
		line = strings.TrimRight(line, "\r\n")
		// A marker may come behind what was printed without an end of line.
		before, _, _ := strings.Cut(line, "\x16")
		if before == "" || ofTests.MatchString(before) {
			continue
		}
		lines = append(lines, placed.ReplaceAllString(before, ""))
	}
	return lines
}
