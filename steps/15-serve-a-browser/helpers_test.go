// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tokenauth.example/login/apitest"
	"tokenauth.example/provider/idptest"
	"tokenauth.example/users"
	"tokenauth.example/users/storetest"
)

const (
	home = "https://tasks.example" // this site, in the tests
	idle = 14 * 24 * time.Hour
	most = 90 * 24 * time.Hour
)

// site is the whole server, with Ann, who is its first admin, and Bob.
type site struct {
	*parts
	http.Handler
	faults *storetest.Faults
	logged *apitest.Log
	idp    *idptest.Provider // people may come from it
	ann    users.User
	bob    users.User
}

func newSite(t *testing.T) *site {
	t.Helper()
	db, faults := storetest.Open(t, filepath.Join(t.TempDir(), "test.db"))
	s := &site{faults: faults, logged: &apitest.Log{}, idp: idptest.New(t)}
	s.idp.Metadata["authorization_endpoint"] = idptest.Issuer + "/authorize"
	s.idp.Metadata["token_endpoint"] = idptest.Issuer + "/token"
	var err error
	s.parts, err = newParts(db, settings{
		bcryptCost: 4, firstAdmin: "ann@example.com", keys: filepath.Join(t.TempDir(), "keys"), issuer: home, audience: "tasks",
		lifetime: 5 * time.Minute, idle: idle, max: most, accountFailures: 10, addressFailures: 50, window: 15 * time.Minute,
		provider: providerSettings{issuer: idptest.Issuer, audience: idptest.Audience, id: "tasks-page", secret: "a-secret-of-a-test", typed: true},
	}, s.idp.Client(), s.logged.Logger())
	require.NoError(t, err, "the steps before this one must make their parts")
	s.Handler = around(s.parts, false)
	for _, user := range []*users.User{&s.ann, &s.bob} {
		email := map[*users.User]string{&s.ann: "ann@example.com", &s.bob: "bob@example.com"}[user]
		*user, err = s.pages.accounts.Create(t.Context(), email, apitest.Password)
		require.NoError(t, err, "users must sign up, as in step 04")
	}
	return s
}

// inTime plays a test in which time passes as it's told to: nobody waits. See package
// synctest.
func inTime(t *testing.T, play func(t *testing.T, s *site)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		play(t, s)
		require.NoError(t, s.db.Close(), "the database must be closed, which waits until every transaction has ended")
	})
}

// begin logs a user in in a browser, and returns the secret.
func (s *site) begin(t *testing.T, user users.User) string {
	t.Helper()
	secret, err := s.pages.browsers.begin(t.Context(), user)
	require.NoError(t, err, "first, begin must log somebody in")
	return secret
}

// found asserts that somebody is logged in by a secret, and returns who.
func (s *site) found(t *testing.T, secret string, user users.User, why string) visitor {
	t.Helper()
	who, err := s.pages.browsers.find(t.Context(), secret)
	require.NoError(t, err, why)
	require.Equal(t, user, who.User, why)
	return who
}

// nobody asserts that nobody is logged in by a secret.
func (s *site) nobody(t *testing.T, secret, why string) {
	t.Helper()
	who, err := s.pages.browsers.find(t.Context(), secret)
	assert.ErrorIs(t, err, errNobody, why)
	assert.Equal(t, visitor{}, who, "where nobody is logged in, find must return nobody")
}

// state is all that a request may change: who is logged in, and what there is.
func (s *site) state(t *testing.T) string {
	t.Helper()
	var state string
	require.NoError(t, s.db.QueryRowContext(t.Context(), `
		SELECT (SELECT count(*) FROM users) || ' users, ' || (SELECT count(*) FROM tasks) || ' tasks, ' ||
			(SELECT count(*) FROM sessions WHERE ended IS NULL) || ' sessions that go on, ' || (SELECT count(*) FROM browsers) || ' browsers'`).Scan(&state))
	return state
}

var errFull = errors.New("disk full")

// failing has do called once for each call that it makes to the database, which fails at that
// one, and then calls after.
func (s *site) failing(t *testing.T, do func(), after func(t *testing.T)) {
	t.Helper()
	for call := 1; ; call++ {
		s.faults.At(call, func() error { return errFull })
		do()
		if !s.faults.Happened() {
			return
		}
		after(t)
	}
}

// browser is a browser with our pages in it. It keeps cookies as browsers do.
type browser struct {
	s       *site
	cookies map[string]string
	address string
}

func (s *site) browser() *browser {
	return &browser{s, map[string]string{}, "192.0.2.1"}
}

// loggedIn is a browser in which somebody has logged in by the form.
func (s *site) loggedIn(t *testing.T, email string) *browser {
	t.Helper()
	b := s.browser()
	answer := b.post(t, "/login", form("email", email, "password", apitest.Password))
	require.Equal(t, "303 to /", where(answer), "first, somebody with the right password must be logged in, and sent to their tasks")
	require.Contains(t, b.get(t, "/").Body, email, "first, somebody who has logged in must see whose page it is")
	return b
}

// form encodes a form of names and values in turn.
func form(pairs ...string) string {
	values := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		values.Add(pairs[i], pairs[i+1])
	}
	return values.Encode()
}

// get follows a link.
func (b *browser) get(t *testing.T, path string, headers ...string) apitest.Answer {
	t.Helper()
	return b.send(t, apitest.Request("GET", home+path, "", headers...))
}

// post sends a form of ours, unless the headers say where it's from.
func (b *browser) post(t *testing.T, path, form string, headers ...string) apitest.Answer {
	t.Helper()
	r := apitest.Form(home+path, form)
	if len(headers) == 0 {
		headers = []string{"Sec-Fetch-Site", "same-origin"}
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	return b.send(t, r)
}

func (b *browser) send(t *testing.T, r *http.Request) apitest.Answer {
	t.Helper()
	for _, name := range slices.Sorted(maps.Keys(b.cookies)) {
		r.AddCookie(&http.Cookie{Name: name, Value: b.cookies[name]})
	}
	r.RemoteAddr = b.address + ":1234"
	answer := apitest.Do(t, b.s, r)
	b.take(answer.Header)
	return answer
}

// take keeps the cookies of an answer, as a browser does.
func (b *browser) take(header http.Header) {
	for _, cookie := range (&http.Response{Header: header}).Cookies() {
		ours := cookie.Secure && cookie.Domain == "" && cookie.Path == "/"
		switch {
		case strings.HasPrefix(cookie.Name, "__Host-") && !ours: // it's not taken
		case cookie.MaxAge < 0 || !cookie.Expires.IsZero() && cookie.Expires.Before(time.Now()):
			delete(b.cookies, cookie.Name)
		default:
			b.cookies[cookie.Name] = cookie.Value
		}
	}
}

// secret is the one by which this browser is known.
func (b *browser) secret() string { return b.cookies[cookieName] }

// where is an answer's status, and where it sends the browser: "303 to /".
func where(answer apitest.Answer) string {
	if to := answer.Header.Get("Location"); to != "" {
		return fmt.Sprintf("%d to %s", answer.Status, to)
	}
	return fmt.Sprint(answer.Status)
}

// setting runs a function that sets cookies, and returns what it set.
func setting(t *testing.T, set func(w http.ResponseWriter)) *http.Cookie {
	t.Helper()
	w := httptest.NewRecorder()
	set(w)
	cookies := w.Result().Cookies()
	require.Len(t, cookies, 1, "there must be one Set-Cookie")
	return cookies[0]
}

// canceled is a context that is over.
func canceled() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}
