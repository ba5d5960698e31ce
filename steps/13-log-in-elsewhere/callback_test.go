// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package elsewhere_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tokenauth.example/elsewhere"
	"tokenauth.example/login/apitest"
	"tokenauth.example/provider"
	"tokenauth.example/provider/idptest"
	"tokenauth.example/scopes"
	"tokenauth.example/scopes/ordered"
	"tokenauth.example/verifier"
)

var ann = provider.Identity{Issuer: idptest.Issuer, Subject: "ann", Email: "ann@example.com"}

// complete completes a login in a browser.
func (b *browser) complete(t *testing.T, query url.Values) (provider.Identity, string, error) {
	t.Helper()
	return b.Complete(b.request("/login/callback?" + query.Encode()))
}

// logsIn shows that a good callback logs in, before one that must not.
func (b *browser) logsIn(t *testing.T) {
	t.Helper()
	who, _, err := b.complete(t, b.logIn(t, b.start(t, "/"), "a code"))
	require.NoError(t, err, "before any bad callback, its good twin must log in")
	require.Equal(t, ann, who, "before any bad callback, its good twin must log Ann in")
}

// 8. Back from the provider.
func TestComplete_SaysWhoHasLoggedIn(t *testing.T) {
	inTime(t, func(t *testing.T, s *site) {
		b := s.browser()
		query := b.logIn(t, b.start(t, "/tasks?done=1"), "a code")
		query.Set("next", "https://evil.com")
		who, next, err := b.complete(t, query)
		require.NoError(t, err, "a login that goes as it should must be completed")
		assert.Equal(t, ann, who, "it must be who the ID token says")
		assert.Equal(t, "/tasks?done=1", next, "they must get where they wanted to go when the login began, whatever the callback says")
	})
}

// 8. A browser that anybody may be driving.
func TestComplete_RefusesAnotherBrowser(t *testing.T) {
	inTime(t, func(t *testing.T, s *site) {
		b, attacker := s.browser(), s.browser()
		b.logsIn(t)
		theirs := attacker.logIn(t, attacker.start(t, "/"), "the attacker's code")
		for _, victim := range []*browser{b, s.browser()} {
			before := len(s.exchanged())
			_, _, err := victim.complete(t, theirs)
			assert.ErrorIs(t, err, elsewhere.ErrUnknown, "the attacker began this login, and sends somebody the link: what they write down next, they'd write into the attacker's account (CWE-352)")
			assert.Equal(t, before, len(s.exchanged()), "no code may be exchanged for it")
		}
		planted := s.browser()
		planted.cookies["login"] = &http.Cookie{Name: "login", Value: attacker.cookies["__Host-login"].Value}
		_, _, err := planted.complete(t, theirs)
		assert.ErrorIs(t, err, elsewhere.ErrUnknown, "over https the cookie's name is __Host-login: one of another name may have been planted by another host")
	})
}

// 8. Of two logins, the right one.
func TestComplete_MixesNothingUp(t *testing.T) {
	inTime(t, func(t *testing.T, s *site) {
		b := s.browser()
		b.logsIn(t)
		one, two := b.start(t, "/one"), b.start(t, "/two")
		query := b.logIn(t, one, "a code")
		query.Set("state", two.Get("state"))
		_, _, err := b.complete(t, query)
		assert.ErrorIs(t, err, elsewhere.ErrCode, "the code is of one login and the state of another: the provider must be sent the verifier of the login with this state, and refuse it")
		_, _, err = b.complete(t, b.logIn(t, two, "a code"))
		assert.ErrorIs(t, err, elsewhere.ErrUnknown, "a state that has been used, even in vain, works no more")
	})
}

// 8. The nonce of this login.
// Stays: TestVerifyID_TakesTheLoginsNonce finds it, too; this is the attack as it is made.
func TestComplete_TakesTheTokenOfThisLogin(t *testing.T) {
	inTime(t, func(t *testing.T, s *site) {
		b := s.browser()
		b.logsIn(t)
		asked := b.start(t, "/")
		query := b.logIn(t, asked, "a code")
		s.give(gives{"a code", asked.Get("code_challenge"), "the nonce of another login"})
		_, _, err := b.complete(t, query)
		assert.ErrorIs(t, err, elsewhere.ErrNonce, "the ID token is of another login: an attacker may have put a stolen code into the callback")
	})
}

// 8. Twice.
// Stays: TestFinish_ReturnsALoginOnce finds it, too; this shows what comes of it.
func TestComplete_RefusesASecondCallback(t *testing.T) {
	inTime(t, func(t *testing.T, s *site) {
		b := s.browser()
		asked := b.start(t, "/")
		query := b.logIn(t, asked, "a code")
		_, _, err := b.complete(t, query)
		require.NoError(t, err, "the first callback must log in")
		b.logIn(t, asked, "a code") // a careless provider, which takes it twice
		before := len(s.exchanged())
		_, _, err = b.complete(t, query)
		assert.ErrorIs(t, err, elsewhere.ErrUnknown, "the second time it's a click on back, or somebody who has read the address")
		assert.Equal(t, before, len(s.exchanged()), "no code may be exchanged for it")
	})
}

