package contract

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/http"
	"strings"
	"sync"

	"tokenauth.example/scripts/internal/verdict"
)

// user is somebody who has signed up and logged in.
type user struct{ id, email, password, token string }

// password is everybody's. It needs no escapes in JSON or in a form.
const password = "correct-horse-battery"

// newEmail returns an email that nobody has.
func newEmail() string { return "u" + strings.ToLower(rand.Text()) + "@contract.example" }

// person is somebody whom a case needs, or why there is nobody.
type person struct {
	user
	err   error // a missing
	tasks int   // about how many tasks cases have made
	late  bool  // it is not known whether the server would have let them in, in more time
}

func (t *try) bob() user { return t.met(t.suite.bob) }

// ann is the Ann of this case: nobody else changes her tasks while it runs.
func (t *try) ann() user {
	t.mu.Lock()
	mine := t.mine
	t.mu.Unlock()
	if mine == nil {
		p, late := t.suite.borrow(t.within)
		mine = &p
		t.mu.Lock()
		t.mine, t.late = mine, t.late.longer(late)
		t.mu.Unlock()
	}
	return t.met(*mine)
}

// guests are Anns that no case has just now.
type guests struct {
	mu    sync.Mutex
	first person // if nobody could sign up, the reason
	used  bool   // the first has been given to a case
	free  []person
}

// borrow returns an Ann that no other case has. If there is none, somebody new signs up.
func (s *suite) borrow(ctx context.Context) (person, lateness) {
	g := s.guests
	if g == nil || g.first.err != nil {
		return s.ann, lateness{}
	}
	g.mu.Lock()
	if !g.used {
		g.used = true
		g.mu.Unlock()
		return g.first, lateness{}
	}
	if n := len(g.free); n > 0 {
		p := g.free[n-1]
		g.free = g.free[:n-1]
		g.mu.Unlock()
		return p, lateness{}
	}
	g.mu.Unlock()
	return s.newPerson(ctx)
}

// giveBack takes the Ann of a case back, unless the case has failed: who knows what her tasks
// are then.
func (g *guests) giveBack(t *try, v verdict.Verdict) {
	const enough = 300 // tasks; no user may have more than 1,000
	if g == nil || t.mine == nil || t.mine.err != nil || v != verdict.Pass {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if t.mine.tasks += t.made; t.mine.tasks < enough {
		g.free = append(g.free, *t.mine)
	}
}

// met ends the case if there is no such person.
func (t *try) met(p person) user {
	if p.late {
		panic(stop{notJudged(Outcome{Cause: p.err.Error()})})
	}
	if p.err != nil {
		t.needed(p.err)
	}
	return p.user
}

// newUser signs somebody up and logs them in.
func (t *try) newUser(ctx context.Context) user {
	p, late := t.suite.newPerson(ctx)
	t.late = t.late.longer(late)
	u := t.met(p)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.others = append(t.others, u)
	return u
}

// newPerson signs somebody up and logs them in, or says how late that was.
func (s *suite) newPerson(ctx context.Context) (person, lateness) {
	t := &try{suite: s, values: map[string]string{}}
	u := user{email: newEmail(), password: password}
	nobody := func(says string) (person, lateness) {
		return person{err: missing{t.last(), says}}, t.late
	}
	a, err := t.ask(ctx, post("/users", fmt.Sprintf(`{"email":%s,"password":%s}`, quoted(u.email), quoted(u.password))))
	if err != nil || a.status != http.StatusCreated {
		return nobody("nobody can sign up, so this could not be asked")
	}
	u.id = a.id()
	r := login(u.email, u.password)
	r.body = "grant_type=password&" + r.body
	a, err = t.ask(ctx, r)
	if u.token = a.text("access_token"); err != nil || a.status != http.StatusOK || u.token == "" {
		return nobody("who has signed up cannot log in, so this could not be asked")
	}
	return person{user: u}, lateness{}
}
