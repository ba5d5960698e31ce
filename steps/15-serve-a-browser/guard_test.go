// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package main

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tokenauth.example/login/apitest"
	"tokenauth.example/scopes/ordered"
)

// sent sends a request through guard, and reports whether it has reached what is behind it.
func sent(t *testing.T, s *site, method string, headers ...string) (answer apitest.Answer, reached bool) {
	t.Helper()
	guarded := s.pages.guard(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		reached = true
		w.WriteHeader(http.StatusNoContent)
	}))
	answer = apitest.Do(t, guarded, apitest.Request(method, home+"/login", "", headers...))
	return answer, reached
}

// 7. From other sites.
func TestGuard_KeepsOtherSitesOut(t *testing.T) {
	inTime(t, func(t *testing.T, s *site) {
		_, reached := sent(t, s, "POST", "Sec-Fetch-Site", "same-origin", "Origin", home)
		require.True(t, reached, "first, our own form must get in")
		for name, headers := range ordered.Map(map[string][]string{
			"another site":                          {"Sec-Fetch-Site", "cross-site", "Origin", "https://evil.example"},
			"another site that hides where it is":   {"Sec-Fetch-Site", "cross-site", "Origin", "null"},
			"another host of our domain":            {"Sec-Fetch-Site", "same-site", "Origin", "https://blog.tasks.example"},
			"another site, in an old browser":       {"Origin", "https://evil.example"},
			"a name like ours, in an old browser":   {"Origin", "https://tasks.example.evil.example"},
			"another port, in an old browser":       {"Origin", home + ":8443"},
			"a hidden place, in an old browser":     {"Origin", "null"},
			"another site that takes our name":      {"Sec-Fetch-Site", "cross-site", "Origin", home},
			"another site with a token in a header": {"Sec-Fetch-Site", "cross-site", "X-CSRF-Token", "x", "X-Requested-With", "XMLHttpRequest"},
		}) {
			for _, method := range []string{"POST", "PUT", "PATCH", "DELETE"} {
				answer, reached := sent(t, s, method, headers...)
				assert.False(t, reached, "%s from %s must not reach the handler: the browser sends our cookie along, whichever site asks (CWE-352)", method, name)
				assert.Equal(t, "403 cross_site", answer.Outcome(), "%s from %s must be p.foreign", method, name)
			}
		}
	})
}

// 7. Guard: from people.
func TestGuard_LetsPeopleIn(t *testing.T) {
	inTime(t, func(t *testing.T, s *site) {
		for name, headers := range ordered.Map(map[string][]string{
			"our own page":                    {"Sec-Fetch-Site", "same-origin", "Origin", home},
			"our own page, in an old browser": {"Origin", home},
			"somebody who reloads a page":     {"Sec-Fetch-Site", "none"},
			"curl":                            nil,
		}) {
			_, reached := sent(t, s, "POST", headers...)
			assert.True(t, reached, "a form from %s must get in", name)
		}
		for _, method := range []string{"GET", "HEAD"} {
			_, reached := sent(t, s, method, "Sec-Fetch-Site", "cross-site")
			assert.True(t, reached, "a link on another site must lead here: %s changes nothing, and the provider sends people back like that", method)
		}
	})
}

// 8. What a page may do.
func TestGuard_SaysWhatAPageMayDo(t *testing.T) {
	inTime(t, func(t *testing.T, s *site) {
		for _, headers := range [][]string{nil, {"Sec-Fetch-Site", "cross-site"}} {
			answer, _ := sent(t, s, "POST", headers...)
			assert.Equal(t, policy, answer.Header.Get("Content-Security-Policy"), "each answer must have the policy, one that refuses something, too: a script that somebody smuggles in must not run (CWE-79), and no other page may show ours in a frame (CWE-1021)")
		}
	})
}

// 8. What is kept, and told.
func TestGuard_KeepsPagesPrivate(t *testing.T) {
	inTime(t, func(t *testing.T, s *site) {
		for _, headers := range [][]string{nil, {"Sec-Fetch-Site", "cross-site"}} {
			answer, _ := sent(t, s, "POST", headers...)
			assert.Equal(t, "no-store", answer.Header.Get("Cache-Control"), "no cache may keep a page: after logging out, the next one at this machine could go back to it (CWE-525)")
			assert.Equal(t, "same-origin", answer.Header.Get("Referrer-Policy"), "our addresses are told to nobody else, and our own forms must keep their Origin")
		}
	})
}

// 9. Over https alone.
func TestStrict_TellsBrowsersToStay(t *testing.T) {
	for _, status := range []int{http.StatusOK, http.StatusNotFound} {
		calls := 0
		w := httptest.NewRecorder()
		strict(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			calls++
			w.WriteHeader(status)
		})).ServeHTTP(w, httptest.NewRequest("GET", home+"/", nil))
		require.Equal(t, 1, calls, "each request must be served, once")
		assert.Equal(t, status, w.Code, "the answer must be what it was")
		assert.Equal(t, "max-age=31536000", w.Result().Header.Get("Strict-Transport-Security"), "every answer must say it, an error, too: for a year, and for this host alone (RFC 6797, section 6.1)")
	}
}
