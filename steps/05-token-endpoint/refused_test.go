// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package login_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/bcrypt"

	"tokenauth.example/login"
	"tokenauth.example/login/api"
	"tokenauth.example/login/apitest"
	"tokenauth.example/password"
	"tokenauth.example/users"
)

// 4. A wrong password gets 401.
func TestToken_RefusesAWrongPassword(t *testing.T) {
	f, _ := withAnn(t)
	f.logsIn(t, annsForm)

	f.asked.forget()
	answer := apitest.Do(t, f, apitest.Form("/auth/token", "username=ann%40example.com&password=wrong-horse"))
	assert.Equal(t, "401 invalid_grant", answer.Outcome(), "a wrong password must get 401 invalid_grant")
	assert.Equal(t, "invalid credentials", answer.Detail(), "the detail must say no more than this")
	assert.NotContains(t, answer.Late, "Www-Authenticate", "WWW-Authenticate was set when the answer had been sent, so nobody got it: the first byte of a body sends the headers off")
	assert.Equal(t, "bearer", answer.Challenge(), "a 401 must have the header WWW-Authenticate: Bearer (RFC 9110, section 15.5.2)")
	assert.Len(t, f.asked.authenticate, 1, "a login must ask the store once: a second try doubles what each guess costs us, and gives guesses away")
	assert.Empty(t, f.asked.issue, "no token may be issued for a wrong password")
	answer = apitest.Do(t, f.wrapped(t), apitest.Form("/auth/token", "username=ann%40example.com&password=wrong-horse"))
	assert.Equal(t, "401 invalid_grant", answer.Outcome(), "an error with more words around it must be known, too: ask errors.Is, not == and not its text")
}

// 4. A password that is nearly right is wrong.
func TestToken_ComparesTheWholePassword(t *testing.T) {
	f, _ := withAnn(t)
	f.logsIn(t, annsForm)
	long := strings.Repeat("x", 72)
	_, err := f.accounts.Create(t.Context(), "bob@example.com", long)
	require.NoError(t, err)
	f.logsIn(t, "username=bob%40example.com&password="+long)
	_, err = f.accounts.Create(t.Context(), "zoe@example.com", "caf\u00e9-caf\u00e9")
	require.NoError(t, err)
	f.logsIn(t, formOf("zoe@example.com", "caf\u00e9-caf\u00e9"))

	for _, form := range []string{
		annsForm + "+", annsForm + "%0A", annsForm + "%00", annsForm + "%00correct-horse", annsForm + "%FF", annsForm + "%E2%80%8B", annsForm + "%C2%A0", annsForm + "%22",
		"username=ann%40example.com&password=+correct-horse", "username=ann%40example.com&password=Correct-Horse", "username=ann%40example.com&password=CORRECT-HORSE",
		"username=ann%40example.com&password=correct-hors", "username=ann%40example.com&password=correct%2520horse", "username=ann%40example.com&password=correct%252Dhorse",
		"username=bob%40example.com&password=" + long + "y", formOf("zoe@example.com", "cafe\u0301-cafe\u0301"), formOf("zoe@example.com", "cafe-cafe"),
		formOf(" ann@example.com", "correct-horse"), formOf("ann@example.com\n", "correct-horse"), formOf("ann@example.com\x00", "correct-horse"), formOf("mailto:ann@example.com", "correct-horse"),
		formOf("a.nn@example.com", "correct-horse"), formOf("ann+x@example.com", "correct-horse"), formOf("ann\u200b@example.com", "correct-horse"),
	} {
		assert.Equal(t, "401 invalid_grant", apitest.Do(t, f, apitest.Form("/auth/token", form)).Outcome(),
			"what is nearly right must be refused: do not trim it, cut it or clean it, or several passwords open one account: %q", form)
	}
}

// alike are logins that fail, each for a reason of its own. Bob is deactivated.
var alike = []struct{ name, form string }{
	{"an unknown user", "username=nobody%40example.com&password=correct-horse"},
	{"a deactivated user", "username=bob%40example.com&password=correct-horse"},
	{"a deactivated user with a wrong password", "username=bob%40example.com&password=wrong-horse"},
	{"a username without an @", "username=ann&password=correct-horse"},
	{"a username of 60,000 letters", "username=" + strings.Repeat("x", 60_000) + "&password=correct-horse"},
	{"a password of one letter", "username=ann%40example.com&password=x"},
	{"an over-long password", "username=ann%40example.com&password=" + strings.Repeat("x", 1000)},
	{"a password with a NUL", "username=ann%40example.com&password=correct-horse%00"},
	{"a password that everybody uses", "username=ann%40example.com&password=password1"},
}

