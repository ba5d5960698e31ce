// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package auth_test

import (
	"context"
	"crypto/sha512"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tokenauth.example/auth"
	"tokenauth.example/login/apitest"
	"tokenauth.example/token/forge"
	"tokenauth.example/users"
	"tokenauth.example/verifier"
)

var key = []byte("for-tests-only-not-a-secret-at-all")

// fixture is auth.Require in front of a handler that answers with the email of who
// is asking, on a real store and a real verifier.
type fixture struct {
	http.Handler
	tokens   *verifier.Verifier
	accounts apitest.Accounts
	ann, bob users.User
	log      *apitest.Log
}

func newFixture(t *testing.T) fixture {
	t.Helper()
	accounts := apitest.NewAccounts(t)
	tokens, err := verifier.New(key)
	require.NoError(t, err)
	log := &apitest.Log{}
	return fixture{auth.Require(tokens, accounts, log.Logger())(whoami), tokens, accounts, accounts.SignUp(t, "ann@example.com"), accounts.SignUp(t, "bob@example.com"), log}
}

var whoami = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
	user, ok := auth.CurrentUser(r.Context())
	fmt.Fprintf(w, "%s %v", user.Email, ok)
})

// withWords is the fixture's handler on a verifier and a store that put words around
// each error, by %w, as yours may do one day.
func (f fixture) withWords() http.Handler {
	words := withWords{f.tokens, f.accounts}
	return auth.Require(words, words, f.log.Logger())(whoami)
}

type withWords struct {
	tokens   auth.Verifier
	accounts auth.Accounts
}

func (w withWords) Verify(signed string) (string, error) {
	subject, err := w.tokens.Verify(signed)
	if err != nil {
		return "", fmt.Errorf("verify: %w", err)
	}
	return subject, nil
}

func (w withWords) Get(ctx context.Context, id string) (users.User, error) {
	user, err := w.accounts.Get(ctx, id)
	if err != nil {
		return users.User{}, fmt.Errorf("get user: %w", err)
	}
	return user, nil
}

// inAnHour is when good tokens expire: at one moment, so that two of them for one
// subject are the same.
var inAnHour = time.Now().Add(time.Hour).Unix()

// tokenFor returns a good token for the subject, made by hand.
func tokenFor(subject string) string {
	return forge.HS256(key, fmt.Sprintf(`{"sub":%q,"exp":%d}`, subject, inAnHour))
}

// get asks for /tasks, with the token in the header.
func get(t *testing.T, handler http.Handler, signed string) apitest.Answer {
	t.Helper()
	return apitest.Do(t, handler, apitest.Request("GET", "/tasks", "", "Authorization", "Bearer "+signed))
}

// letsAnnIn shows that the handler is open to a good token, before one that must not pass.
func letsAnnIn(t *testing.T, f fixture) {
	t.Helper()
	answer := get(t, f, tokenFor(f.ann.ID))
	require.Equal(t, "200", answer.Outcome(), "before any bad request, its good twin must pass")
	require.Equal(t, "ann@example.com true", answer.Body, "before any bad request, its good twin must reach the handler with its user")
}

// 1. A context carries its user.
func TestCurrentUser_ReturnsWhomWithUserPutThere(t *testing.T) {
	ann := users.User{ID: "1", Email: "ann@example.com"}
	user, ok := auth.CurrentUser(auth.WithUser(t.Context(), ann))

	assert.True(t, ok, "CurrentUser must find the user whom WithUser put into the context")
	assert.Equal(t, ann, user, "CurrentUser must return the user whom WithUser put into the context")
}

// 1. Nothing else is taken for the user.
func TestCurrentUser_KnowsNobodyElse(t *testing.T) {
	ann := users.User{ID: "1", Email: "ann@example.com"}
	_, ok := auth.CurrentUser(auth.WithUser(t.Context(), ann))
	require.True(t, ok, "first, CurrentUser must find the user whom WithUser put into the context")

	_, ok = auth.CurrentUser(t.Context())
	assert.False(t, ok, "where nobody was put, nobody must be found")
	for _, foreign := range []any{"user", "currentUser", struct{}{}, 0, users.User{}} {
		_, ok = auth.CurrentUser(context.WithValue(t.Context(), foreign, ann))
		assert.False(t, ok, "a value that another package put under the key %#v must not be the user: only a key of a type of your own is yours alone", foreign)
	}
}

