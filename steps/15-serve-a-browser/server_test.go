// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package main

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tokenauth.example/login/apitest"
	"tokenauth.example/provider"
	"tokenauth.example/provider/idptest"
	"tokenauth.example/scopes/ordered"
)

// tokens logs somebody in at the API, and returns their access token and their refresh token.
func (s *site) tokens(t *testing.T, email, scope string) (access, refresh string) {
	t.Helper()
	answer := apitest.Do(t, s, apitest.Form(home+"/auth/token", form("username", email, "password", apitest.Password, "scope", scope)))
	require.Equal(t, "200", answer.Outcome(), "first, somebody must be able to log in at POST /auth/token")
	access, _ = answer.JSON()["access_token"].(string)
	refresh, _ = answer.JSON()["refresh_token"].(string)
	return access, refresh
}

// ask asks the API, with an access token or with none.
func (s *site) ask(t *testing.T, request, body, access string) apitest.Answer {
	t.Helper()
	method, path, _ := strings.Cut(request, " ")
	r := apitest.Request(method, home+path, body)
	if access != "" {
		r.Header.Set("Authorization", "Bearer "+access)
	}
	return apitest.Do(t, s, r)
}

// 10. The API.
func TestNewHandler_ServesTheAPI(t *testing.T) {
	inTime(t, func(t *testing.T, s *site) {
		assert.Equal(t, "201", s.ask(t, "POST /users", `{"email":"eve@example.com","password":"correct-horse"}`, "").Outcome(), "anybody may sign up")
		access, _ := s.tokens(t, "ann@example.com", "")
		for _, test := range []struct{ request, body, want string }{
			{"GET /auth/me", "", "200"},
			{"POST /tasks", `{"title":"milk"}`, "201"},
			{"GET /tasks", "", "200"},
			{"GET /tasks/none", "", "404 not_found"},
			{"DELETE /tasks/none", "", "404 not_found"},
			{"GET /admin/users", "", "200"},
			{"PUT /admin/users/none/role", `{"role":"member"}`, "404 not_found"},
			{"POST /admin/users/none/deactivate", "", "404 not_found"},
			{"GET /.well-known/jwks.json", "", "200"},
			{"GET /.well-known/oauth-authorization-server", "", "200"},
			{"GET /healthz", "", "200"},
			{"GET /openapi.json", "", "200"},
			{"POST /auth/logout", "", "204"},
			{"GET /auth/me", "", "401 invalid_token"},
		} {
			assert.Equal(t, test.want, s.ask(t, test.request, test.body, access).Outcome(), "%s with a token must be served by its part", test.request)
		}
		access, refresh := s.tokens(t, "ann@example.com", "")
		require.Equal(t, "200", s.ask(t, "GET /auth/me", "", access).Outcome(), "first, a new token must be good")
		answer := apitest.Do(t, s, apitest.Form(home+"/auth/token", form("grant_type", "refresh_token", "refresh_token", refresh)))
		require.Equal(t, "200", answer.Outcome(), "a refresh token must renew at POST /auth/token: it's the login of step 10")
		revoked := apitest.Do(t, s, apitest.Form(home+"/auth/revoke", form("token", access)))
		assert.Equal(t, http.StatusOK, revoked.Status, "anybody who has a token may revoke it")
		assert.Equal(t, "401 invalid_token", s.ask(t, "GET /auth/me", "", access).Outcome(), "a revoked token must open nothing")
	})
}

// 10. The pages.
func TestNewHandler_ServesThePages(t *testing.T) {
	inTime(t, func(t *testing.T, s *site) {
		b := s.browser()
		for _, path := range []string{"/", "/login", "/page/sign-up", "/page/style.css"} {
			answer := b.get(t, path)
			assert.Equal(t, http.StatusOK, answer.Status, "GET %s must be a page for anybody", path)
			assert.Equal(t, policy, answer.Header.Get("Content-Security-Policy"), "GET %s must be behind guard", path)
		}
		require.Equal(t, "303 to /", where(b.post(t, "/page/sign-up", form("email", "eve@example.com", "password", apitest.Password))), "somebody who signs up must be logged in")
		require.Equal(t, "303 to /", where(b.post(t, "/page/add", form("title", "<b>milk</b>"))), "a task must be added")
		page := b.get(t, "/")
		assert.Contains(t, page.Body, "&lt;b&gt;milk", "the task must be on the page, as text")
		assert.Contains(t, page.Body, "eve@example.com", "the page must say whose it is")
		assert.Equal(t, "303 to /", where(b.post(t, "/logout", "")), "logging out must work")
		assert.NotContains(t, b.get(t, "/").Body, "milk", "after logging out the tasks must be gone from the page")
		assert.Equal(t, "303 to /login", where(b.post(t, "/page/add", form("title", "eggs"))), "after logging out nothing can be added")
		bob := s.loggedIn(t, "bob@example.com")
		assert.NotContains(t, bob.get(t, "/").Body, "milk", "Bob must not see Eve's tasks")
	})
}

