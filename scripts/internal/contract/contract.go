// Package contract asks a running server, in whatever language it is written, whether it
// keeps the workshop's HTTP contract. All it needs is the server's URL; with the server's
// key it can forge tokens, and ask more.
//
// The contract stands in the tables of the files called cases_*.go. A case is one thing
// that is asked for: what is sent, what must come back, and why. Where the contract leaves
// something free, such as the words of an error, the order of fields, or headers that it
// does not mention, so do the cases.
package contract

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"tokenauth.example/scripts/internal/report"
	"tokenauth.example/scripts/internal/verdict"
)

// Section is a part of the contract.
type Section struct {
	Name  string // "log-in"
	Title string // "POST /auth/token logs a user in"
	Cases []Case
}

// Case is one thing that the contract asks for. Each stands alone: it makes the users and
// tasks that it changes, and any others may run beside it.
type Case struct {
	Name string // "refuses-a-short-password", unique in its section
	Why  string // where it is written, or what it costs: "RFC 6749, section 5.1", "CWE-521"
	Key  bool   // it needs the server's key
	Twin bool   // it asks whether that key is the server's, which the others with Key rely on

	// Most cases send one request and look at the answer.
	Send request
	Want want
	// Closing tells that closing the connection is an answer as well, as it is to what is
	// hardly HTTP.
	Closing bool
	// Alive tells to ask, after that, whether the server still serves.
	Alive bool

	// Do does what takes more than one request, and Asks says in words what it wants.
	Do   func(*try)
	Asks string
}

// says is the name as words: "refuses a short password".
func (c Case) says() string { return strings.ReplaceAll(c.Name, "-", " ") }

// asks is what is wanted, in words.
func (c Case) asks() string {
	if c.Asks != "" {
		return c.Asks
	}
	words := c.Want.String()
	if c.Closing {
		words += ", or a closed connection"
	}
	return words
}

// Options are what to run, and on which server.
type Options struct {
	URL      string        // "http://127.0.0.1:8000"
	Key      string        // the server's SECRET_KEY, or "": then the cases that need it are not run
	Sections []string      // their names; all if there are none
	CaseTime time.Duration // how long a case may take; 30 seconds if 0
	Jobs     int           // how many run at a time; a few for each processor if 0
	// Progress is called after each case, one call at a time.
	Progress func(done, all int)
}

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
	Verdict verdict.Verdict // Pass, Fail, TimedOut or NotRun
	Cause   string          // why it is not a pass
	// Sent and Answered are the request and the answer that the verdict is about, as they
	// went over the wire; Got and Want say what is wrong with the answer.
	Sent, Answered, Got, Want string
	Before                    string // the requests and answers that led there
	Unreached                 bool   // there was no connection: somebody stopped the server, or a case did
	Took                      time.Duration
}

// NoServer is that there is nothing that could be judged.
type NoServer struct{ Says string }

func (e NoServer) Error() string { return e.Says }

// ErrSection is that there is no section of a name.
var ErrSection = errors.New("there is no such section")

// noKey is why cases that need the key are not run.
const noKey = "it forges tokens, for which it needs the server's key: -secret"

// Run runs the cases. It returns a NoServer if nothing answers at the URL, or nothing that
// could be such a server.
func Run(ctx context.Context, o Options) (Result, error) {
	list, err := pick(o.Sections)
	if err != nil {
		return Result{}, err
	}
	where, err := newServer(o.URL)
	if err != nil {
		return Result{}, NoServer{err.Error()}
	}
	if o.CaseTime == 0 {
		o.CaseTime = 30 * time.Second
	}
	if o.Jobs == 0 {
		o.Jobs = max(8, 2*runtime.NumCPU()) // most of the time a case waits
	}
	s := &suite{Options: o, server: where, ctx: ctx}
	if err := s.greet(ctx); err != nil {
		return Result{}, err
	}
	result := Result{URL: o.URL, Began: time.Now(), Sections: list, Outcomes: map[string]Outcome{}}
	var mu sync.Mutex
	var group sync.WaitGroup
	slots := make(chan struct{}, o.Jobs)
	all := 0
	for _, section := range list {
		all += len(section.Cases)
	}
	for _, section := range list {
		for _, c := range section.Cases {
			slots <- struct{}{}
			group.Go(func() {
				defer func() { <-slots }()
				outcome := s.run(c)
				mu.Lock()
				defer mu.Unlock()
				result.Outcomes[section.Name+"/"+c.Name] = outcome
				if o.Progress != nil {
					o.Progress(len(result.Outcomes), all)
				}
			})
		}
	}
	group.Wait()
	result.Took = time.Since(result.Began)
	result.Stopped = ctx.Err() != nil
	if !result.Stopped && s.greet(ctx) != nil {
		result.Notes = append(result.Notes, "At the end the server did not answer any more: whatever came after that failed for this reason alone. Look at what the server printed.")
	}
	return result, nil
}

// pick returns the sections of those names, or all.
func pick(names []string) ([]Section, error) {
	all := Sections()
	if len(names) == 0 {
		return all, nil
	}
	var picked []Section
	for _, name := range names {
		i := slices.IndexFunc(all, func(s Section) bool { return s.Name == name })
		if i < 0 {
			var known []string
			for _, s := range all {
				known = append(known, s.Name)
			}
			return nil, fmt.Errorf("%w as %q: they are %s", ErrSection, name, strings.Join(known, ", "))
		}
		picked = append(picked, all[i])
	}
	return picked, nil
}

