// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package door_test

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tokenauth.example/door"
	"tokenauth.example/login/api"
	"tokenauth.example/login/apitest"
)

// house is a login behind a door: right is the password of everybody who exists.
type house struct {
	*door.Door
	http.Handler
	log    *apitest.Log
	inside atomic.Int32 // how many requests have come in
	answer http.HandlerFunc
}

const right = "right"

func newHouse(t *testing.T) *house {
	t.Helper()
	h := &house{log: &apitest.Log{}}
	h.Door = &door.Door{Trusted: trusts(t, "10.0.0.0/8"), Addresses: door.NewLimit(20, window, 1000), Accounts: door.NewLimit(5, window, 1000), Log: h.log.Logger()}
	h.Handler = h.Protect(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.inside.Add(1)
		if h.answer != nil {
			h.answer(w, r)
			return
		}
		_ = r.ParseForm()
		if r.PostForm.Get("password") != right || strings.Contains(r.PostForm.Get("username"), "nobody") {
			api.FailOAuth(w, http.StatusBadRequest, "invalid_grant", "invalid credentials")
			return
		}
		api.Write(w, http.StatusOK, map[string]string{"access_token": "a token"})
	}), door.FormValue("username"))
	return h
}

// at plays a test with a house, in which time passes as it's told to.
func at(t *testing.T, play func(t *testing.T, h *house)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { play(t, newHouse(t)) })
}

func attempt(address, email, password string) *http.Request {
	r := apitest.Form("/auth/token", url.Values{"username": {email}, "password": {password}}.Encode())
	r.RemoteAddr = address + ":1234"
	return r
}

// tries tries to log in, n times, and asserts how each ends.
func (h *house) tries(t *testing.T, n int, address, email, password, want, why string) {
	t.Helper()
	for i := range n {
		answer := apitest.Do(t, h, attempt(address, email, password))
		require.Equal(t, want, answer.Outcome(), "%s (attempt %d of %d)", why, i+1, n)
	}
}

const (
	wrong   = "400 invalid_grant"
	tooMany = "429 too_many_requests"
	home    = "192.0.2.1"
)

// 6. An account.
// Stays: all others meet it, and this one says what it is for.
func TestProtect_RefusesAnAccountThatFailedTooOften(t *testing.T) {
	at(t, func(t *testing.T, h *house) {
		for i := range 5 {
			h.tries(t, 1, fmt.Sprintf("192.0.2.%d", i), "ann@example.com", "wrong", wrong, "the first failures must be answered by the handler")
		}
		h.tries(t, 1, "192.0.2.99", "ann@example.com", "wrong", tooMany, "five have failed for Ann, from wherever: guessing must be held back (CWE-307)")
		h.tries(t, 1, "192.0.2.99", "ann@example.com", right, tooMany, "a right password must not get through either: the answer would tell that it's right")
		h.tries(t, 1, "192.0.2.99", "bob@example.com", right, "200", "Bob has not failed")
		time.Sleep(window)
		h.tries(t, 1, "192.0.2.99", "ann@example.com", right, "200", "after a quarter of an hour Ann must get in")
	})
}

// 6. An address.
func TestProtect_RefusesAnAddressThatFailedTooOften(t *testing.T) {
	at(t, func(t *testing.T, h *house) {
		for i := range 20 {
			h.tries(t, 1, home, fmt.Sprintf("user%d@example.com", i), "wrong", wrong, "the first failures must be answered by the handler")
		}
		h.tries(t, 1, home, "ann@example.com", "wrong", tooMany, "twenty have failed from here: somebody tries one password on many accounts")
		h.tries(t, 1, "192.0.2.2", "ann@example.com", right, "200", "another address has not failed")
		r := attempt("10.0.0.1", "ann@example.com", right)
		r.Header.Set("X-Forwarded-For", home)
		assert.Equal(t, tooMany, apitest.Do(t, h, r).Outcome(), "the same address by a trusted proxy must be the same caller")
		r = attempt(home, "ann@example.com", right)
		r.Header.Set("X-Forwarded-For", "192.0.2.2")
		assert.Equal(t, tooMany, apitest.Do(t, h, r).Outcome(), "an address must not become another one by a header that anybody can write (CWE-348)")
	})
}

