package report

import (
	"io"
	"time"

	"tokenauth.example/scripts/internal/text"
	"tokenauth.example/scripts/internal/verdict"
)

type classroom50 struct {
	Schema     string            `json:"schema"`     // "classroom50/result/v1"
	Classroom  string            `json:"classroom"`  // CLASSROOM
	Assignment string            `json:"assignment"` // ASSIGNMENT
	Submission string            `json:"submission"` // SUBMISSION_TAG
	Commit     string            `json:"commit"`     // COMMIT_URL
	Release    string            `json:"release"`    // RELEASE_URL
	Review     string            `json:"review"`     // REVIEW_URL, or COMMIT_URL without one
	Datetime   string            `json:"datetime"`   // UTC, "2026-09-01T10:00:00Z"
	Score      float64           `json:"score"`
	MaxScore   float64           `json:"max-score"`
	Tests      []classroom50Test `json:"tests"`
}

type classroom50Test struct {
	TestName string  `json:"test-name"`
	Passed   bool    `json:"passed"`
	Score    float64 `json:"score"`
	MaxScore float64 `json:"max-score"`
}

// Classroom50 writes the result.json of an autograder for Classroom 50. What it has to
// say about the submission comes from the environment that Classroom 50's runner sets.
// Without that those fields are empty, and the runner refuses the result. The format has no
// way to say that points are not known: a test that was not run has 0.
// https://github.com/foundation50/classroom50/wiki/Advanced-Autograding
func Classroom50(w io.Writer, c Class, l Learner, env func(string) string) error {
	c, l = forLearner(c, l)
	out := classroom50{
		Schema: "classroom50/result/v1", Datetime: c.Graded.UTC().Format(time.RFC3339),
		Classroom: text.Clean(env("CLASSROOM")), Assignment: text.Clean(env("ASSIGNMENT")), Submission: text.Clean(env("SUBMISSION_TAG")),
		Commit: text.Clean(env("COMMIT_URL")), Release: text.Clean(env("RELEASE_URL")), Review: text.Clean(env("REVIEW_URL")),
		Score: l.Points, MaxScore: l.MaxPoints, Tests: []classroom50Test{},
	}
	if out.Review == "" {
		out.Review = out.Commit
	}
	for _, r := range rows(c, l) {
		out.Tests = append(out.Tests, classroom50Test{r.name(), r.Result.Verdict == verdict.Pass, r.Result.Points, r.Result.MaxPoints})
	}
	return writeJSON(w, out)
}
