// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package sessions_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/bcrypt"

	"tokenauth.example/auth"
	"tokenauth.example/login/apitest"
	"tokenauth.example/password"
	"tokenauth.example/scopes"
	"tokenauth.example/scopes/ordered"
	"tokenauth.example/sessions"
	"tokenauth.example/users"
)

// site is everything together, over HTTP.
type site struct {
	http.Handler
	*world
	roles *scopes.Roles
	log   *apitest.Log
	ran   int // how often GET /auth/me was reached
}

func newSite(t *testing.T) *site {
	t.Helper()
	w := newWorld(t, t.TempDir())
	roles, err := scopes.NewRoles(w.db)
	require.NoError(t, err)
	s := &site{world: w, roles: roles, log: &apitest.Log{}}
	log := s.log.Logger()
	issuer := &scopes.Issuer{Name: "https://tasks.example", Audience: "tasks", Lifetime: 5 * time.Minute, Keys: scopes.Secret("for-tests-only-not-a-secret-at-all")}
	parts := sessions.Parts{Sessions: w.Store, Accounts: w.accounts, Roles: roles, Issuer: issuer, Hasher: password.Hasher{Cost: bcrypt.MinCost}, Log: log}
	known := scopes.Authenticate(issuer, w.accounts, log)
	mux := http.NewServeMux()
	mux.Handle("POST /auth/token", sessions.Token(parts))
	mux.Handle("POST /auth/revoke", sessions.Revoke(parts))
	mux.Handle("POST /auth/logout", known(w.Store.Require(log)(sessions.LogOut(parts))))
	mux.Handle("POST /auth/password", known(w.Store.Require(log)(sessions.ChangePassword(parts))))
	mux.Handle("/auth/me", known(w.Store.Require(log)(auth.ForUser(func(w http.ResponseWriter, r *http.Request, user users.User) {
		s.ran++
		auth.Me(w, r, user)
	}))))
	mux.Handle("POST /bare/logout", sessions.LogOut(parts))
	mux.Handle("/bare/me", w.Store.Require(log)(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { s.ran++ })))
	s.Handler = mux
	return s
}

// pair is what a login or a renewal gives.
type pair struct{ access, refresh string }

func pairOf(answer apitest.Answer) pair {
	access, _ := answer.JSON()["access_token"].(string)
	refresh, _ := answer.JSON()["refresh_token"].(string)
	return pair{access, refresh}
}

func (s *site) logIn(t *testing.T, user users.User) pair {
	t.Helper()
	answer := apitest.Do(t, s, apitest.Form("/auth/token", "username="+user.Email+"&password="+apitest.Password))
	require.Equal(t, "200", answer.Outcome(), "first, %s must be able to log in", user.Email)
	return pairOf(answer)
}

// renews sends a refresh token, with more of the form behind it.
func (s *site) renews(t *testing.T, refresh string, more ...string) apitest.Answer {
	t.Helper()
	return apitest.Do(t, s, apitest.Form("/auth/token", "grant_type=refresh_token&refresh_token="+url.QueryEscape(refresh)+strings.Join(more, "")))
}

// as sends a request with an access token.
func (s *site) as(t *testing.T, access, method, target string) apitest.Answer {
	t.Helper()
	return apitest.Do(t, s, apitest.Request(method, target, "", "Authorization", "Bearer "+access))
}

// me is what GET /auth/me answers.
func (s *site) me(t *testing.T, access string) string {
	t.Helper()
	return s.as(t, access, "GET", "/auth/me").Outcome()
}

// 9. Whose session goes on is let through.
func TestRequire_LetsThroughWhoseSessionGoesOn(t *testing.T) {
	s := newSite(t)
	ann := s.logIn(t, s.ann)
	answer := s.as(t, ann.access, "GET", "/auth/me")
	require.Equal(t, "200", answer.Outcome(), "the session goes on, so the request must be let through")
	assert.Equal(t, s.ann.Email, answer.JSON()["email"], "the handler must find the user whom Authenticate has put into the context")
	assert.Empty(t, answer.Challenge(), "somebody who is let through needs no header WWW-Authenticate")
	assert.Empty(t, s.log.String(), "what's let through is not logged as a refusal")
}

