// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package auth_test

import (
	"context"
	"crypto/sha512"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tokenauth.example/auth"
	"tokenauth.example/login/api"
	"tokenauth.example/login/apitest"
	"tokenauth.example/token/forge"
	"tokenauth.example/users"
	"tokenauth.example/verifier"
)

// badTokens are tokens for Ann, each with something wrong.
func (f fixture) badTokens() []struct{ name, signed string } {
	good := tokenFor(f.ann.ID)
	claims := fmt.Sprintf(`{"sub":%q,"exp":%d}`, f.ann.ID, inAnHour)
	return []struct{ name, signed string }{
		{"an expired token", forge.HS256(key, fmt.Sprintf(`{"sub":%q,"exp":%d}`, f.ann.ID, time.Now().Unix()-1))},
		{"a token that never expires", forge.HS256(key, fmt.Sprintf(`{"sub":%q}`, f.ann.ID))},
		{"a token with alg none", forge.Unsigned(`{"alg":"none"}`, claims)},
		{"a token signed with HS512", forge.Sign(sha512.New, key, `{"alg":"HS512"}`, claims)},
		{"a token signed by another key", forge.HS256([]byte("another-key-that-is-long-enough-too"), claims)},
		{"half a token", good[:len(good)/2]},
		{"the user's id", f.ann.ID},
		{"garbage", `x"y,realm="z`},
		{"a very long line", strings.Repeat("x", 8000)},
	}
}

// 3. A token that is refused gets 401.
func TestRequire_RefusesBadTokens(t *testing.T) {
	f := newFixture(t)
	f.letsAnnIn(t)

	challenge := get(t, f, tokenFor(f.ann.ID)+"x").Header.Get("WWW-Authenticate")
	for _, test := range f.badTokens() {
		answer := f.refuses(t, bearer(test.signed), "401 invalid_token", test.name+" must get 401 invalid_token, and never reach the handler")
		assert.Equal(t, "Invalid or expired token", answer.Detail(), "%s must get the same words as any bad token, and not the library's: those help an attacker who is forging one", test.name)
		assert.NotContains(t, answer.Late, "Www-Authenticate", "WWW-Authenticate was set when the answer had been sent, so nobody got it: the first byte of a body sends the headers off")
		assert.Equal(t, "bearer error=invalid_token", answer.Challenge(),
			"%s must get the header WWW-Authenticate: Bearer error=\"invalid_token\": clients log in again when they see it (RFC 6750, section 3)", test.name)
		assert.Equal(t, challenge, answer.Header.Get("WWW-Authenticate"), "%s must get the same header WWW-Authenticate as any bad token: a reason in it helps an attacker who is forging one", test.name)
		assert.Contains(t, answer.Header.Get("Cache-Control"), "no-store", "a refusal must not be cached: the next request with a good token would get it. api.Fail sets the header")
	}

	careless := auth.Require(carelessVerifier(f.ann.ID), f.accounts, f.log.Logger())(f.whoami())
	assert.Equal(t, "401 invalid_token", get(t, careless, "x").Outcome(), "with an error from Verify, the subject beside it must not count: ask for the error, and only then look at the rest")
}

// carelessVerifier refuses every token, and returns a subject all the same.
type carelessVerifier string

func (v carelessVerifier) Verify(string) (string, error) { return string(v), verifier.ErrSignature }

// 3. A token without a subject gets an answer of its own.
func TestRequire_SaysThatTheSubjectIsMissing(t *testing.T) {
	f := newFixture(t)
	f.letsAnnIn(t)
	for _, sub := range []string{`""`, `null`} {
		answer := f.refuses(t, bearer(forge.HS256(key, fmt.Sprintf(`{"sub":%s,"exp":%d}`, sub, inAnHour))), "401 invalid_token", "a token with the subject "+sub+" must get 401 invalid_token")
		assert.Equal(t, "Missing subject claim", answer.Detail(), "a well signed token without a subject comes from a mistake in an issuer of ours, and must say so")
		assert.Equal(t, "bearer error=invalid_token", answer.Challenge(), "the header WWW-Authenticate must say what the body says")
	}
	answer := get(t, f.withWords(), tokenFor(""))
	assert.Equal(t, "Missing subject claim", answer.Detail(), "verifier.ErrNoSubject must be known by errors.Is, with words around it too: == and the text are right only until somebody adds some")
}

// 4. A deleted user's token is worth nothing.
func TestRequire_RefusesADeletedUser(t *testing.T) {
	f := newFixture(t)
	f.letsAnnIn(t)
	require.NoError(t, f.accounts.Delete(t.Context(), f.ann.ID))
	f.accounts.SignUp(t, "ann@example.com") // another Ann

	answer := f.refuses(t, bearer(tokenFor(f.ann.ID)), "401 invalid_token", "a deleted user's token must get 401: it is well signed, and only the store knows")
	assert.Equal(t, "User not found", answer.Detail(), "the detail must say that the user is gone")
	assert.Equal(t, "bearer error=invalid_token", answer.Challenge(), "the header WWW-Authenticate must say what the body says")
	answer = get(t, f.withWords(), tokenFor(f.ann.ID))
	assert.Equal(t, "401 invalid_token", answer.Outcome(), "users.ErrNotFound must be known by errors.Is, with words around it too: == and the text are right only until somebody adds some")
}

