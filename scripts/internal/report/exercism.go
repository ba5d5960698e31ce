package report

import "io"

// The most that Exercism keeps. It says characters, and fewer if they take more than a
// byte: so these are bytes.
const (
	exercismMessage = 65_535
	exercismOutput  = 500
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
	c, l = one(c, l)
	all := rows(c, l)
	out := exercism{Version: 3, Status: whole(all), Tests: []exercismTest{}}
	if out.Status == "error" {
		out.Message = optional(shorten(reasons(c, l, all), exercismMessage))
		return writeJSON(w, out)
	}
	for _, r := range all {
		test := exercismTest{
			Name: r.name(), Status: r.status(), TestCode: r.Test.Requirement,
			Message: optional(shorten(r.message(), exercismMessage)),
			Output:  optional(shorten(r.Result.Output, exercismOutput)),
		}
		if len(c.Steps) == 1 {
			test.TaskID = r.Test.Task
		}
		out.Tests = append(out.Tests, test)
	}
	return writeJSON(w, out)
}

// optional is null for "".
func optional(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}