// 9. A session that has ended opens nothing.
func TestRequire_RefusesWhoseSessionHasEnded(t *testing.T) {
	s := newSite(t)
	ann, bob := s.logIn(t, s.ann), s.logIn(t, s.bob)
	require.Equal(t, "200", s.me(t, ann.access), "first, the session must be let through")
	require.NoError(t, s.EndOthers(t.Context(), s.ann.ID, ""))

	for _, method := range []string{"GET", "HEAD", "POST", "DELETE", "OPTIONS"} {
		ran, before := s.ran, len(s.log.Lines())
		answer := s.as(t, ann.access, method, "/auth/me?access_token=secret")
		require.Equal(t, 401, answer.Status, "the session has ended: its access token is good for minutes more, and must open nothing from now on (File Browser forgot this: CVE-2025-53826)")
		assert.Equal(t, `Bearer error="invalid_token"`, answer.Header.Get("WWW-Authenticate"), "the header must say that the token is no good any more (RFC 6750, section 3.1)")
		assert.Equal(t, ran, s.ran, "the handler must not run")
		lines := s.log.Lines()[before:]
		require.Len(t, lines, 1, "a refusal must be exactly one line in the log")
		assert.Equal(t, "session ended "+method+" /auth/me", strings.TrimSpace(lines[0]), "the line must have reason, method and path")
	}
	answer := s.as(t, ann.access, "GET", "/auth/me")
	assert.Equal(t, "401 invalid_token", answer.Outcome(), "the code must be invalid_token")
	assert.Equal(t, "Invalid or expired token", answer.Detail(), "what a client is told is what it's told of any bad token")
	assert.NotContains(t, s.log.String(), ann.access, "the token must not be in the log")
	assert.Equal(t, "200", s.me(t, bob.access), "Bob's session goes on")
}

// 9. A token without a session goes on.
func TestRequire_LetsTokensWithoutASessionThrough(t *testing.T) {
	s := newSite(t)
	issuer := &scopes.Issuer{Name: "https://tasks.example", Audience: "tasks", Lifetime: time.Minute, Keys: scopes.Secret("for-tests-only-not-a-secret-at-all")}
	for session, want := range ordered.Map(map[string]string{"": "200", "x": "401 invalid_token"}) {
		access, _, err := issuer.Issue(scopes.Access{Subject: s.ann.ID, Client: "x", Session: session})
		require.NoError(t, err)
		assert.Equal(t, want, s.me(t, access), "a token without sid belongs to no session that could have ended; one with a sid that isn't known does not work")
	}
}

// 9. Trouble isn't an end.
func TestRequire_TellsTroubleFromAnEnd(t *testing.T) {
	s := newSite(t)
	ann := s.logIn(t, s.ann)
	require.Equal(t, "200", s.me(t, ann.access), "first, the session must be let through")
	ran := s.ran
	_, err := s.db.ExecContext(t.Context(), "DROP TABLE refresh_tokens; DROP TABLE sessions")
	require.NoError(t, err)
	answer := s.as(t, ann.access, "GET", "/auth/me")
	assert.Equal(t, "500 server_error", answer.Outcome(), "nobody knows whether the session goes on: 401 would log everybody out, and 200 would let everybody in")
	assert.Empty(t, answer.Challenge(), "trouble asks for no other token")
	assert.Contains(t, s.log.String(), "no such table", "the store's error must be in the log: somebody has to fix it")
	assert.Equal(t, ran, s.ran, "the handler must not run while nobody knows")
}

