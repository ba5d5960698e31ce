// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package login_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tokenauth.example/login"
	"tokenauth.example/login/apitest"
	"tokenauth.example/token/forge"
	"tokenauth.example/users"
)

// 3. The right password gets a token.
func TestToken_LogsIn(t *testing.T) {
	f, ann := withAnn(t)
	answer := apitest.Do(t, f, apitest.Form("/auth/token", "grant_type=password&"+annsForm))

	require.Equal(t, "200", answer.Outcome(), "the right username and password must log in")
	assert.Contains(t, answer.Header.Get("Content-Type"), "application/json", "the answer must say that it is JSON (RFC 6749, section 5.1)")
	kind, _ := answer.JSON()["token_type"].(string)
	assert.Equal(t, "bearer", strings.ToLower(kind), "token_type must be bearer: it says how to use the token")
	assert.Equal(t, ann.ID, subjectOf(t, answer), "the token must be for the user's ID: an email can change hands, and the token would with it")
	answer = apitest.Do(t, f, apitest.Form("/auth/token", annsForm))
	assert.Equal(t, "200", answer.Outcome(), "a form without grant_type must log in, too: people who try it with curl leave it out")
}

// subjectOf is whom the token in the answer is for.
func subjectOf(t *testing.T, answer apitest.Answer) any {
	t.Helper()
	signed, _ := answer.JSON()["access_token"].(string)
	_, claims, _, err := forge.Decode(signed)
	require.NoError(t, err, "access_token must be the issuer's token")
	return claims["sub"]
}

// 3. The token is in the body, and nowhere else.
func TestToken_StandsInTheBodyAlone(t *testing.T) {
	f, _ := withAnn(t)
	answer := apitest.Do(t, f, apitest.Form("/auth/token", annsForm))

	require.Equal(t, "200", answer.Outcome(), "the right username and password must log in")
	signed, _ := answer.JSON()["access_token"].(string)
	require.NotEmpty(t, signed, "the answer must hold the token")
	assert.NotContains(t, fmt.Sprint(answer.Header), signed,
		"the token must not be in a header: a cookie goes along with requests that other pages make (CWE-352), and proxies log headers")
}

// 3. The client learns how long the token lives.
func TestToken_TellsTheLifetime(t *testing.T) {
	f, _ := withAnn(t)
	for _, lifetime := range []time.Duration{30 * time.Minute, 90 * time.Second} {
		handler := login.New(f.accounts, newIssuerFor(t, lifetime), f.log.Logger())
		answer := apitest.Do(t, handler, apitest.Form("/auth/token", annsForm))

		require.Equal(t, "200", answer.Outcome(), "the right username and password must log in")
		assert.Equal(t, lifetime.Seconds(), answer.JSON()["expires_in"],
			"expires_in must be the issuer's lifetime as a number of seconds: clients ask for a new token when that is over (RFC 6749, section 5.1)")
	}
}

// 3. Username and password are taken letter for letter.
func TestToken_TakesThePasswordAsItIs(t *testing.T) {
	f, _ := withAnn(t)
	f.logsIn(t, annsForm)
	for _, username := range append([]string{"ann@example.com"}, oddEmails...) {
		for _, plain := range []string{"correct-horse", oddPasswords[0]} {
			f.asked.forget()
			apitest.Do(t, f, apitest.Form("/auth/token", formOf(username, plain)))
			require.Len(t, f.asked.authenticate, 1, "each login must ask the store, once")
			assert.Equal(t, username, strings.ToLower(f.asked.authenticate[0][0]),
				"the username must reach the store as it was sent, decoded once and changed in nothing but its case: people who signed up with such an email could never log in")
		}
	}
	for i, plain := range oddPasswords {
		email := fmt.Sprintf("bob%d@example.com", i)
		_, err := f.accounts.Create(t.Context(), email, plain)
		require.NoError(t, err)
		assert.Equal(t, "200", apitest.Do(t, f, apitest.Form("/auth/token", formOf(email, plain))).Outcome(),
			"the password must reach the store as it was sent, decoded once and changed in nothing: people with such a password could never log in")
	}
}

