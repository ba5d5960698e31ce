// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package login_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tokenauth.example/login"
	"tokenauth.example/login/apitest"
	"tokenauth.example/token"
	"tokenauth.example/users"
)

const (
	annsJSON = `{"email":"ann@example.com","password":"correct-horse"}`
	annsForm = "username=ann%40example.com&password=correct-horse"
)

// fixture is the handler under test, on a real store and a real issuer. It notes what
// the handler asks them.
type fixture struct {
	http.Handler
	accounts apitest.Accounts
	asked    *asked
	log      *apitest.Log
}

func newFixture(t *testing.T) fixture {
	t.Helper()
	accounts := apitest.NewAccounts(t)
	asked := &asked{Accounts: accounts, Issuer: newIssuer(t)}
	log := &apitest.Log{}
	return fixture{login.New(asked, asked, log.Logger()), accounts, asked, log}
}

// withAnn is a fixture in which Ann has an account, made past the handler.
func withAnn(t *testing.T) (fixture, users.User) {
	t.Helper()
	f := newFixture(t)
	return f, f.accounts.SignUp(t, "ann@example.com")
}

// logsIn shows that the form lets somebody in, before a form that must not.
func (f fixture) logsIn(t *testing.T, form string) {
	t.Helper()
	answer := apitest.Do(t, f, apitest.Form("/auth/token", form))
	require.Equal(t, "200", answer.Outcome(), "before any bad request, its good twin must log in")
}

// signsUp shows that the body makes a user, before a body that must not.
func (f fixture) signsUp(t *testing.T, body string) {
	t.Helper()
	answer := apitest.Do(t, f, apitest.Request("POST", "/users", body, "Content-Type", "application/json"))
	require.Equal(t, "201", answer.Outcome(), "before any bad body, a good one must be taken")
}

// asked passes everything on to a store and an issuer, and notes what they were asked.
type asked struct {
	login.Accounts
	login.Issuer
	create, authenticate [][2]string // email and password
	issue                []string    // subjects
}

func (a *asked) Create(ctx context.Context, email, plain string) (users.User, error) {
	a.create = append(a.create, [2]string{email, plain})
	return a.Accounts.Create(ctx, email, plain)
}

func (a *asked) Authenticate(ctx context.Context, email, plain string) (users.User, error) {
	a.authenticate = append(a.authenticate, [2]string{email, plain})
	return a.Accounts.Authenticate(ctx, email, plain)
}

func (a *asked) Issue(subject string) (string, time.Duration, error) {
	a.issue = append(a.issue, subject)
	return a.Issuer.Issue(subject)
}

// forget makes the notes empty.
func (a *asked) forget() { a.create, a.authenticate, a.issue = nil, nil, nil }

func newIssuer(t testing.TB) *token.Issuer {
	t.Helper()
	return newIssuerFor(t, 30*time.Minute)
}

func newIssuerFor(t testing.TB, lifetime time.Duration) *token.Issuer {
	t.Helper()
	issuer, err := token.NewIssuer([]byte("for-tests-only-not-a-secret-at-all"), lifetime)
	require.NoError(t, err)
	return issuer
}

// wrapped is the fixture's handler again, on a store that says more about each error.
func (f fixture) wrapped(t *testing.T) http.Handler {
	t.Helper()
	return login.New(wrappingAccounts{f.accounts}, newIssuer(t), f.log.Logger())
}

type wrappingAccounts struct{ login.Accounts }

func (a wrappingAccounts) Create(ctx context.Context, email, plain string) (users.User, error) {
	user, err := a.Accounts.Create(ctx, email, plain)
	if err != nil {
		err = fmt.Errorf("sign up: %w", err)
	}
	return user, err
}

func (a wrappingAccounts) Authenticate(ctx context.Context, email, plain string) (users.User, error) {
	user, err := a.Accounts.Authenticate(ctx, email, plain)
	if err != nil {
		err = fmt.Errorf("log in: %w", err)
	}
	return user, err
}

// troubled is a store and an issuer that do the same to everybody.
type troubled func() error

func (f troubled) Create(context.Context, string, string) (users.User, error) {
	return users.User{}, f()
}

func (f troubled) Authenticate(context.Context, string, string) (users.User, error) {
	return users.User{}, f()
}

func (f troubled) Issue(string) (string, time.Duration, error) { return "", 0, f() }

var errStore = errors.New("disk full: tasks.db")

func fails() error  { return errStore }
func panics() error { panic(errStore) }

// formOf is an encoded form with these two.
func formOf(username, plain string) string {
	return url.Values{"username": {username}, "password": {plain}}.Encode()
}
