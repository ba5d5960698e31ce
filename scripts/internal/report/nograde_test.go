package report

import (
	"strings"
	"testing"

	"tokenauth.example/scripts/internal/verdict"
)

// stopped is a class in which ada passed all but what was not run, and nobody could read what
// bob handed in. Eve failed everything.
func stopped() Class {
	c := small()
	c.Interrupted = true
	fill := func(l *Learner, v verdict.Verdict, cause string) {
		l.Points = 0
		l.Steps = nil
		for _, step := range c.Steps {
			result := StepResult{Name: step.Name}
			for _, test := range step.Tests {
				result.Tests = append(result.Tests, TestResult{Name: test.Name, Verdict: v, Cause: cause, MaxPoints: test.Points})
			}
			l.Steps = append(l.Steps, result)
		}
	}
	test := &c.Learners[0].Steps[1].Tests[0]
	*test = TestResult{Name: test.Name, Verdict: verdict.NotRun, Cause: "grading was interrupted", MaxPoints: test.MaxPoints}
	c.Learners[1].Problem = "it is empty: 0 bytes"
	fill(&c.Learners[1], verdict.NotRun, c.Learners[1].Problem)
	eve := Learner{Name: "eve", MaxPoints: 3.5}
	fill(&eve, verdict.Fail, "it is wrong")
	c.Learners = append(c.Learners, eve)
	return c
}

// What is not known is not 0, wherever there is a way to say so; and what is known stays.
func TestFormats_NoGradeIsNotZero(t *testing.T) {
	const ada, bob, eve = "0", "1", "2"
	for _, test := range []struct {
		format, who   string
		has, hasNever []string
	}{
		{"csv", "", []string{
			"ada,,3.5,,1.5,,2,3,1 of 3 tests have no result,bubblewrap\n",
			"bob,,3.5,,,,0,3,it is empty: 0 bytes,bubblewrap\n",
			"eve,0,3.5,0.00,0,0,0,3,,bubblewrap\n"}, nil},
		{"json", "", []string{`"interrupted": true`, `"problem": "it is empty: 0 bytes"`, `"verdict": "not run"`, `"points": null`}, nil},
		{"junit", "", []string{
			`<testcase classname="ada/03-verify-tokens" name="TestVerify_RefusesAlgNone" time="0.000">` + "\n      " + `<skipped message="grading was interrupted">`,
			`<testcase classname="bob/01-hash-passwords" name="TestHash_RoundTrip" time="0.000">` + "\n      " + `<skipped message="it is empty: 0 bytes">`,
			`failures="3"`, `skipped="4"`}, nil},
		{"html", "", []string{
			"Grading was interrupted. A learner with a test that was not run has no grade yet",
			`<bdi>ada</bdi></a></th><td class="all">–</td><td class="s4">1.5</td><td>–</td>`,
			`<bdi>bob</bdi></a></th><td class="all">–</td><td>–</td><td>–</td>`,
			`<bdi>eve</bdi></a></th><td class="all">0</td><td class="s0">0</td><td class="s0">0</td>`,
			"no grade, 2 of 3 tests passed", "Could not be graded:</strong> it is empty: 0 bytes", "1 graded; only these count"}, nil},
		{"gradescope", ada, []string{"Grading was interrupted: tests that were not run have no points yet, and there is no grade.", `"verdict": "not run"`}, nil},
		{"gradescope", bob, []string{`"output": "it is empty: 0 bytes`}, nil},
		{"exercism", bob, []string{`"status": "error"`, `"message": "it is empty: 0 bytes`}, nil},
		{"autograding", ada, []string{`"status": "error"`, `"message": "grading was interrupted"`}, nil},
		{"autograding", bob, []string{`"status": "error"`, `"message": "it is empty: 0 bytes"`}, nil},
		{"prairielearn", ada, []string{`"gradable": false`, "TestVerify_RefusesAlgNone", "03-verify-tokens: grading was interrupted"}, []string{`"score"`, `"points": 0,` + "\n      " + `"max_points": 2`}},
		{"prairielearn", bob, []string{`"gradable": false`, "it is empty: 0 bytes"}, []string{`"score"`, `"points"`}},
		{"prairielearn", eve, []string{`"gradable": true`, `"score": 0`, `"points": 0`}, nil},
	} {
		for _, f := range Formats {
			if f.Name != test.format {
				continue
			}
			out := string(written(t, f, stopped())[test.who])
			for _, want := range test.has {
				if !strings.Contains(out, want) {
					t.Errorf("%s %s lacks %q:\n%s", test.format, test.who, want, out)
				}
			}
			for _, never := range test.hasNever {
				if strings.Contains(out, never) {
					t.Errorf("%s %s has %q:\n%s", test.format, test.who, never, out)
				}
			}
		}
	}
	if out := string(written(t, Formats[0], stopped())[""]); strings.Count(out, `"points": null`) != 2+4 {
		t.Errorf("JSON must have null for two learners, and four tests:\n%s", out)
	}
}