// 4. A deactivated user's token is worth nothing.
func TestRequire_RefusesADeactivatedUser(t *testing.T) {
	f := newFixture(t)
	f.letsAnnIn(t)
	require.NoError(t, f.accounts.Deactivate(t.Context(), f.ann.ID))

	answer := f.refuses(t, bearer(tokenFor(f.ann.ID)), "401 invalid_token", "a deactivated user's token must get 401 now, and not when it expires")
	assert.Equal(t, "User not found", answer.Detail(), "the detail must be the one of a deleted user: somebody who has the token doesn't need to know")
	assert.Equal(t, "bearer error=invalid_token", answer.Challenge(), "the header WWW-Authenticate must say what the body says")
	answer = get(t, f.withWords(), tokenFor(f.ann.ID))
	assert.Equal(t, "401 invalid_token", answer.Outcome(), "users.ErrInactive must be known by errors.Is, with words around it too: == and the text are right only until somebody adds some")
}

// 5. Trouble of ours is not a bad token.
func TestRequire_TellsTroubleFromABadToken(t *testing.T) {
	f := newFixture(t)
	f.letsAnnIn(t)
	f.passesPanicsOn(t)

	gone, hangUp := context.WithCancel(t.Context())
	hangUp()
	answer := apitest.Do(t, f, bearer(tokenFor(f.ann.ID)).WithContext(gone))
	want := http.StatusServiceUnavailable
	if answer.Status == http.StatusInternalServerError {
		want = answer.Status
	}
	assert.Equal(t, want, answer.Status, "the client has hung up and the lookup was cut short, so the answer must be 500 or 503: nobody knows whether the token is good")
	busy := auth.Require(f.tokens, troubled{fmt.Errorf("get user: %w", api.ErrOverloaded)}, f.log.Logger())(f.whoami())
	assert.Equal(t, "503 overloaded", get(t, busy, tokenFor(f.ann.ID)).Outcome(), "when the server is busy, clients must be told to come back: give api.ServerError the error as it is, it knows this one")

	before := len(f.log.Lines())
	require.NoError(t, f.accounts.DB.Close())
	answer = f.refuses(t, bearer(tokenFor(f.ann.ID)), "500 server_error", "when the store fails, the answer must be 500: with 401 every client would log its user out")
	assert.Empty(t, answer.Challenge(), "when the store fails, no header WWW-Authenticate must ask for another token: this one may be good")
	assert.NotContains(t, answer.Body, "sql", "the store's error must not be shown (CWE-209)")
	assert.Contains(t, f.log.String(), "database is closed", "the store's error must be in the log: somebody has to fix it")
	require.Len(t, f.log.Lines()[before:], 1, "trouble must be one line in the log")
	assert.Contains(t, f.log.Lines()[before], " GET /tasks", "the line in the log must have a reason, the method and the path")
}

// passesPanicsOn shows that a panic is not turned into an answer about the token.
func (f fixture) passesPanicsOn(t *testing.T) {
	t.Helper()
	inHandler := auth.Require(f.tokens, f.accounts, f.log.Logger())(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("trouble") }))
	inStore := auth.Require(f.tokens, troubled{}, f.log.Logger())(f.whoami())
	for _, handler := range []http.Handler{inHandler, inStore} {
		outcome := "a panic"
		func() {
			defer func() { _ = recover() }()
			outcome = apitest.Ask(handler, bearer(tokenFor(f.ann.ID))).Outcome()
		}()
		assert.Contains(t, []string{"a panic", "500 server_error"}, outcome, "a panic says nothing about the token: let it pass, which net/http logs, or answer 500. A 401 hides the bug, and logs people out")
	}
}

// troubled is a store that fails, or panics if it has no error.
type troubled struct{ err error }

func (s troubled) Get(context.Context, string) (users.User, error) {
	if s.err == nil {
		panic("trouble")
	}
	return users.User{}, s.err
}

var errStore = errors.New("disk full: tasks.db")

// 6. Every refusal is a line in the log.
func TestRequire_LogsWhy(t *testing.T) {
	f := newFixture(t)
	f.letsAnnIn(t)
	require.NoError(t, f.accounts.Deactivate(t.Context(), f.bob.ID))
	exp := inAnHour

	for _, test := range []struct{ reason, signed string }{
		{"malformed", "x"},
		{"algorithm", forge.Unsigned(`{"alg":"none"}`, fmt.Sprintf(`{"sub":"1","exp":%d}`, exp))},
		{"signature", tokenFor(f.ann.ID)[:len(tokenFor(f.ann.ID))-43] + strings.Repeat("A", 43)},
		{"expired", forge.HS256(key, fmt.Sprintf(`{"sub":"1","exp":%d}`, exp-7200))},
		{"no expiry", forge.HS256(key, `{"sub":"1"}`)},
		{"not yet valid", forge.HS256(key, fmt.Sprintf(`{"sub":"1","nbf":%d,"exp":%d}`, exp, exp))},
		{"no subject", forge.HS256(key, fmt.Sprintf(`{"exp":%d}`, exp))},
		{"unknown user", tokenFor("no-such-id")},
		{"inactive user", tokenFor(f.bob.ID)},
	} {
		before := len(f.log.Lines())
		get(t, f, test.signed)
		lines := f.log.Lines()[before:]
		require.Len(t, lines, 1, "a refusal must be exactly one line in the log, with the keys reason, method and path")
		assert.Contains(t, lines[0], test.reason, "the log must say why a token was refused: the answer does not, and somebody will ask")
		assert.Contains(t, lines[0], " GET /tasks", "the log must say what was asked for: method and path")
	}

	apitest.Do(t, f, apitest.Request("GET", "/elsewhere", "", "Authorization", "Bearer x"))
	for line := range strings.Lines(f.log.String()) {
		if strings.Contains(line, `"reason"`) {
			assert.NotContains(t, line, `"level":"DEBUG"`, "a refusal must be logged at Info or above: below, loggers leave it out unless they are told otherwise")
			assert.False(t, strings.Contains(line, "/tasks") && strings.Contains(line, "/elsewhere"),
				"a line must hold one path, that of its own request, and this holds others: the logger belongs to all requests: %s", line)
		}
	}
}
