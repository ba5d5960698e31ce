package contract

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/http"
	"strings"
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
	err  error // a missing
	late bool  // it is not known whether the server would have let them in, in more time
}

func (t *try) ann() user { return t.met(t.suite.ann) }
func (t *try) bob() user { return t.met(t.suite.bob) }

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
	return t.met(p)
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
