// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package login_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tokenauth.example/login/apitest"
)

// 1. Signing up answers with the user.
func TestSignUp_CreatesAUser(t *testing.T) {
	f := newFixture(t)
	answer := apitest.Do(t, f, apitest.Request("POST", "/users", annsJSON))

	require.Equal(t, "201", answer.Outcome(), "signing up with an email and a password must answer 201: something was created")
	assert.Equal(t, "ann@example.com", answer.JSON()["email"], "the answer must hold the user's email")
	assert.NotContains(t, answer.Body, "correct-horse", "the answer must not hold the password: answers are logged and cached on their way")
	assert.Contains(t, answer.Header.Get("Content-Type"), "application/json", "the answer must say that it is JSON")
	ann, err := f.accounts.Authenticate(t.Context(), "ann@example.com", "correct-horse")
	require.NoError(t, err, "after signing up, email and password must be in the store")
	assert.Equal(t, ann.ID, answer.JSON()["id"], "the answer must hold the user's id, which the store has made")
	assert.Len(t, f.asked.create, 1, "one request must ask the store once: a second try hashes the password a second time")
}

// 1. Signing up is not logging in.
func TestSignUp_GivesNoToken(t *testing.T) {
	f := newFixture(t)
	answer := apitest.Do(t, f, apitest.Request("POST", "/users", annsJSON))

	require.Equal(t, "201", answer.Outcome(), "signing up must answer 201")
	assert.Empty(t, f.asked.issue, "signing up must not issue a token: /auth/token is the one door at which tokens are issued, so that what is built there later (a confirmed email, a second factor, a limit on guesses) can't be walked around (CWE-288)")
	assert.NotContains(t, fmt.Sprint(answer.Header, answer.Body), "eyJ", "no token may be in the answer to a sign-up")
}

// oddPasswords lose something when they are trimmed, decoded twice, escaped, written in
// lower case, cut or normalised.
var oddPasswords = []string{
	` Päss+word %41&<b>"\ `, "\ttab and line\r\n", "\u00a0no-break space\u00a0", "e\u0301 is not \u00e9", "ﬁ is not fi", "zero\u200bwidth\ufeff",
	"$2a$04$not-a-hash", strings.Repeat("x", 72), "%00%zz;&=#?/",
}

// 1. The password is taken letter for letter.
func TestSignUp_TakesThePasswordAsItIs(t *testing.T) {
	f := newFixture(t)
	for i, odd := range oddPasswords {
		email := fmt.Sprintf("ann%d@example.com", i)
		body, err := json.Marshal(map[string]string{"email": email, "password": odd})
		require.NoError(t, err)
		require.Equal(t, "201", apitest.Do(t, f, apitest.Request("POST", "/users", string(body))).Outcome(), "a password of odd letters must be taken")

		_, err = f.accounts.Authenticate(t.Context(), email, odd)
		assert.NoError(t, err, "the password must reach the store as it was sent, spaces and all: nobody can log in with one that was changed on its way: %q", odd)
	}
}

// oddEmails lose something when they are trimmed, decoded twice, escaped or tidied up.
var oddEmails = []string{
	" ann@example.com", "ann@example.com ", "ann+tasks@example.com", "a.n.n@gmail.com", `"ann lee"@example.com`, "ann%41@example.com",
	"zo\u00eb@example.com", "zoe\u0308@example.com", "ann\u200b@example.com", "ann@ex\u00e4mple.com",
}

// 1. The email is taken letter for letter, but for its case.
func TestSignUp_TakesTheEmailAsItIs(t *testing.T) {
	f := newFixture(t)
	taken := 0
	for _, odd := range oddEmails {
		body, err := json.Marshal(map[string]string{"email": odd, "password": apitest.Password})
		require.NoError(t, err)
		f.asked.forget()
		answer := apitest.Do(t, f, apitest.Request("POST", "/users", string(body)))
		if answer.Outcome() == "422 invalid_request" && strings.TrimSpace(odd) != odd {
			continue // refused out loud, which changes nothing in silence
		}
		require.Equal(t, "201", answer.Outcome(), "an email with an @ and something on both sides of it must be taken: %q", odd)
		require.Len(t, f.asked.create, 1, "a sign-up must ask the store")
		assert.Equal(t, odd, strings.ToLower(f.asked.create[0][0]), "the email must reach the store as it was sent: a tidied one may be somebody else's, and its owner can't log in with what they typed")
		taken++
	}
	assert.NotZero(t, taken, "some of these emails must be taken")
}