// 2. A good token reaches the handler, with its user.
func TestRequire_LetsAGoodTokenThrough(t *testing.T) {
	f := newFixture(t)
	for _, user := range []users.User{f.ann, f.bob} {
		answer := get(t, f, tokenFor(user.ID))
		assert.Equal(t, "200", answer.Outcome(), "a good token must pass")
		assert.Equal(t, user.Email+" true", answer.Body, "the handler must learn from auth.CurrentUser whose token it is")
		assert.Empty(t, answer.Challenge(), "where nothing is refused, no header WWW-Authenticate must ask for a token: clients that see it log in again")
	}
	assert.Empty(t, f.log.Lines(), "nothing was refused, so nothing must be logged as a refusal")
}

// 2. The request keeps the context that it came with.
func TestRequire_KeepsTheRequestsContext(t *testing.T) {
	f := newFixture(t)
	letsAnnIn(t, f)
	type traceKey struct{}
	store := &contextSpy{Accounts: f.accounts}
	var inHandler any
	handler := auth.Require(f.tokens, store, f.log.Logger())(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		inHandler = r.Context().Value(traceKey{})
	}))
	r := apitest.Request("GET", "/tasks", "", "Authorization", "Bearer "+tokenFor(f.ann.ID))
	apitest.Do(t, handler, r.WithContext(context.WithValue(r.Context(), traceKey{}, "trace 7")))

	assert.Equal(t, "trace 7", inHandler, "the handler must get the request's own context, with the user added: a new one has lost the deadline, and what other middleware put there")
	require.NotNil(t, store.ctx, "the store must be asked for the user")
	assert.Equal(t, "trace 7", store.ctx.Value(traceKey{}), "the store must be asked in the request's context: when the client has gone, the query must end too")
}

// contextSpy is a store that keeps the context in which it was asked.
type contextSpy struct {
	auth.Accounts
	ctx context.Context
}

func (s *contextSpy) Get(ctx context.Context, id string) (users.User, error) {
	s.ctx = ctx
	return s.Accounts.Get(ctx, id)
}

// 2. Requests at the same moment do not see each other's user.
func TestRequire_KeepsUsersApart(t *testing.T) {
	f := newFixture(t)
	letsAnnIn(t, f)

	var handler http.Handler
	var emails []string
	handler = auth.Require(f.tokens, f.accounts, f.log.Logger())(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/slow" {
			for range 2 {
				user, _ := auth.CurrentUser(r.Context())
				emails = append(emails, user.Email)
				get(t, handler, tokenFor(f.bob.ID)) // all of Bob's request, in the middle of Ann's
			}
		}
	}))
	apitest.Do(t, handler, apitest.Request("GET", "/slow", "", "Authorization", "Bearer "+tokenFor(f.ann.ID)))
	assert.Equal(t, []string{"ann@example.com", "ann@example.com"}, emails,
		"a request must see its own user to its end, whoever comes meanwhile: kept anywhere but in the request's context, people see each other's data")

	var group sync.WaitGroup
	for _, user := range []users.User{f.ann, f.bob} {
		signed := tokenFor(user.ID)
		for range 20 {
			group.Go(func() {
				recorder := httptest.NewRecorder()
				f.ServeHTTP(recorder, apitest.Request("GET", "/tasks", "", "Authorization", "Bearer "+signed))
				assert.Equal(t, user.Email+" true", recorder.Body.String(),
					"each request must see its own user: kept anywhere but in the request's context, people see each other's data")
			})
		}
	}
	group.Wait()
}

