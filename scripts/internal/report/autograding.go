package report

import (
	"io"
	"math"

	"tokenauth.example/scripts/internal/text"
)

type autograding struct {
	Version  int               `json:"version"` // 1
	Status   string            `json:"status"`  // "pass", "fail", or "error" if no test ran
	MaxScore float64           `json:"max_score"`
	Tests    []autogradingTest `json:"tests"`
}

type autogradingTest struct {
	Name     string  `json:"name"`
	Status   string  `json:"status"` // "pass", "fail" or "error"
	Score    float64 `json:"score"`
	Message  *string `json:"message"`
	TestCode string  `json:"test_code"` // what the test asks for, in words
	Filename string  `json:"filename"`  // "": it is the grader's
	LineNo   int     `json:"line_no"`   // 0
	Duration int64   `json:"duration"`  // milliseconds
}

// Autograding writes version 1 of the JSON that GitHub's autograding runners give to
// autograding-grading-reporter. A runner's output is the base64 of it.
//
// The reporter adds the scores up, and adds nothing if max_score is 0. The runners
// themselves only know whole points; the reporter adds fractions just as well. Neither has a
// way to say that points are not known: a test that was not run is an error, with 0.
// https://github.com/classroom-resources/autograding-grading-reporter
func Autograding(w io.Writer, c Class, l Learner, _ func(string) string) error {
	c, l = forLearner(c, l)
	all := rows(c, l)
	out := autograding{Version: 1, Status: overall(all), MaxScore: l.MaxPoints, Tests: []autogradingTest{}}
	for _, r := range all {
		out.Tests = append(out.Tests, autogradingTest{
			Name: r.name(), Status: r.status(), Score: r.Result.Points,
			Message:  optional(text.Middle(r.message(), textLimit)),
			TestCode: r.Test.Requirement, Duration: int64(math.Round(r.Result.Seconds * 1000)),
		})
	}
	return writeJSON(w, out)
}
