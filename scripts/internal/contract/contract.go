// Package contract asks a running server, in whatever language it is written, whether it
// keeps the workshop's HTTP contract. All it needs is the server's URL; with the server's
// key it can forge tokens, and ask more.
//
// The contract is in the tables of the files called cases_*.go. A case is one thing that
// is asked for: what is sent, what must come back, and why. Where the contract leaves
// something free, such as the words of an error, the order of fields, or headers that it
// does not mention, so do the cases.
package contract

import (
	"context"
	"strings"
)

// Section is a part of the contract.
type Section struct {
	Name  string // "log-in"
	Title string // "POST /auth/token logs a user in"
	Cases []Case
}

// Sections returns the whole contract of a track's server, 1 or 2, in its own order. Most of it
// is the same for both.
func Sections(track int) []Section {
	sections := firstSections()
	if track == 2 {
		sections = secondSections()
	}
	for i, s := range sections {
		sections[i].Cases = asked(s.Name, s.Cases)
		for j := range sections[i].Cases {
			c := &sections[i].Cases[j]
			c.Want = c.Want.of(track)
		}
	}
	return sections
}

func firstSections() []Section {
	return []Section{
		{"sign-up", "POST /users signs a user up", signUp()},
		{"log-in", "POST /auth/token gives a token for a password", logIn()},
		{"bearer", "How a token is shown, and what is asked before it", bearerRules()},
		{"doors", "Every other way in is shut", doors()},
		{"tokens", "Which tokens are good", tokenRules()},
		{"me", "GET /auth/me says who is asking", me()},
		{"tasks", "/tasks and /tasks/{id} keep a user's tasks", tasks()},
		{"ownership", "A task of somebody else is a task that is not there", ownership()},
		{"errors", "Errors have one form, and tell nothing to attackers", errorRules()},
		{"limits", "What is too large is refused before it is read", limits()},
		{"shapes", "No request of any shape gets a 500, a panic or a hang", shapes()},
		{"again", "What is asked twice is judged twice", askedTwice()},
		{"together", "Requests at the same time", together()},
		{"service", "/healthz, /openapi.json and /docs", service()},
	}
}

// Case is one thing that the contract asks for. It needs no other: it makes the users and
// tasks that it changes, and any others may run beside it.
type Case struct {
	Name string // "refuses-a-short-password", unique in its section
	Why  string // where it is written, or what it costs: "RFC 6749, section 5.1", "CWE-521"
	Key  bool   // it needs the server's key
	Twin bool   // it asks whether that key is the server's, which the others with Key rely on

	// Most cases send one request and look at the answer.
	Send request
	Want want
	// Guarded allows the server to ask for a token first, as one does that denies by default.
	Guarded bool
	// Closing allows the server to close the connection in place of an answer, or to answer as
	// it did before there were headers, which is enough for what is hardly HTTP.
	Closing bool
	// Alive asks, after that, whether the server still serves.
	Alive bool
	// Free asks, after a sign-up was refused, whether its email can still sign up.
	Free bool
	// Alone says that nothing else may be asked at the same time, because something is timed.
	Alone bool

	// Do does what takes more than one request, and Asks says in words what it wants.
	Do   func(context.Context, *try)
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
