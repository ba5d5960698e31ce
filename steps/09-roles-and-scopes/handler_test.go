// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package scopes_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tokenauth.example/login"
	"tokenauth.example/login/apitest"
	"tokenauth.example/scopes"
	"tokenauth.example/tasks"
	"tokenauth.example/users"
)

// site is everything together: NewHandler on real parts.
type site struct {
	http.Handler
	people
	store *tasks.Store
	task  tasks.Task // of Bob's
	log   *apitest.Log
	cat   users.User // a member who never asks
}

func newSite(t *testing.T) *site {
	t.Helper()
	s := &site{people: newPeople(t), log: &apitest.Log{}}
	store, err := tasks.NewStore(s.DB)
	require.NoError(t, err)
	s.store, s.cat = store, s.SignUp(t, "cat@example.com")
	s.task, err = store.Create(t.Context(), s.bob.ID, "Bob's")
	require.NoError(t, err)
	log := s.log.Logger()
	s.Handler = scopes.NewHandler(scopes.Parts{
		SignUp:       login.New(scopes.FirstAdmin{Store: s.Store, Roles: s.Roles, Email: "first@example.com"}, nil, log),
		Login:        scopes.Login(s.Store, s.Roles, newIssuer(), log),
		Tasks:        tasks.New(store, log),
		Admin:        scopes.NewAdmin(s.Roles, log),
		Authenticate: scopes.Authenticate(newIssuer(), s.Store, log),
		Roles:        s.Roles,
		Log:          log,
	})
	return s
}

// state is all that a request could change.
func (s *site) state(t *testing.T) string {
	t.Helper()
	people, err := s.People(t.Context())
	require.NoError(t, err)
	var state strings.Builder
	for _, person := range people {
		list, err := s.store.List(t.Context(), person.ID)
		require.NoError(t, err)
		state.WriteString(person.Email + " " + string(person.Role) + map[bool]string{true: "", false: " inactive"}[person.Active])
		for _, task := range list {
			state.WriteString(" " + task.Title)
		}
		state.WriteString("\n")
	}
	return state.String()
}

// as sends a request with a token of the user for the scope.
func (s *site) as(t *testing.T, user users.User, scope, method, target, body string) apitest.Answer {
	t.Helper()
	token := issue(t, scopes.Access{Subject: user.ID, Client: "phone", Scope: scopes.SetOf(strings.Fields(scope)...)})
	return apitest.Do(t, s, apitest.Request(method, target, body, "Authorization", "Bearer "+token))
}

const all = "profile tasks:read tasks:write users:read users:write"

// route is a request that is served, and what it needs.
type route struct {
	method, target, body, scope, outcome string
	admin                                bool
}

func (s *site) routes() []route {
	return []route{
		{"GET", "/auth/me", "", "profile", "200", false},
		{"GET", "/tasks", "", "tasks:read", "200", false},
		{"HEAD", "/tasks", "", "tasks:read", "200", false},
		{"GET", "/tasks/" + s.task.ID, "", "tasks:read", "200", false},
		{"HEAD", "/tasks/" + s.task.ID, "", "tasks:read", "200", false},
		{"POST", "/tasks", `{"title":"New"}`, "tasks:write", "201", false},
		{"DELETE", "/tasks/" + s.task.ID, "", "tasks:write", "204", false},
		{"GET", "/admin/users", "", "users:read", "200", true},
		{"HEAD", "/admin/users", "", "users:read", "200", true},
		{"PUT", "/admin/users/" + s.cat.ID + "/role", `{"role":"admin"}`, "users:write", "204", true},
		{"POST", "/admin/users/" + s.cat.ID + "/deactivate", "", "users:write", "204", true},
	}
}

// 10. Each request reaches its part.
// Stays: the matrix finds it, too, and says less plainly which one is missing.
func TestNewHandler_ServesEachRequest(t *testing.T) {
	s := newSite(t)
	for _, route := range s.routes() {
		user := s.bob
		if route.admin {
			user = s.ann
		}
		answer := s.as(t, user, all, route.method, route.target, route.body)
		got, _, _ := strings.Cut(answer.Outcome(), " ")
		assert.Equal(t, route.outcome, got, "%s %s must be served to somebody who may do everything", route.method, route.target)
	}
	answer := apitest.Do(t, s, apitest.Request("POST", "/users", `{"email":"dan@example.com","password":"correct-horse"}`))
	assert.Equal(t, "201", answer.Outcome(), "anybody may sign up: somebody without an account has no token")
	answer = apitest.Do(t, s, apitest.Form("/auth/token", "username=dan@example.com&password=correct-horse&scope="+url.QueryEscape("tasks:read users:read")))
	require.Equal(t, "200", answer.Outcome(), "anybody may log in")
	token, _ := answer.JSON()["access_token"].(string)
	answer = apitest.Do(t, s, apitest.Request("GET", "/tasks", "", "Authorization", "Bearer "+token))
	assert.Equal(t, "200", answer.Outcome(), "the token from the login must work where its scope reaches")
}

