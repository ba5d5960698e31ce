package report

import (
	"encoding/xml"
	"fmt"
	"io"
	"time"

	"tokenauth.example/scripts/internal/verdict"
)

// junitLongest is how many bytes a message or an output may have. GitLab reads files up
// to 30 MB; a hundred learners who fail everything stay below.
const junitLongest = 2_000

type junitSuites struct {
	XMLName  xml.Name     `xml:"testsuites"`
	Tests    int          `xml:"tests,attr"`
	Failures int          `xml:"failures,attr"`
	Errors   int          `xml:"errors,attr"`
	Skipped  int          `xml:"skipped,attr"`
	Time     string       `xml:"time,attr"`
	Suites   []junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name       string          `xml:"name,attr"`
	Tests      int             `xml:"tests,attr"`
	Failures   int             `xml:"failures,attr"`
	Errors     int             `xml:"errors,attr"`
	Skipped    int             `xml:"skipped,attr"`
	Time       string          `xml:"time,attr"`
	Timestamp  string          `xml:"timestamp,attr"`
	Properties []junitProperty `xml:"properties>property"`
	Cases      []junitCase     `xml:"testcase"`
}

type junitProperty struct {
	Name  string `xml:"name,attr"`
	Value string `xml:"value,attr"`
}

type junitCase struct {
	Class   string      `xml:"classname,attr"`
	Name    string      `xml:"name,attr"`
	Time    string      `xml:"time,attr"`
	Failure *junitCause `xml:"failure"`
	Error   *junitCause `xml:"error"`
	Skipped *junitCause `xml:"skipped"`
	Output  string      `xml:"system-out,omitempty"`
}

type junitCause struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr,omitempty"` // the verdict
	Text    string `xml:",chardata"`
}

// JUnit writes a testsuite for each learner and step, in the shape that gotestsum has and
// GitLab and Jenkins read. Times are seconds. The points are the suite's properties
// "points" and "most"; its "isolation" is "none" if there was none. A test that failed is
// a failure, one that was not run is skipped, and every other one that did not pass is an
// error. A learner of whom nothing could be graded has one more suite, with the error. Only
// tests that did not pass have output.
//
// Classnames are unique: GitLab drops a second test with the same classname and name.
// https://docs.gitlab.com/ci/testing/unit_test_reports
func JUnit(w io.Writer, c Class) error {
	c = cleaned(c)
	out := junitSuites{Time: seconds(c.Seconds)}
	used := map[string]bool{}
	add := func(name string, spent float64, properties []junitProperty, cases []junitCase) {
		unique := name
		for i := 2; used[unique]; i++ {
			unique = fmt.Sprintf("%s (%d)", name, i)
		}
		used[unique] = true
		suite := junitSuite{Name: unique, Tests: len(cases), Time: seconds(spent),
			Timestamp: c.Graded.UTC().Format(time.RFC3339), Properties: properties, Cases: cases}
		for i := range cases {
			cases[i].Class = unique
			switch {
			case cases[i].Failure != nil:
				suite.Failures++
			case cases[i].Error != nil:
				suite.Errors++
			case cases[i].Skipped != nil:
				suite.Skipped++
			}
		}
		out.Tests += suite.Tests
		out.Failures += suite.Failures
		out.Errors += suite.Errors
		out.Skipped += suite.Skipped
		out.Suites = append(out.Suites, suite)
	}
	for _, l := range c.Learners {
		if l.Problem != "" {
			text := shorten(l.Problem, junitLongest)
			add(l.Name, l.Seconds, nil, []junitCase{{Name: "submission", Time: seconds(l.Seconds),
				Error: &junitCause{Message: text, Type: "problem", Text: text}}})
		}
		all := rows(c, l)
		for _, step := range c.Steps {
			var cases []junitCase
			points, most, spent := 0.0, 0.0, 0.0
			for _, r := range all[:len(step.Tests)] {
				cases = append(cases, junitTest(r))
				points += r.Result.Points
				most += r.Result.Most
				spent += r.Result.Seconds
			}
			all = all[len(step.Tests):]
			add(l.Name+"/"+step.Name, spent, []junitProperty{{"points", number(points)}, {"most", number(most)}, {"isolation", c.Isolation}}, cases)
		}
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	encoder := xml.NewEncoder(w)
	encoder.Indent("", "  ")
	if err := encoder.Encode(out); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

func junitTest(r row) junitCase {
	test := junitCase{Name: r.Test.Name, Time: seconds(r.Result.Seconds)}
	if r.Result.Verdict == verdict.Pass {
		return test
	}
	cause := r.Result.Cause
	if cause == "" {
		cause = string(r.Result.Verdict)
	}
	text := &junitCause{Message: shorten(cause, junitLongest), Type: string(r.Result.Verdict),
		Text: shorten(r.message(), junitLongest)}
	switch r.Result.Verdict {
	case verdict.Fail:
		test.Failure = text
	case verdict.NotRun:
		test.Skipped = &junitCause{Message: text.Message}
	default:
		test.Error = text
	}
	test.Output = shorten(r.Result.Output, junitLongest)
	return test
}

func seconds(s float64) string { return fmt.Sprintf("%.3f", s) }
