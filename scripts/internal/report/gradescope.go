package report

import (
	"io"
	"strings"

	"tokenauth.example/scripts/internal/text"
	"tokenauth.example/scripts/internal/verdict"
)

type gradescope struct {
	Score            *float64         `json:"score,omitempty"` // only if there are no tests: it would override theirs
	ExecutionTime    float64          `json:"execution_time"`  // seconds
	Output           string           `json:"output,omitempty"`
	OutputFormat     string           `json:"output_format"`
	TestOutputFormat string           `json:"test_output_format"`
	TestNameFormat   string           `json:"test_name_format"`
	Visibility       string           `json:"visibility"`
	StdoutVisibility string           `json:"stdout_visibility"`
	ExtraData        gradescopeExtra  `json:"extra_data"`
	Tests            []gradescopeTest `json:"tests"`
}

type gradescopeExtra struct {
	Isolation   string   `json:"isolation"`
	Interrupted bool     `json:"interrupted"`
	Warnings    []string `json:"warnings"`
}

type gradescopeTest struct {
	Score     float64             `json:"score"`
	MaxScore  float64             `json:"max_score"`
	Status    string              `json:"status"` // "passed" or "failed"
	Name      string              `json:"name"`
	Number    string              `json:"number"` // "3.2"
	Output    string              `json:"output"`
	Tags      []string            `json:"tags"` // the step
	ExtraData gradescopeTestExtra `json:"extra_data"`
}

type gradescopeTestExtra struct {
	Verdict  verdict.Verdict `json:"verdict"`
	Unstable bool            `json:"unstable"`
}

// Gradescope writes the results.json that Gradescope's autograder platform reads from
// /autograder/results. All text is plain text, and the learner sees all tests, but not
// what the grader itself prints. Long outputs are cut. The format has no way to say that
// points are not known: a test that was not run has 0, says so in its output, and has its
// verdict in extra_data.
// https://gradescope-autograders.readthedocs.io/en/latest/specs/
func Gradescope(w io.Writer, c Class, l Learner, _ func(string) string) error {
	c, l = forLearner(c, l)
	out := gradescope{
		ExecutionTime: l.Seconds, Output: text.Middle(notes(c, l), textLimit),
		OutputFormat: "text", TestOutputFormat: "text", TestNameFormat: "text",
		Visibility: "visible", StdoutVisibility: "hidden",
		ExtraData: gradescopeExtra{c.Isolation, c.Interrupted, c.Warnings},
		Tests:     []gradescopeTest{},
	}
	for _, r := range rows(c, l) {
		status := "failed"
		if r.Result.Verdict == verdict.Pass {
			status = "passed"
		}
		var parts []string
		for _, part := range []string{r.Test.Requirement, text.Middle(r.message(), textLimit), text.Middle(r.Result.Output, textLimit)} {
			if part != "" {
				parts = append(parts, part)
			}
		}
		out.Tests = append(out.Tests, gradescopeTest{
			Score: r.Result.Points, MaxScore: r.Result.MaxPoints, Status: status,
			Name: r.name(), Number: r.Number, Output: strings.Join(parts, "\n\n"),
			Tags: []string{r.Step.Name}, ExtraData: gradescopeTestExtra{r.Result.Verdict, r.Result.Unstable},
		})
	}
	if len(out.Tests) == 0 {
		out.Score = &l.Points
	}
	return writeJSON(w, out)
}
