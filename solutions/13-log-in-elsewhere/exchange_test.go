// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package elsewhere_test

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tokenauth.example/elsewhere"
	"tokenauth.example/provider"
	"tokenauth.example/scopes/ordered"
)

// The code and the verifier of a login, in these tests.
const (
	aCode     = "a+code/with&signs=in it"
	aVerifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
)

// 6. A code for an ID token.
// Stays: no login ends without it, so others find it, too, and say less plainly what is missing.
func TestExchange_SendsTheForm(t *testing.T) {
	inTime(t, func(t *testing.T, s *site) {
		s.answers(func(w http.ResponseWriter, _ *http.Request) {
			reply(w, 200, map[string]any{"access_token": "for others", "id_token": "a.b.c"})
		})
		signed, err := s.Exchange(t.Context(), tokenURL, aCode, aVerifier)
		require.NoError(t, err, "a code for which the provider has an ID token must get it")
		assert.Equal(t, "a.b.c", signed, "it must return id_token, and not the access token, which is for others")
		sent := s.exchanged()
		require.Len(t, sent, 1, "the provider must be asked once: a code works once")
		for _, expected := range [][2]string{
			{"grant_type", "authorization_code"}, {"code", aCode}, {"redirect_uri", redirect}, {"client_id", id}, {"client_secret", secret}, {"code_verifier", aVerifier},
		} {
			assert.Equal(t, []string{expected[1]}, sent[0].form[expected[0]], "the form must have %s, once (RFC 6749, section 4.1.3; RFC 7636, section 4.5)", expected[0])
		}
		assert.Equal(t, "application/x-www-form-urlencoded", sent[0].header.Get("Content-Type"), "it must say that it's a form")
	})
}

// 6. What isn't a good answer is none.
func TestExchange_RefusesBadAnswers(t *testing.T) {
	inTime(t, func(t *testing.T, s *site) {
		good := `{"id_token":"a.b.c"}`
		write := func(status int, text string) func(http.ResponseWriter, *http.Request) {
			return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status); _, _ = io.WriteString(w, text) }
		}
		s.answers(write(200, good))
		signed, err := s.Exchange(t.Context(), tokenURL, aCode, aVerifier)
		require.NoError(t, err, "before any bad answer, its good twin must be taken")
		require.Equal(t, "a.b.c", signed)
		for why, answer := range ordered.Map(map[string]func(http.ResponseWriter, *http.Request){
			"it answers 500, with an ID token":       write(500, good),
			"it answers 201, with an ID token":       write(201, good),
			"it answers 400, with an ID token":       write(400, good),
			"it answers 401 invalid_client":          write(401, `{"error":"invalid_client"}`),
			"it answers 500 invalid_grant":           write(500, `{"error":"invalid_grant"}`),
			"it answers 400 with a page":             write(400, `<html>`),
			"it answers with a page":                 write(200, `<html>`),
			"it answers with nothing":                write(200, ``),
			"it answers with two values":             write(200, good+good),
			"it answers with an access token alone":  write(200, `{"access_token":"x","token_type":"Bearer"}`),
			"its ID token is empty":                  write(200, `{"id_token":""}`),
			"its ID token is a number":               write(200, `{"id_token":7}`),
			"it answers with more than a megabyte":   write(200, `{"id_token":"a.b.c","x":"`+strings.Repeat("x", 1<<20)+`"}`),
			"it answers with a megabyte and nothing": write(200, good+strings.Repeat(" ", 1<<20)),
		}) {
			s.answers(answer)
			signed, err := s.Exchange(t.Context(), tokenURL, aCode, aVerifier)
			assert.ErrorIs(t, err, provider.ErrUnavailable, "%s: it doesn't say who has logged in", why)
			assert.NotErrorIs(t, err, elsewhere.ErrCode, "%s: it doesn't say that the code is wrong", why)
			assert.Empty(t, signed, "with an error there must be no token")
		}
	})
}

