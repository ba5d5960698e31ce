package contract

import (
	"context"
	"fmt"
	"net/http"
	"strings"
)

// A refused request changes nothing. This is asked about every refusal, whichever case it is
// in: a server that does the work first and looks at the token afterwards answers as it should.

// changes reports whether a request is of the kind that changes something.
func (r request) changes() bool {
	method, _, _ := strings.Cut(strings.TrimLeft(r.whole, "\r\n"), " ")
	if r.whole == "" {
		method = r.method
	}
	switch method {
	case "POST", "PUT", "PATCH", "DELETE":
		return !r.hangUp && !r.beside && r.halfway == nil && !r.hashes()
	}
	return false
}

// tasksBefore returns the tasks of those who belong to the case alone, if a request could
// change them, or "".
func (t *try) tasksBefore(ctx context.Context, r request) string {
	if t.unwatched || !r.changes() {
		return ""
	}
	t.mu.Lock()
	var people []user
	if t.mine != nil && t.mine.err == nil {
		people = append(people, t.mine.user)
	}
	people = append(people, t.others...)
	t.mu.Unlock()
	if len(people) == 0 || len(people) > 4 {
		return ""
	}
	return t.tasksOf(ctx, people)
}

// tasksOf returns the tasks of some people as text, or "" if they are not known.
func (t *try) tasksOf(ctx context.Context, people []user) string {
	var b strings.Builder
	for _, u := range people {
		a, err := t.suite.at.send(ctx, get("/tasks").as(u.token).within(t.suite.pace.longest))
		list, ok := a.list()
		if err != nil || a.status != http.StatusOK || !ok {
			return ""
		}
		fmt.Fprintf(&b, "%s:", u.email)
		for _, task := range list {
			fmt.Fprintf(&b, " %s %q", idOf(task), task["title"])
		}
		b.WriteString("\n")
	}
	return b.String()
}

// changedNothing makes the case fail if a request was refused and something has changed.
func (t *try) changedNothing(ctx context.Context, before string, a answer) {
	if before == "" || a.status < 300 {
		return
	}
	after := t.tasksBefore(ctx, a.to)
	if after == "" || after == before {
		return
	}
	o := t.failed("a refused request changes nothing: the tasks stay as they were, "+readable(strings.TrimSpace(before)),
		fmt.Sprintf("status %d, and then the tasks are %s", a.status, readable(strings.TrimSpace(after))))
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.changed == nil {
		t.changed = &o
	}
}

// leftNoUser ends the case if a sign-up was refused and its email is taken all the same.
func (t *try) leftNoUser(ctx context.Context, a answer) {
	if a.status < 400 || a.status >= 500 || !t.of.Free {
		return
	}
	t.expect(ctx, post("/users", `{"email":"{new}","password":"{password}"}`), that("status 201: a refused sign-up leaves no user behind, so its email is still free", func(a answer) string {
		if a.status != http.StatusCreated {
			return fmt.Sprintf("status %d", a.status)
		}
		return ""
	}))
}
