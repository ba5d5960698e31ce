// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package scopes_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tokenauth.example/auth"
	"tokenauth.example/login/apitest"
	"tokenauth.example/scopes"
	"tokenauth.example/scopes/ordered"
	"tokenauth.example/users"
)

// gate is Authenticate and Require before a handler that answers with who is asking.
type gate struct {
	http.Handler
	people
	log *apitest.Log
	ran *atomic.Int32 // how often the handler ran
}

// newGate returns a gate for people who may use the scope.
func newGate(t *testing.T, scope string) gate {
	t.Helper()
	g := gate{people: newPeople(t), log: &apitest.Log{}, ran: new(atomic.Int32)}
	g.Handler = scopes.Authenticate(newIssuer(), g.Store, g.log.Logger())(scopes.Require(scope, g.Roles, g.log.Logger())(g.whoami()))
	return g
}

func (g gate) whoami() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		g.ran.Add(1)
		user, _ := auth.CurrentUser(r.Context())
		access, _ := scopes.FromContext(r.Context())
		fmt.Fprintf(w, "%s for %s", user.Email, access.Scope)
	})
}

// asks sends GET /tasks with a token of the user for the scope.
func (g gate) asks(t *testing.T, user users.User, scope ...string) apitest.Answer {
	t.Helper()
	token := issue(t, scopes.Access{Subject: user.ID, Client: "phone", Scope: scopes.SetOf(scope...)})
	return apitest.Do(t, g, apitest.Request("GET", "/tasks", "", "Authorization", "Bearer "+token))
}

// 8. Somebody who may is let through.
func TestRequire_LetsThroughWhoMay(t *testing.T) {
	g := newGate(t, "tasks:read")
	for _, user := range []users.User{g.ann, g.bob} {
		answer := g.asks(t, user, "tasks:read", "profile")
		require.Equal(t, "200", answer.Outcome(), "token and role both have the scope, so the request must be let through")
		assert.Equal(t, user.Email+" for profile tasks:read", answer.Body, "the handler must find the user and the access that Authenticate has put into the context")
		assert.Empty(t, answer.Challenge(), "an answer to a request that's let through has no header WWW-Authenticate")
	}
	assert.Empty(t, g.log.String(), "what's let through is not logged as a refusal")
}

// 8. It takes both: the token and the role.
func TestRequire_WantsBoth(t *testing.T) {
	all := []string{scopes.TasksRead, scopes.TasksWrite, scopes.Profile, scopes.UsersRead, scopes.UsersWrite}
	likes := []string{"tasks", "tasks:", "read", "tasks:readall", "tasks:read:all", "Tasks:Read", "tasks:*", "*", "admin", "users"}
	for _, needed := range all {
		g := newGate(t, needed)
		for role, user := range ordered.Map(map[scopes.Role]users.User{scopes.Admin: g.ann, scopes.Member: g.bob}) {
			for _, has := range all {
				allowed := has == needed && role.Allows().Has(needed)
				before := g.ran.Load()
				answer := g.asks(t, user, has)
				require.Equal(t, map[bool]int{true: http.StatusOK, false: http.StatusForbidden}[allowed], answer.Status,
					"a token for %s, of somebody whose role is %s, where %s is needed: token and role must both have what's needed", has, role, needed)
				require.Equal(t, allowed, g.ran.Load() > before, "the handler must run if the request is let through, and not if it's refused (CWE-863)")
			}
		}
		answer := g.asks(t, g.ann, likes...)
		require.Equal(t, http.StatusForbidden, answer.Status, "where %s is needed, words that look like it (%s) are other words", needed, strings.Join(likes, " "))
		require.Equal(t, http.StatusForbidden, g.asks(t, g.ann).Status, "a token without a scope gives no right")
	}
}

// 8. The role is that of now.
func TestRequire_AsksForTheRoleEachTime(t *testing.T) {
	g := newGate(t, scopes.UsersRead)
	require.NoError(t, g.Promote(t.Context(), g.bob.ID))
	require.Equal(t, "200", g.asks(t, g.ann, scopes.UsersRead).Outcome(), "first, an admin must be let through")
	require.Equal(t, "200", g.asks(t, g.bob, scopes.UsersRead).Outcome(), "first, the other admin must be let through")

	for range 3 {
		g.set(t, g.bob.ID, false, true)
		require.Equal(t, "403 insufficient_scope", g.asks(t, g.bob, scopes.UsersRead).Outcome(), "Bob was demoted a moment ago, and his token lives for minutes: the role counts as it is now (CWE-613)")
		require.Equal(t, "200", g.asks(t, g.ann, scopes.UsersRead).Outcome(), "Ann's role is hers, whatever happens to Bob")
		g.set(t, g.bob.ID, true, true)
		require.Equal(t, "200", g.asks(t, g.bob, scopes.UsersRead).Outcome(), "Bob was promoted a moment ago, and the scope is in his token")
	}
}