// 10. Every form.
func TestNewHandler_GuardsEveryForm(t *testing.T) {
	inTime(t, func(t *testing.T, s *site) {
		b := s.loggedIn(t, "bob@example.com")
		require.Equal(t, "303 to /", where(b.post(t, "/page/add", form("title", "milk"))), "first, a task must be added")
		state, secret := s.state(t), b.secret()
		for _, test := range []struct{ path, form string }{
			{"/login", form("email", "ann@example.com", "password", apitest.Password)},
			{"/logout", ""},
			{"/page/sign-up", form("email", "eve@example.com", "password", apitest.Password)},
			{"/page/add", form("title", "eggs")},
			{"/page/delete", form("id", "x")},
		} {
			for _, headers := range [][]string{{"Sec-Fetch-Site", "cross-site"}, {"Origin", "https://evil.example"}} {
				answer := b.post(t, test.path, test.form, headers...)
				assert.Equal(t, http.StatusForbidden, answer.Status, "POST %s from another site must be refused (CWE-352)", test.path)
				assert.Empty(t, answer.Header.Values("Set-Cookie"), "POST %s from another site must change no cookie: somebody could be logged in as the attacker, and write down things there", test.path)
			}
		}
		assert.Equal(t, state, s.state(t), "refused means that nothing has happened")
		s.found(t, secret, s.bob, "Bob must still be logged in")
	})
}

// 10. Each with its own.
func TestNewHandler_OpensTheAPIToNoCookie(t *testing.T) {
	inTime(t, func(t *testing.T, s *site) {
		b := s.loggedIn(t, "ann@example.com")
		access, _ := s.tokens(t, "ann@example.com", "")
		state := s.state(t)
		for _, request := range []string{"GET /auth/me", "GET /tasks", "POST /tasks", "GET /tasks/none", "DELETE /tasks/none", "GET /admin/users", "PUT /admin/users/x/role", "POST /admin/users/x/deactivate", "POST /auth/logout", "POST /auth/password"} {
			method, path, _ := strings.Cut(request, " ")
			answer := b.send(t, apitest.Request(method, home+path, "{}"))
			assert.Equal(t, "401 not_authenticated", answer.Outcome(), "%s with a cookie and no token must be refused: the browser would send the cookie for any site (CWE-352)", request)
			bare := apitest.Do(t, s, apitest.Request(method, home+path, "{}", "Authorization", "Bearer "+b.secret()))
			assert.Equal(t, "401 invalid_token", bare.Outcome(), "%s with the cookie's secret as a token must be refused", request)
		}
		assert.Equal(t, state, s.state(t), "refused means that nothing has happened")
		other := s.browser()
		page := other.get(t, "/", "Authorization", "Bearer "+access)
		assert.NotContains(t, page.Body, "ann@example.com", "a token must open no page")
		other.cookies[cookieName] = access
		assert.NotContains(t, other.get(t, "/").Body, "ann@example.com", "a token in the cookie must open no page")
	})
}

// 10. The door.
func TestNewHandler_HoldsTheDoor(t *testing.T) {
	inTime(t, func(t *testing.T, s *site) {
		access, _ := s.tokens(t, "bob@example.com", "")
		in := func(email string) int {
			return s.browser().post(t, "/login", form("email", email, "password", "wrong")).Status
		}
		at := func(email string) string {
			return apitest.Do(t, s, apitest.Form(home+"/auth/token", form("username", email, "password", "wrong"))).Outcome()
		}
		change := func() string {
			return s.ask(t, "POST /auth/password", `{"old":"wrong","new":"correct-staple"}`, access).Outcome()
		}
		for range 4 {
			require.Equal(t, http.StatusForbidden, in("Bob@example.com"), "the first wrong passwords must be answered by the form")
		}
		for range 3 {
			require.Equal(t, "400 invalid_grant", at("bob@example.com"), "the first wrong passwords must be answered by POST /auth/token")
			require.Equal(t, "403 wrong_password", change(), "the first wrong passwords must be answered by POST /auth/password")
		}
		refused := s.browser().post(t, "/login", form("email", "bob@example.com", "password", apitest.Password))
		assert.Equal(t, http.StatusTooManyRequests, refused.Status, "ten have failed for Bob, four at POST /login and three each at POST /auth/token and POST /auth/password, and he isn't refused: one of the three has no door, or tells it another account (CWE-307)")
		assert.NotEmpty(t, refused.Header.Get("Retry-After"), "it must say how long")
		assert.Equal(t, "429 too_many_requests", at("bob@example.com"), "ten have failed for Bob, so POST /auth/token must let nobody try any more")
		assert.Equal(t, "429 too_many_requests", change(), "ten have failed for Bob, so POST /auth/password must let nobody try any more")
		assert.Equal(t, "200", s.ask(t, "GET /auth/me", "", access).Outcome(), "Bob himself, who has a token, must go on working: else anybody could keep him out")
		s.loggedIn(t, "ann@example.com")
		time.Sleep(15 * time.Minute)
		s.loggedIn(t, "bob@example.com")
	})
}