// 9. Without Authenticate the door stays shut.
func TestRequire_StaysShutWithoutAccess(t *testing.T) {
	s := newSite(t)
	ann := s.logIn(t, s.ann)
	require.Equal(t, "200", s.me(t, ann.access), "first, the session must be let through")
	ran := s.ran
	answer := s.as(t, ann.access, "GET", "/bare/me")
	assert.Equal(t, "401 not_authenticated", answer.Outcome(), "somebody has forgotten Authenticate: nobody has looked at the token, so nothing is known about it")
	assert.Equal(t, "Bearer", answer.Header.Get("WWW-Authenticate"), "each 401 needs the header (RFC 9110, section 15.5.2)")
	assert.Equal(t, ran, s.ran, "the handler must not run")
}

// 10. A refresh token gets a new pair.
// Stays: all that comes after begins with it, and says less plainly what is wrong.
func TestToken_Renews(t *testing.T) {
	s := newSite(t)
	first := s.logIn(t, s.ann)
	answer := s.renews(t, first.refresh)
	require.Equal(t, "200", answer.Outcome(), "a good refresh token must renew the session")
	second := pairOf(answer)
	assert.Equal(t, "profile tasks:read tasks:write", answer.JSON()["scope"], "the answer must say which scope the new token has")
	assert.NotEqual(t, first.refresh, second.refresh, "the refresh token must be a new one: the old one has been used")
	assert.NotEqual(t, first.access, second.access, "the access token must be a new one")
	assert.Equal(t, "200", s.me(t, second.access), "the new access token must work")
	assert.Equal(t, "200", s.me(t, first.access), "the old access token still works until it expires: its session goes on")
	answer = s.renews(t, second.refresh, "&scope=profile")
	require.Equal(t, "200", answer.Outcome(), "the new refresh token must work")
	assert.Equal(t, "profile", answer.JSON()["scope"], "somebody who asks for less gets less")
	assert.Equal(t, "no-store", answer.Header.Get("Cache-Control"), "no cache may keep tokens (RFC 6749, section 5.1)")
}

// 10. What renews nothing is refused.
func TestToken_RefusesToRenew(t *testing.T) {
	s := newSite(t)
	ann := s.logIn(t, s.ann)
	require.Equal(t, "200", s.renews(t, s.logIn(t, s.ann).refresh).Outcome(), "first, a good refresh token must renew a session")
	for _, test := range []struct{ outcome, refresh, more, why string }{
		{"400 invalid_grant", "nonsense", "", "a token that nobody was given renews nothing"},
		{"400 invalid_grant", ann.access, "", "an access token is no refresh token: it would never end"},
		{"400 invalid_request", "", "", "without a refresh token there's nothing to renew"},
		{"400 invalid_scope", ann.refresh, "&scope=users:write", "a scope may shrink, and never grow (RFC 6749, section 6)"},
		{"400 invalid_scope", ann.refresh, "&scope=profile++tasks:read", "a scope that's badly written is no scope"},
	} {
		before := len(s.log.Lines())
		answer := s.renews(t, test.refresh, test.more)
		assert.Equal(t, test.outcome, answer.Outcome(), test.why)
		assert.NotEmpty(t, answer.JSON()["error_description"], "OAuth libraries look for error_description: api.FailOAuth sends it")
		assert.Empty(t, answer.JSON()["access_token"], "somebody who is refused gets no token")
		lines := s.log.Lines()[before:]
		require.Len(t, lines, 1, "each refusal must be exactly one line in the log: somebody who tries tokens is seen there first")
		assert.Contains(t, lines[0], "POST /auth/token", "the line must have method and path")
	}
	assert.NotContains(t, s.log.String(), ann.refresh, "a refresh token must not be in the log: it works for anybody who reads it")
	assert.NotContains(t, s.log.String(), ann.access, "an access token must not be in the log")
	assert.Equal(t, "200", s.renews(t, ann.refresh).Outcome(), "what was refused must not have used the token up")
	assert.Equal(t, "401 invalid_token", s.me(t, ann.refresh), "a refresh token opens no door")
}

