// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package main

import (
	"crypto/sha512"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tokenauth.example/login/apitest"
	"tokenauth.example/token/forge"
	"tokenauth.example/users"
)

// 4. Everything together: sign up, log in, keep tasks.
// Stays: it asks for the plainest case, and so says most plainly what is wrong.
func TestServer_KeepsTasksOfTwoUsers(t *testing.T) {
	p := shared(t)
	ann, bob := p.signUpAndLogIn(t, "ann"), p.signUpAndLogIn(t, "bob")

	assert.Equal(t, map[string]any{"id": ann.id, "email": ann.email}, p.do(t, "GET", "/auth/me", ann.token, "").JSON(), "GET /auth/me must tell Ann who she is")
	created := p.do(t, "POST", "/tasks", ann.token, `{"title":"Write report"}`)
	require.Equal(t, "201", created.Outcome(), "POST /tasks must make a task")
	path := created.Header.Get("Location")
	assert.Equal(t, "200", p.do(t, "GET", path, ann.token, "").Outcome(), "Ann must see her task")
	assert.Contains(t, p.do(t, "GET", "/tasks", ann.token, "").Body, "Write report", "Ann must see her task in the list")
	assert.Equal(t, "[]", strings.TrimSpace(p.do(t, "GET", "/tasks", bob.token, "").Body), "Bob must not see Ann's task in his list")
	assert.Equal(t, "404 not_found", p.do(t, "GET", path, bob.token, "").Outcome(), "Bob must not see Ann's task")
	assert.Equal(t, "404 not_found", p.do(t, "DELETE", path, bob.token, "").Outcome(), "Bob must not delete Ann's task")
	assert.Equal(t, "204", p.do(t, "DELETE", path, ann.token, "").Outcome(), "Ann must be able to delete her task")
	assert.Equal(t, "409 email_taken", p.do(t, "POST", "/users", "", `{"email":"`+strings.ToUpper(ann.email)+`","password":"`+apitest.Password+`"}`).Outcome(), "an email must sign up once")
	assert.Equal(t, "401 invalid_grant", p.do(t, "POST", "/auth/token", "", "username="+ann.email+"&password=wrong-horse").Outcome(), "a wrong password must not log in")
}

// 4. No bad token passes.
func TestServer_RefusesBadTokens(t *testing.T) {
	p := shared(t)
	ann, bob := p.user(t, "ann"), p.user(t, "bob")
	p.inDatabase(t, func(accounts *users.Store) error { return accounts.Deactivate(t.Context(), bob.id) })
	claims := fmt.Sprintf(`{"sub":%q,"exp":%d}`, ann.id, time.Now().Unix()+61)
	parts := strings.Split(ann.token, ".")

	for _, test := range []struct{ name, signed, detail string }{
		{"an expired token", forge.HS256([]byte(secretKey), fmt.Sprintf(`{"sub":%q,"exp":%d}`, ann.id, time.Now().Unix()-1)), "Invalid or expired token"},
		{"a token with alg none", forge.Unsigned(`{"alg":"none"}`, claims), "Invalid or expired token"},
		{"a token signed with HS512", forge.Sign(sha512.New, []byte(secretKey), `{"alg":"HS512"}`, claims), "Invalid or expired token"},
		{"a token signed with an empty key", forge.HS256(nil, claims), "Invalid or expired token"},
		{"a token that never expires", forge.HS256([]byte(secretKey), fmt.Sprintf(`{"sub":%q}`, ann.id)), "Invalid or expired token"},
		{"a token with other claims under Ann's signature", parts[0] + "." + forge.Part(claims) + "." + parts[2], "Invalid or expired token"},
		{"a token without a subject", forge.HS256([]byte(secretKey), fmt.Sprintf(`{"exp":%d}`, time.Now().Unix()+60)), "Missing subject claim"},
		{"a token of nobody", tokenFor("nobody"), "User not found"},
		{"the token of somebody who was let in a moment ago, and has been deactivated since", bob.token, "User not found"},
	} {
		answer := p.do(t, "GET", "/auth/me", test.signed, "")
		assert.Equal(t, "401 invalid_token", answer.Outcome(), "%s must get 401 invalid_token", test.name)
		assert.Equal(t, test.detail, answer.Detail(), "%s must be told what the contract says", test.name)
	}
}