// 6. In which spelling and whether or not.
func TestProtect_CountsEachAccountAlike(t *testing.T) {
	at(t, func(t *testing.T, h *house) {
		for i, email := range []string{"ann@example.com", "Ann@example.com", " ann@example.com", "ANN@EXAMPLE.COM", "ann@example.com "} {
			h.tries(t, 1, fmt.Sprintf("192.0.2.%d", i), email, "wrong", wrong, "the first failures must be answered by the handler")
		}
		h.tries(t, 1, "192.0.2.9", "aNN@example.com", "wrong", tooMany, "all spellings of an email must have one counter")
		h.tries(t, 5, "192.0.2.10", "nobody@example.com", "wrong", wrong, "the first failures must be answered by the handler")
		h.tries(t, 1, "192.0.2.11", "nobody@example.com", "wrong", tooMany, "an account that isn't there must be refused like any other, or the sixth attempt tells who has an account (CWE-204)")
	})
}

// 6. What is refused.
func TestProtect_AnswersWhatItRefuses(t *testing.T) {
	at(t, func(t *testing.T, h *house) {
		h.tries(t, 5, home, "ann@example.com", "wrong", wrong, "the first failures must be answered by the handler")
		time.Sleep(time.Minute + 300*time.Millisecond)
		before := h.inside.Load()
		answer := apitest.Do(t, h, attempt(home, "ann@example.com", "a secret"))
		require.Equal(t, tooMany, answer.Outcome(), "five have failed")
		assert.Equal(t, before, h.inside.Load(), "what is refused must not come in: hashing is what costs, and what tells")
		seconds, err := strconv.Atoi(answer.Header.Get("Retry-After"))
		require.NoError(t, err, "Retry-After must be whole seconds (RFC 9110, section 10.2.3)")
		assert.Equal(t, int((window-time.Minute)/time.Second), seconds, "Retry-After must be the time that it takes, rounded up")
		assert.Equal(t, []string{"too many failures of an account POST /auth/token"}, withoutReason(h.log.Lines()), "it must be logged once, with reason, method and path (CWE-778)")
		for _, hidden := range []string{"a secret", "ann@example.com"} {
			assert.NotContains(t, h.log.String(), hidden, "what somebody typed must not be in the log: people type passwords into the wrong field (CWE-532)")
		}
		time.Sleep(time.Duration(seconds) * time.Second)
		h.tries(t, 1, home, "ann@example.com", right, "200", "when Retry-After is over it must go on")
	})
}

// withoutReason puts one word for each reason, which may be any.
func withoutReason(lines []string) []string {
	for i, line := range lines {
		if reason, ok := strings.CutSuffix(line, " POST /auth/token"); ok && reason != "" {
			lines[i] = "too many failures of an account POST /auth/token"
		}
	}
	return lines
}

// 6. What is refused by one counter doesn't count for the other.
func TestProtect_CountsOnlyWhatComesIn(t *testing.T) {
	at(t, func(t *testing.T, h *house) {
		h.tries(t, 5, "192.0.2.50", "ann@example.com", "wrong", wrong, "the first failures must be answered by the handler")
		h.tries(t, 40, home, "ann@example.com", "wrong", tooMany, "five have failed for Ann")
		for i := range 20 {
			h.tries(t, 1, home, fmt.Sprintf("user%d@example.com", i), "wrong", wrong, "attempts that an account refuses must not count for their address: a program in Bob's office may keep trying Ann's old password, and Bob must get in")
		}
		h.tries(t, 40, home, "eve@example.com", "wrong", tooMany, "twenty have failed from here")
		h.tries(t, 1, "192.0.2.60", "eve@example.com", right, "200", "attempts that never came in must not lock an account out: anybody could do that to anybody, from one address")
	})
}

