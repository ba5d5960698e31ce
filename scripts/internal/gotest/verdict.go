package gotest

import (
	"regexp"
	"strings"

	"tokenauth.example/scripts/internal/verdict"
)

var marker = regexp.MustCompile(`^\x16(?:=== RUN   |=== NAME  |--- (?:PASS|FAIL|SKIP): )([\w/]*)`)

// byTest splits the output of several tests into that of each.
func byTest(output string) map[string]string {
	parts := map[string]string{}
	name := ""
	for line := range strings.Lines(output) {
		if match := marker.FindStringSubmatch(line); match != nil {
			name, _, _ = strings.Cut(match[1], "/")
		}
		parts[name] += line
	}
	return parts
}

var outOfMemory = regexp.MustCompile(`(?m)^(fatal error: |runtime: )(runtime: )?(out of memory|cannot allocate memory)`)

var outOfThreads = regexp.MustCompile(`(?m)^runtime: failed to create new OS thread`)

// judge says what became of a test that had a process to itself. It has passed if the
// process ended by itself with 0, and said so once, of this test and no other; and if
// somebody vouches for it, where there is somebody. Code that prints or exits at the wrong
// moment can bring about any of these alone.
func (b *Binary) judge(name string, end ending) verdict.Verdict {
	c := readClaims(end.output, end.secret)
	regular := c.regular([]string{name}, b.known(name))
	passed, failed := c.said(name, "PASS"), c.said(name, "FAIL")
	if end.secret != nil {
		said, ok := c.vouch[name]
		passed, failed = passed && said, failed && ok && !said
	}
	switch {
	case passed && regular && end.code == 0 && end.early == "":
		return verdict.Pass
	// A program that has no memory or threads left tells of every goroutine, which may be
	// more than a megabyte. It ended because of what it said first.
	case end.early == verdict.OutputLimit && outOfMemory.MatchString(end.output):
		return verdict.OutOfMemory
	case end.early == verdict.OutputLimit && outOfThreads.MatchString(end.output):
		return verdict.Panicked
	case end.early != "":
		return end.early
	case outOfMemory.MatchString(end.output):
		return verdict.OutOfMemory
	case panicked(end.output):
		return verdict.Panicked
	case failed:
		return verdict.Fail
	case !regular || end.code == 0 && c.said(name, "PASS"):
		return verdict.Tampered
	}
	return verdict.Exited
}

// known returns what tells the names of the binary's tests from any others. Without a list
// of them, that is the one that was run.
func (b *Binary) known(run ...string) func(name string) bool {
	names := map[string]bool{}
	for _, name := range append(run, b.Names...) {
		names[name] = true
	}
	return func(name string) bool { return names[name] }
}

func panicked(output string) bool {
	return strings.HasPrefix(output, "panic: ") || strings.Contains(output, "\npanic: ") || strings.Contains(output, "\nfatal error: ")
}