// 8. Which provider says so.
func TestComplete_AsksWhichProviderSaysSo(t *testing.T) {
	inTime(t, func(t *testing.T, s *site) {
		for _, says := range []bool{false, true} {
			s.idp.Metadata["authorization_response_iss_parameter_supported"] = says
			for _, iss := range [][]string{{idptest.Issuer}, nil, {""}, {"https://id.example/"}, {"https://evil.com"}, {"https://ID.example"}} {
				b := s.browser()
				query := b.logIn(t, b.start(t, "/"), "a code")
				query["iss"] = iss
				before := len(s.exchanged())
				_, _, err := b.complete(t, query)
				if len(iss) == 1 && iss[0] == idptest.Issuer || iss == nil && !says {
					assert.NoError(t, err, "iss is %q, and the metadata says that there is one: %t", iss, says)
					continue
				}
				assert.ErrorIs(t, err, scopes.ErrIssuer, "iss is %q, and the metadata says that there is one: %t. It must be our issuer, or another provider's codes pass for this one's (RFC 9207, section 2.4)", iss, says)
				assert.Equal(t, before, len(s.exchanged()), "no code may be exchanged for it")
			}
		}
	})
}

// 8. Nobody has logged in.
func TestComplete_SaysWhenNobodyLoggedIn(t *testing.T) {
	inTime(t, func(t *testing.T, s *site) {
		b := s.browser()
		b.logsIn(t)
		for _, more := range []string{"error=access_denied", "error=server_error&error_description=x", "error=", "error=access_denied&code=a+code", "code=", ""} {
			query := b.logIn(t, b.start(t, "/"), "a code")
			extra, _ := url.ParseQuery(more)
			query.Del("code")
			for _, name := range []string{"error", "error_description", "code"} {
				if values, ok := extra[name]; ok {
					query[name] = values
				}
			}
			before := len(s.exchanged())
			_, _, err := b.complete(t, query)
			assert.ErrorIs(t, err, elsewhere.ErrDeclined, "the callback says %q, beside the state: nobody has logged in", more)
			assert.Equal(t, before, len(s.exchanged()), "no code may be exchanged for it")
		}
	})
}

// 8. One of each.
func TestComplete_RefusesParametersThatComeTwice(t *testing.T) {
	inTime(t, func(t *testing.T, s *site) {
		b := s.browser()
		b.logsIn(t)
		for _, name := range []string{"state", "code", "error", "iss"} {
			query := b.logIn(t, b.start(t, "/"), "a code")
			if name == "iss" {
				query[name] = []string{idptest.Issuer}
			}
			query[name] = append(query[name], "x")
			if name == "error" {
				query.Add(name, "x")
			}
			before := len(s.exchanged())
			_, _, err := b.complete(t, query)
			assert.ErrorIs(t, err, verifier.ErrMalformed, "%s is there twice: of two, what is before this server may have seen the other (CWE-235)", name)
			assert.Equal(t, before, len(s.exchanged()), "no code may be exchanged for it")
		}
	})
}

// 9. Let in.
func TestCallback_PassesOnWhoItIs(t *testing.T) {
	inTime(t, func(t *testing.T, s *site) {
		b := s.browser()
		answer := b.back(t, b.logIn(t, b.start(t, "/tasks"), "a code"))
		assert.Equal(t, http.StatusNoContent, answer.Status, "LoggedIn must answer")
		assert.Equal(t, []arrival{{ann, "/tasks"}}, s.arrived, "LoggedIn must be called once, with who it is and where they wanted to go")
		assert.Empty(t, s.log.Lines(), "nothing has been refused, so nothing is logged")
	})
}

// 9. Refused.
func TestCallback_RefusesInOneWay(t *testing.T) {
	inTime(t, func(t *testing.T, s *site) {
		b := s.browser()
		b.back(t, b.logIn(t, b.start(t, "/"), "a code"))
		require.Len(t, s.arrived, 1, "before any bad callback, its good twin must log in")
		bodies := map[string]bool{}
		for why, query := range ordered.Map(map[string]func() url.Values{
			"no login is under way": func() url.Values { return url.Values{"state": {"x"}, "code": {"a code"}} },
			"the provider declined": func() url.Values {
				return url.Values{"state": {b.start(t, "/").Get("state")}, "error": {"access_denied"}}
			},
			"another has the code": func() url.Values { return url.Values{"state": {b.start(t, "/").Get("state")}, "code": {"stolen"}} },
			"another provider says so": func() url.Values {
				q := b.logIn(t, b.start(t, "/"), "a code")
				q.Set("iss", "https://evil.com")
				return q
			},
			"the nonce is another's": func() url.Values {
				asked := b.start(t, "/")
				q := b.logIn(t, asked, "a code")
				s.give(gives{"a code", asked.Get("code_challenge"), "x"})
				return q
			},
		}) {
			before := len(s.log.Lines())
			answer := b.back(t, query())
			assert.Equal(t, "403 login_failed", answer.Outcome(), "%s: it must be refused", why)
			bodies[answer.Body] = true
			lines := s.log.Lines()[before:]
			require.Len(t, lines, 1, "%s: a line in the log must say that it was refused, and no more than one", why)
			assert.Regexp(t, `^.+ GET /login/callback$`, lines[0], "the line must have reason, method and path")
		}
		assert.Len(t, bodies, 1, "the answers must be one: what was wrong is for the log")
		assert.Len(t, s.arrived, 1, "LoggedIn must not be called for a login that is refused")
	})
}