// 6. At once.
func TestProtect_HoldsAHundredAtOnce(t *testing.T) {
	at(t, func(t *testing.T, h *house) {
		h.answer = func(w http.ResponseWriter, _ *http.Request) {
			time.Sleep(250 * time.Millisecond) // it hashes
			api.FailOAuth(w, http.StatusBadRequest, "invalid_grant", "invalid credentials")
		}
		var all sync.WaitGroup
		for i := range 100 {
			all.Go(func() { apitest.Ask(h, attempt(fmt.Sprintf("192.0.2.%d", i), "ann@example.com", "wrong")) })
		}
		all.Wait()
		assert.Equal(t, int32(5), h.inside.Load(), "of a hundred guesses at once five may come in: count before you know how it ends (CWE-307)")
	})
}

// 7. Who got in.
func TestProtect_ForgivesAnAccountThatGotIn(t *testing.T) {
	at(t, func(t *testing.T, h *house) {
		h.tries(t, 4, home, "ann@example.com", "wrong", wrong, "the first failures must be answered by the handler")
		h.tries(t, 10, home, "ann@example.com", right, "200", "somebody who gets in must not be refused, however often")
		h.tries(t, 5, home, "ann@example.com", "wrong", wrong, "after a success the account begins anew")
		h.tries(t, 1, home, "ann@example.com", "wrong", tooMany, "and is counted again")
		h.answer = func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/tasks", http.StatusSeeOther) }
		h.tries(t, 1, home, "ann@example.com", "x", tooMany, "five have failed")
		h.answer = nil
		h.tries(t, 4, "192.0.2.2", "bob@example.com", "wrong", wrong, "the first failures must be answered by the handler")
		h.answer = func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/tasks", http.StatusSeeOther) }
		h.tries(t, 1, "192.0.2.2", "bob@example.com", "x", "303", "a page answers a login by sending the browser on")
		h.answer = nil
		h.tries(t, 5, "192.0.2.2", "bob@example.com", "wrong", wrong, "and that's a success, too")
	})
}

// 7. But not the address.
func TestProtect_ForgivesNoAddress(t *testing.T) {
	at(t, func(t *testing.T, h *house) {
		for i := range 19 {
			h.tries(t, 1, home, fmt.Sprintf("user%d@example.com", i), "wrong", wrong, "the first failures must be answered by the handler")
		}
		h.tries(t, 30, home, "eve@example.com", right, "200", "a success counts for no failure")
		h.tries(t, 1, home, "user20@example.com", "wrong", wrong, "the twentieth failure must be answered by the handler")
		h.tries(t, 1, home, "user21@example.com", "wrong", tooMany, "a success must not forgive the address: somebody with an account would log in to it after each nineteen guesses")
	})
}

// outcome is how a request ends, which may be with a panic.
func (h *house) outcome(r *http.Request) (outcome string) {
	defer func() {
		if trouble := recover(); trouble != nil {
			outcome = fmt.Sprint("panics: ", trouble)
		}
	}()
	return apitest.Ask(h, r).Outcome()
}

