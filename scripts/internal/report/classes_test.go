package report

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"tokenauth.example/scripts/internal/verdict"
)

// evil is what a learner may print or call things.
const evil = "a\x00b\x07\x1b[31mc\x16--- PASS\r\nd\re\xff\xfe\xc3(\u0085\u202e\ufffe\uffff]]><script>alert(1)</script>&amp;<!--,;\"'\tend\n"

// hostile has every verdict, and texts that break what they can.
func hostile() Class {
	c := Class{Version: 2, Graded: time.Date(2026, 9, 1, 10, 0, 0, 5e8, time.FixedZone("", 7200)), Seconds: 12.3456,
		Isolation: "none", Warnings: []string{evil}, Interrupted: true}
	for s := range 3 {
		step := Step{Name: fmt.Sprintf("%02d-step", s+1), Title: "Step " + evil}
		for t := range verdict.Reported {
			step.Tests = append(step.Tests, Test{fmt.Sprintf("TestNo%d", t+1), t/3 + 1, "Asks for " + evil, 0.1 * float64(t+1)})
		}
		c.Steps = append(c.Steps, step)
	}
	c.Steps = append(c.Steps, Step{Name: "04-empty"})
	huge := strings.Repeat(evil+"<<<<<<<<", 5<<20/(len(evil)+8))
	for i, name := range []string{"ada", "Grace, \"Hopper\"", "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "x\ny", evil, evil, "huge", "zoë", ""} {
		l := Learner{Name: name, Source: evil, Seconds: 1.5, Notes: []string{evil}}
		for s, step := range c.Steps {
			result := StepResult{Name: step.Name, Build: evil}
			for t, test := range step.Tests {
				r := TestResult{Name: test.Name, Verdict: verdict.Reported[(i+s+t)%len(verdict.Reported)], MaxPoints: test.Points, Seconds: 0.0126,
					Output: evil, Unstable: t == 3, Mistakes: []string{evil}}
				if r.Verdict == verdict.Pass {
					r.Points = r.MaxPoints
				} else if t != 5 { // one has no cause
					r.Cause, r.Sent, r.Answered, r.Got, r.Want = evil, evil, evil, evil, evil
				}
				if name == "huge" && s == 0 && t == 0 {
					r.Output, r.Got, r.Verdict, r.Points = huge, huge, verdict.Fail, 0
				}
				l.Points += r.Points
				l.MaxPoints += r.MaxPoints
				result.Tests = append(result.Tests, r)
			}
			l.Steps = append(l.Steps, result)
		}
		c.Learners = append(c.Learners, l)
	}
	bare := Learner{Name: "nothing", Problem: "=" + evil}
	for _, step := range c.Steps {
		for _, test := range step.Tests {
			bare.MaxPoints += test.Points
		}
	}
	c.Learners = append(c.Learners, bare)
	return c
}

// small is easy to read. One of its learners has half a point.
func small() Class {
	return Class{
		Version: 2, Graded: time.Date(2026, 9, 1, 10, 0, 0, 0, time.UTC), Seconds: 4.25, Isolation: "bubblewrap",
		Steps: []Step{
			{Name: "01-hash-passwords", Title: "Hash passwords", Tests: []Test{
				{"TestHash_RoundTrip", 1, "A password matches its own hash.", 1.5},
				{"TestHash_Guard", 1, "Nothing panics.", 0}}},
			{Name: "03-verify-tokens", Title: "Verify tokens", Tests: []Test{
				{"TestVerify_RefusesAlgNone", 2, "A token that says alg none is refused.", 2}}},
		},
		Learners: []Learner{
			{Name: "ada", Source: "submissions/ada", Points: 1.5, MaxPoints: 3.5, Seconds: 1.25, Notes: []string{"go.mod differs from the starter; graded with the original"},
				Steps: []StepResult{
					{Name: "01-hash-passwords", Tests: []TestResult{
						{Name: "TestHash_RoundTrip", Verdict: verdict.Pass, Points: 1.5, MaxPoints: 1.5, Seconds: 0.25},
						{Name: "TestHash_Guard", Verdict: verdict.Pass, Seconds: 0.01}}},
					{Name: "03-verify-tokens", Tests: []TestResult{
						{Name: "TestVerify_RefusesAlgNone", Verdict: verdict.Fail, Cause: "the token was taken", Sent: "Authorization: Bearer eyJhbGciOiJub25lIn0.e30.",
							Got: "nil", Want: "an error", MaxPoints: 2, Seconds: 0.5, Output: "verify: <nil>\n", Mistakes: []string{"03-alg-none"}}}},
				}},
			{Name: "bob", Source: "submissions/bob.zip", MaxPoints: 3.5, Problem: "the archive has a link that leaves it: ../../etc/passwd"},
		},
	}
}

// runner is the environment of Classroom 50.
func runner(name string) string {
	return map[string]string{"CLASSROOM": "cs", "ASSIGNMENT": "tokens", "SUBMISSION_TAG": "submit/1",
		"COMMIT_URL": "https://example.com/c", "RELEASE_URL": "https://example.com/r", "REVIEW_URL": "https://example.com/v"}[name]
}

// classes are what every format must be able to write.
func classes() map[string]Class {
	nobody := small()
	nobody.Learners = nil
	one := small()
	one.Steps, one.Learners = one.Steps[:1], one.Learners[:1]
	one.Learners[0].Steps, one.Learners[0].MaxPoints = one.Learners[0].Steps[:1], 1.5
	stopped := small()
	stopped.Interrupted = true
	for i := range stopped.Learners[0].Steps {
		for j := range stopped.Learners[0].Steps[i].Tests {
			test := &stopped.Learners[0].Steps[i].Tests[j]
			*test = TestResult{Name: test.Name, Verdict: verdict.NotRun, MaxPoints: test.MaxPoints}
		}
	}
	stopped.Learners[0].Points = 0
	judged := hostile()
	judged.Learners = judged.Learners[:len(judged.Learners)-1]
	for _, l := range judged.Learners {
		for _, step := range l.Steps {
			for t := range step.Tests {
				if !step.Tests[t].Known() {
					step.Tests[t].Verdict = verdict.Fail
				}
			}
		}
	}
	return map[string]Class{"hostile": hostile(), "hostile, and all judged": judged, "small": small(), "one step": one, "empty": {Version: 2, Learners: []Learner{{Name: "ada"}}},
		"nobody": nobody, "interrupted": stopped}
}

// written is a format's output for a class, or for each of its learners.
func written(t *testing.T, f Format, c Class) map[string][]byte {
	t.Helper()
	all := map[string][]byte{}
	if f.Class != nil {
		var out bytes.Buffer
		if err := f.Class(&out, c); err != nil {
			t.Fatal(err)
		}
		all[""] = out.Bytes()
		return all
	}
	for i, l := range c.Learners {
		var out bytes.Buffer
		if err := f.Learner(&out, c, l, runner); err != nil {
			t.Fatal(err)
		}
		all[fmt.Sprint(i)] = out.Bytes()
	}
	return all
}