// 10. The whole matrix.
func TestNewHandler_AsksForTheRightScope(t *testing.T) {
	s := newSite(t)
	require.Equal(t, "200", s.as(t, s.ann, all, "GET", "/admin/users", "").Outcome(), "first, an admin with all scopes must be served")
	before := s.state(t)
	for _, route := range s.routes() {
		for _, user := range []users.User{s.ann, s.bob} {
			without := strings.Join(slices.DeleteFunc(strings.Fields(all), func(word string) bool { return word == route.scope }), " ")
			for _, scope := range []string{"", without} {
				answer := s.as(t, user, scope, route.method, route.target, route.body)
				require.Equal(t, 403, answer.Status, "%s %s needs %s, and the token has only %q", route.method, route.target, route.scope, scope)
			}
		}
		if route.admin {
			require.Equal(t, 403, s.as(t, s.bob, all, route.method, route.target, route.body).Status, "%s %s is for admins, and Bob is none: his token says more than he may do", route.method, route.target)
		}
		require.Equal(t, 401, apitest.Do(t, s, apitest.Request(route.method, route.target, route.body)).Status, "%s %s is for people with a token", route.method, route.target)
	}
	assert.Equal(t, before, s.state(t), "what was refused must not have happened")
	for _, route := range s.routes() {
		user := s.bob
		if route.admin {
			user = s.ann
		}
		answer := s.as(t, user, route.scope, route.method, route.target, route.body)
		assert.Less(t, answer.Status, 300, "%s %s needs %s and nothing else, so this token is enough", route.method, route.target, route.scope)
	}
}

// 10. There's no way around.
func TestNewHandler_HasNoOtherDoor(t *testing.T) {
	s := newSite(t)
	require.Equal(t, "200", s.as(t, s.bob, "tasks:read", "GET", "/tasks", "").Outcome(), "first, somebody who may must be served")
	before := s.state(t)
	id, cat := s.task.ID, s.cat.ID
	targets := []string{"/", "/tasks", "/tasks/", "/tasks/" + id, "/tasks/" + id + "/", "//tasks/" + id, "/./tasks/" + id, "/x/../tasks/" + id, "/Tasks/" + id, "/tasks/%2e%2e/tasks/" + id, "/tasks?_method=DELETE", "/tasks/" + id + "?scope=tasks:write",
		"/auth/me", "/auth/token", "/auth", "/users", "/users/" + cat, "/users/" + cat + "/role", "/admin", "/admin/", "/admin/users", "/admin/users/", "/admin/users/" + cat, "/admin/users/" + cat + "/role", "/admin/users/" + cat + "/role/",
		"//admin/users/" + cat + "/role", "/admin/x/../users/" + cat + "/role", "/admin/users/" + cat + "/deactivate", "/admin/users/" + cat + "/activate", "/Admin/Users/" + cat + "/deactivate", "/debug/pprof/", "/metrics", "/internal/tasks"}
	headers := []string{"X-HTTP-Method-Override", "DELETE", "X-Method-Override", "PUT", "X-Original-URL", "/admin/users/" + cat + "/deactivate", "X-Rewrite-URL", "/tasks/" + id, "X-Scope", all, "X-Role", "admin", "X-Admin", "true", "X-Forwarded-User", "ann@example.com", "X-Forwarded-For", "127.0.0.1", "Cookie", "role=admin"}
	for _, who := range []struct {
		users.User
		scope string
	}{{s.bob, "profile tasks:read users:read users:write"}, {s.ann, "profile tasks:read users:read"}} {
		token := issue(t, scopes.Access{Subject: who.ID, Client: "phone", Scope: scopes.SetOf(strings.Fields(who.scope)...)})
		for _, method := range []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "CONNECT", "TRACE", "PROPFIND", "get", "delete"} {
			for _, target := range targets {
				r := apitest.Request(method, target, `{"title":"new","role":"admin","_method":"DELETE"}`, append(headers, "Authorization", "Bearer "+token)...)
				answer := apitest.Ask(s, r)
				require.False(t, who.User == s.bob && strings.Contains(answer.Body, "cat@example.com"), "%s %s must not show people to a member, whatever its headers and parameters say", method, target)
				if now := s.state(t); now != before {
					require.Equal(t, before, now, "%s %s by %s, whose scope is %q, must change nothing, whatever its headers and parameters say (CWE-285)", method, target, who.Email, who.scope)
				}
			}
		}
	}
}

// 10. Nobody chooses their own role.
// Stays: signing up is step 05's, which reads an email and a password and nothing else.
func TestNewHandler_LetsNobodyChooseTheirRole(t *testing.T) {
	s := newSite(t)
	for _, email := range []string{"eve@example.com", "first@example.com"} {
		answer := apitest.Do(t, s, apitest.Request("POST", "/users?role=admin", `{"email":"`+email+`","password":"correct-horse","role":"admin","admin":true,"scope":"users:write"}`, "X-Role", "admin"))
		require.Equal(t, "201", answer.Outcome(), "anybody may sign up")
		id, _ := answer.JSON()["id"].(string)
		assert.Equal(t, scopes.Member, s.role(t, users.User{ID: id}), "%s must be a member: there is an admin already, and nobody becomes one by asking (CWE-269)", email)
	}
}

// 10. The last admin cannot go.
// Stays: the stories of Demote find it, and don't say what a client sees.
func TestNewHandler_KeepsTheLastAdmin(t *testing.T) {
	s := newSite(t)
	for _, request := range [][3]string{{"PUT", "/admin/users/" + s.ann.ID + "/role", `{"role":"member"}`}, {"POST", "/admin/users/" + s.ann.ID + "/deactivate", ""}} {
		answer := s.as(t, s.ann, all, request[0], request[1], request[2])
		assert.Equal(t, "409 last_admin", answer.Outcome(), "Ann is the only admin, and must be told so")
	}
	require.Equal(t, "204", s.as(t, s.ann, all, "PUT", "/admin/users/"+s.bob.ID+"/role", `{"role":"admin"}`).Outcome(), "an admin can make another one")
	require.Equal(t, "204", s.as(t, s.ann, all, "PUT", "/admin/users/"+s.ann.ID+"/role", `{"role":"member"}`).Outcome(), "now there is another admin, and Ann can go")
}
