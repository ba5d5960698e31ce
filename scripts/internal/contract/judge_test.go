package contract

import (
	"testing"

	"tokenauth.example/scripts/internal/verdict"
)

// What could not be judged is neither passed nor failed, and a failure is shown before it.
func TestJudged(t *testing.T) {
	for _, test := range []struct {
		verdicts                  []verdict.Verdict
		passed, notJudged, failed int
		first                     string
	}{
		{[]verdict.Verdict{verdict.Pass, verdict.Pass}, 2, 0, 0, ""},
		{[]verdict.Verdict{verdict.Pass, verdict.NotJudged, verdict.NotRun}, 1, 2, 0, "b"},
		{[]verdict.Verdict{verdict.NotJudged, verdict.Fail, verdict.TimedOut}, 0, 1, 2, "b"},
		{[]verdict.Verdict{verdict.Fail, verdict.NotJudged, verdict.Fail}, 0, 1, 2, "a"},
	} {
		section, result := Section{Name: "s"}, Result{Outcomes: map[string]Outcome{}}
		for i, v := range test.verdicts {
			name := string(rune('a' + i))
			section.Cases = append(section.Cases, Case{Name: name})
			result.Outcomes["s/"+name] = Outcome{Verdict: v}
		}
		got := result.judged(section)
		if got.Passed != test.passed || got.NotJudged != test.notJudged || got.Failed() != test.failed || got.Case != test.first {
			t.Errorf("%v: %+v", test.verdicts, got)
		}
	}
}