// 4. The answer does not say why.
func TestToken_DoesNotTellWhy(t *testing.T) {
	f, _ := withAnn(t)
	bob := f.accounts.SignUp(t, "bob@example.com")
	f.logsIn(t, strings.Replace(annsForm, "ann", "bob", 1))
	require.NoError(t, f.accounts.Deactivate(t.Context(), bob.ID))

	want := apitest.Do(t, f, apitest.Form("/auth/token", "username=ann%40example.com&password=wrong-horse"))
	require.Equal(t, "401 invalid_grant", want.Outcome(), "a wrong password must get 401 invalid_grant")
	for _, test := range alike {
		answer := apitest.Do(t, f, apitest.Form("/auth/token", test.form))
		require.NotEqual(t, 200, answer.Status, "%s must not be let in", test.name)
		assert.Equal(t, want, answer, "%s must get the same status, headers and body as a wrong password: any difference shows who has an account (CWE-204)", test.name)
	}
	assert.Empty(t, f.asked.create, "a login must sign nobody up: a typing mistake would make an account, for an email that its owner has never heard of")
}

// 4. Each refusal takes as long as another.
func TestToken_HashesOnceForEachRefusal(t *testing.T) {
	accounts := apitest.NewAccounts(t)
	hasher := &countingHasher{Hasher: password.Hasher{Cost: bcrypt.MinCost}}
	store, err := users.New(accounts.DB, hasher)
	require.NoError(t, err)
	accounts.SignUp(t, "ann@example.com")
	bob := accounts.SignUp(t, "bob@example.com")
	require.NoError(t, accounts.Deactivate(t.Context(), bob.ID))
	handler := login.New(store, newIssuer(t), new(apitest.Log).Logger())
	count := func(form string) string {
		before := hasher.verified
		status := apitest.Do(t, handler, apitest.Form("/auth/token", form)).Status
		return fmt.Sprintf("%d after %d hashes", status, hasher.verified-before)
	}

	require.Equal(t, "200 after 1 hashes", count(annsForm), "the right password must log in, and be compared once")
	for _, test := range append(alike, struct{ name, form string }{"a wrong password", "username=ann%40example.com&password=wrong-horse"}) {
		assert.Equal(t, "401 after 1 hashes", count(test.form), "%s must cost one hash, like any other refusal: an attacker with a clock sees the difference (CWE-208)", test.name)
	}
}

// countingHasher counts how often a password is compared.
type countingHasher struct {
	password.Hasher
	verified int
}

func (h *countingHasher) Verify(hash, plain string) error {
	h.verified++
	return h.Hasher.Verify(hash, plain)
}

// 5. Trouble of ours is not a wrong password.
func TestToken_TellsTroubleFromAWrongPassword(t *testing.T) {
	f, _ := withAnn(t)
	for _, test := range []struct {
		name     string
		accounts login.Accounts
		issuer   login.Issuer
	}{
		{"the store", troubled(fails), newIssuer(t)},
		{"the issuer", f.accounts, troubled(fails)},
	} {
		var log apitest.Log
		answer := apitest.Do(t, login.New(test.accounts, test.issuer, log.Logger()), apitest.Form("/auth/token", annsForm))
		assert.Equal(t, "500 server_error", answer.Outcome(), "when %s fails, the password is not wrong: people would reset it, and nobody would look at the server", test.name)
		assert.NotContains(t, answer.Body, "tasks.db", "the error of %s must not be shown (CWE-209)", test.name)
		assert.NotContains(t, answer.Body, "access_token", "when %s fails, there must be no token", test.name)
		assert.Contains(t, log.String(), "tasks.db", "the error of %s must be in the log: somebody has to fix it", test.name)
		assert.NotContains(t, log.String(), "horse", "the log must not hold the password (CWE-532)")
		assert.Regexp(t, "^[^\n]*POST /auth/token$", strings.Join(log.Lines(), "\n"), "trouble must be one line in the log, with a reason, the method and the path")
	}
	for _, handler := range []http.Handler{
		login.New(troubled(panics), newIssuer(t), f.log.Logger()), login.New(f.accounts, troubled(panics), f.log.Logger()),
	} {
		assert.Contains(t, []string{"a panic", "500 server_error"}, outcomeOrPanic(handler, apitest.Form("/auth/token", annsForm)),
			"a panic of ours says nothing about the password: let it pass, which net/http logs, or answer 500. A 401 hides the bug, and sends people to reset a password that is right")
	}
}

// outcomeOrPanic is the outcome of the request, or "a panic" if the handler lets one pass.
func outcomeOrPanic(handler http.Handler, r *http.Request) (outcome string) {
	defer func() {
		if recover() != nil {
			outcome = "a panic"
		}
	}()
	return apitest.Ask(handler, r).Outcome()
}

// 5. A server that is busy says so.
func TestNew_SaysWhenItIsBusy(t *testing.T) {
	busy := troubled(func() error { return fmt.Errorf("hash: %w", api.ErrOverloaded) })
	for _, r := range []*http.Request{apitest.Request("POST", "/users", annsJSON), apitest.Form("/auth/token", annsForm)} {
		var log apitest.Log
		answer := apitest.Do(t, login.New(busy, newIssuer(t), log.Logger()), r)
		assert.Equal(t, "503 overloaded", answer.Outcome(), "when too many passwords wait to be hashed, clients must be told to come back: give api.ServerError the error as it is, it knows this one")
		assert.NotEmpty(t, answer.Header.Get("Retry-After"), "a client that is sent away must be told when to come back")
		assert.Len(t, log.Lines(), 1, "a server that turns people away must be a line in the log")
	}
}