// 3. A token that is refused gets 401.
func TestRequire_RefusesBadTokens(t *testing.T) {
	f := newFixture(t)
	letsAnnIn(t, f)
	good := tokenFor(f.ann.ID)
	claims := fmt.Sprintf(`{"sub":%q,"exp":%d}`, f.ann.ID, inAnHour)

	challenge := get(t, f, good+"x").Header.Get("WWW-Authenticate")
	for _, test := range []struct{ name, signed string }{
		{"an expired token", forge.HS256(key, fmt.Sprintf(`{"sub":%q,"exp":%d}`, f.ann.ID, time.Now().Unix()-1))},
		{"a token that never expires", forge.HS256(key, fmt.Sprintf(`{"sub":%q}`, f.ann.ID))},
		{"a token with alg none", forge.Unsigned(`{"alg":"none"}`, claims)},
		{"a token signed with HS512", forge.Sign(sha512.New, key, `{"alg":"HS512"}`, claims)},
		{"a token signed by another key", forge.HS256([]byte("another-key-that-is-long-enough-too"), claims)},
		{"half a token", good[:len(good)/2]},
		{"garbage", `x"y,realm="z`},
		{"a very long line", strings.Repeat("x", 8000)},
	} {
		answer := get(t, f, test.signed)
		assert.Equal(t, "401 invalid_token", answer.Outcome(), "%s must get 401 invalid_token, and never reach the handler", test.name)
		assert.Equal(t, "Invalid or expired token", answer.Detail(), "%s must get the same words as any bad token, and not the library's: those help whoever is forging", test.name)
		assert.Equal(t, "bearer error=invalid_token", answer.Challenge(),
			"%s must get the header WWW-Authenticate: Bearer error=\"invalid_token\": clients log in again when they see it (RFC 6750, section 3)", test.name)
		assert.Equal(t, challenge, answer.Header.Get("WWW-Authenticate"), "%s must get the same header WWW-Authenticate as any bad token: a reason in it helps whoever is forging", test.name)
	}

	careless := auth.Require(carelessVerifier(f.ann.ID), f.accounts, f.log.Logger())(whoami)
	assert.Equal(t, "401 invalid_token", get(t, careless, "x").Outcome(), "with an error from Verify, the subject beside it must not count: ask for the error, and only then look at the rest")
}

// carelessVerifier refuses every token, and returns a subject all the same.
type carelessVerifier string

func (v carelessVerifier) Verify(string) (string, error) { return string(v), verifier.ErrSignature }

// 3. A token without a subject gets an answer of its own.
func TestRequire_SaysThatTheSubjectIsMissing(t *testing.T) {
	f := newFixture(t)
	letsAnnIn(t, f)
	for _, sub := range []string{`""`, `null`} {
		answer := get(t, f, forge.HS256(key, fmt.Sprintf(`{"sub":%s,"exp":%d}`, sub, inAnHour)))
		assert.Equal(t, "401 invalid_token", answer.Outcome(), "a token with the subject %s must get 401 invalid_token", sub)
		assert.Equal(t, "Missing subject claim", answer.Detail(), "a well signed token without a subject comes from a mistake in an issuer of ours, and must say so")
		assert.Equal(t, "bearer error=invalid_token", answer.Challenge(), "the header WWW-Authenticate must say what the body says")
	}
	answer := get(t, f.withWords(), tokenFor(""))
	assert.Equal(t, "Missing subject claim", answer.Detail(), "verifier.ErrNoSubject must be known by errors.Is, with words around it too: == and the text are right only until somebody adds some")
}

// 4. A deleted user's token is worth nothing.
func TestRequire_RefusesADeletedUser(t *testing.T) {
	f := newFixture(t)
	letsAnnIn(t, f)
	require.NoError(t, f.accounts.Delete(t.Context(), f.ann.ID))
	_, err := f.accounts.Create(t.Context(), "ann@example.com", "correct-horse") // another Ann
	require.NoError(t, err)

	answer := get(t, f, tokenFor(f.ann.ID))
	assert.Equal(t, "401 invalid_token", answer.Outcome(), "a deleted user's token must get 401: it is well signed, and only the store knows")
	assert.Equal(t, "User not found", answer.Detail(), "the detail must say that the user is gone")
	assert.Equal(t, "bearer error=invalid_token", answer.Challenge(), "the header WWW-Authenticate must say what the body says")
	answer = get(t, f.withWords(), tokenFor(f.ann.ID))
	assert.Equal(t, "401 invalid_token", answer.Outcome(), "users.ErrNotFound must be known by errors.Is, with words around it too: == and the text are right only until somebody adds some")
}