// 10. The door, for what has no account.
func TestNewHandler_HoldsTheDoorForRefreshTokens(t *testing.T) {
	inTime(t, func(t *testing.T, s *site) {
		guess := func() string {
			return apitest.Do(t, s, apitest.Form(home+"/auth/token", form("grant_type", "refresh_token", "refresh_token", "guessed"))).Outcome()
		}
		for range 50 {
			require.Equal(t, "400 invalid_grant", guess(), "the first must be answered")
		}
		assert.Equal(t, "429 too_many_requests", guess(), "fifty have failed from one address")
	})
}

// 10. Scope.
func TestNewHandler_AsksForTheScope(t *testing.T) {
	inTime(t, func(t *testing.T, s *site) {
		narrow, _ := s.tokens(t, "bob@example.com", "tasks:read")
		wide, _ := s.tokens(t, "bob@example.com", "profile")
		body := `{"old":"correct-horse","new":"correct-staple"}`
		assert.Equal(t, "403 insufficient_scope", s.ask(t, "POST /auth/password", body, narrow).Outcome(), "a token without the scope profile must not change the password")
		assert.Equal(t, "204", s.ask(t, "POST /auth/password", body, wide).Outcome(), "a token with the scope profile must")
		assert.Equal(t, "401 invalid_token", s.ask(t, "GET /tasks", "", narrow).Outcome(), "after that the other sessions are over")
		assert.Equal(t, "204", s.ask(t, "POST /auth/logout", "", wide).Outcome(), "logging out needs no scope")
	})
}

// 10. People from the provider.
func TestNewHandler_TakesPeopleFromTheProvider(t *testing.T) {
	inTime(t, func(t *testing.T, s *site) {
		b := s.browser()
		answer := b.get(t, "/login/provider")
		require.Equal(t, http.StatusSeeOther, answer.Status, "GET /login/provider must send the browser to the provider")
		to, err := url.Parse(answer.Header.Get("Location"))
		require.NoError(t, err)
		assert.Equal(t, idptest.Issuer, "https://"+to.Host, "GET /login/provider must send the browser to the provider")
		assert.Equal(t, home+"/login/callback", to.Query().Get("redirect_uri"), "and back to the callback")
		assert.Equal(t, http.StatusForbidden, b.get(t, "/login/callback?state=x&code=y").Status, "GET /login/callback must be the callback, which refuses a state that isn't this browser's")
		arrived := b.directly(t, "", func(w http.ResponseWriter, r *http.Request) {
			s.elsewhere.LoggedIn(w, r, provider.Identity{Issuer: idptest.Issuer, Subject: "7", Email: "bob@example.com"}, "/")
		})
		assert.Equal(t, "303 to /", where(arrived), "somebody who has logged in there arrives here")
		s.found(t, b.secret(), s.bob, "and is logged in like anybody else")
		token := s.idp.Token("e", nil, idptest.Claims(map[string]any{"scope": "tasks:read"}))
		assert.Equal(t, "200", s.ask(t, "GET /tasks", "", token).Outcome(), "the API must take the provider's access tokens, as in step 12")

		s.parts.elsewhere = nil
		alone := around(s.parts, false)
		assert.Equal(t, "404 not_found", apitest.Do(t, alone, apitest.Request("GET", home+"/login/provider", "")).Outcome(), "without a provider there's no way to one")
	})
}

// 10. Nothing else.
func TestNewHandler_AnswersNothingElse(t *testing.T) {
	inTime(t, func(t *testing.T, s *site) {
		access, _ := s.tokens(t, "ann@example.com", "")
		for request, want := range ordered.Map(map[string]string{
			"GET /nothing":       "404 not_found",
			"GET /auth":          "404 not_found",
			"GET /users/1":       "404 not_found",
			"GET /admin":         "404 not_found",
			"GET /users":         "405 method_not_allowed",
			"GET /auth/token":    "405 method_not_allowed",
			"POST /auth/me":      "405 method_not_allowed",
			"PATCH /tasks":       "405 method_not_allowed",
			"GET /auth/revoke":   "405 method_not_allowed",
			"GET /auth/logout":   "405 method_not_allowed",
			"GET /auth/password": "405 method_not_allowed",
		}) {
			answer := s.ask(t, request, "", access)
			assert.Equal(t, want, answer.Outcome(), "%s is nobody's", request)
			assert.Equal(t, answer.Status == http.StatusMethodNotAllowed, answer.Header.Get("Allow") != "", "405 must say what is allowed")
		}
		for _, request := range []string{"GET /logout", "PUT /login", "DELETE /"} {
			method, path, _ := strings.Cut(request, " ")
			answer := apitest.Do(t, s, apitest.Request(method, home+path, ""))
			assert.Equal(t, http.StatusMethodNotAllowed, answer.Status, "%s is nobody's: a link must log nobody out", request)
		}
	})
}
