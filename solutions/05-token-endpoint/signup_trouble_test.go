// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package login_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tokenauth.example/login"
	"tokenauth.example/login/apitest"
)

// 1. A huge body is refused.
func TestSignUp_RefusesAHugeBody(t *testing.T) {
	f := newFixture(t)
	f.signsUp(t, annsJSON)
	padded := strings.Replace(annsJSON, "ann@", "bob@", 1)
	padded += strings.Repeat(" ", 64<<10-len(padded))
	f.signsUp(t, padded) // 64 KiB, and no more

	longer := strings.Replace(padded, "bob@", "cid@", 1) + " "
	assert.Equal(t, "413 invalid_request", apitest.Do(t, f, apitest.Request("POST", "/users", longer)).Outcome(), "a body of more than 64 KiB must be refused, good as it is")

	body := &endless{}
	r := apitest.Request("POST", "/users", "", "Content-Type", "application/json")
	r.Body, r.ContentLength = body, -1
	assert.Equal(t, "413 invalid_request", apitest.Do(t, f, r).Outcome(), "a body that never ends must be cut off")
	assert.LessOrEqual(t, body.read, 128<<10, "no more than the limit may be read: memory is for everybody (CWE-770)")
}

// endless is a body that never ends. It notes how much of it was read.
type endless struct{ read int }

func (e *endless) Read(p []byte) (int, error) {
	if e.read > 64<<20 {
		return 0, errors.New("the test gives up: 64 MiB were read")
	}
	for i := range p {
		p[i] = 'x'
	}
	e.read += len(p)
	return len(p), nil
}

func (e *endless) Close() error { return nil }

// 2. An email signs up once.
func TestSignUp_RefusesATakenEmail(t *testing.T) {
	f := newFixture(t)
	require.Equal(t, "201", apitest.Do(t, f, apitest.Request("POST", "/users", annsJSON)).Outcome(), "the first sign-up must succeed")

	f.asked.forget()
	answer := apitest.Do(t, f, apitest.Request("POST", "/users", strings.Replace(annsJSON, "ann@", "ANN@", 1)))
	assert.Equal(t, "409 email_taken", answer.Outcome(), "an email that has signed up, in any case, must get 409: the client can say so, where a 500 leaves people guessing")
	assert.Len(t, f.asked.create, 1, "one request must ask the store once: a second try hashes the password a second time")
	assert.Empty(t, f.asked.authenticate, "a sign-up must not try the password: /users would be a second place to guess passwords, and nobody watches it (CWE-307)")
	answer = apitest.Do(t, f.wrapped(t), apitest.Request("POST", "/users", annsJSON))
	assert.Equal(t, "409 email_taken", answer.Outcome(), "an error with more words around it must be known, too: ask errors.Is, not == and not its text")
}

// 2. An email or a password that is not fit is refused.
func TestSignUp_RefusesAnUnfitEmailOrPassword(t *testing.T) {
	f := newFixture(t)
	for _, body := range []string{
		annsJSON, `{"email":"` + strings.Repeat("x", 242) + `@example.com","password":"correct-horse"}`, `{"email":"cid@example.com","password":"8 bytes."}`, `{"email":"dot@example.com","password":"` + strings.Repeat("é", 36) + `"}`,
	} {
		f.signsUp(t, body)
	}

	for _, body := range []string{
		`{}`, `null`, `{"email":"bob@example.com"}`, `{"password":"correct-horse"}`, `{"email":"bob@example.com","password":null}`,
		`{"email":"","password":"correct-horse"}`, `{"email":"bob","password":"correct-horse"}`,
		`{"email":"bob@example.com","password":"7 bytes"}`,
		`{"email":"bob@example.com","password":"` + strings.Repeat("x", 73) + `"}`,
		`{"email":"bob@example.com","password":"` + strings.Repeat("é", 37) + `"}`,
		`{"email":"bob@example.com","password":"correct\u0000horse"}`,
		`{"email":"bob@example.com","password":"sunshine"}`,
		`{"email":"` + strings.Repeat("x", 243) + `@example.com","password":"correct-horse"}`,
	} {
		answer := apitest.Do(t, f, apitest.Request("POST", "/users", body, "Content-Type", "application/json"))
		assert.Equal(t, "422 invalid_request", answer.Outcome(),
			"an email that can't be one, or a password that the hasher refuses, is the client's mistake and must get 422: %s", body)
		answer = apitest.Do(t, f.wrapped(t), apitest.Request("POST", "/users", body, "Content-Type", "application/json"))
		assert.Equal(t, "422 invalid_request", answer.Outcome(), "an error with more words around it must be known, too: ask errors.Is, not == and not its text: %s", body)
	}
}

// 2. What was wrong is said.
func TestSignUp_SaysWhatWasWrong(t *testing.T) {
	f := newFixture(t)
	f.signsUp(t, annsJSON)

	email := apitest.Do(t, f, apitest.Request("POST", "/users", `{"email":"quirky-name","password":"correct-horse"}`))
	short := apitest.Do(t, f, apitest.Request("POST", "/users", `{"email":"quirky-name@example.com","password":"quirky"}`))
	long := apitest.Do(t, f, apitest.Request("POST", "/users", `{"email":"quirky-name@example.com","password":"`+strings.Repeat("quirky", 13)+`"}`))
	taken := apitest.Do(t, f, apitest.Request("POST", "/users", annsJSON))
	for _, answer := range []apitest.Answer{email, short, long} {
		require.Equal(t, "422 invalid_request", answer.Outcome(), "what is not fit must get 422")
		assert.NotContains(t, answer.Body, "quirky", "an answer must not repeat what was sent: it may be a password, and what a stranger sent is not for our pages and logs (CWE-209, CWE-116)")
	}
	assert.NotEqual(t, email.Detail(), short.Detail(), "a bad email and a bad password must get different details: with one text for both, people correct the wrong field")
	assert.NotContains(t, taken.Body, "ann@", "an answer must not repeat what was sent")
}

// 2. Trouble of ours is not shown.
func TestSignUp_HidesTroubleOfOurs(t *testing.T) {
	var log apitest.Log
	handler := login.New(troubled(fails), newIssuer(t), log.Logger())
	answer := apitest.Do(t, handler, apitest.Request("POST", "/users", annsJSON))

	assert.Equal(t, "500 server_error", answer.Outcome(), "when the store fails, that is not the client's mistake")
	assert.NotContains(t, answer.Body, "tasks.db", "the store's error must not be shown: it tells an attacker what the server is made of (CWE-209)")
	assert.Contains(t, log.String(), "tasks.db", "the store's error must be in the log: somebody has to fix it")
	assert.Regexp(t, "POST /users$", strings.Join(log.Lines(), "\n"), "the line in the log must have a reason, the method and the path")
	assert.NotContains(t, log.String(), "correct-horse", "the log must not hold the password (CWE-532)")

	panicking := login.New(troubled(panics), newIssuer(t), log.Logger())
	assert.Contains(t, []string{"a panic", "500 server_error"}, outcomeOrPanic(panicking, apitest.Request("POST", "/users", annsJSON)),
		"when the store panics, nobody has signed up: let the panic pass, which net/http logs, or answer 500")
}
