package contract

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// try is one run of a case: it sends, and ends the case by a panic when something is not
// as it should be, as a test ends in FailNow.
type try struct {
	suite  *suite
	of     Case
	within context.Context // ends when the case must

	mu      sync.Mutex        // cases send requests side by side
	values  map[string]string // what fill has put in, by name
	log     []exchange
	late    lateness // the longest of those of its requests
	mine    *person  // its Ann, if it has asked for her
	others  []user   // those that it has signed up
	made    int      // how many tasks
	spoiled bool     // its people are not as others expect them: a login has failed, which the second server counts, or they have another password

	unwatched bool     // nothing is asked in between: it might be what a server needs to be right
	changed   *Outcome // that a refused request has changed something
}

// one does a case of one request.
func (t *try) one(ctx context.Context, c Case) {
	ask := t.ask
	if c.Guarded {
		ask = t.askGuarded
	}
	a, err := ask(ctx, c.Send)
	switch {
	case c.Closing && (errors.Is(err, errNoAnswer) || errors.Is(err, errNotHTTP)):
	case err != nil:
		t.broken(err)
	case !c.Send.hangUp:
		t.want(a, c.Want)
		t.leftNoUser(ctx, a)
	}
	if c.Alive {
		t.expect(ctx, get("/auth/me"), noToken)
	}
}

// expect sends a request, ends the case unless the answer is what it should be, and
// returns it.
func (t *try) expect(ctx context.Context, r request, wanted ...want) answer {
	a := t.send(ctx, r)
	t.want(a, wanted...)
	return a
}

// send sends a request that must be answered.
func (t *try) send(ctx context.Context, r request) answer {
	a, err := t.ask(ctx, r)
	if err != nil {
		t.broken(err)
	}
	return a
}

// sendAll sends requests side by side, and returns the answers in the same order.
func (t *try) sendAll(ctx context.Context, list ...request) []answer {
	answers, errs := make([]answer, len(list)), make([]error, len(list))
	for _, r := range list { // fill may end the case, which a goroutine of its own could not
		t.fill(ctx, r.target+r.body+strings.Join(r.lines, ""))
	}
	var group, written sync.WaitGroup
	written.Add(len(list))
	for i, r := range list {
		r.beside = len(list) > 1
		mine := sync.OnceFunc(written.Done)
		r.gate = func() { mine(); written.Wait() }
		group.Go(func() {
			defer mine() // if it could not even be written, the others must not wait for it
			answers[i], errs[i] = t.ask(ctx, r)
		})
	}
	group.Wait()
	for _, err := range errs {
		if err != nil {
			t.broken(err)
		}
	}
	return answers
}

// ask sends a request and returns the answer, or why there is none.
func (t *try) ask(ctx context.Context, r request) (answer, error) {
	answers, err := t.askFor(ctx, r, 1)
	if len(answers) > 0 {
		return answers[0], err
	}
	return answer{to: r}, err
}

// askGuarded is ask for what a server may give to everybody, or to those with a token alone.
func (t *try) askGuarded(ctx context.Context, r request) (answer, error) {
	a, err := t.ask(ctx, r)
	if err != nil || a.status != http.StatusUnauthorized {
		return a, err
	}
	t.want(a, noToken)
	return t.ask(ctx, r.as("{token}"))
}

// askFor is ask for several answers.
func (t *try) askFor(ctx context.Context, r request, wanted int) ([]answer, error) {
	r.target, r.body, r.whole = t.fill(ctx, r.target), t.fill(ctx, r.body), t.fill(ctx, r.whole)
	r.lines = slices.Clone(r.lines)
	for i := range r.lines {
		r.lines[i] = t.fill(ctx, r.lines[i])
	}
	r.filled = t.filled()
	r.limit = t.suite.pace.limit(r)
	before := t.tasksBefore(ctx, r)
	began := time.Now()
	answers, err := t.suite.at.sendFor(ctx, r, wanted)
	waited := time.Since(began)
	var raw []string
	for i := range answers {
		answers[i].to = r
		raw = append(raw, answers[i].raw)
	}
	t.note(r, strings.Join(raw, "\n"), err, t.suite.pace.late(r, answers, err, waited), waited)
	if err == nil && len(answers) > 0 {
		t.changedNothing(ctx, before, answers[0])
	}
	return answers, err
}

// note keeps a request and its answer, and whether it was late.
func (t *try) note(r request, raw string, err error, late bool, waited time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.log = append(t.log, t.suite.exchange(r, answer{raw: raw}, err))
	if late {
		t.late = t.late.longer(lateness{max(waited, 1), r.route()})
	}
	if r.route() == "POST /tasks" {
		t.made++
	}
	if r.hashes() && !strings.HasPrefix(raw, "HTTP/1.1 2") && !strings.HasPrefix(raw, "HTTP/1.1 3") {
		t.spoiled = true
	}
}

// last is the last request and its answer.
func (t *try) last() exchange {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.log) == 0 {
		return exchange{}
	}
	return t.log[len(t.log)-1]
}
