// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package auth_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
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

// fixture is auth.Require before a handler that answers with the email of who is asking,
// on a real store and a real verifier.
type fixture struct {
	http.Handler
	tokens   *verifier.Verifier
	accounts apitest.Accounts
	ann, bob users.User
	log      *apitest.Log
	ran      *atomic.Int32 // how often the handler ran
}

func newFixture(t *testing.T) fixture {
	t.Helper()
	accounts := apitest.NewAccounts(t)
	tokens, err := verifier.New(key)
	require.NoError(t, err)
	f := fixture{tokens: tokens, accounts: accounts, ann: accounts.SignUp(t, "ann@example.com"), bob: accounts.SignUp(t, "bob@example.com"), log: &apitest.Log{}, ran: new(atomic.Int32)}
	f.Handler = auth.Require(tokens, accounts, f.log.Logger())(f.whoami())
	return f
}

// whoami answers with the email of who is asking.
func (f fixture) whoami() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f.ran.Add(1)
		user, ok := auth.CurrentUser(r.Context())
		fmt.Fprintf(w, "%s %v", user.Email, ok)
	})
}

// withWords is the fixture's handler on a verifier and a store that put words around
// each error, by %w, as yours may do one day.
func (f fixture) withWords() http.Handler {
	words := withWords{f.tokens, f.accounts}
	return auth.Require(words, words, f.log.Logger())(f.whoami())
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

// tokenFor returns a good token for the subject, made by hand. It was issued a moment ago,
// and says more than it should, which counts for nothing.
func tokenFor(subject string) string {
	return forge.HS256(key, fmt.Sprintf(`{"sub":%q,"iat":%d,"exp":%d,"email":"bob@example.com","user":"bob","role":"admin","active":true}`, subject, inAnHour-3600, inAnHour))
}

// bearer asks for /tasks, with the token in the header.
func bearer(signed string) *http.Request {
	return apitest.Request("GET", "/tasks", "", "Authorization", "Bearer "+signed)
}

func get(t *testing.T, handler http.Handler, signed string) apitest.Answer {
	t.Helper()
	return apitest.Do(t, handler, bearer(signed))
}

// letsAnnIn shows that the handler is open to a good token, before one that must not pass.
func (f fixture) letsAnnIn(t *testing.T) {
	t.Helper()
	answer := get(t, f, tokenFor(f.ann.ID))
	require.Equal(t, "200", answer.Outcome(), "before any bad request, its good twin must pass")
	require.Equal(t, "ann@example.com true", answer.Body, "before any bad request, its good twin must reach the handler with its user")
}

// refuses sends a request that must be answered with the outcome, and must not reach the
// handler.
func (f fixture) refuses(t *testing.T, r *http.Request, outcome, why string) apitest.Answer {
	t.Helper()
	before := f.ran.Load()
	answer := apitest.Do(t, f, r)
	assert.Equal(t, outcome, answer.Outcome(), why)
	assert.Equal(t, before, f.ran.Load(), "the handler ran, and the request was refused: whatever it wanted to make or delete has been done, and only the answer was thrown away (CWE-863)")
	return answer
}

// 1. A context carries its user.
// Stays: it asks for the plainest case, and so says most plainly what is wrong.
func TestCurrentUser_ReturnsWhomWithUserPutThere(t *testing.T) {
	ann := users.User{ID: "1", Email: "ann@example.com"}
	user, ok := auth.CurrentUser(auth.WithUser(t.Context(), ann))

	assert.True(t, ok, "CurrentUser must find the user whom WithUser put into the context")
	assert.Equal(t, ann, user, "CurrentUser must return the user whom WithUser put into the context")
}

type contextKey struct{} // of this package, and so another one than the learner's

// foreignKeys are keys that another package could use.
var foreignKeys = []any{
	"user", "User", "currentUser", "current_user", "current-user", "CurrentUser", "userKey", "user_key", "contextKey", "auth", "auth.user", "auth.contextKey",
	"key", "email", "id", "userID", "", struct{}{}, contextKey{}, 0, 1, 2, int64(0), uint(0), 'u', true, false, users.User{}, [0]int{}, any(nil) == nil, context.Background(),
}

// 1. Nothing else is taken for the user.
func TestCurrentUser_KnowsNobodyElse(t *testing.T) {
	ann, bob := users.User{ID: "1", Email: "ann@example.com"}, users.User{ID: "2", Email: "bob@example.com"}
	asAnn := auth.WithUser(t.Context(), ann)
	_, ok := auth.CurrentUser(asAnn)
	require.True(t, ok, "first, CurrentUser must find the user whom WithUser put into the context")

	_, ok = auth.CurrentUser(t.Context())
	assert.False(t, ok, "where nobody was put, nobody must be found")
	for _, foreign := range foreignKeys {
		for _, value := range []any{bob, &bob, bob.ID, bob.Email} {
			_, ok = auth.CurrentUser(context.WithValue(t.Context(), foreign, value))
			assert.False(t, ok, "a value that another package put under the key %#v must not be the user: only a key of a type of your own is yours alone", foreign)
			user, _ := auth.CurrentUser(context.WithValue(asAnn, foreign, value))
			assert.Equal(t, ann, user, "a value that another package put under the key %#v must not hide the user: only a key of a type of your own is yours alone", foreign)
		}
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
	f.letsAnnIn(t)
	type traceKey struct{}
	store := &contextSpy{Accounts: f.accounts}
	var inHandler context.Context
	var over error
	handler := auth.Require(f.tokens, store, f.log.Logger())(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		inHandler, over = r.Context(), r.Context().Err()
	}))
	r := bearer(tokenFor(f.ann.ID))
	ctx, hangUp := context.WithCancel(context.WithValue(r.Context(), traceKey{}, "trace 7"))
	defer hangUp()
	apitest.Do(t, handler, r.WithContext(ctx))

	require.NotNil(t, inHandler, "the handler must be called")
	assert.Equal(t, "trace 7", inHandler.Value(traceKey{}), "the handler must get the request's own context, with the user added: a new one has lost the deadline, and what other middleware put there")
	require.NoError(t, over, "the handler must get a context that is still alive: in one that is over, each of its queries fails. If you give the store a time limit, keep that context for the store alone")
	require.NotNil(t, store.ctx, "the store must be asked for the user")
	assert.Equal(t, "trace 7", store.ctx.Value(traceKey{}), "the store must be asked in the request's context: when the client has gone, the query must end too")
	hangUp()
	get(t, f, tokenFor(f.bob.ID))
	user, _ := auth.CurrentUser(inHandler)
	assert.Equal(t, f.ann, user, "what a handler has started goes on when the request is over, and must still see its user")
	assert.Error(t, inHandler.Err(), "the handler's context must end with the request: when the client has gone, its queries must end too")
	assert.Error(t, store.ctx.Err(), "the store's context must end with the request")
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
	f.letsAnnIn(t)

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
		"a request must see its own user to its end, no matter who comes meanwhile: kept anywhere but in the request's context, people see each other's data")

	slow := &interrupted{Accounts: f.accounts, bob: f.bob.ID}
	slow.handler = auth.Require(f.tokens, slow, f.log.Logger())(f.whoami())
	assert.Equal(t, "ann@example.com true", get(t, slow.handler, tokenFor(f.ann.ID)).Body, "Ann must be served as Ann, no matter who comes while the store is asked")
	assert.Equal(t, []string{"ann@example.com true", "bob@example.com true"}, slow.meanwhile, "others must be served while the store is asked about Ann, each as themselves: a request that waits for another one fails with it")

	var group sync.WaitGroup
	for _, user := range []users.User{f.ann, f.bob} {
		signed := tokenFor(user.ID)
		for range 20 {
			group.Go(func() {
				recorder := httptest.NewRecorder()
				f.ServeHTTP(recorder, bearer(signed))
				assert.Equal(t, user.Email+" true", recorder.Body.String(),
					"each request must see its own user: kept anywhere but in the request's context, people see each other's data")
			})
		}
	}
	group.Wait()
}

// interrupted is a store in which all of two other requests happens in the middle of the
// first one.
type interrupted struct {
	auth.Accounts
	bob       string // his id
	handler   http.Handler
	meanwhile []string
	within    bool
}

func (s *interrupted) Get(ctx context.Context, id string) (users.User, error) {
	user, err := s.Accounts.Get(ctx, id)
	if s.within {
		return user, err
	}
	s.within = true
	done := make(chan string, 2)
	go func() {
		done <- apitest.Ask(s.handler, bearer(tokenFor(id))).Body
		done <- apitest.Ask(s.handler, bearer(tokenFor(s.bob))).Body
	}()
	late := time.After(5 * time.Second) // for those who wait for the first, and would wait forever
	for range 2 {
		select {
		case body := <-done:
			s.meanwhile = append(s.meanwhile, body)
		case <-late:
		}
	}
	return user, err
}