// 7. What is nobody's fault.
func TestProtect_CountsNoTrouble(t *testing.T) {
	at(t, func(t *testing.T, h *house) {
		for _, status := range []int{500, 503, 404, 405, 413, 415, 422} {
			h.answer = func(w http.ResponseWriter, _ *http.Request) { api.Fail(w, status, "server_error", "x") }
			h.tries(t, 25, home, "ann@example.com", right, fmt.Sprintf("%d server_error", status), "this is no failure of anybody's to log in, so it must count for nobody: a full disk would lock everybody out")
		}
		h.answer = func(w http.ResponseWriter, _ *http.Request) { api.FailOAuth(w, 400, "invalid_request", "x") }
		h.tries(t, 25, home, "ann@example.com", right, "400 invalid_request", "a form that can't be read is no guess")
		for _, begun := range []struct {
			what string
			by   func(w http.ResponseWriter)
		}{
			{"nothing", func(http.ResponseWriter) {}},
			{"a refusal", func(w http.ResponseWriter) { api.FailOAuth(w, 400, "invalid_grant", "x") }},
		} {
			h.answer = func(w http.ResponseWriter, _ *http.Request) {
				begun.by(w)
				panic("a bug")
			}
			for i := range 25 {
				require.Equal(t, "panics: a bug", h.outcome(attempt(home, "ann@example.com", right)), "the handler panics, after it has answered %s (request %d of 25): the panic must go on, and count for nobody, or a bug of ours locks people out", begun.what, i+1)
			}
		}
		h.answer = nil
		h.tries(t, 1, home, "ann@example.com", right, "200", "a bug of ours must count for nobody")
		h.tries(t, 4, home, "ann@example.com", "wrong", wrong, "the first failures must be answered by the handler")
		h.answer = func(w http.ResponseWriter, _ *http.Request) { api.Fail(w, 500, "server_error", "x") }
		h.tries(t, 1, home, "ann@example.com", right, "500 server_error", "trouble must be passed on")
		h.answer = nil
		h.tries(t, 1, home, "ann@example.com", "wrong", wrong, "the fifth failure must be answered by the handler")
		h.tries(t, 1, home, "ann@example.com", "wrong", tooMany, "trouble must not forgive what failed before it")
	})
}

// 7. Other ways to fail.
func TestProtect_KnowsEachFailure(t *testing.T) {
	for _, code := range []string{"invalid_grant", "wrong_password", "login_failed"} {
		at(t, func(t *testing.T, h *house) {
			h.answer = func(w http.ResponseWriter, _ *http.Request) { api.Fail(w, http.StatusForbidden, code, "x") }
			h.tries(t, 5, home, "ann@example.com", "x", "403 "+code, "the first failures must be answered by the handler")
			h.tries(t, 1, home, "ann@example.com", "x", tooMany, code+" must count: each door has its word for a password that isn't right")
		})
	}
}

// 7. Without an account.
func TestProtect_CountsWhatNamesNoAccount(t *testing.T) {
	at(t, func(t *testing.T, h *house) {
		h.tries(t, 20, home, "", "wrong", wrong, "a refresh token names no account: only its address counts")
		h.tries(t, 1, home, "", "wrong", tooMany, "twenty have failed from here")
		h.tries(t, 1, "192.0.2.2", "", "wrong", wrong, "requests that name no account must not share a counter: one guesser would lock out everybody's renewals")
	})
}

// 7. The request comes in as it was sent.
func TestProtect_PassesTheRequestOn(t *testing.T) {
	at(t, func(t *testing.T, h *house) {
		h.answer = func(w http.ResponseWriter, r *http.Request) {
			body, err := io.ReadAll(r.Body)
			if err != nil {
				api.Fail(w, 413, "invalid_request", "x")
				return
			}
			w.Header().Set("X-Length", strconv.Itoa(len(body)))
			w.WriteHeader(http.StatusTeapot)
			_, _ = w.Write(body)
		}
		for _, body := range []string{"username=ann&password=x", "", "%zz", strings.Repeat("x", 100_000)} {
			r := apitest.Form("/auth/token", body)
			r.RemoteAddr = home + ":1"
			answer := apitest.Ask(h, r)
			assert.Equal(t, strconv.Itoa(len(body)), answer.Header.Get("X-Length"), "the handler must find the whole body")
			assert.Equal(t, http.StatusTeapot, answer.Status, "the handler's status must go out")
			assert.Equal(t, body, answer.Body, "the handler's answer must go out")
		}
	})
}