// 10. The role is the one that the user has now.
func TestToken_RenewsWhatTheRoleAllows(t *testing.T) {
	s := newSite(t)
	require.NoError(t, s.roles.Promote(t.Context(), s.ann.ID))
	require.NoError(t, s.roles.Promote(t.Context(), s.bob.ID))
	ann := s.logIn(t, s.ann)
	answer := apitest.Do(t, s, apitest.Form("/auth/token", "username=ann@example.com&password="+apitest.Password+"&scope=users:read"))
	require.Equal(t, "200", answer.Outcome(), "first, an admin must be able to log in for users:read")
	small := pairOf(answer)
	answer = s.renews(t, ann.refresh)
	require.Equal(t, "profile tasks:read tasks:write users:read users:write", answer.JSON()["scope"], "first, an admin's session must be renewed with all that was granted")
	ann = pairOf(answer)

	_, err := s.db.ExecContext(t.Context(), "DELETE FROM admins WHERE user = ?", s.ann.ID)
	require.NoError(t, err)
	answer = s.renews(t, ann.refresh)
	require.Equal(t, "200", answer.Outcome(), "Ann was demoted, and is still a member: her session goes on")
	assert.Equal(t, "profile tasks:read tasks:write", answer.JSON()["scope"], "a new token must not say what the role doesn't allow any more")
	answer = s.renews(t, small.refresh)
	assert.Equal(t, "400 invalid_grant", answer.Outcome(), "of this session's scope the role allows nothing any more")
	assert.Equal(t, "401 invalid_token", s.me(t, small.access), "a session with nothing left in it must be over")
}

// 10. Trouble isn't a refusal.
func TestToken_TellsTrouble(t *testing.T) {
	s := newSite(t)
	ann := s.logIn(t, s.ann)
	for _, table := range []string{"admins", "refresh_tokens"} {
		require.Equal(t, "200", s.renews(t, s.logIn(t, s.bob).refresh).Outcome(), "first, a good refresh token must renew a session")
		_, err := s.db.ExecContext(t.Context(), "ALTER TABLE "+table+" RENAME TO away")
		require.NoError(t, err)
		answer := s.renews(t, ann.refresh)
		assert.Equal(t, "500 server_error", answer.Outcome(), "what can't be looked up says nothing about the token: at a 400 the client throws it away")
		assert.Contains(t, s.log.String(), "no such table", "the store's error must be in the log")
		_, err = s.db.ExecContext(t.Context(), "ALTER TABLE away RENAME TO "+table)
		require.NoError(t, err)
	}
}

// 10. A login hashes anew when the cost has changed.
// Stays: logging in is given, and step 04 promised this.
func TestToken_HashesAnew(t *testing.T) {
	s := newSite(t)
	old, err := password.Hasher{Cost: bcrypt.MinCost + 1}.Hash(apitest.Password)
	require.NoError(t, err)
	_, err = s.db.ExecContext(t.Context(), "UPDATE users SET hash = ? WHERE id = ?", old, s.ann.ID)
	require.NoError(t, err)
	require.NotEmpty(t, s.renews(t, s.logIn(t, s.ann).refresh).JSON()["access_token"], "first, a login must be renewed")
	var now string
	require.NoError(t, s.db.QueryRowContext(t.Context(), "SELECT hash FROM users WHERE id = ?", s.ann.ID).Scan(&now))
	cost, err := bcrypt.Cost([]byte(now))
	require.NoError(t, err)
	assert.Equal(t, bcrypt.MinCost, cost, "a login must store a hash of the cost that the server has now")
	s.logIn(t, s.ann)
}

// 11. Either token ends the session.
func TestRevoke_EndsTheSessionOfEitherToken(t *testing.T) {
	s := newSite(t)
	for _, hint := range []string{"", "&token_type_hint=refresh_token", "&token_type_hint=access_token", "&token_type_hint=nonsense"} {
		for _, refresh := range []bool{true, false} {
			ann, other := s.logIn(t, s.ann), s.logIn(t, s.ann)
			require.Equal(t, "200", s.me(t, ann.access), "first, the session must go on")
			token := ann.access
			if refresh {
				token = ann.refresh
			}
			answer := apitest.Do(t, s, apitest.Form("/auth/revoke", "token="+token+hint))
			assert.Equal(t, 200, answer.Status, "a token that's revoked is answered 200 (RFC 7009, section 2.2)")
			assert.Empty(t, answer.Body, "there's nothing to say")
			assert.Equal(t, "401 invalid_token", s.me(t, ann.access), "the session's access token must open nothing any more, whichever token was sent and whatever the hint %q says", hint)
			assert.Equal(t, "400 invalid_grant", s.renews(t, ann.refresh).Outcome(), "the session's refresh token must renew nothing any more")
			assert.Equal(t, "200", s.me(t, other.access), "the other session must go on")
		}
	}
}