// 4. A deactivated user's token is worth nothing.
func TestRequire_RefusesADeactivatedUser(t *testing.T) {
	f := newFixture(t)
	letsAnnIn(t, f)
	require.NoError(t, f.accounts.Deactivate(t.Context(), f.ann.ID))

	answer := get(t, f, tokenFor(f.ann.ID))
	assert.Equal(t, "401 invalid_token", answer.Outcome(), "a deactivated user's token must get 401 now, and not when it expires")
	assert.Equal(t, "User not found", answer.Detail(), "the detail must be the one of a deleted user: whoever holds the token need not know")
	assert.Equal(t, "bearer error=invalid_token", answer.Challenge(), "the header WWW-Authenticate must say what the body says")
	answer = get(t, f.withWords(), tokenFor(f.ann.ID))
	assert.Equal(t, "401 invalid_token", answer.Outcome(), "users.ErrInactive must be known by errors.Is, with words around it too: == and the text are right only until somebody adds some")
}

// 5. Trouble of ours is not a bad token.
func TestRequire_TellsTroubleFromABadToken(t *testing.T) {
	f := newFixture(t)
	letsAnnIn(t, f)

	panics := auth.Require(f.tokens, f.accounts, f.log.Logger())(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("trouble") }))
	recorder := httptest.NewRecorder()
	func() {
		defer func() { _ = recover() }()
		panics.ServeHTTP(recorder, apitest.Request("GET", "/tasks", "", "Authorization", "Bearer "+tokenFor(f.ann.ID)))
	}()
	assert.NotEqual(t, 401, recorder.Code, "a panic of the handler must not become 401: it says nothing about the token, and net/http logs it if you let it pass")

	require.NoError(t, f.accounts.DB.Close())
	answer := get(t, f, tokenFor(f.ann.ID))
	assert.Equal(t, "500 server_error", answer.Outcome(), "when the store fails, the answer must be 500: with 401 every client would log its user out")
	assert.Empty(t, answer.Challenge(), "when the store fails, no header WWW-Authenticate must ask for another token: this one may be good")
	assert.NotContains(t, answer.Body, "sql", "the store's error must not be shown (CWE-209)")
	assert.Contains(t, f.log.String(), "database is closed", "the store's error must be in the log: somebody has to mend it")
}

