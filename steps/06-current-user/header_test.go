// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package auth_test

import (
	"encoding/base64"
	"fmt"
	"io"
	"log"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tokenauth.example/login/apitest"
	"tokenauth.example/token/forge"
)

// 7. Without a token there is a different answer.
func TestRequire_RefusesARequestWithoutAToken(t *testing.T) {
	f := newFixture(t)
	f.letsAnnIn(t)

	before := len(f.log.Lines())
	answer := f.refuses(t, apitest.Request("GET", "/tasks", ""), "401 not_authenticated", "a request without a token must get 401 not_authenticated")
	assert.Equal(t, "Not authenticated", answer.Detail(), "the detail must say that nobody is logged in")
	assert.Equal(t, "bearer", answer.Challenge(), "the header WWW-Authenticate must say Bearer, as in every 401, and no error: where no token was sent, none can be wrong (RFC 6750, section 3.1)")
	assert.Equal(t, []string{"no token GET /tasks"}, f.log.Lines()[before:], "a request without a token must be one line in the log")
}

// 7. A request that is refused is not listened to.
func TestRequire_AnswersBeforeItReadsTheBody(t *testing.T) {
	f := newFixture(t)
	f.letsAnnIn(t)
	for _, header := range []string{"", "Bearer x"} {
		body := &countingBody{}
		r := apitest.Form("/tasks", "")
		r.Header.Set("Authorization", header)
		r.Body = body
		apitest.Do(t, f, r)
		assert.Zero(t, body.reads, "the body of a refused request must not be read: strangers could keep the server busy with it")
	}
}

type countingBody struct{ reads int }

func (c *countingBody) Read([]byte) (int, error) { c.reads++; return 0, io.EOF }
func (c *countingBody) Close() error             { return nil }

// 8. What is not Bearer and a token is no token.
func TestRequire_RefusesOtherSchemes(t *testing.T) {
	f := newFixture(t)
	f.letsAnnIn(t)
	good := tokenFor(f.ann.ID)
	password := base64.StdEncoding.EncodeToString([]byte("ann:" + good))
	for _, header := range []string{"Basic " + password, "Basic " + good, "Token " + good, "JWT " + good, "Digest " + good, "Bearers " + good, "Bear " + good, "XBearer " + good, good, "x", "Bearer" + good, "Bearer:" + good, "Bearer=" + good, "Bearer," + good,
		"Basic Bearer " + good, "Basic x, Bearer " + good, `"Bearer ` + good, "authorization: Bearer " + good} {
		r := apitest.Request("GET", "/tasks", "", "Authorization", header)
		f.refuses(t, r, "401 not_authenticated", fmt.Sprintf("only \"Bearer \" and a token must count as one, and this is %.20q", header))
	}
	for _, header := range []string{"Bearer", "Bearer ", "bearer  "} {
		r := apitest.Request("GET", "/tasks", "", "Authorization", header)
		f.refuses(t, r, "401 not_authenticated", fmt.Sprintf("Bearer with nothing after it is no token: where none was sent, none can be wrong. Spaces alone are nothing either, so trim what follows (strings.TrimSpace): %q", header))
	}
	for _, header := range []string{"Bearer " + good + " " + good, "Bearer " + good + ", Bearer " + good, "Bearer Bearer " + good, "Bearer token=" + good, `Bearer "` + good + `"`, "Bearer " + good + ",", "Bearer " + good + ";x", "Bearer x " + good} {
		answer := apitest.Do(t, f, apitest.Request("GET", "/tasks", "", "Authorization", header))
		assert.Equal(t, 401, answer.Status, "anything but one token after Bearer must get 401: what is before the server may have looked at another part: %.20q…", header)
	}
}

// 8. The scheme is read in any case.
func TestRequire_ReadsTheSchemeInAnyCase(t *testing.T) {
	f := newFixture(t)
	for _, scheme := range []string{"Bearer", "bearer", "BEARER", "bEaReR", "BeaRer"} {
		answer := apitest.Do(t, f, apitest.Request("GET", "/tasks", "", "Authorization", scheme+" "+tokenFor(f.ann.ID)))
		assert.Equal(t, "200", answer.Outcome(), "%s must be understood: a scheme is the same in any case (RFC 9110, section 11.1)", scheme)
	}
}

// 8. Two headers are no way around.
func TestRequire_LetsNobodyInByASecondHeader(t *testing.T) {
	f := newFixture(t)
	f.letsAnnIn(t)
	bad := f.badTokens()[0].signed
	for _, headers := range [][]string{{"Bearer " + bad, "Bearer " + tokenFor(f.bob.ID)}, {"Basic eA==", "Bearer " + tokenFor(f.bob.ID)}, {"", "Bearer " + tokenFor(f.bob.ID)}} {
		r := apitest.Request("GET", "/tasks", "")
		r.Header["Authorization"] = headers
		answer := apitest.Do(t, f, r)
		assert.Contains(t, []int{400, 401}, answer.Status, "where the first header Authorization is no good, a second one must not count: what is before the server has judged the first")
	}
	r := apitest.Request("GET", "/tasks", "")
	r.Header["Authorization"] = []string{"Bearer " + tokenFor(f.ann.ID), "Bearer " + tokenFor(f.bob.ID)}
	answer := apitest.Do(t, f, r)
	assert.NotEqual(t, "bob@example.com true", answer.Body, "of two tokens, the second must not count: what is before the server has judged the first")
	assert.Contains(t, []int{200, 400, 401}, answer.Status, "two headers must not break anything")
}

// 8. The token stays out of the log.
func TestRequire_NeverLogsTheToken(t *testing.T) {
	f := newFixture(t)
	f.letsAnnIn(t)
	good := tokenFor(f.ann.ID)
	expired := forge.HS256(key, fmt.Sprintf(`{"sub":%q,"exp":%d}`, f.ann.ID, time.Now().Unix()-1))
	unknown := tokenFor("no-such-id")
	before := len(f.log.Lines())
	said := printed(t, func() {
		for _, header := range []string{"Bearer " + expired, "Bearer " + unknown, "Bearer " + good + "x", "Basic " + good, good} {
			apitest.Ask(f, apitest.Request("GET", "/tasks", "", "Authorization", header))
		}
		for _, header := range []string{"", "Bearer x", "Bearer " + expired, "Bearer " + unknown} {
			apitest.Ask(f, apitest.Request("GET", "/tasks?access_token="+good, "", "Authorization", header))
		}
		apitest.Ask(f, bearer(good))
	})

	require.Len(t, f.log.Lines()[before:], 9, "each of the nine refusals must be a line in the log")
	for line := range strings.Lines(f.log.String() + said) {
		for _, signed := range []string{good, expired, unknown} {
			for part := range strings.SplitSeq(signed, ".") {
				require.NotContains(t, line, part,
					"no part of a token must be in the log: anybody who reads the log could use it (CVE-2019-11250), and what is printed is kept with it. Log the reason, the method and r.URL.Path, which is not the whole URL")
			}
		}
	}
}

// printed returns what do writes to the terminal and to the log of package log.
func printed(t *testing.T, do func()) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "printed")
	file, err := os.Create(name)
	require.NoError(t, err)
	defer file.Close()

	stdout, stderr, logged := os.Stdout, os.Stderr, log.Writer()
	defer func() {
		os.Stdout, os.Stderr = stdout, stderr
		log.SetOutput(logged)
	}()
	os.Stdout, os.Stderr = file, file
	log.SetOutput(file) // and slog's, which goes there too
	do()

	text, err := os.ReadFile(name)
	require.NoError(t, err)
	return string(text)
}
