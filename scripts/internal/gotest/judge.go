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

// judge reads the markers that the testing package prints with -test.v=test2json. A
// test has passed if it says so, once, and its process ended well besides: code that
// prints or exits at the wrong moment can bring about either alone.
func judge(name string, end ending) verdict.Verdict {
	passes := strings.Count(end.output, "\x16--- PASS: "+name+" (")
	switch {
	case passes == 1 && end.well && end.early == "":
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
	case strings.Contains(end.output, "\x16--- FAIL: "+name+" ("):
		return verdict.Fail
	}
	return verdict.Exited
}

func panicked(output string) bool {
	return strings.HasPrefix(output, "panic: ") || strings.Contains(output, "\npanic: ") || strings.Contains(output, "\nfatal error: ")
}
