package gotest

import (
	"regexp"
	"strconv"
	"strings"
)

// Failure is what a failed test says, taken apart.
type Failure struct {
	// Why is the test's message: what must be, and what it costs if it is not.
	Why string
	// Sent and Answered are the last request before the failure and its answer, if
	// there were any.
	Sent, Answered string
	// Logged is what the code logged of it, if the answer says that something went wrong.
	Logged string
	// Got and Want are what came and what should have. Either may be empty.
	Got, Want string
}

// A line that a test logs begins with the place: "    login_test.go:12: sent: ...".
var logged = regexp.MustCompile(`^ {4,}[\w.-]+\.go:[0-9]+: (sent|got|logged): (.*)$`)

// A line of testify's begins with a label, or continues the line before it.
var labelled = regexp.MustCompile(`^ {4,}\t(Error Trace|Error|Test|Messages):? *\t(.*)$`)
var continued = regexp.MustCompile(`^ {4,}\t {12}\t(.*)$`)

// ParseFailure takes the output of a failed test apart. It returns nil where there is
// no failed assertion: the test stopped in some other way.
func ParseFailure(output string) *Failure {
	failure := &Failure{}
	fields := map[string][]string{}
	label := ""
	for line := range strings.Lines(output) {
		line = strings.TrimRight(line, "\r\n")
		if match := labelled.FindStringSubmatch(line); match != nil {
			if match[1] == "Error Trace" && fields["Error Trace"] != nil {
				break // the first failed assertion is enough
			}
			label = match[1]
			fields[label] = append(fields[label], match[2])
		} else if match := continued.FindStringSubmatch(line); match != nil && label != "" {
			fields[label] = append(fields[label], match[1])
		} else if match := logged.FindStringSubmatch(line); match != nil && fields["Error Trace"] == nil {
			switch match[1] {
			case "sent":
				failure.Sent, failure.Answered, failure.Logged = match[2], "", ""
			case "got":
				failure.Answered = match[2]
			case "logged":
				failure.Logged = match[2]
			}
		}
	}
	if fields["Error"] == nil {
		return nil
	}
	failure.Why = strings.TrimSpace(strings.Join(fields["Messages"], " "))
	failure.Got, failure.Want = gotAndWant(fields["Error"])
	return failure
}

// How testify words what it expected and what it got, and how we say it.
var wordings = []struct {
	pattern *regexp.Regexp
	got     string // may use the pattern's groups
	want    string
}{
	{regexp.MustCompile(`^An error is expected but got nil\.$`), "no error", "an error"},
	{regexp.MustCompile(`^Expected error with (.*) in chain but got nil\.$`), "no error", "the error $1"},
	{regexp.MustCompile(`^Should be true$`), "false", "true"},
	{regexp.MustCompile(`^Should be false$`), "true", "false"},
	{regexp.MustCompile(`^Expected value not to be nil\.$`), "nil", "not nil"},
	{regexp.MustCompile(`^Should be empty, but was ?(.*)$`), "$1", "nothing"},
	{regexp.MustCompile(`^Should NOT be empty, but was ?(.*)$`), "nothing", "something"},
	{regexp.MustCompile(`(?s)^.* should have ([0-9]+) item\(s\), but has ([0-9]+)$`), "$2 of them", "$1"},
	{regexp.MustCompile(`^Condition never satisfied$`), "it did not happen in time", ""},
	{regexp.MustCompile(`^Should be zero, but was (.*)$`), "$1", "zero"},
	{regexp.MustCompile(`^Should not be: (.*)$`), "$1", "anything else"},
	{regexp.MustCompile(`^(".*"|\[.*\]) should not contain "(.*)"$`), "$1", "without $2"},
	{regexp.MustCompile(`^(".*"|\[.*\]) does not contain (.*)$`), "$1", "with $2 in it"},
	{regexp.MustCompile(`^Expect "(.*)" to match "(.*)"$`), "$1", "to match $2"},
}

// labels of the lines in which testify shows values.
var valueLine = regexp.MustCompile(`^(expected|actual|in chain|got) *: (.*)$`)

// gotAndWant reads the text of a failed assertion. What it does not know it returns
// whole, as what was got.
func gotAndWant(lines []string) (got, want string) {
	text := strings.TrimSpace(strings.Join(lines, "\n"))
	if rest, ok := strings.CutPrefix(text, "Received unexpected error:"); ok {
		return "the error " + strings.TrimSpace(rest), "no error"
	}
	if strings.HasPrefix(text, "Target error should not be in err chain") {
		_, found, _ := strings.Cut(text, "found: ")
		found, _, _ = strings.Cut(found, "\n")
		return "the error " + found, "any other"
	}
	values := map[string]string{}
	for _, line := range lines {
		if strings.HasPrefix(line, "Diff:") {
			break
		}
		if match := valueLine.FindStringSubmatch(line); match != nil && values[match[1]] == "" {
			values[match[1]] = match[2]
		}
	}
	if values["expected"] != "" || values["actual"] != "" {
		if chain := values["in chain"]; chain != "" {
			return "the error " + chain, "the error " + values["expected"]
		}
		return unquote(values["actual"]), unquote(values["expected"])
	}
	for _, wording := range wordings {
		if match := wording.pattern.FindStringSubmatchIndex(text); match != nil {
			return string(wording.pattern.ExpandString(nil, wording.got, text, match)),
				string(wording.pattern.ExpandString(nil, wording.want, text, match))
		}
	}
	return text, ""
}

// unquote takes the quotes from text that can be read without them.
func unquote(value string) string {
	text, err := strconv.Unquote(value)
	if err != nil || strings.TrimSpace(text) == "" || strconv.Quote(text) != `"`+strings.ReplaceAll(text, `"`, `\"`)+`"` {
		return value
	}
	return text
}
