// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package elsewhere_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tokenauth.example/elsewhere"
	"tokenauth.example/provider/idptest"
)

// 5. Off to the provider.
func TestStart_SendsToTheProvider(t *testing.T) {
	inTime(t, func(t *testing.T, s *site) {
		answer := s.browser().send(t, s.Start, "/login/provider?next=/tasks")
		sentOn(t, answer, "the browser must be sent on, by 302 or 303")
		assert.Contains(t, strings.ToLower(answer.Header.Get("Cache-Control")), "no-store", "no cache may keep this answer: the state in it is for one browser")
		address, err := url.Parse(answer.Header.Get("Location"))
		require.NoError(t, err, "Location must be an address")
		assert.Equal(t, idptest.Issuer+"/authorize", address.Scheme+"://"+address.Host+address.Path, "it must be the authorization endpoint of the metadata")
		query := address.Query()
		for _, expected := range [][2]string{{"response_type", "code"}, {"client_id", id}, {"redirect_uri", redirect}, {"scope", "openid email"}, {"code_challenge_method", "S256"}} {
			assert.Equal(t, []string{expected[1]}, query[expected[0]], "the query must have %s, once", expected[0])
		}
		var login elsewhere.Login
		require.NoError(t, s.db.QueryRow("SELECT state, nonce, verifier, next FROM logins").Scan(&login.State, &login.Nonce, &login.Verifier, &login.Next), "a login must have been noted")
		assert.Equal(t, []string{login.State}, query["state"], "state must be the login's")
		assert.Equal(t, []string{login.Nonce}, query["nonce"], "nonce must be the login's")
		assert.Equal(t, []string{elsewhere.ChallengeOf(login.Verifier)}, query["code_challenge"], "code_challenge must be that of the login's verifier")
		assert.Equal(t, "/tasks", login.Next, "the login must know where they wanted to go")
		assert.NotContains(t, answer.Body+answer.Header.Get("Location")+strings.Join(answer.Header["Set-Cookie"], ""), login.Verifier,
			"the verifier must not leave the server: somebody who has it and the code is Ann")
		assert.NotContains(t, answer.Header.Get("Location"), secret, "the client's secret must never be in an address")
	})
}

// 5. Not to another site.
func TestStart_RemembersPathsOfOursAlone(t *testing.T) {
	inTime(t, func(t *testing.T, s *site) {
		s.browser().start(t, "//evil.com")
		var next string
		require.NoError(t, s.db.QueryRow("SELECT next FROM logins").Scan(&next), "a login must have been noted")
		assert.Equal(t, "/", next, "next is what a stranger's link says: ask pathHere (CWE-601)")
	})
}

// 5. The endpoint may have a query of its own.
func TestStart_KeepsTheEndpointsQuery(t *testing.T) {
	inTime(t, func(t *testing.T, s *site) {
		s.idp.Metadata["authorization_endpoint"] = idptest.Issuer + "/authorize?tenant=a%26b&state=x"
		query := s.browser().start(t, "/")
		assert.Equal(t, []string{"a&b"}, query["tenant"], "what the endpoint has in its query must stay there (RFC 6749, section 3.1)")
		assert.Len(t, query["state"], 1, "no parameter may be there twice")
		assert.NotEqual(t, "x", query.Get("state"), "and the state must be the login's")
	})
}

// 5. The cookie.
func TestStart_KnowsTheBrowser(t *testing.T) {
	inTime(t, func(t *testing.T, s *site) {
		for _, at := range []struct {
			redirect, name string
			secure         bool
		}{{redirect, "__Host-login", true}, {"http://127.0.0.1:8000/login/callback", "login", false}} {
			s.Redirect = at.redirect
			b := s.browser()
			b.start(t, "/")
			cookie := b.cookies[at.name]
			require.NotNil(t, cookie, "the browser must be known by a cookie of this name: %s", at.name)
			assert.GreaterOrEqual(t, len(cookie.Value), 22, "the cookie must have 128 bits of randomness")
			assert.True(t, cookie.HttpOnly, "no script may read the cookie: HttpOnly")
			assert.Equal(t, at.secure, cookie.Secure, "over https the cookie must never go over plain http (Secure), and over http there is no other way")
			assert.Equal(t, http.SameSiteLaxMode, cookie.SameSite, "the cookie must be SameSite=Lax: Strict isn't sent along when the provider sends the browser back, and None goes along with everything")
			assert.Equal(t, "/", cookie.Path, "a __Host- cookie must have the path /, or browsers leave it out")
			assert.Empty(t, cookie.Domain, "a __Host- cookie must have no Domain, or browsers leave it out")
			assert.Equal(t, 600, cookie.MaxAge, "the cookie must last as long as a login may: ten minutes")
			other := s.browser()
			other.start(t, "/")
			assert.NotEqual(t, cookie.Value, other.cookies[at.name].Value, "another browser must get another secret")
		}
	})
}

// 5. Two tabs.
func TestStart_LetsTwoTabsLogIn(t *testing.T) {
	inTime(t, func(t *testing.T, s *site) {
		b := s.browser()
		one := b.start(t, "/one")
		two := b.start(t, "/two")
		assert.NotEqual(t, one.Get("state"), two.Get("state"), "each login must have a state of its own")
		for i, query := range []url.Values{one, two} {
			_, err := s.Logins.Finish(t.Context(), b.cookies["__Host-login"].Value, query.Get("state"))
			assert.NoError(t, err, "tab %d must be able to come back: a browser that has a cookie keeps it", i+1)
		}
	})
}

// 5. Trouble.
func TestStart_SaysWhenItCannot(t *testing.T) {
	inTime(t, func(t *testing.T, s *site) {
		s.idp.Answer = func(w http.ResponseWriter, _ *http.Request) bool { w.WriteHeader(500); return true }
		answer := s.browser().send(t, s.Start, "/login/provider")
		assert.Equal(t, "503 overloaded", answer.Outcome(), "a provider that doesn't answer must be 503: people come back later")
		assert.Empty(t, answer.Header.Get("Location"), "nobody may be sent anywhere")
		assert.Zero(t, s.rows(t), "no login may have begun")
		s.idp.Answer = nil
		s.faults.At(1, func() error { return errFull })
		assert.Equal(t, "500 server_error", s.browser().send(t, s.Start, "/login/provider").Outcome(), "trouble of the database must be 500")
		assert.Contains(t, s.log.String(), errFull.Error(), "what it was must be in the log")
		time.Sleep(time.Minute)
		s.browser().start(t, "/")
	})
}
