package report_test

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"tokenauth.example/scripts/internal/mistakes"
	"tokenauth.example/scripts/internal/report"
	"tokenauth.example/scripts/internal/steps"
	"tokenauth.example/scripts/internal/verdict"
)

// htmlClass makes up a class that does what classes do, on the workshop's own tests. It is
// the same each time.
func htmlClass(t *testing.T, learners int) report.Class {
	t.Helper()
	workshop, err := steps.Open(filepath.Join("..", "..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	tracks, err := workshop.Tracks()
	if err != nil {
		t.Fatal(err)
	}
	c := report.Class{Version: 2, Graded: time.Date(2026, 3, 9, 16, 40, 0, 0, time.UTC), Seconds: 754, Isolation: "bubblewrap"}
	luck := &luck{Rand: rand.New(rand.NewPCG(7, 7)), hard: map[string]float64{}, known: map[string][]string{}}
	for _, step := range tracks[0] { // a class is graded a track at a time
		c.Steps = append(c.Steps, htmlClassStep(t, step))
		cards, err := mistakes.Read(workshop.Path("testdata", "mistakes", step.Name))
		if err != nil {
			t.Fatal(err)
		}
		for _, card := range cards {
			test := step.Name + "/" + card.Caught
			luck.known[test] = append(luck.known[test], card.Wrong)
		}
	}
	for i := range learners {
		c.Learners = append(c.Learners, luck.learner(c.Steps, i))
	}
	return c
}

func htmlClassStep(t *testing.T, step steps.Step) report.Step {
	t.Helper()
	tests, err := step.Tests()
	if err != nil {
		t.Fatal(err)
	}
	_, title, _ := strings.Cut(step.Name, "-")
	s := report.Step{Name: step.Name, Title: strings.ToUpper(title[:1]) + strings.ReplaceAll(title[1:], "-", " ")}
	for _, test := range tests {
		points := 1.0
		if test.Guard {
			points = 0
		}
		s.Tests = append(s.Tests, report.Test{Name: test.Name, Task: test.Task, Requirement: test.Requirement, Points: points})
	}
	return s
}

// luck decides what becomes of a made-up learner's tests.
type luck struct {
	*rand.Rand
	hard  map[string]float64  // by test, how hard it is
	known map[string][]string // by test, the known mistakes that it catches
}

// learner makes up the learner with an index. Some indexes stand for what happens to few.
func (luck *luck) learner(steps []report.Step, i int) report.Learner {
	l := report.Learner{Name: fmt.Sprintf("learner-%02d", i+1), Source: fmt.Sprintf("submissions/learner-%02d.zip", i+1), Seconds: 20 + 10*luck.Float64()}
	skill := 0.55 + 0.5*luck.Float64()
	for s, step := range steps {
		result := report.StepResult{Name: step.Name}
		unrun := verdict.Verdict("")
		switch n := luck.IntN(40); {
		case n == 0:
			unrun, result.Build = verdict.BuildError, "./verifier.go:41:9: undefined: jwt.ParseWithClaim\n./verifier.go:57:2: declared and not used: claims"
		case n == 1 && s == 6:
			unrun, result.Build = verdict.Rejected, "tasks.go:12: imports unsafe, which no step needs"
		case i == 11 && s == 3:
			unrun, result.Build = verdict.Tampered, "users_test.go: TestMain replaces what the tests compare with"
		}
		for k, test := range step.Tests {
			id := step.Name + "/" + test.Name
			if _, ok := luck.hard[id]; !ok {
				luck.hard[id] = luck.Float64() * luck.Float64()
			}
			r := report.TestResult{Name: test.Name, Verdict: verdict.Pass, Points: test.Points, MaxPoints: test.Points, Seconds: luck.Float64()}
			switch {
			case unrun != "":
				r.Verdict, r.Cause = unrun, "the step's code was not run: see what is said of the step"
			case i == 20 && s > 5:
				r.Verdict, r.Cause = verdict.NotRun, "grading was stopped before this test"
			case luck.Float64() > skill+0.35-luck.hard[id]-0.02*float64(s):
				luck.fail(&r, luck.known[id], k)
			}
			if r.Verdict != verdict.Pass {
				r.Points = 0
			}
			l.Points, l.MaxPoints = l.Points+r.Points, l.MaxPoints+r.MaxPoints
			result.Tests = append(result.Tests, r)
		}
		l.Steps = append(l.Steps, result)
	}
	switch i {
	case 4:
		l.Notes = []string{"left out: verifier/.idea/ (12 files)", "the folder steps/ was found one level down"}
	case 17:
		l.Problem, l.Steps, l.Points = "the archive holds no steps/ folder", nil, 0
	}
	return l
}

// fail makes up how a test failed.
func (luck *luck) fail(r *report.TestResult, known []string, k int) {
	r.Verdict = []verdict.Verdict{verdict.Fail, verdict.Fail, verdict.Fail, verdict.Fail, verdict.Fail, verdict.Fail, verdict.Fail, verdict.Error, verdict.TimedOut, verdict.OutOfMemory, verdict.OutputLimit}[luck.IntN(11)]
	r.Cause = "a token signed with HS512 must be refused, though the key is right: we issue HS256 alone, and the sender must not choose (RFC 8725, section 3.1)"
	r.Sent, r.Answered = "GET /tasks, Authorization: Bearer eyJhbGciOiJIUzUxMiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJ1c2VyLTEifQ.c2lnbmF0dXJl", fmt.Sprintf("200 OK, {\"tasks\":[{\"id\":%d}]}", k)
	r.Got, r.Want = "no error", `the error "algorithm", which is ErrAlgorithm`
	r.Output = fmt.Sprintf("=== RUN   %s\n    verifier_test.go:%d:\n        Error Trace: verifier_test.go:%d\n        Error:       Target error should be in err chain\n--- FAIL: %s (0.00s)\n", r.Name, 40+k, 40+k, r.Name)
	for range min(len(known), 1+luck.IntN(2)) {
		if mistake := known[luck.IntN(len(known))]; !slices.Contains(r.Mistakes, mistake) {
			r.Mistakes = append(r.Mistakes, mistake)
		}
	}
	r.Unstable = luck.IntN(30) == 0
}

// hostileClass is what a learner would send who wants to be the teacher.
func hostileClass(t *testing.T) report.Class {
	t.Helper()
	bad := []string{
		`<img src=x onerror=alert(1)>`, `"><script>alert(1)</script>`, `' onmouseover='alert(1)`, `javascript:alert(1)`, `</style><script>alert(1)</script>`,
		`--><script src=https://evil.example/x.js></script>`, `{{.Policy}}`, "a\x00b\x1b[31mred\x07\x08\x7f\u0085", "\xff\xfe\xc3\x28", "moc.\u202eelpmaxe\u2066\u200b\ufeff\U000e0041",
		"", "  ", "two\nlines\r\nand\ttab", "z" + strings.Repeat("\u0335", 400), strings.Repeat("long", 4000), "]]>", "</pre></details></li></ul><base href=//evil.example>", "\u2028\u2029\uffff",
	}
	c := htmlClass(t, len(bad)+1)
	c.Isolation, c.Interrupted, c.Warnings = "none", true, bad
	big := strings.Repeat("<script>\x1b\xff", 5<<20/10)
	for i := range bad {
		l := &c.Learners[i]
		l.Name, l.Source, l.Notes = bad[i], bad[i], bad
		if i%3 == 0 {
			l.Problem = bad[i]
		}
		for s := range l.Steps {
			l.Steps[s].Notes, l.Steps[s].Build = bad, bad[i]
			for k := range l.Steps[s].Tests {
				r := &l.Steps[s].Tests[k]
				r.Verdict, r.Cause, r.Sent, r.Answered, r.Got, r.Want, r.Output, r.Mistakes = verdict.Fail, bad[i], bad[(i+1)%len(bad)], bad[i], bad[(i+2)%len(bad)], bad[i], big, bad
			}
		}
	}
	c.Learners[0].Steps[0].Tests[0].Verdict = "<b>new</b>"
	for s := range c.Steps {
		c.Steps[s].Title = bad[s]
		c.Steps[s].Tests[0].Name, c.Steps[s].Tests[0].Requirement = bad[s], bad[s+1]
	}
	return c
}
