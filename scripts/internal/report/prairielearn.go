package report

import (
	"bytes"
	"errors"
	"io"

	"tokenauth.example/scripts/internal/text"
)

// prairieLearnLimit is how many bytes the file may have.
const prairieLearnLimit = 1_000_000

type prairieLearn struct {
	Gradable     bool               `json:"gradable"`        // false if it is not known what became of all tests: the attempt is not counted
	Score        *float64           `json:"score,omitempty"` // 0 to 1; only if it is gradable
	Message      string             `json:"message"`
	Output       string             `json:"output"`
	FormatErrors []string           `json:"format_errors"` // why it is not gradable
	Tests        []prairieLearnTest `json:"tests"`
}

type prairieLearnTest struct {
	Name        string   `json:"name"`
	Description string   `json:"description"`          // what the test asks for
	Points      *float64 `json:"points,omitempty"`     // only if they are known
	MaxPoints   *float64 `json:"max_points,omitempty"` // likewise
	Message     string   `json:"message"`
	Output      string   `json:"output"`
}

// PrairieLearn writes the results.json that an external grader for PrairieLearn leaves
// in /grade/results. Texts are cut as much as it takes to stay below a megabyte.
// https://docs.prairielearn.com/externalGrading/
func PrairieLearn(w io.Writer, c Class, l Learner, _ func(string) string) error {
	c, l = forLearner(c, l)
	all := rows(c, l)
	for limit := 100_000; limit >= 20; limit /= 2 {
		var out bytes.Buffer
		if err := writeJSON(&out, prairieLearnResult(c, l, all, limit)); err != nil {
			return err
		}
		if out.Len() <= prairieLearnLimit {
			_, err := w.Write(out.Bytes())
			return err
		}
	}
	return errors.New("too many tests for PrairieLearn, which reads no more than 1 MB")
}

// prairieLearnResult returns a result in which no text of the learner's is longer than limit bytes.
func prairieLearnResult(c Class, l Learner, all []row, limit int) prairieLearn {
	out := prairieLearn{
		Gradable: overall(all) != "error" && graded(all), Message: number(l.Points) + " of " + number(l.MaxPoints) + " points",
		Output: text.Middle(notes(c, l), limit), FormatErrors: []string{}, Tests: []prairieLearnTest{},
	}
	if out.Gradable {
		out.Score = new(float64)
		if l.MaxPoints > 0 {
			*out.Score = min(l.Points/l.MaxPoints, 1)
		}
	} else {
		if !graded(all) {
			out.Message = "no grade"
		}
		out.FormatErrors = append(out.FormatErrors, text.Middle(reasons(c, l, all), limit))
	}
	for _, r := range all {
		out.Tests = append(out.Tests, prairieLearnTest{
			Name: r.name(), Description: r.Test.Requirement, Points: known(r.Result.Points, r.Result.Known()), MaxPoints: known(r.Result.MaxPoints, r.Result.Known()),
			Message: text.Middle(r.message(), limit), Output: text.Middle(r.Result.Output, limit),
		})
	}
	return out
}
