// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package users_test

import (
	"errors"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"

	"tokenauth.example/users"
	"tokenauth.example/users/storetest"
)

// event is something that somebody does.
type event struct {
	what string
	who  string
}

func (e event) String() string { return strings.TrimSpace(e.what + " " + e.who) }

// invent makes an event up.
func invent(chance *rand.Rand) event {
	whats := []string{"sign up", "sign up", "sign up", "try to log in as", "log in with a wrong password as", "deactivate", "delete", "delete", "restart"}
	e := event{what: whats[chance.IntN(len(whats))], who: []string{"ann", "bob"}[chance.IntN(2)]}
	if e.what == "restart" {
		e.who = ""
	}
	return e
}

// 7. Whatever happens in which order, the store answers as a table of users would.
func TestStore_LivesThroughAnyStory(t *testing.T) {
	storetest.Stories(t, 25, invent, func(story []event) *storetest.Wrong {
		w := newWorld(t)
		for _, e := range story {
			if wrong := w.after(t, e); wrong != nil {
				return wrong
			}
		}
		return nil
	})
}

// world is a store, and what should be in it.
type world struct {
	fixture
	path   string
	people map[string]person // who has an account
	whose  map[string]string // every id that there ever was, and whose it is
}

type person struct {
	users.User
	inactive bool
}

func newWorld(t *testing.T) *world {
	w := &world{path: filepath.Join(t.TempDir(), "test.db"), people: map[string]person{}, whose: map[string]string{}}
	w.start(t)
	return w
}

func (w *world) start(t *testing.T) {
	w.hasher = newHasher()
	w.db, w.faults = storetest.Open(t, w.path)
	w.Store = newStoreOn(t, w.db, w.hasher)
}

// after lets an event happen, and returns what is wrong then.
func (w *world) after(t *testing.T, e event) *storetest.Wrong {
	email, is := e.who+"@example.com", w.people[e.who]
	var wrong *storetest.Wrong
	switch e.what {
	case "sign up":
		wrong = w.signUp(t, e.who, email)
	case "try to log in as", "log in with a wrong password as":
		wrong = w.logIn(t, is, email, e.what == "try to log in as")
	case "deactivate":
		if is.ID != "" {
			is.inactive = true
			w.people[e.who] = is
			wrong = compare(w.Deactivate(t.Context(), is.ID), nil, "a user who is there can be locked out")
		}
	case "delete":
		if is.ID != "" {
			delete(w.people, e.who)
			wrong = compare(w.Delete(t.Context(), is.ID), nil, "a user who is there can be deleted")
		}
	case "restart":
		_ = w.db.Close()
		w.start(t)
	}
	if wrong != nil {
		return wrong
	}
	return w.lookAround(t)
}

func (w *world) signUp(t *testing.T, who, email string) *storetest.Wrong {
	user, err := w.Create(t.Context(), email, plain)
	if _, taken := w.people[who]; taken {
		return compare(err, users.ErrEmailTaken, "the email is taken: who was there first keeps the account")
	}
	if wrong := compare(err, nil, "nobody has the email, so "+who+" can sign up"); wrong != nil {
		return wrong
	}
	if old, known := w.whose[user.ID]; known {
		return &storetest.Wrong{Why: "an id must never come back: a token that is left over from " + old + " opens " + who + "'s account now", Got: "the id that " + old + " had", Want: "an id that nobody ever had"}
	}
	w.people[who], w.whose[user.ID] = person{User: user}, who
	return nil
}

func (w *world) logIn(t *testing.T, is person, email string, right bool) *storetest.Wrong {
	password := plain
	if !right {
		password = "wrong-horse"
	}
	user, err := w.Authenticate(t.Context(), email, password)
	switch {
	case is.ID == "":
		return compare(err, users.ErrBadCredentials, "nobody has the email, so nobody gets in")
	case !right:
		return compare(err, users.ErrBadCredentials, "the password is wrong, so nobody gets in")
	case is.inactive:
		return compare(err, users.ErrBadCredentials, "the user is locked out, so nobody gets in")
	}
	if wrong := compare(err, nil, "the email and the password are right, so they must log in"); wrong != nil {
		return wrong
	}
	return same(user, is.User)
}

// lookAround logs everybody in, and looks every id up that there ever was.
func (w *world) lookAround(t *testing.T) *storetest.Wrong {
	for _, who := range []string{"ann", "bob"} {
		if is, there := w.people[who]; there {
			if wrong := w.logIn(t, is, who+"@example.com", true); wrong != nil {
				return wrong
			}
		}
	}
	for id, who := range w.whose {
		is := w.people[who]
		user, err := w.Get(t.Context(), id)
		var wrong *storetest.Wrong
		switch {
		case is.ID != id:
			wrong = compare(err, users.ErrNotFound, who+" was deleted, so the old id must find nobody: the tokens live on")
		case is.inactive:
			wrong = compare(err, users.ErrInactive, who+" is locked out, and Get must say so")
		default:
			if wrong = compare(err, nil, who+" must be found by the id"); wrong == nil {
				wrong = same(user, is.User)
			}
		}
		if wrong != nil {
			return wrong
		}
	}
	return nil
}

func compare(got, want error, why string) *storetest.Wrong {
	if errors.Is(got, want) {
		return nil
	}
	return &storetest.Wrong{Why: why, Got: storetest.Answer(got), Want: storetest.Answer(want)}
}

func same(got, want users.User) *storetest.Wrong {
	if got == want {
		return nil
	}
	return &storetest.Wrong{Why: "the user must be the one who signed up", Got: got.ID + " " + got.Email, Want: want.ID + " " + want.Email}
}