// 6. A code that it doesn't take.
func TestExchange_TellsABadCode(t *testing.T) {
	inTime(t, func(t *testing.T, s *site) {
		signed, err := s.Exchange(t.Context(), tokenURL, "another code", aVerifier)
		assert.ErrorIs(t, err, elsewhere.ErrCode, "a provider that answers invalid_grant says that the code is not good: somebody else's, or used")
		assert.NotErrorIs(t, err, provider.ErrUnavailable, "and it says it clearly")
		assert.Empty(t, signed, "with an error there must be no token")
	})
}

// 6. It sends us nowhere.
func TestExchange_FollowsNoRedirect(t *testing.T) {
	inTime(t, func(t *testing.T, s *site) {
		for _, status := range []int{301, 302, 303, 307, 308} {
			s.answers(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Query().Has("again") {
					reply(w, 200, map[string]any{"id_token": "a.b.c"})
					return
				}
				http.Redirect(w, r, tokenURL+"?again=1", status)
			})
			before := len(s.exchanged())
			_, err := s.Exchange(t.Context(), tokenURL, aCode, aVerifier)
			assert.ErrorIs(t, err, provider.ErrUnavailable, "a redirect is no answer: 307 would send code, verifier and secret wherever it says (CWE-918)")
			assert.Equal(t, before+1, len(s.exchanged()), "nobody else may be asked")
			assert.Nil(t, s.HTTP.CheckRedirect, "the client belongs to others, too: change a copy of it")
		}
	})
}

// 6. It may take its time, but not ours.
func TestExchange_WaitsForFiveSeconds(t *testing.T) {
	inTime(t, func(t *testing.T, s *site) {
		wait := func(before, after time.Duration) error {
			s.answers(func(w http.ResponseWriter, r *http.Request) {
				time.Sleep(before)
				w.WriteHeader(200)
				w.(http.Flusher).Flush()
				time.Sleep(after)
				_, _ = io.WriteString(w, `{"id_token":"a.b.c"}`)
			})
			began := time.Now()
			_, err := s.Exchange(t.Context(), tokenURL, aCode, aVerifier)
			assert.LessOrEqual(t, time.Since(began), 5*time.Second+time.Millisecond, "five seconds are enough for anybody")
			time.Sleep(time.Minute)
			return err
		}
		assert.NoError(t, wait(2*time.Second, 2*time.Second), "an answer that takes four seconds must be waited for")
		assert.ErrorIs(t, wait(30*time.Second, 0), provider.ErrUnavailable, "a provider that says nothing must not hold a request up")
		assert.ErrorIs(t, wait(0, 30*time.Second), provider.ErrUnavailable, "nor may one that begins to answer, and stops")
	})
}

// 6. What must not get into a log.
func TestExchange_KeepsSecrets(t *testing.T) {
	inTime(t, func(t *testing.T, s *site) {
		s.answers(func(w http.ResponseWriter, _ *http.Request) { reply(w, 200, map[string]any{"id_token": "a.b.c"}) })
		_, err := s.Exchange(t.Context(), tokenURL, aCode, aVerifier)
		require.NoError(t, err, "before any bad answer, its good twin must be taken")
		for _, answer := range []func(http.ResponseWriter, *http.Request){
			func(w http.ResponseWriter, r *http.Request) {
				reply(w, 400, map[string]any{"error": "invalid_grant", "error_description": r.PostForm.Encode()})
			},
			func(w http.ResponseWriter, r *http.Request) {
				reply(w, 500, map[string]any{"error": r.PostForm.Encode()})
			},
			func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, "<"+r.PostForm.Encode()) },
			func(w http.ResponseWriter, _ *http.Request) { panic(http.ErrAbortHandler) },
		} {
			s.answers(answer)
			_, err := s.Exchange(t.Context(), tokenURL, aCode, aVerifier)
			require.Error(t, err, "it's no answer")
			for _, hidden := range []string{aVerifier, secret, aCode, url.QueryEscape(aCode)} {
				assert.NotContains(t, err.Error(), hidden, "code, verifier and secret must not be in an error, which goes to the log (CWE-532)")
			}
		}
	})
}