// 6. Every refusal is a line in the log.
func TestRequire_LogsWhy(t *testing.T) {
	f := newFixture(t)
	letsAnnIn(t, f)
	require.NoError(t, f.accounts.Deactivate(t.Context(), f.bob.ID))
	exp := inAnHour

	for _, test := range []struct{ reason, signed string }{
		{"malformed", "x"},
		{"algorithm", forge.Unsigned(`{"alg":"none"}`, fmt.Sprintf(`{"sub":"1","exp":%d}`, exp))},
		{"signature", tokenFor(f.ann.ID) + "x"},
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
		require.Len(t, lines, 1, "a refusal must be exactly one line in the log, with reason, method and path, which are the names of its three values")
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

// 7. Without a token there is a different answer.
func TestRequire_RefusesARequestWithoutAToken(t *testing.T) {
	f := newFixture(t)
	letsAnnIn(t, f)

	before := len(f.log.Lines())

	answer := apitest.Do(t, f, apitest.Request("GET", "/tasks", ""))
	assert.Equal(t, "401 not_authenticated", answer.Outcome(), "a request without a token must get 401 not_authenticated")
	assert.Equal(t, "Not authenticated", answer.Detail(), "the detail must say that nobody is logged in")
	assert.Equal(t, "bearer", answer.Challenge(), "the header WWW-Authenticate must say Bearer, as in every 401, and no error: where no token was sent, none can be wrong (RFC 6750, section 3.1)")
	assert.Equal(t, []string{"no token GET /tasks"}, f.log.Lines()[before:], "a request without a token must be one line in the log")
}

// 7. There are no exceptions.
func TestRequire_ProtectsEveryMethodAndPath(t *testing.T) {
	f := newFixture(t)
	letsAnnIn(t, f)
	for _, request := range []string{"HEAD /tasks", "POST /tasks", "OPTIONS /tasks", "GET /", "GET /healthz", "GET /docs", "POST /auth/token", "GET /tasks/app.js"} {
		method, path, _ := strings.Cut(request, " ")
		answer := apitest.Do(t, f, apitest.Request(method, path, ""))
		assert.Equal(t, 401, answer.Status, "%s without a token must get 401: whatever stands behind Require is protected, and each exception has been a way in (CVE-2026-0650)", request)
	}
	local := apitest.Request("GET", "/tasks", "", "X-Forwarded-For", "127.0.0.1")
	local.RemoteAddr, local.Host = "127.0.0.1:50000", "localhost"
	assert.Equal(t, 401, apitest.Do(t, f, local).Status, "a request from the same machine must get 401 too: behind a proxy, every request comes from there, and each exception has been a way in (CWE-291)")
}

// 7. The token comes in the header, or not at all.
func TestRequire_TakesTheTokenFromTheHeaderAlone(t *testing.T) {
	f := newFixture(t)
	letsAnnIn(t, f)
	good := tokenFor(f.ann.ID)

	cookie := apitest.Request("GET", "/tasks", "")
	for _, name := range []string{"access_token", "token", "Authorization"} {
		cookie.AddCookie(&http.Cookie{Name: name, Value: good})
	}
	for _, test := range []struct {
		name string
		r    *http.Request
	}{
		{"the URL", apitest.Request("GET", "/tasks?access_token="+good+"&token="+good, "")},
		{"a form", apitest.Form("/tasks", "access_token="+good)},
		{"a cookie", cookie},
		{"another header", apitest.Request("GET", "/tasks", "", "X-Access-Token", good, "Proxy-Authorization", "Bearer "+good, "Sec-WebSocket-Protocol", "bearer, "+good)},
	} {
		assert.Equal(t, "401 not_authenticated", apitest.Do(t, f, test.r).Outcome(),
			"a token in %s must count as none: URLs are logged, and cookies are sent by a browser that was tricked (CWE-598, CWE-352)", test.name)
	}
	named := apitest.Request("GET", "/tasks?user="+f.ann.ID, "", "X-Forwarded-User", f.ann.ID, "X-User-Id", f.ann.ID)
	assert.Equal(t, "401 not_authenticated", apitest.Do(t, f, named).Outcome(),
		"a user's id without a token must count for nothing: whoever knows it can send it (CWE-290)")
}

// 7. Who is refused is not listened to.
func TestRequire_AnswersBeforeItReadsTheBody(t *testing.T) {
	f := newFixture(t)
	letsAnnIn(t, f)
	for _, header := range []string{"", "Bearer x"} {
		body := &countingBody{}
		r := apitest.Form("/tasks", "")
		r.Header.Set("Authorization", header)
		r.Body = body
		apitest.Do(t, f, r)
		assert.Zero(t, body.reads, "the body of a refused request must not be read: strangers could keep the server busy with it")
	}
}

type countingBody struct{ reads int }

func (c *countingBody) Read([]byte) (int, error) { c.reads++; return 0, io.EOF }
func (c *countingBody) Close() error             { return nil }

// 8. What is not Bearer and a token is no token.
func TestRequire_RefusesOtherSchemes(t *testing.T) {
	f := newFixture(t)
	letsAnnIn(t, f)
	good := tokenFor(f.ann.ID)
	password := base64.StdEncoding.EncodeToString([]byte("ann:" + good))
	for _, header := range []string{"Basic " + password, "Basic " + good, "Token " + good, good, "x", "Bearer" + good, "Bearer:" + good, "Basic Bearer " + good, `"Bearer ` + good} {
		answer := apitest.Do(t, f, apitest.Request("GET", "/tasks", "", "Authorization", header))
		assert.Equal(t, "401 not_authenticated", answer.Outcome(), "only \"Bearer \" and a token must count as one, and this is %.20q", header)
	}
	for _, header := range []string{"Bearer", "Bearer ", "bearer  "} {
		answer := apitest.Do(t, f, apitest.Request("GET", "/tasks", "", "Authorization", header))
		assert.Equal(t, "401 not_authenticated", answer.Outcome(), "Bearer with nothing behind it is no token: where none was sent, none can be wrong. Spaces alone are nothing either: trim what stands behind it (strings.TrimSpace): %q", header)
	}
	answer := apitest.Do(t, f, apitest.Request("GET", "/tasks", "", "Authorization", "Bearer "+good+" "+good))
	assert.Equal(t, 401, answer.Status, "more than one token must get 401: what stands in front of the server may have looked at the other one")
}

// 8. The scheme is read in any case.
func TestRequire_ReadsTheSchemeInAnyCase(t *testing.T) {
	f := newFixture(t)
	for _, scheme := range []string{"Bearer", "bearer", "BEARER", "bEaReR"} {
		answer := apitest.Do(t, f, apitest.Request("GET", "/tasks", "", "Authorization", scheme+" "+tokenFor(f.ann.ID)))
		assert.Equal(t, "200", answer.Outcome(), "%s must be understood: a scheme is the same in any case (RFC 9110, section 11.1)", scheme)
	}
}

// 8. The token stays out of the log.
func TestRequire_NeverLogsTheToken(t *testing.T) {
	f := newFixture(t)
	letsAnnIn(t, f)
	good := tokenFor(f.ann.ID)
	expired := forge.HS256(key, fmt.Sprintf(`{"sub":%q,"exp":%d}`, f.ann.ID, time.Now().Unix()-1))
	unknown := tokenFor("no-such-id")
	before := len(f.log.Lines())
	for _, header := range []string{"Bearer " + expired, "Bearer " + unknown, "Bearer " + good + "x", "Basic " + good, good} {
		apitest.Do(t, f, apitest.Request("GET", "/tasks", "", "Authorization", header))
	}

	for _, header := range []string{"", "Bearer x", "Bearer " + expired, "Bearer " + unknown} {
		apitest.Do(t, f, apitest.Request("GET", "/tasks?access_token="+good, "", "Authorization", header))
	}

	require.Len(t, f.log.Lines()[before:], 9, "each of the nine refusals must be a line in the log")
	for line := range strings.Lines(f.log.String()) {
		for _, signed := range []string{good, expired, unknown} {
			for part := range strings.SplitSeq(signed, ".") {
				require.NotContains(t, line, part,
					"no part of a token must stand in the log: whoever reads the log could use it (CVE-2019-11250). Log the reason, the method and r.URL.Path, which is not the whole URL")
			}
		}
	}
}

// 9. A handler can ask for its user.
func TestForUser_PassesTheUserOn(t *testing.T) {
	ann := users.User{ID: "1", Email: "ann@example.com"}
	handler := auth.ForUser(func(w http.ResponseWriter, _ *http.Request, user users.User) { fmt.Fprint(w, "for ", user.Email) })
	r := apitest.Request("GET", "/", "")
	answer := apitest.Do(t, handler, r.WithContext(auth.WithUser(r.Context(), ann)))

	assert.Equal(t, "200", answer.Outcome(), "with a user in the context, the handler must be called")
	assert.Equal(t, "for ann@example.com", answer.Body, "the handler must be given the user from the context")
}

// 9. Where Require was forgotten, the door stays shut.
func TestForUser_StaysShutWithoutAUser(t *testing.T) {
	called := false
	handler := auth.ForUser(func(http.ResponseWriter, *http.Request, users.User) { called = true })
	answer := apitest.Do(t, handler, apitest.Request("GET", "/", ""))

	assert.False(t, called, "without a user, the handler must not be called: somebody forgot Require, and strangers would get in. Is a return missing behind the answer?")
	assert.Equal(t, "401 not_authenticated", answer.Outcome(), "without a user, the answer must be the one that Require gives without a token")
	assert.Equal(t, "bearer", answer.Challenge(), "the header WWW-Authenticate must say Bearer: every 401 says which scheme it wants (RFC 9110, section 15.5.2)")
}

// 9. GET /auth/me answers with the user.
func TestMe_AnswersWithTheUser(t *testing.T) {
	ann := users.User{ID: "1", Email: "ann@example.com"}
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { auth.Me(w, r, ann) })
	r := apitest.Request("GET", "/auth/me", "")
	answer := apitest.Do(t, handler, r.WithContext(auth.WithUser(r.Context(), ann)))

	assert.Equal(t, "200", answer.Outcome(), "who is logged in must be told who they are")
	assert.Equal(t, apitest.Compact(`{"id":"1","email":"ann@example.com"}`), apitest.Compact(answer.Body), "the answer must hold the user's id and email, and nothing else")
}