// 4. The settings are used.
func TestServer_UsesItsSettings(t *testing.T) {
	name := "50%20 of #7?.db"
	if runtime.GOOS == "windows" {
		name = "50%20 of #7.db" // no file's name has a ? there
	}
	database := filepath.Join(t.TempDir(), name)
	p := start(t, "ACCESS_TOKEN_EXPIRE_MINUTES=5", "DATABASE="+database, "BCRYPT_COST=11")
	require.FileExists(t, database, "the users must be in the file that DATABASE names, to the letter: another one isn't in anybody's backup")
	require.Empty(t, costs(database), "a new server must have no users: the password of one that it makes itself is known to everybody who has read the code (CWE-1392)")
	email := newEmail("ann")
	require.Equal(t, "201", p.do(t, "POST", "/users", "", `{"email":"`+email+`","password":"`+apitest.Password+`"}`).Outcome(), "POST /users must sign a user up")

	answer := p.do(t, "POST", "/auth/token", "", "username="+email+"&password="+apitest.Password)
	assert.EqualValues(t, 300, answer.JSON()["expires_in"], "with ACCESS_TOKEN_EXPIRE_MINUTES=5 a token must live for 300 seconds")
	signed, _ := answer.JSON()["access_token"].(string)
	_, claims, _, err := forge.Decode(signed)
	require.NoError(t, err, "access_token must be a token")
	exp, _ := claims["exp"].(json.Number).Int64()
	assert.InDelta(t, time.Now().Unix()+300, exp, 60, "with ACCESS_TOKEN_EXPIRE_MINUTES=5 a token must say so in exp")

	found := costs(database)
	require.NotEmpty(t, found, "the users must be in the file that DATABASE names, with a bcrypt hash")
	assert.Equal(t, "11", found[0], "with BCRYPT_COST=11 passwords must be hashed at cost 11")
}

// costs returns the cost of each bcrypt hash in a database.
func costs(database string) []string {
	stored, _ := os.ReadFile(database)
	unmerged, _ := os.ReadFile(database + "-wal") // where SQLite writes first
	var found []string
	for _, match := range regexp.MustCompile(`\$2[aby]\$(\d\d)\$`).FindAllSubmatch(append(stored, unmerged...), -1) {
		found = append(found, string(match[1]))
	}
	return found
}

// 4. One client does not keep the others waiting.
func TestServer_ServesManyAtOnce(t *testing.T) {
	p := shared(t)
	ann := p.user(t, "ann")
	t.Log("sent: POST /tasks without its body")
	p.begin(t, ann.token, `{"title":"Write report"}`)

	answer, err := p.try(t, "GET", "/tasks", ann.token, "")
	require.NoError(t, err, "while one client is still sending, others must be answered: on a slow connection, a single one would stop everybody (CWE-400)")
	assert.Equal(t, "200", answer.Outcome(), "while one client is still sending, others must be answered as ever")
}

// 4. What was answered is kept, even if the server is killed.
func TestServer_KeepsWhatItAnswered(t *testing.T) {
	p := start(t)
	ann := p.signUpAndLogIn(t, "ann")
	require.Equal(t, "201", p.do(t, "POST", "/tasks", ann.token, `{"title":"Write report"}`).Outcome(), "POST /tasks must make a task")
	gone := p.do(t, "POST", "/tasks", ann.token, `{"title":"Delete me"}`).Header.Get("Location")
	require.Equal(t, "204", p.do(t, "DELETE", gone, ann.token, "").Outcome(), "DELETE must delete a task")
	t.Log("sent: kill -9, and the server is started again on the same database")
	p.kill()

	p = start(t, "DATABASE="+p.database)
	answer := p.do(t, "GET", "/tasks", ann.token, "")
	require.Equal(t, "200", answer.Outcome(), "a token must go on working after a restart with the same key")
	assert.Contains(t, answer.Body, "Write report", "a task that was answered with 201 must still be there after the server was killed")
	assert.NotContains(t, answer.Body, "Delete me", "a task whose deletion was answered with 204 must not come back when the server is started again")
	p.logIn(t, ann.email)
}

// 4. Two servers, or a server and a backup, share one database.
func TestServer_SharesItsDatabase(t *testing.T) {
	p := shared(t)
	ann := p.user(t, "ann")
	db, err := users.OpenDatabase(p.database)
	require.NoError(t, err)
	defer db.Close()
	other, err := db.Conn(t.Context())
	require.NoError(t, err)
	defer other.Close()

	t.Log("sent: another program begins to write to the database; then POST /tasks; a moment later the other program is done")
	_, err = other.ExecContext(t.Context(), "BEGIN IMMEDIATE")
	require.NoError(t, err)
	answered := make(chan string, 1)
	go func() {
		answer, err := p.ask(t, client, "POST", "/tasks", `{"title":"Write report"}`, "Authorization", "Bearer "+ann.token)
		answered <- fmt.Sprint(answer.Outcome(), err)
	}()
	var got string
	select {
	case got = <-answered:
	case <-time.After(time.Second / 5):
	}
	_, err = other.ExecContext(t.Context(), "ROLLBACK")
	require.NoError(t, err)
	if got == "" {
		got = <-answered
	}
	t.Log("got: " + got)
	assert.Equal(t, "201<nil>", got, "while another program writes, a request must wait for it, and then be answered as ever. users.OpenDatabase sets SQLite up for that; sql.Open alone doesn't, and so it keeps no references between tables either")
}