// 11. What isn't known doesn't work, and that's what was asked for.
func TestRevoke_TakesWhatItDoesNotKnow(t *testing.T) {
	s := newSite(t)
	ann := s.logIn(t, s.ann)
	forged := &scopes.Issuer{Name: "https://tasks.example", Audience: "tasks", Lifetime: time.Minute, Keys: scopes.Secret("another-key-of-thirty-two-bytes-or-more")}
	session, _ := s.start(t, s.ann)
	bad, _, err := forged.Issue(scopes.Access{Subject: s.ann.ID, Client: "x", Session: session.ID})
	require.NoError(t, err)
	for _, token := range []string{"nonsense", "%25", session.ID, bad, ann.refresh + "x", strings.Repeat("x", 5000)} {
		answer := apitest.Do(t, s, apitest.Form("/auth/revoke", "token="+token))
		assert.Equal(t, 200, answer.Status, "a token that isn't known doesn't work already, so it's 200 (RFC 7009, section 2.2)")
	}
	assert.True(t, s.live(t, session.ID), "a token that anybody could have made must end nothing: people would log each other out")
	assert.Equal(t, "200", s.me(t, ann.access), "what isn't known must end nothing")
	for _, form := range []string{"", "token=", "token_type_hint=refresh_token", "token=a&token=b"} {
		assert.Equal(t, "400 invalid_request", apitest.Do(t, s, apitest.Form("/auth/revoke", form)).Outcome(), "without one token there's nothing to revoke (RFC 6749, section 5.2)")
	}
	assert.Equal(t, "400 invalid_request", apitest.Do(t, s, apitest.Form("/auth/revoke?token="+ann.refresh, "x=y")).Outcome(), "a token in the URL ends up in logs")
	assert.Equal(t, "200", s.me(t, ann.access), "what's refused must not have happened")
}

// 11. A token that could not be revoked may still work.
func TestRevoke_TellsTrouble(t *testing.T) {
	s := newSite(t)
	ann := s.logIn(t, s.ann)
	require.Equal(t, 200, apitest.Do(t, s, apitest.Form("/auth/revoke", "token="+s.logIn(t, s.ann).refresh)).Status, "first, a token must be revoked")
	_, err := s.db.ExecContext(t.Context(), "ALTER TABLE sessions RENAME TO away")
	require.NoError(t, err)
	for _, token := range []string{ann.refresh, ann.access} {
		answer := apitest.Do(t, s, apitest.Form("/auth/revoke", "token="+token))
		assert.Equal(t, "500 server_error", answer.Outcome(), "nothing was revoked: at a 200 the client believes that a stolen token is harmless")
	}
}

// 12. Somebody who logs out is out.
func TestLogOut_EndsThisSession(t *testing.T) {
	s := newSite(t)
	ann, other, bob := s.logIn(t, s.ann), s.logIn(t, s.ann), s.logIn(t, s.bob)
	require.Equal(t, "200", s.me(t, ann.access), "first, the session must go on")
	answer := s.as(t, ann.access, "POST", "/auth/logout")
	require.Equal(t, 204, answer.Status, "somebody who logs out is answered 204")
	assert.Empty(t, answer.Body, "there's nothing to say")
	assert.Equal(t, "401 invalid_token", s.me(t, ann.access), "from the next request on, the access token must open nothing")
	assert.Equal(t, "400 invalid_grant", s.renews(t, ann.refresh).Outcome(), "the refresh token must be over, too: with it, a thief would log in again")
	assert.Equal(t, "200", s.me(t, other.access), "Ann's other session must go on")
	assert.Equal(t, "200", s.me(t, bob.access), "Bob's session must go on")
	assert.Equal(t, 401, s.as(t, ann.access, "POST", "/auth/logout").Status, "somebody who has logged out can't do it again")
}

