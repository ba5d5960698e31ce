package contract

import (
	"context"
	"net/http"
	"strings"
)

// names are what fill replaces:
//
//	{host}                            the server's, as it is written in Host
//	{new}                             an email that nobody has, the same in all of a case
//	{id} {email} {password} {token}   Ann's; each case has an Ann of its own
//	{bob.id} {bob.email} {bob.token}  Bob's, who is too
//	{task}                            the id of a task of Ann's, made for this case
//	{bob.task}                        the id of one of Bob's
//	{no.task}                         an id of the same form that no task has
var names = strings.Fields("host new id email password token bob.id bob.email bob.token task bob.task no.task")

// fill replaces the names of people and things in a text. What there is not yet is made.
func (t *try) fill(ctx context.Context, text string) string {
	for _, name := range names {
		if !strings.Contains(text, "{"+name+"}") {
			continue
		}
		t.mu.Lock()
		value, ok := t.values[name]
		t.mu.Unlock()
		if !ok {
			value = t.value(ctx, name)
			t.mu.Lock()
			t.values[name] = value
			t.mu.Unlock()
		}
		text = strings.ReplaceAll(text, "{"+name+"}", value)
	}
	return text
}

// value makes or looks up what has a name.
func (t *try) value(ctx context.Context, name string) string {
	switch name {
	case "host":
		return t.suite.at.host
	case "new":
		return newEmail()
	case "task":
		return t.newTask(ctx, t.ann().token)
	case "bob.task":
		return t.newTask(ctx, t.bob().token)
	case "no.task":
		return unlike(t.fill(ctx, "{task}"))
	}
	u := t.ann
	if _, ofBob := strings.CutPrefix(name, "bob."); ofBob {
		u = t.bob
	}
	switch strings.TrimPrefix(name, "bob.") {
	case "id":
		return u().id
	case "email":
		return u().email
	case "password":
		return u().password
	}
	return u().token
}

// filled returns the values of all names that have one, by "{name}", for checks to compare
// with.
func (t *try) filled() map[string]string {
	values := map[string]string{"{bob.id}": t.suite.bob.id, "{bob.email}": t.suite.bob.email}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.mine != nil {
		values["{id}"], values["{email}"] = t.mine.id, t.mine.email
	}
	for name, value := range t.values {
		values["{"+name+"}"] = value
	}
	return values
}

// fillIn replaces in a text the names that were replaced in the request.
func (r request) fillIn(text string) string {
	for name, value := range r.filled {
		text = strings.ReplaceAll(text, name, value)
	}
	return text
}

// newTask makes a task and returns its id.
func (t *try) newTask(ctx context.Context, token string) string {
	a, err := t.ask(ctx, post("/tasks", `{"title":"A task"}`).as(token))
	if err != nil || a.status != http.StatusCreated || a.id() == "" {
		t.needed(missing{t.last(), "no task can be made, so this could not be asked"})
	}
	return a.id()
}

// unlike returns another id, of the same length and kind of letters if it is a long one.
func unlike(id string) string {
	if len(id) < 8 { // a number that is counted: one that will not be reached
		return "9" + strings.Repeat("0", 11) + id
	}
	change := func(r rune) rune {
		switch {
		case r >= '0' && r <= '8' || r >= 'a' && r <= 'e' || r >= 'A' && r <= 'E':
			return r + 1
		case r == '9' || r >= 'g' && r <= 'z' || r >= 'G' && r <= 'Z': // no digit of hex
			return r - 1
		case r == 'f' || r == 'F':
			return r - 5
		}
		return r
	}
	return id[:len(id)-6] + strings.Map(change, id[len(id)-6:])
}