// 1. What standard clients send is understood.
func TestSignUp_ServesStandardClients(t *testing.T) {
	f := newFixture(t)
	for i, contentType := range []string{"application/json", "application/json;charset=utf-8", "Application/JSON; charset=UTF-8", "application/x-www-form-urlencoded", ""} {
		body := fmt.Sprintf("\r\n {\"password\": \"correct-horse\",\n\t\"email\": \"ann%d\\u0040example.com\"}\n", i)
		r := apitest.Request("POST", "/users", body, "Content-Type", contentType)
		assert.Equal(t, "201", apitest.Do(t, f, r).Outcome(), "JSON must be taken as JSON allows it to be written, whatever the Content-Type says: many clients add a charset, and curl calls everything a form")
	}
}

// 1. What the client may not decide is ignored.
func TestSignUp_IgnoresOtherFields(t *testing.T) {
	f := newFixture(t)
	for _, body := range []string{
		strings.Replace(annsJSON, "{", `{"id":"chosen-by-client","role":"admin",`, 1),
		strings.NewReplacer("{", `{"ID":"chosen-by-client",`, "ann@", "bob@").Replace(annsJSON),
	} {
		answer := apitest.Do(t, f, apitest.Request("POST", "/users", body))
		require.Equal(t, "201", answer.Outcome(), "a field that the server does not know must be ignored: next year's clients will send more than this year's: %s", body)
		assert.NotContains(t, answer.Body, "chosen-by-client", "the id must be the store's own, whatever the client sends (CWE-915)")
	}
}

// 1. What is not JSON is refused.
func TestSignUp_RefusesWhatIsNotJSON(t *testing.T) {
	f := newFixture(t)
	for _, good := range []string{annsJSON, `{"email":"zo\u00eb@example.com","password":"\ud83d\udc34 \\ud83d horse"}`} {
		f.signsUp(t, good)
	}

	f.asked.forget()
	for _, body := range []string{"", "email=bob%40example.com", `{"email":"bob@example.com"`,
		`{"email":"bob@example.com","password":"correct-horse"} and more`,
		`{"email":"bob@example.com","password":"correct-horse"}{}`,
		`{"email":"bob@example.com","password":"correct-horse"}}`,
		`{"email":"bob@example.com","password":"correct-horse",}`,
		`{email:"bob@example.com",password:"correct-horse"}`,
		`{'email':'bob@example.com','password':'correct-horse'}`,
		`{"email":"bob@example.com","password":"correct-horse"} // a comment`,
		"{\"email\":\"bob@example.com\",\"password\":\"correct-\nhorse\"}",
		"{\"email\":\"bob@example.com\",\"password\":\"correct-\xff\xfe-horse\"}",
		`{"email":"bob@example.com","password":"correct-\ud83d-horse"}`, `{"email":"bob@example.com","password":"\\\udc34-correct-horse"}`} {
		answer := apitest.Do(t, f, apitest.Request("POST", "/users", body, "Content-Type", "application/json"))
		assert.Equal(t, "400 invalid_request", answer.Outcome(),
			"a body that is not exactly one JSON value must be refused: the next program that reads it may see something else: %q", body)
	}
	assert.Empty(t, f.asked.create, "a body that was refused must not reach the store")
}

// 1. A field of the wrong type is refused.
func TestSignUp_RefusesAFieldOfTheWrongType(t *testing.T) {
	f := newFixture(t)
	f.signsUp(t, annsJSON)

	f.asked.forget()
	for _, body := range []string{`{"email":1,"password":"correct-horse"}`, `{"email":"bob@example.com","password":12345678}`,
		`{"email":["bob@example.com"],"password":"correct-horse"}`, `{"email":{"at":"bob@example.com"},"password":"correct-horse"}`,
		`{"email":"bob@example.com","password":true}`, `{"email":"bob@example.com","password":["correct-horse"]}`, `{"email":"bob@example.com","password":123456.75}`} {
		answer := apitest.Do(t, f, apitest.Request("POST", "/users", body))
		assert.Equal(t, "422 invalid_request", answer.Outcome(), "JSON with a field of the wrong type must be refused: %s", body)
	}
	assert.Empty(t, f.asked.create, "a body that was refused must not reach the store")
}

// 1. A sign-up ends with its request.
func TestSignUp_EndsWithItsRequest(t *testing.T) {
	f := newFixture(t)
	waiting := &waitingAccounts{}
	endsWithItsRequest(t, f, waiting, apitest.Request("POST", "/users", annsJSON))
}
