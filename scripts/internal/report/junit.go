package report

import (
	"encoding/xml"
	"fmt"
	"io"
	"time"

	"tokenauth.example/scripts/internal/text"
	"tokenauth.example/scripts/internal/verdict"
)

// junitLimit is how many bytes a message or an output may have. GitLab reads files up
// to 30 MB; a hundred learners who fail everything stay below.
const junitLimit = 2_000

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
// "points", if they are known, and "most"; its "isolation" is "none" if there was none. A test that failed is
// a failure, one that was not run is skipped, and every other one that did not pass is an
// error. A learner of whom nothing could be graded has one more suite, with the error. Only
// tests that did not pass have output.
//
// Classnames are unique: GitLab drops a second test with the same classname and name.
// https://docs.gitlab.com/ci/testing/unit_test_reports
func JUnit(w io.Writer, c Class) error {
	c = cleaned(c)
	out := junitSuites{Time: seconds(c.Seconds)}
	for _, l := range c.Learners {
		out.addLearner(c, l)
	}
	out.nameAndCount()
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

// addLearner adds a suite for each of the learner's steps, and one for what kept all of it
// from being graded.
func (out *junitSuites) addLearner(c Class, l Learner) {
	add := func(suite junitSuite, spent float64) {
		suite.Time, suite.Timestamp = seconds(spent), c.Graded.UTC().Format(time.RFC3339)
		out.Suites = append(out.Suites, suite)
	}
	if l.Problem != "" {
		problem := text.Middle(l.Problem, junitLimit)
		add(junitSuite{Name: l.Name, Cases: []junitCase{{Name: "submission", Time: seconds(l.Seconds),
			Error: &junitCause{Message: problem, Type: "problem", Text: problem}}}}, l.Seconds)
	}
	all := rows(c, l)
	for _, step := range c.Steps {
		suite := junitSuite{Name: l.Name + "/" + step.Name}
		points, maxPoints, spent, graded := 0.0, 0.0, 0.0, true
		for _, r := range all[:len(step.Tests)] {
			suite.Cases = append(suite.Cases, junitTest(r))
			points += r.Result.Points
			maxPoints += r.Result.MaxPoints
			spent += r.Result.Seconds
			graded = graded && r.Result.Known()
		}
		all = all[len(step.Tests):]
		if graded {
			suite.Properties = append(suite.Properties, junitProperty{"points", number(points)})
		}
		suite.Properties = append(suite.Properties, junitProperty{"most", number(maxPoints)}, junitProperty{"isolation", c.Isolation})
		add(suite, spent)
	}
}

// nameAndCount makes the suites' names unique, gives them to their tests, and counts what
// became of these.
func (out *junitSuites) nameAndCount() {
	used := map[string]bool{}
	for s := range out.Suites {
		suite := &out.Suites[s]
		name := suite.Name
		for i := 2; used[suite.Name]; i++ {
			suite.Name = fmt.Sprintf("%s (%d)", name, i)
		}
		used[suite.Name] = true
		for i := range suite.Cases {
			test := &suite.Cases[i]
			test.Class = suite.Name
			suite.Tests++
			switch {
			case test.Failure != nil:
				suite.Failures++
			case test.Error != nil:
				suite.Errors++
			case test.Skipped != nil:
				suite.Skipped++
			}
		}
		out.Tests += suite.Tests
		out.Failures += suite.Failures
		out.Errors += suite.Errors
		out.Skipped += suite.Skipped
	}
}

func junitTest(r row) junitCase {
	test := junitCase{Name: r.Test.Name, Time: seconds(r.Result.Seconds)}
	if r.Result.Verdict == verdict.Pass {
		return test
	}
	message := r.Result.Cause
	if message == "" {
		message = string(r.Result.Verdict)
	}
	cause := &junitCause{Message: text.Middle(message, junitLimit), Type: string(r.Result.Verdict),
		Text: text.Middle(r.message(), junitLimit)}
	switch r.Result.Verdict {
	case verdict.Fail:
		test.Failure = cause
	case verdict.NotRun:
		test.Skipped = &junitCause{Message: cause.Message}
	default:
		test.Error = cause
	}
	test.Output = text.Middle(r.Result.Output, junitLimit)
	return test
}

func seconds(s float64) string { return fmt.Sprintf("%.3f", s) }
