package grade

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"tokenauth.example/scripts/internal/gotest"
	"tokenauth.example/scripts/internal/sandbox"
	"tokenauth.example/scripts/internal/text"
	"tokenauth.example/scripts/internal/verdict"
)

// wordsOf are those of an error, with what to do about it if that is known.
func wordsOf(err error) string {
	if machine := (*gotest.MachineTrouble)(nil); errors.As(err, &machine) && machine.Cure != "" {
		return err.Error() + ". " + machine.Cure
	}
	return err.Error()
}

// trouble returns the error of a test that could not be run for the machine's sake or the
// sandbox's, or nil.
func trouble(test gotest.TestResult) error {
	if test.Trouble != nil || test.Verdict != verdict.Exited {
		return test.Trouble
	}
	return sandbox.Trouble(test.Output)
}

// like returns the known mistakes that a test catches with these words.
func (s sheet) like(test, why string) []string {
	found := []string{}
	for _, c := range s.cards {
		if c.Caught == test && c.Says != "" && strings.Contains(strings.Join(strings.Fields(why), " "), strings.Join(strings.Fields(c.Says), " ")) {
			found = append(found, c.Wrong)
		}
	}
	const limit = 3
	return found[:min(len(found), limit)]
}

// cause says in words why a test did not pass.
func (g *Grader) cause(test gotest.TestResult, requirement string) string {
	if test.Failure != nil && test.Failure.Why != "" {
		return text.Clean(test.Failure.Why)
	}
	switch test.Verdict {
	case verdict.Fail:
		return requirement + " The test failed without a message: its output says more."
	case verdict.Panicked:
		if strings.Contains(test.Output, "failed to create new OS thread") {
			return "it needed more threads or processes than it may have"
		}
		said := "the code panicked: " + panicOf(test.Output)
		if crash := gotest.ParseCrash(test.Output); crash != nil && crash.Means != "" {
			said += ". " + crash.Means
		}
		return said
	case verdict.TimedOut:
		return fmt.Sprintf("it did not end within %v: something waits forever, or loops", g.TestTime)
	case verdict.Exited:
		return "the program ended before the test did: something calls os.Exit or log.Fatal, or was killed"
	case verdict.OutOfMemory:
		return "it needed more memory than it may have"
	case verdict.Tampered:
		return "the code changes what tests say: it claims a verdict that no test has given"
	case verdict.OutputLimit:
		return "it printed more than a megabyte, and was stopped"
	}
	return interrupted
}

func panicOf(output string) string {
	for line := range strings.Lines(output) {
		for _, prefix := range []string{"panic: ", "fatal error: "} {
			if said, ok := strings.CutPrefix(line, prefix); ok {
				return text.Clean(strings.TrimSpace(said))
			}
		}
	}
	return "its output says more"
}

// lastWords are those of a program that ended too early.
func lastWords(output string) string {
	lines := strings.Split(strings.TrimSpace(output), "\n")
	if last := strings.TrimSpace(lines[len(lines)-1]); last != "" {
		return ". Its last words: " + text.Clean(last[max(0, len(last)-200):])
	}
	return ""
}

// BeforeAny is how a cause begins that befell every test of a step.
const BeforeAny = "before any test could run: "

// withoutRoot leaves the workshop's own path out of what the compiler or a test said.
func withoutRoot(said, root string) string {
	return strings.ReplaceAll(said, root+string(filepath.Separator), "")
}

// withoutHeads leaves out the lines in which the go command names the package.
func withoutHeads(said string) string {
	var kept strings.Builder
	for line := range strings.Lines(said) {
		if !strings.HasPrefix(line, "# ") {
			kept.WriteString(line)
		}
	}
	return kept.String()
}

// clean leaves out of an output the tests' own marks and where the workshop is, and gives
// tests the names that they are known by.
func (a aliases) clean(output string, root string) string {
	said := withoutRoot(gotest.WithoutMarks(output), root)
	for name, alias := range a.of {
		said = strings.ReplaceAll(said, alias, name)
	}
	return said
}

// shortened is the beginning and the end of a long output.
func shortened(output string) string { return text.Middle(output, 8<<10) }
