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

// guests are people whom no case has just now. Their tasks may be any.
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
	g.mu.Unlock()
	if p, ok := g.another(); ok {
		return p, lateness{}
	}
	return s.newPerson(ctx)
}

// giveBack takes those back who belonged to a case, unless it has failed: nobody knows what
// their tasks are then.
func (g *guests) giveBack(t *try, v verdict.Verdict) {
	const enough = 30 // tasks that may have to be deleted
	if g == nil || v != verdict.Pass || t.made > enough || t.spoiled && t.suite.Track == 2 {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if t.mine != nil && t.mine.err == nil {
		if t.mine.tasks += t.made; t.mine.tasks < enough {
			g.free = append(g.free, *t.mine)
		}
	}
	for _, u := range t.others {
		g.free = append(g.free, person{user: u})
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

// newUser returns somebody who has no tasks: one whom an earlier case has left, as signing up
// takes the server long, or else somebody who signs up.
func (t *try) newUser(ctx context.Context) user {
	p, ok := t.suite.guests.another()
	if !ok || !t.suite.forgets(ctx, p.user) {
		return t.stranger(ctx)
	}
	return t.keeps(p)
}

// stranger signs somebody up and logs them in.
func (t *try) stranger(ctx context.Context) user {
	p, late := t.suite.newPerson(ctx)
	t.mu.Lock()
	t.late = t.late.longer(late)
	t.mu.Unlock()
	t.met(p)
	return t.keeps(p)
}

// keeps notes that somebody belongs to the case alone.
func (t *try) keeps(p person) user {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.others = append(t.others, p.user)
	return p.user
}

// forgets deletes the tasks of somebody, and reports whether none is left.
func (s *suite) forgets(ctx context.Context, u user) bool {
	list := func() ([]map[string]any, bool) {
		a, err := s.at.send(ctx, get("/tasks").as(u.token).within(s.pace.longest))
		tasks, ok := a.list()
		return tasks, err == nil && a.status == http.StatusOK && ok
	}
	tasks, ok := list()
	for _, task := range tasks {
		a, err := s.at.send(ctx, ask("DELETE", taskPath(idOf(task))).as(u.token).within(s.pace.longest))
		if err != nil || a.status != http.StatusNoContent {
			return false
		}
	}
	if ok && len(tasks) > 0 {
		tasks, ok = list()
	}
	return ok && len(tasks) == 0
}

// another returns somebody whom no case has just now, if there is anybody.
func (g *guests) another() (p person, ok bool) {
	if g == nil {
		return p, false
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.free) == 0 {
		return p, false
	}
	p = g.free[len(g.free)-1]
	g.free = g.free[:len(g.free)-1]
	return p, true
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