// 9. Trouble.
func TestCallback_TellsTroubleFromARefusal(t *testing.T) {
	inTime(t, func(t *testing.T, s *site) {
		b := s.browser()
		query := b.logIn(t, b.start(t, "/"), "a code")
		s.answers(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) })
		assert.Equal(t, "503 overloaded", b.back(t, query).Outcome(), "the provider fails: nobody knows who it is, so it's no refusal")
		s.answers(nil)
		query = b.logIn(t, b.start(t, "/"), "a code")
		s.faults.At(1, func() error { return errFull })
		assert.Equal(t, "500 server_error", b.back(t, query).Outcome(), "trouble of the database must be 500")
		assert.Contains(t, s.log.String(), errFull.Error(), "what it was must be in the log")
		over, cancel := context.WithCancel(t.Context())
		cancel()
		answer := apitest.Do(t, http.HandlerFunc(b.Callback), b.request("/login/callback?"+b.logIn(t, b.start(t, "/"), "a code").Encode()).WithContext(over))
		assert.GreaterOrEqual(t, answer.Status, 500, "work must end with its request")
		assert.Empty(t, s.arrived, "LoggedIn must not be called")
	})
}

// 9. A code is in the address.
func TestCallback_KeepsItsAddressToItself(t *testing.T) {
	inTime(t, func(t *testing.T, s *site) {
		b := s.browser()
		for _, query := range []url.Values{b.logIn(t, b.start(t, "/"), "a-code-of-anns"), {"state": {"a-state-of-anns"}, "code": {"a-code-of-anns"}}} {
			answer := b.back(t, query)
			assert.Equal(t, "no-referrer", answer.Header.Get("Referrer-Policy"), "the address has a code in it, and browsers tell the next site where they come from")
			assert.Contains(t, strings.ToLower(answer.Header.Get("Cache-Control")), "no-store", "no cache may keep the answer")
			assert.Empty(t, answer.Late, "headers must be set before the answer is sent")
		}
		printed := s.log.String()
		for _, hidden := range []string{"a-code-of-anns", "a-state-of-anns", secret, b.cookies["__Host-login"].Value} {
			assert.NotContains(t, printed, hidden, "code, state, cookie and secret must not be in the log (CWE-532)")
		}
	})
}

// 9. Many at once.
func TestCallback_ServesManyAtOnce(t *testing.T) {
	inTime(t, func(t *testing.T, s *site) {
		var mu sync.Mutex
		nexts := map[string]int{}
		s.LoggedIn = func(w http.ResponseWriter, _ *http.Request, _ provider.Identity, next string) {
			mu.Lock()
			defer mu.Unlock()
			nexts[next]++
			w.WriteHeader(http.StatusNoContent)
		}
		logins := map[string]url.Values{} // by challenge
		var callbacks []*http.Request
		for _, next := range []string{"/1", "/2", "/3", "/4", "/5", "/6"} {
			b := s.browser()
			asked := b.start(t, next)
			logins[asked.Get("code_challenge")] = asked
			callbacks = append(callbacks, b.request("/login/callback?code=c&state="+asked.Get("state")))
		}
		s.answers(func(w http.ResponseWriter, r *http.Request) {
			mu.Lock()
			asked := logins[elsewhere.ChallengeOf(r.PostForm.Get("code_verifier"))]
			mu.Unlock()
			time.Sleep(time.Second)
			reply(w, 200, map[string]any{"id_token": s.idToken("e", nil, map[string]any{"nonce": asked.Get("nonce")})})
		})
		var all sync.WaitGroup
		for _, r := range callbacks {
			all.Go(func() { apitest.Ask(http.HandlerFunc(s.Callback), r) })
		}
		all.Wait()
		assert.Equal(t, map[string]int{"/1": 1, "/2": 1, "/3": 1, "/4": 1, "/5": 1, "/6": 1}, nexts, "six logins at once must each come to their own end: nothing of one may be kept where another finds it (CWE-362)")
	})
}
