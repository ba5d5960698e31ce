package contract

import (
	"slices"
	"strings"
	"time"

	"tokenauth.example/scripts/internal/report"
	"tokenauth.example/scripts/internal/verdict"
)

// Unseen is what nobody can see of a server by asking it.
const Unseen = "What can't be seen from outside: what the server logs, how it treats users who are deactivated or deleted, what it answers while its database fails or in a flood of logins that lasts, and whether what it has answered survives a crash. The tests of the steps ask about these."

// Result is what became of the cases.
type Result struct {
	URL      string
	Began    time.Time
	Took     time.Duration
	Sections []Section
	Outcomes map[string]Outcome // by "section/case"
	Notes    []string           // what a reader should know besides
	Stopped  bool               // it was interrupted: some cases have not been run
}

// Outcome is what became of a case.
type Outcome struct {
	Verdict verdict.Verdict // Pass, Fail, TimedOut, NotJudged or NotRun
	Cause   string          // why it is not a pass
	// Sent and Answered are the request and the answer that the verdict is about, as they
	// went over the wire; Got and Want say what is wrong with the answer.
	Sent, Answered, Got, Want string
	Before                    string // the requests and answers that led there
	Unreached                 bool   // there was no connection: somebody stopped the server, or a case did
	Took                      time.Duration

	late lateness // of one of its requests, unless it is a pass
}

// NotJudged returns how many cases were answered too late to be judged.
func (r Result) NotJudged() (n int) {
	for _, o := range r.Outcomes {
		if o.Verdict == verdict.NotJudged {
			n++
		}
	}
	return n
}

// Class makes a report of the result: a section is a step, a case a test, and the server
// the one learner. A case that is not run for want of the key, or could not be judged, earns
// nothing, and takes nothing away.
func (r Result) Class() report.Class {
	class := report.Class{Version: 1, Graded: r.Began, Seconds: r.Took.Seconds(), Isolation: "none", Interrupted: r.Stopped}
	server := report.Learner{Name: strings.TrimPrefix(strings.TrimPrefix(r.URL, "http://"), "https://"), Source: r.URL, Seconds: r.Took.Seconds(), Notes: append(slices.Clone(r.Notes), Unseen)}
	for _, section := range r.Sections {
		step := report.Step{Name: section.Name, Title: section.Title}
		done := report.StepResult{Name: section.Name}
		for _, c := range section.Cases {
			o := r.Outcomes[section.Name+"/"+c.Name]
			points := 1.0
			if o.Verdict == verdict.NotJudged || o.Verdict == verdict.NotRun && !r.Stopped {
				points = 0
			}
			test := report.TestResult{Name: c.Name, Verdict: o.Verdict.Report(), Cause: o.Cause, Sent: o.Sent, Answered: o.Answered, Got: o.Got, Want: o.Want, MaxPoints: points, Seconds: o.Took.Seconds(), Output: o.Before}
			if o.Verdict == verdict.Pass {
				test.Points = points
			}
			server.Points, server.MaxPoints = server.Points+test.Points, server.MaxPoints+points
			step.Tests = append(step.Tests, report.Test{Name: c.Name, Task: 1, Requirement: c.says() + ": " + c.asks() + ". " + c.Why, Points: points})
			done.Tests = append(done.Tests, test)
		}
		class.Steps = append(class.Steps, step)
		server.Steps = append(server.Steps, done)
	}
	class.Learners = []report.Learner{server}
	return class
}
