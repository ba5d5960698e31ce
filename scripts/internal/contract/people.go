package contract

import (
	"context"
	"crypto/rand"
	"strings"
)

// user is somebody who has signed up and logged in.
type user struct{ id, email, password, token string }

// password is everybody's. It needs no escapes in JSON or in a form.
const password = "correct-horse-battery"

// newEmail returns an email that nobody has.
func newEmail() string { return "u" + strings.ToLower(rand.Text()) + "@contract.example" }

func (t *try) ann() user { return t.met(t.suite.ann) }
func (t *try) bob() user { return t.met(t.suite.bob) }

// met ends the case if there is no such person.
func (t *try) met(p person) user {
	if p.err != nil {
		t.needed(p.err)
	}
	return p.user
}

// newUser signs somebody up and logs them in.
func (t *try) newUser(ctx context.Context) user {
	u, err := t.suite.newUser(ctx, newEmail(), password)
	return t.met(person{u, err})
}
