package report

import (
	"bytes"
	"encoding/json"
	"testing"

	"tokenauth.example/scripts/internal/verdict"
)

func TestLimitsAreKept(t *testing.T) {
	c := hostile()
	for _, l := range c.Learners {
		var out bytes.Buffer
		if err := PrairieLearn(&out, c, l, nil); err != nil || out.Len() > 1_000_000 {
			t.Errorf("PrairieLearn of %.20q: %d bytes, %v", l.Name, out.Len(), err)
		}
		out.Reset()
		if err := ExercismV3(&out, c, l, nil); err != nil {
			t.Fatal(err)
		}
		var result exercism
		if err := json.Unmarshal(out.Bytes(), &result); err != nil {
			t.Fatal(err)
		}
		if (result.Status == "error") != (l.Name == "nothing") {
			t.Errorf("%.20q is %s", l.Name, result.Status)
		}
		for i, test := range result.Tests {
			if test.Output != nil && len(*test.Output) > 500 || test.Message != nil && len(*test.Message) > 65_535 {
				t.Errorf("%.20q: %s is too long", l.Name, test.Name)
			}
			if want := c.Steps[i/len(verdict.Reported)].Name + "/" + c.Steps[i/len(verdict.Reported)].Tests[i%len(verdict.Reported)].Name; test.Name != want {
				t.Errorf("%s is where %s belongs", test.Name, want)
			}
		}
	}
}
