// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package login_test

import (
	"log"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tokenauth.example/login/apitest"
)

// 4. A refused login is logged, with its reason.
func TestToken_LogsARefusal(t *testing.T) {
	f, _ := withAnn(t)
	bob := f.accounts.SignUp(t, "bob@example.com")
	require.NoError(t, f.accounts.Deactivate(t.Context(), bob.ID))
	for _, form := range []string{"username=ann%40example.com&password=wrong-horse", "username=nobody%40example.com&password=wrong-horse", "username=bob%40example.com&password=correct-horse"} {
		before := len(f.log.Lines())
		apitest.Do(t, f, apitest.Form("/auth/token", form))
		assert.Equal(t, []string{"bad credentials POST /auth/token"}, f.log.Lines()[before:],
			"a refused login must be one line in the log, with reason, method and path: it is how guessing is noticed")
	}
	for line := range strings.Lines(f.log.String()) {
		assert.NotContains(t, line, `"level":"DEBUG"`, "a refusal must be logged at Info or above: below, loggers leave it out unless they are told otherwise")
	}
}

// 4. The log holds no secret, and neither does what is printed.
func TestToken_LogsNoSecret(t *testing.T) {
	f, _ := withAnn(t)
	var answer apitest.Answer
	log := printed(t, func() {
		answer = apitest.Ask(f, apitest.Form("/auth/token", annsForm))
		for _, r := range []*http.Request{
			apitest.Form("/auth/token?state=from-the-url", "username=typed-by-mistake&password=wrong-horse"),
			apitest.Form("/auth/token", "username=typed-by-mistake&password=wrong-horse"),
			apitest.Form("/auth/token?password=from-the-url", annsForm),
			apitest.Form("/auth/token", annsForm+"&password=other-horse"),
			apitest.Request("POST", "/users", `{"email":"bob@example.com","password":"correct-horse"}`),
			apitest.Request("POST", "/users", `{"email":"bob@example.com","password":"correct-horse"}`),
			apitest.Request("POST", "/users", `{"email":"typed-by-mistake","password":"horse"}`),
		} {
			apitest.Ask(f, r)
		}
	}) + f.log.String()
	require.Equal(t, "200", answer.Outcome(), "the right username and password must log in")

	assert.NotContains(t, log, "horse", "the log must not hold a password: the wrong one is nearly the right one, and many people can read logs (CWE-532). What is printed is kept with the log")
	assert.NotContains(t, log, "from-the-url", "the log must not hold what is behind the ? in a URL: log the path alone (CWE-532)")
	assert.NotContains(t, log, "typed-by-mistake", "the log must not hold what was typed as the username: sooner or later somebody types the password there (CWE-532)")
	signed, _ := answer.JSON()["access_token"].(string)
	require.NotEmpty(t, signed, "the answer must hold the token")
	for part := range strings.SplitSeq(signed, ".") {
		assert.NotContains(t, log, part, "the log must hold no part of a token: anybody who reads it could use it (CWE-532)")
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
