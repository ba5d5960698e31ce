package report

import (
	"bytes"
	"encoding/csv"
	"strings"
	"testing"
)

func TestCSVHasNoFormulas(t *testing.T) {
	c := hostile()
	c.Steps[1].Name = "=step"
	records, err := csv.NewReader(bytes.NewReader(written(t, Formats[1], c)[""])).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if len(records) != len(c.Learners)+1 {
		t.Errorf("%d rows for %d learners", len(records), len(c.Learners))
	}
	for _, record := range records {
		for _, field := range record {
			if field != "" && strings.Contains("=+-@\t", field[:1]) || strings.Contains(field, "\n") {
				t.Errorf("%q", field)
			}
		}
	}
	for text, want := range map[string]string{"=1": "'=1", "+1": "'+1", "-1": "'-1", "@a": "'@a", "\ta": "'\ta", "a=1": "a=1", "": ""} {
		if got := cell(text); got != want {
			t.Errorf("cell(%q) is %q, not %q", text, got, want)
		}
	}
}

func TestPercentIsNeverRoundedToAll(t *testing.T) {
	for _, test := range []struct {
		points, max float64
		want        string
	}{{0, 0, "0.00"}, {29, 100, "29.00"}, {99999, 100000, "99.99"}, {3, 3, "100.00"}, {2, 3, "66.67"}} {
		if got := percent(test.points, test.max); got != test.want {
			t.Errorf("%v of %v is %s, not %s", test.points, test.max, got, test.want)
		}
	}
}