// 3. The token is kept out of caches.
func TestToken_IsNotCached(t *testing.T) {
	f, _ := withAnn(t)
	answer := apitest.Do(t, f, apitest.Form("/auth/token", annsForm))

	require.Equal(t, "200", answer.Outcome(), "the right username and password must log in")
	assert.NotContains(t, answer.Late, "Cache-Control",
		"Cache-Control was set when the answer had been sent, so nobody got it: the first byte of a body sends the headers off")
	assert.Contains(t, strings.ToLower(answer.Header.Get("Cache-Control")), "no-store",
		"the answer must say Cache-Control: no-store: a cache would give the token to the next who asks (RFC 6749, section 5.1)")
}

// 3. What standard clients send is understood.
func TestToken_ServesStandardClients(t *testing.T) {
	f, _ := withAnn(t)
	inChunks := apitest.Form("/auth/token", annsForm)
	inChunks.ContentLength = -1
	for _, r := range []*http.Request{
		inChunks,
		apitest.Form("/auth/token", "grant_type=password&scope=&client_id=app&client_secret=none&"+annsForm),
		apitest.Request("POST", "/auth/token", annsForm, "Content-Type", "application/x-www-form-urlencoded; charset=UTF-8"),
		apitest.Request("POST", "/auth/token", annsForm, "Content-Type", "Application/X-WWW-Form-Urlencoded"),
		apitest.Request("POST", "/auth/token", "grant_type=password&"+annsForm, "Content-Type", "application/x-www-form-urlencoded", "Authorization", "Basic YXBwOm5vbmU="),
		apitest.Form("/auth/token", "user%6eame=%61nn@example.com&pass%77ord=correct%2Dhorse"),
	} {
		assert.Equal(t, "200", apitest.Do(t, f, r).Outcome(),
			"standard OAuth2 clients must be able to log in: what the server does not know it ignores (RFC 6749, section 3.2)")
	}
}

// 5. A login ends with its request.
func TestToken_EndsWithItsRequest(t *testing.T) {
	f, _ := withAnn(t)
	endsWithItsRequest(t, f, &waitingAccounts{}, apitest.Form("/auth/token", annsForm))
}

// endsWithItsRequest sends a request whose client hangs up while the store is at work, which
// notes the context in which it was asked.
func endsWithItsRequest(t *testing.T, f fixture, accounts *waitingAccounts, r *http.Request) {
	t.Helper()
	ctx, hangUp := context.WithCancel(t.Context())
	defer hangUp()
	accounts.hangUp = hangUp
	answer := apitest.Do(t, login.New(accounts, newIssuer(t), f.log.Logger()), r.WithContext(ctx))

	require.NotNil(t, accounts.asked, "the store must be asked")
	assert.ErrorIs(t, accounts.asked.Err(), context.Canceled,
		"the store must get the request's context: otherwise it goes on hashing for clients that have hung up, and an attacker hangs up at once")
	want := http.StatusServiceUnavailable
	if answer.Status == http.StatusInternalServerError {
		want = answer.Status
	}
	assert.Equal(t, want, answer.Status, "a request that ran out of time must get 500 or 503: nothing has been done for it, and no password was wrong")
}

// waitingAccounts keeps the context in which it was asked. While it works, the client hangs up.
type waitingAccounts struct {
	asked  context.Context
	hangUp func()
}

func (a *waitingAccounts) Create(ctx context.Context, _, _ string) (users.User, error) {
	a.asked = ctx
	a.hangUp()
	return users.User{}, ctx.Err()
}

func (a *waitingAccounts) Authenticate(ctx context.Context, _, _ string) (users.User, error) {
	a.asked = ctx
	a.hangUp()
	return users.User{}, ctx.Err()
}
