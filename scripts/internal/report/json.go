package report

import (
	"encoding/json"
	"io"
)

// JSON writes the Class itself. It has everything that is in the others, uncut.
func JSON(w io.Writer, c Class) error { return writeJSON(w, cleaned(c)) }

func writeJSON(w io.Writer, value any) error {
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	return encoder.Encode(value)
}

// MarshalJSON writes the learner, with null for the points of one who has no grade.
func (l Learner) MarshalJSON() ([]byte, error) {
	type plain Learner
	return json.Marshal(struct {
		plain
		Points *float64 `json:"points"`
	}{plain(l), known(l.Points, l.Graded())})
}

// MarshalJSON writes the result, with null for points that are not known.
func (t TestResult) MarshalJSON() ([]byte, error) {
	type plain TestResult
	return json.Marshal(struct {
		plain
		Points *float64 `json:"points"`
	}{plain(t), known(t.Points, t.Known())})
}

// known returns what JSON writes as null, or leaves out, if it is not known.
func known(points float64, is bool) *float64 {
	if !is {
		return nil
	}
	return &points
}