// 8. Nobody gets the rights of somebody else.
func TestRequire_KeepsUsersApart(t *testing.T) {
	g := newGate(t, scopes.UsersRead)
	require.Equal(t, "200", g.asks(t, g.ann, scopes.UsersRead).Outcome(), "first, an admin must be let through")
	tokens := map[string]string{"200": issue(t, scopes.Access{Subject: g.ann.ID, Client: "x", Scope: scopes.SetOf(scopes.UsersRead)}), "403 insufficient_scope": issue(t, scopes.Access{Subject: g.bob.ID, Client: "x", Scope: scopes.SetOf(scopes.UsersRead)})}
	inside := apitest.Request("GET", "/", "", "Authorization", "Bearer "+issue(t, scopes.Access{Subject: g.bob.ID, Client: "x", Scope: scopes.SetOf(scopes.Profile)}))
	asking := context.WithValue(t.Context(), duringKey{}, func() { apitest.Ask(g, inside) })
	outer := scopes.Authenticate(newIssuer(), g.Store, g.log.Logger())(scopes.Require(scopes.UsersRead, during{g.Roles}, g.log.Logger())(g.whoami()))
	g.Handler = outer
	answer := apitest.Ask(outer, apitest.Request("GET", "/", "", "Authorization", "Bearer "+tokens["200"]).WithContext(asking))
	require.Equal(t, "200 ann@example.com for users:read", answer.Outcome()+" "+answer.Body, "Bob asked while Ann's request was being looked at: each request must have variables of its own")

	var crowd sync.WaitGroup
	wrong := make(chan string, 100)
	for want, token := range ordered.Map(tokens) {
		for range 4 {
			crowd.Go(func() {
				for range 25 {
					if got := apitest.Ask(g, apitest.Request("GET", "/", "", "Authorization", "Bearer "+token)).Outcome(); got != want {
						wrong <- got + " in place of " + want
						return
					}
				}
			})
		}
	}
	crowd.Wait()
	close(wrong)
	for got := range wrong {
		assert.Fail(t, "each of a crowd must be judged by their own token and role", "got %s", got)
	}
}

// during is roles in whose middle something else happens.
type during struct{ scopes.RoleOf }

type duringKey struct{}

func (d during) Of(ctx context.Context, id string) (scopes.Role, error) {
	role, err := d.RoleOf.Of(ctx, id)
	if happens, ok := ctx.Value(duringKey{}).(func()); ok {
		happens()
	}
	return role, err
}

// 8. The request goes on as it came.
func TestRequire_KeepsTheRequestsContext(t *testing.T) {
	g := newGate(t, scopes.TasksRead)
	type traceKey struct{}
	var asked, ran context.Context
	handler := scopes.Require(scopes.TasksRead, spy{g.Roles, &asked}, g.log.Logger())(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { ran = r.Context() }))
	ctx, cancel := context.WithCancel(context.WithValue(t.Context(), traceKey{}, "7"))
	ctx = scopes.WithAccess(ctx, scopes.Access{Subject: g.ann.ID, Scope: scopes.SetOf(scopes.TasksRead)})
	apitest.Do(t, handler, apitest.Request("GET", "/", "").WithContext(ctx))
	cancel()
	require.NotNil(t, ran, "the handler must run")
	require.NotNil(t, asked, "the roles must be asked")
	for _, got := range []context.Context{asked, ran} {
		assert.Equal(t, "7", got.Value(traceKey{}), "what other middleware has put into the context must still be there")
		assert.Error(t, got.Err(), "when the client goes, the work for it ends: pass the request's own context on")
	}
}

type spy struct {
	scopes.RoleOf
	asked *context.Context
}

func (s spy) Of(ctx context.Context, id string) (scopes.Role, error) {
	*s.asked = ctx
	return s.RoleOf.Of(ctx, id)
}

// 9. A refusal says what's missing.
func TestRequire_SaysWhatIsMissing(t *testing.T) {
	for _, needed := range []string{scopes.TasksWrite, scopes.UsersRead} {
		g := newGate(t, needed)
		require.Equal(t, "200", g.asks(t, g.ann, needed).Outcome(), "first, somebody who may must be let through")
		answer := g.asks(t, g.bob, "profile")
		require.Equal(t, "403 insufficient_scope", answer.Outcome(), "the token is good, and not enough: that's 403. At a 401 clients throw their token away, and log in again for nothing")
		assert.Equal(t, `Bearer error="insufficient_scope", scope="`+needed+`"`, answer.Header.Get("WWW-Authenticate"), "the header must say which scope is needed, so that a client can ask for it (RFC 6750, section 3.1)")
		assert.Len(t, answer.Header.Values("WWW-Authenticate"), 1, "one challenge is enough")
	}
}