// suite is one run on a server.
type suite struct {
	Options
	server server
	ctx    context.Context

	skew time.Duration // how far the server's clock is ahead of ours

	mu     sync.Mutex
	people map[string]func() (user, error) // by name; each is made once, when it is needed
	proved func() string
}

// greet finds out whether there is a server of the kind that the contract is about. It
// need not be a good one: any of the answers that only such a server gives will do.
func (s *suite) greet(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 2*s.CaseTime)
	defer cancel()
	var first error
	answered := false
	for _, probe := range []struct {
		request  request
		statuses []int
	}{
		{get("/auth/me"), []int{401}},
		{get("/tasks"), []int{401}},
		{form(""), []int{400, 401, 422}},
		{post("/users", "{}"), []int{400, 422}},
	} {
		a, err := s.server.send(ctx, probe.request)
		if ctx.Err() != nil && errors.Is(ctx.Err(), context.Canceled) {
			return ctx.Err()
		}
		if errors.Is(err, errUnreachable) {
			return NoServer{fmt.Sprintf("nobody answers at %s (%v)", s.URL, err)}
		}
		if err != nil {
			if first == nil {
				first = err
			}
			continue
		}
		answered = true
		if date, err := http.ParseTime(a.header.Get("Date")); err == nil {
			// Date has no parts of a second, so less than two are no difference.
			if skew := time.Until(date).Round(time.Second); skew.Abs() > 2*time.Second {
				s.skew = skew
			}
		}
		if slices.Contains(probe.statuses, a.status) {
			return nil
		}
	}
	if !answered {
		return NoServer{fmt.Sprintf("something listens at %s, and it does not answer as a server does: %v", s.URL, first)}
	}
	return NoServer{fmt.Sprintf("a server answers at %s, and it is not the one that the contract is about: GET /auth/me and GET /tasks do not answer 401, nor do POST /auth/token and POST /users refuse an empty request", s.URL)}
}

// now is the server's time.
func (s *suite) now() int64 { return time.Now().Add(s.skew).Unix() }

// stop ends a case.
type stop struct{ outcome Outcome }

// run runs one case.
func (s *suite) run(c Case) (outcome Outcome) {
	switch {
	case s.ctx.Err() != nil:
		return Outcome{Verdict: verdict.NotRun, Cause: "the run was interrupted before it"}
	case c.Key && s.Key == "":
		return Outcome{Verdict: verdict.NotRun, Cause: noKey}
	}
	ctx, cancel := context.WithTimeout(s.ctx, s.CaseTime)
	defer cancel()
	began := time.Now()
	t := &try{suite: s, ctx: ctx, of: c, words: map[string]string{}}
	defer func() {
		if ended := recover(); ended != nil {
			stopped, ok := ended.(stop)
			if !ok {
				panic(ended)
			}
			outcome = stopped.outcome
			if s.ctx.Err() != nil {
				outcome = Outcome{Verdict: verdict.NotRun, Cause: "the run was interrupted during it"}
			}
		}
		outcome.Took = time.Since(began)
	}()
	if c.Key && !c.Twin {
		if problem := s.keyFits(); problem != "" {
			return Outcome{Verdict: verdict.NotRun, Cause: problem}
		}
	}
	if c.Do != nil {
		c.Do(t)
	} else {
		t.one(c)
	}
	return Outcome{Verdict: verdict.Pass}
}

// one does a case of one request.
func (t *try) one(c Case) {
	a, err := t.ask(c.Send)
	switch {
	case errors.Is(err, errNoAnswer) && c.Closing:
	case err != nil:
		t.broken(err)
	case !c.Send.hangUp:
		t.want(a, c.Want...)
	}
	if c.Alive {
		t.alive()
	}
}

// alive asks whether the server still serves.
func (t *try) alive() {
	t.want(t.send(get("/auth/me")), noToken...)
}

// Class makes a report of the result: a section is a step, a case a test, and the server
// the one learner. A case that is not run for want of the key earns nothing, and takes
// nothing away.
func (r Result) Class() report.Class {
	class := report.Class{Version: 1, Graded: r.Began, Seconds: r.Took.Seconds(), Isolation: "none", Interrupted: r.Stopped}
	server := report.Learner{Name: strings.TrimPrefix(strings.TrimPrefix(r.URL, "http://"), "https://"), Source: r.URL, Seconds: r.Took.Seconds(), Notes: r.Notes}
	for _, section := range r.Sections {
		step := report.Step{Name: section.Name, Title: section.Title}
		done := report.StepResult{Name: section.Name}
		for _, c := range section.Cases {
			o := r.Outcomes[section.Name+"/"+c.Name]
			most := 1.0
			if o.Verdict == verdict.NotRun && !r.Stopped {
				most = 0
			}
			test := report.TestResult{Name: c.Name, Verdict: o.Verdict, Cause: o.Cause, Sent: o.Sent, Answered: o.Answered, Got: o.Got, Want: o.Want, Most: most, Seconds: o.Took.Seconds(), Output: o.Before}
			if o.Verdict == verdict.Pass {
				test.Points = most
			}
			server.Points, server.Most = server.Points+test.Points, server.Most+most
			step.Tests = append(step.Tests, report.Test{Name: c.Name, Task: 1, Requirement: c.says() + ": " + c.asks() + ". " + c.Why, Points: most})
			done.Tests = append(done.Tests, test)
		}
		class.Steps = append(class.Steps, step)
		server.Steps = append(server.Steps, done)
	}
	class.Learners = []report.Learner{server}
	return class
}
