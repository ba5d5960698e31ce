package gotest

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"tokenauth.example/scripts/internal/gotest/vouch"
)

// claims are what an output says of tests: lines of package testing, and of package vouch,
// or of somebody who writes the same.
type claims struct {
	begun  map[string]int      // how often a test is said to have begun
	ended  map[string][]string // what is said of its end: PASS, FAIL, SKIP
	vouch  map[string]bool     // whether it passed, of those that somebody vouches for
	forged bool                // a line of package vouch is not its own
}

// claim is a line about a test, and not about one below it. The mark may be anywhere in a
// line, because code that prints may leave one unfinished.
var claim = regexp.MustCompile(`\x16(?:=== RUN   ([^\s/]+)\r?\n|--- (PASS|FAIL|SKIP): ([^\s/]+) \()`)

var vouched = regexp.MustCompile(`\x16vouch: ([0-9]{1,9}) (\S+) (true|false) [0-9a-f]*\n?`)

// readClaims reads an output. Without a secret, nobody vouches for anything.
func readClaims(output string, secret []byte) claims {
	c := claims{map[string]int{}, map[string][]string{}, map[string]bool{}, false}
	for _, match := range claim.FindAllStringSubmatch(output, -1) {
		if match[1] != "" {
			c.begun[match[1]]++
		} else {
			c.ended[match[3]] = append(c.ended[match[3]], match[2])
		}
	}
	lines := vouched.FindAllStringSubmatch(output, -1)
	c.forged = len(lines) != strings.Count(output, "\x16vouch: ")
	for _, line := range lines {
		n := len(c.vouch) // each is of another test
		if secret == nil || line[1] != strconv.Itoa(n) || vouch.Line(secret, n, line[2], line[3] == "true") != line[0] {
			c.forged = true
			continue
		}
		c.vouch[line[2]] = line[3] == "true"
	}
	return c
}

// regular reports whether an output claims nothing of the tests of a binary but that those
// which were run have begun once, and ended at most once.
func (c claims) regular(run []string, known func(name string) bool) bool {
	if c.forged {
		return false
	}
	for name, times := range c.begun {
		if known(name) && (times > 1 || !slices.Contains(run, name)) {
			return false
		}
	}
	for name, ends := range c.ended {
		if known(name) && (len(ends) > 1 || c.begun[name] == 0 || !slices.Contains(run, name)) {
			return false
		}
		if pass, ok := c.vouch[name]; ok && pass != (ends[0] == "PASS") {
			return false
		}
	}
	return true
}

// said reports whether a test is said to have ended so.
func (c claims) said(name, end string) bool { return slices.Contains(c.ended[name], end) }

// WithoutMarks leaves out of an output the lines that are marks of the tests' own.
func WithoutMarks(output string) string {
	var kept strings.Builder
	for line := range strings.Lines(vouched.ReplaceAllString(output, "")) {
		if !strings.HasPrefix(line, "\x16") {
			kept.WriteString(line)
		}
	}
	return kept.String()
}