// 9. A refusal is one line in the log.
func TestRequire_LogsWhy(t *testing.T) {
	g := newGate(t, scopes.UsersRead)
	require.Equal(t, "200", g.asks(t, g.ann, scopes.UsersRead).Outcome(), "first, an admin must be let through")
	before := len(g.log.Lines())
	token := issue(t, scopes.Access{Subject: g.bob.ID, Client: "phone", Scope: scopes.SetOf(scopes.UsersRead)})
	apitest.Do(t, g, apitest.Request("DELETE", "/tasks/7?access_token=secret", "", "Authorization", "Bearer "+token))
	lines := g.log.Lines()[before:]
	require.Len(t, lines, 1, "a refusal must be exactly one line in the log: somebody who tries doors is seen there first")
	assert.Equal(t, "insufficient scope DELETE /tasks/7", strings.TrimSpace(lines[0]), "the line must have reason, method and path")
	assert.NotContains(t, g.log.String(), token, "the token must not be in the log: it works for anybody who reads it")
	assert.NotContains(t, g.log.String(), "secret", "what's after the ? must not be in the log")
	assert.NotContains(t, g.log.String(), `"level":"DEBUG"`, "a refusal must be logged at Info or above: below, loggers leave it out")
}

// 9. Without Authenticate the door stays shut.
func TestRequire_StaysShutWithoutAccess(t *testing.T) {
	g := newGate(t, scopes.TasksRead)
	require.Equal(t, "200", g.asks(t, g.ann, scopes.TasksRead).Outcome(), "first, somebody who may must be let through")
	ran := g.ran.Load()
	alone := scopes.Require(scopes.TasksRead, g.Roles, g.log.Logger())(g.whoami())
	token := issue(t, scopes.Access{Subject: g.ann.ID, Client: "phone", Scope: scopes.SetOf(scopes.TasksRead)})
	for _, ctx := range []context.Context{t.Context(), auth.WithUser(t.Context(), g.ann)} {
		answer := apitest.Do(t, alone, apitest.Request("GET", "/tasks", "", "Authorization", "Bearer "+token, "X-Scope", "tasks:read").WithContext(ctx))
		assert.Equal(t, "401 not_authenticated", answer.Outcome(), "somebody has forgotten Authenticate: nobody has looked at the token, so nothing is known about it")
		assert.Equal(t, "Bearer", answer.Header.Get("WWW-Authenticate"), "each 401 needs the header (RFC 9110, section 15.5.2)")
	}
	assert.Equal(t, ran, g.ran.Load(), "the handler must not run")
}

// 9. Trouble is no refusal.
func TestRequire_TellsTroubleFromANo(t *testing.T) {
	g := newGate(t, scopes.TasksRead)
	require.Equal(t, "200", g.asks(t, g.ann, scopes.TasksRead).Outcome(), "first, somebody who may must be let through")
	ran := g.ran.Load()
	_, err := g.DB.ExecContext(t.Context(), "DROP TABLE admins")
	require.NoError(t, err)
	for _, scope := range []string{scopes.TasksRead, scopes.Profile} {
		answer := g.asks(t, g.ann, scope)
		assert.Equal(t, "500 server_error", answer.Outcome(), "when the role can't be read, the answer must be 500: 403 would say something that nobody knows, and 200 would be worse")
		assert.Empty(t, answer.Challenge(), "trouble asks for no other token")
		assert.NotContains(t, answer.Body, "admins", "the store's error must not be shown (CWE-209)")
	}
	assert.Contains(t, g.log.String(), "no such table", "the store's error must be in the log: somebody has to fix it")
	assert.Equal(t, ran, g.ran.Load(), "the handler must not run while nobody knows who may")

	failing := scopes.Authenticate(newIssuer(), g.Store, g.log.Logger())(scopes.Require(scopes.TasksRead, rolesOf{scopes.Admin, errors.New("half read")}, g.log.Logger())(g.whoami()))
	token := issue(t, scopes.Access{Subject: g.ann.ID, Client: "phone", Scope: scopes.SetOf(scopes.TasksRead)})
	assert.Equal(t, "500 server_error", apitest.Do(t, failing, apitest.Request("GET", "/", "", "Authorization", "Bearer "+token)).Outcome(), "a role that comes with an error is no role")
}

// rolesOf is roles that always answer the same.
type rolesOf struct {
	role scopes.Role
	err  error
}

func (r rolesOf) Of(context.Context, string) (scopes.Role, error) { return r.role, r.err }
