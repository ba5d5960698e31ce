package report

import (
	"encoding/xml"
	"slices"
	"testing"

	"tokenauth.example/scripts/internal/verdict"
)

func TestJUnitTellsVerdictsApart(t *testing.T) {
	c := hostile()
	var suites junitSuites
	out := written(t, Formats[2], c)[""]
	if err := xml.Unmarshal(out, &suites); err != nil {
		t.Fatal(err)
	}
	if len(out) > 30<<20 {
		t.Errorf("GitLab does not read %d bytes", len(out))
	}
	seen := map[string]bool{}
	var total junitSuites
	for _, suite := range suites.Suites {
		for _, test := range suite.Cases {
			key := test.Class + "\x00" + test.Name
			if seen[key] {
				t.Errorf("%s is there twice", key)
			}
			seen[key] = true
			total.Tests++
			switch {
			case test.Failure != nil:
				total.Failures++
				if test.Failure.Type != string(verdict.Fail) {
					t.Errorf("%s is a failure", test.Failure.Type)
				}
			case test.Error != nil:
				total.Errors++
				if slices.Contains([]string{string(verdict.Pass), string(verdict.Fail), string(verdict.NotRun)}, test.Error.Type) {
					t.Errorf("%s is an error", test.Error.Type)
				}
			case test.Skipped != nil:
				total.Skipped++
			}
		}
	}
	if total.Tests != suites.Tests || total.Failures != suites.Failures || total.Errors != suites.Errors || total.Skipped != suites.Skipped {
		t.Errorf("counted %+v, but it says %+v", total, junitSuites{Tests: suites.Tests, Failures: suites.Failures, Errors: suites.Errors, Skipped: suites.Skipped})
	}
	verdicts := map[verdict.Verdict]int{}
	for _, l := range c.Learners {
		for _, r := range rows(c, l) {
			verdicts[r.Result.Verdict]++
		}
	}
	if suites.Failures != verdicts[verdict.Fail] || suites.Skipped != verdicts[verdict.NotRun] {
		t.Errorf("%d failures and %d skipped, not %d and %d", suites.Failures, suites.Skipped, verdicts[verdict.Fail], verdicts[verdict.NotRun])
	}
}
