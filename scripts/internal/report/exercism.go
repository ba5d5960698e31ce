package report

import (
	"io"

	"tokenauth.example/scripts/internal/text"
)

// How much Exercism keeps. It counts characters, and keeps fewer if they take more than a
// byte, so these are bytes.
const (
	exercismMessageLimit = 65_535
	exercismOutputLimit  = 500
)

type exercism struct {
	Version int            `json:"version"` // 3
	Status  string         `json:"status"`  // "pass", "fail", or "error" if no test ran
	Message *string        `json:"message"` // why no test ran, or null
	Tests   []exercismTest `json:"tests"`   // in order; none if none ran
}

type exercismTest struct {
	Name     string  `json:"name"`
	Status   string  `json:"status"` // "pass", "fail" or "error"
	Message  *string `json:"message"`
	Output   *string `json:"output"`
	TestCode string  `json:"test_code"`         // what the test asks for, in words
	TaskID   int     `json:"task_id,omitempty"` // only for a class of one step: tasks are counted anew in each
}

// ExercismV3 writes version 3 of the results.json of Exercism's test runners. It has no
// points.
// https://exercism.org/docs/building/tooling/test-runners/interface
func ExercismV3(w io.Writer, c Class, l Learner, _ func(string) string) error {
	c, l = forLearner(c, l)
	all := rows(c, l)
	out := exercism{Version: 3, Status: overall(all), Tests: []exercismTest{}}
	if out.Status == "error" {
		out.Message = optional(text.Middle(reasons(c, l, all), exercismMessageLimit))
		return writeJSON(w, out)
	}
	for _, r := range all {
		test := exercismTest{
			Name: r.name(), Status: r.status(), TestCode: r.Test.Requirement,
			Message: optional(text.Middle(r.message(), exercismMessageLimit)),
			Output:  optional(text.Middle(r.Result.Output, exercismOutputLimit)),
		}
		if len(c.Steps) == 1 {
			test.TaskID = r.Test.Task
		}
		out.Tests = append(out.Tests, test)
	}
	return writeJSON(w, out)
}

// optional returns what JSON writes as null if it is "".
func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
