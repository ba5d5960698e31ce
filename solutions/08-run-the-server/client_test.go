// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/bcrypt"

	"tokenauth.example/login/apitest"
	"tokenauth.example/password"
	"tokenauth.example/token/forge"
	"tokenauth.example/users"
)

// client makes a connection for each request, and follows no redirect: what the
// server answers is what a test sees.
var client = &http.Client{
	Transport:     &http.Transport{DisableKeepAlives: true},
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	Timeout:       patience,
}

// regular keeps its connection, which saves time where a test asks hundreds of questions.
var regular = &http.Client{Transport: &http.Transport{}, CheckRedirect: client.CheckRedirect, Timeout: patience}

// do sends a request to the server, with the token if there is one.
func (p *process) do(t *testing.T, method, path, signed, body string) apitest.Answer {
	t.Helper()
	answer, err := p.try(t, method, path, signed, body)
	require.NoError(t, err, "the server must answer %s %s, and to its end", method, path)
	return answer
}

// try is do for a request that may not be answered.
func (p *process) try(t *testing.T, method, path, signed, body string) (apitest.Answer, error) {
	t.Helper()
	var headers []string
	if path == "/auth/token" {
		headers = append(headers, "Content-Type", "application/x-www-form-urlencoded")
	}
	if signed != "" {
		headers = append(headers, "Authorization", "Bearer "+signed)
	}
	t.Logf("sent: %s %s  %.200s", method, path, body)
	answer, err := p.ask(t, client, method, path, body, headers...)
	if err == nil {
		t.Logf("got: %d %.300s", answer.Status, strings.TrimSpace(answer.Body))
	}
	return answer, err
}

// ask sends a request with the headers, names and values in turn, and says nothing of it.
func (p *process) ask(t *testing.T, client *http.Client, method, path, body string, headers ...string) (apitest.Answer, error) {
	t.Helper()
	r, err := http.NewRequest(method, p.url+path, strings.NewReader(body))
	require.NoError(t, err)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	response, err := client.Do(r)
	if err != nil {
		return apitest.Answer{}, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	return apitest.Answer{Status: response.StatusCode, Header: response.Header, Body: string(text)}, err
}

// dial makes a connection to the server, which ends with the test.
func (p *process) dial(t *testing.T) net.Conn {
	t.Helper()
	connection, err := net.Dial("tcp", strings.TrimPrefix(p.url, "http://"))
	require.NoError(t, err)
	t.Cleanup(func() { connection.Close() })
	require.NoError(t, connection.SetDeadline(time.Now().Add(2*patience)))
	return connection
}

// begin sends POST /tasks without its body, and returns when the server waits for it.
func (p *process) begin(t *testing.T, signed, body string) (net.Conn, *bufio.Reader) {
	t.Helper()
	connection := p.dial(t)
	_, err := fmt.Fprintf(connection, "POST /tasks HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Length: %d\r\nExpect: 100-continue\r\n\r\n", signed, len(body))
	require.NoError(t, err)
	answers := bufio.NewReader(connection)
	answer, err := http.ReadResponse(answers, nil)
	require.NoError(t, err, "POST /tasks must begin to read its body")
	require.Equal(t, "100 Continue", answer.Status, "POST /tasks must begin to read its body")
	return connection, answers
}

// person is somebody who has signed up, with a token.
type person struct{ id, email, token string }

// newEmail returns one that nobody has had yet, though tests share a server.
func newEmail(name string) string {
	lastEmail++
	return fmt.Sprintf("%s-%d@example.com", name, lastEmail)
}

var lastEmail int

// signUpAndLogIn makes a user in the way that clients do.
func (p *process) signUpAndLogIn(t *testing.T, name string) person {
	t.Helper()
	someone := person{email: newEmail(name)}
	created := p.do(t, "POST", "/users", "", `{"email":"`+someone.email+`","password":"`+apitest.Password+`"}`)
	require.Equal(t, "201", created.Outcome(), "POST /users must sign a user up")
	someone.id, _ = created.JSON()["id"].(string)
	someone.token = p.logIn(t, someone.email)
	return someone
}

// logIn returns the token that a user gets.
func (p *process) logIn(t *testing.T, email string) string {
	t.Helper()
	answer := p.do(t, "POST", "/auth/token", "", "username="+email+"&password="+apitest.Password)
	require.Equal(t, "200", answer.Outcome(), "POST /auth/token must log in somebody who has signed up")
	signed, _ := answer.JSON()["access_token"].(string)
	return signed
}

// user makes a user, and a token, behind the server's back: hashing at a cost that is
// good enough for a server takes its time.
func (p *process) user(t *testing.T, name string) person {
	t.Helper()
	someone := person{email: newEmail(name)}
	p.inDatabase(t, func(accounts *users.Store) error {
		user, err := accounts.Create(t.Context(), someone.email, apitest.Password)
		someone.id = user.ID
		return err
	})
	someone.token = tokenFor(someone.id)
	require.Equal(t, "200", p.do(t, "GET", "/auth/me", someone.token, "").Outcome(),
		"the token of a user in the database, signed with SECRET_KEY, must be good for GET /auth/me: both are settings")
	return someone
}

// tokenFor is a good token for the user with the id, signed with the tests' key.
func tokenFor(id string) string {
	return forge.HS256([]byte(secretKey), fmt.Sprintf(`{"sub":%q,"exp":%d}`, id, time.Now().Unix()+60))
}

// inDatabase changes the users behind the server's back, as an administrator would.
func (p *process) inDatabase(t *testing.T, change func(*users.Store) error) {
	t.Helper()
	db, err := users.OpenDatabase(p.database)
	require.NoError(t, err, "the users must be in the file that DATABASE names")
	defer db.Close()
	accounts, err := users.New(db, password.Hasher{Cost: bcrypt.MinCost})
	require.NoError(t, err)
	require.NoError(t, change(accounts), "the users must be in the file that DATABASE names")
}