// 12. There must be something to end.
func TestLogOut_NeedsASession(t *testing.T) {
	s := newSite(t)
	ann := s.logIn(t, s.ann)
	issuer := &scopes.Issuer{Name: "https://tasks.example", Audience: "tasks", Lifetime: time.Minute, Keys: scopes.Secret("for-tests-only-not-a-secret-at-all")}
	access, _, err := issuer.Issue(scopes.Access{Subject: s.ann.ID, Client: "x"})
	require.NoError(t, err)
	assert.Equal(t, "403 no_session", s.as(t, access, "POST", "/auth/logout").Outcome(), "this token belongs to no session, and 204 would promise something")
	answer := s.as(t, ann.access, "POST", "/bare/logout")
	assert.Equal(t, "401 not_authenticated", answer.Outcome(), "somebody has forgotten Authenticate: nobody knows whose session is meant")
	assert.Equal(t, "Bearer", answer.Header.Get("WWW-Authenticate"), "each 401 needs the header (RFC 9110, section 15.5.2)")
	assert.Equal(t, "200", s.me(t, ann.access), "what's refused must not have happened")
}

// 12. A session that could not be ended goes on.
func TestLogOut_TellsTrouble(t *testing.T) {
	s := newSite(t)
	session, _ := s.start(t, s.ann)
	bare := func(ctx context.Context) apitest.Answer {
		ctx = scopes.WithAccess(ctx, scopes.Access{Subject: s.ann.ID, Session: session.ID})
		return apitest.Do(t, s, apitest.Request("POST", "/bare/logout", "").WithContext(ctx))
	}
	over, cancel := context.WithCancel(t.Context())
	cancel()
	assert.Equal(t, "500 server_error", bare(over).Outcome(), "the session could not be ended, and its user must learn it: they may be at somebody else's computer")
	assert.True(t, s.live(t, session.ID), "the session goes on")
	assert.Equal(t, 204, bare(t.Context()).Status, "once the database works again, the session must end")
	assert.False(t, s.live(t, session.ID), "the session must be over")
}

// 12. A new password ends all others.
// Stays: EndOthers has its own test, and this one shows what it's for.
func TestChangePassword_EndsTheOtherSessions(t *testing.T) {
	s := newSite(t)
	this, other, bob := s.logIn(t, s.ann), s.logIn(t, s.ann), s.logIn(t, s.bob)
	change := func(old, fresh string) apitest.Answer {
		return apitest.Do(t, s, apitest.Request("POST", "/auth/password", `{"old":"`+old+`","new":"`+fresh+`"}`, "Authorization", "Bearer "+this.access))
	}
	assert.Equal(t, "403 wrong_password", change("wrong-password", "battery-staple").Outcome(), "somebody who doesn't know the old password may have found an open laptop")
	assert.Equal(t, "422 invalid_request", change(apitest.Password, "short").Outcome(), "a new password is as good as one at sign-up")
	require.Equal(t, "200", s.me(t, other.access), "what's refused must not have happened")
	require.Equal(t, 204, change(apitest.Password, "battery-staple").Status, "the password must be changed")
	assert.Equal(t, "401 invalid_token", s.me(t, other.access), "anybody who knew the old password must be out (Memos left them in: CVE-2024-21635)")
	assert.Equal(t, "400 invalid_grant", s.renews(t, other.refresh).Outcome(), "their refresh token must be over, too")
	assert.Equal(t, "200", s.me(t, this.access), "this session must go on")
	assert.Equal(t, "200", s.me(t, bob.access), "Bob has changed nothing")
	answer := apitest.Do(t, s, apitest.Form("/auth/token", "username=ann@example.com&password="+apitest.Password))
	assert.Equal(t, "400 invalid_grant", answer.Outcome(), "the old password must be over")
}
