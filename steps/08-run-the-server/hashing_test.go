// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/bcrypt"

	"tokenauth.example/login/apitest"
)

// house is the handler of the whole program, on a database of its own.
type house struct {
	accounts apitest.Accounts
	handler  http.Handler
	log      *apitest.Log
}

func newHouse(t *testing.T) house {
	t.Helper()
	h := house{accounts: apitest.NewAccounts(t), log: &apitest.Log{}}
	var err error
	h.handler, err = newHandler(h.accounts.DB, settings{key: []byte(secretKey), lifetime: time.Minute, bcryptCost: bcrypt.MinCost}, h.log.Logger())
	require.NoError(t, err)
	return h
}

// mustLogIn shows that the program works: somebody who has signed up can log in.
func (h house) mustLogIn(t *testing.T, email string) {
	t.Helper()
	require.Equal(t, "200", apitest.Do(t, h.handler, logInAs(email)).Outcome(), "POST /auth/token must log in somebody who has signed up")
}

func logInAs(email string) *http.Request {
	return apitest.Form("/auth/token", "username="+email+"&password="+apitest.Password)
}

func signUpAs(email string) *http.Request {
	return apitest.Request("POST", "/users", fmt.Sprintf(`{"email":%q,"password":%q}`, email, apitest.Password))
}

// occupy takes all places to hash at, and gives them back at the end of the test, or when
// the function that it returns is called.
func occupy(t *testing.T) (leave func()) {
	t.Helper()
	t.Logf("sent: as many passwords as may be hashed at a time: %d", cap(hashing))
	for range cap(hashing) {
		hashing <- struct{}{}
	}
	left := false
	leave = func() {
		if !left {
			left = true
			for range cap(hashing) {
				<-hashing
			}
		}
	}
	t.Cleanup(leave)
	return leave
}

// wait sets how long a request waits in line for its turn to hash, for this test.
func wait(t *testing.T, limit time.Duration) {
	before := hashingWait
	hashingWait = limit
	t.Cleanup(func() { hashingWait = before })
}

// 4. A flood of logins does not keep out people with a token.
func TestNewHandler_HashesFewAtATime(t *testing.T) {
	h := newHouse(t)
	ann := h.accounts.SignUp(t, "ann@example.com")
	h.mustLogIn(t, ann.Email)
	wait(t, 2*patience)
	leave := occupy(t)

	for _, test := range []struct {
		name string
		r    *http.Request
	}{{"login", logInAs(ann.Email)}, {"sign-up", signUpAs("bob@example.com")}} {
		ctx, hangUp := context.WithCancel(t.Context())
		defer hangUp()
		answered := make(chan apitest.Answer, 1)
		go func() { answered <- apitest.Do(t, h.handler, test.r.WithContext(ctx)) }()

		told := make(chan apitest.Answer, 1)
		go func() {
			told <- apitest.Do(t, h.handler, apitest.Request("POST", "/tasks", `{"title":"Write report"}`, "Authorization", "Bearer "+tokenFor(ann.ID)))
		}()
		const why = "while passwords are hashed, people with a token must be answered: they need no hash, so put limitHashing around nothing but login"
		select {
		case task := <-told:
			assert.Equal(t, "201", task.Outcome(), why)
		case <-time.After(patience):
			leave()
			<-told
			<-answered
			require.Fail(t, "it waits for the passwords", why)
		}
		var answer apitest.Answer
		select {
		case answer = <-answered:
		case <-time.After(50 * time.Millisecond):
			hangUp() // a request that waits its turn leaves the line
			select {
			case answer = <-answered:
			case <-time.After(patience):
				leave()
				<-answered
				require.Fail(t, "it still waits", "a %s whose client has gone must leave the line", test.name)
			}
		}
		if answer.Body != "" && answer.Status != http.StatusServiceUnavailable {
			assert.Fail(t, "the "+test.name+" was answered while others still hashed",
				"few passwords must be hashed at a time, for a %s too, so put limitHashing around login: a flood of them would take every processor from people with a token (CWE-770)", test.name)
		}
	}
	leave()
	h.mustLogIn(t, ann.Email)
}

// 4. More passwords than can be hashed in time are refused in time.
func TestNewHandler_RefusesAFloodInTime(t *testing.T) {
	require.Less(t, hashingWait, 10*time.Second, "a client must be told within ten seconds that it is not its turn")
	h := newHouse(t)
	ann := h.accounts.SignUp(t, "ann@example.com")
	h.mustLogIn(t, ann.Email)
	wait(t, 10*time.Millisecond)
	leave := occupy(t)

	for _, r := range []*http.Request{logInAs(ann.Email), signUpAs("bob@example.com")} {
		answer := apitest.Do(t, h.handler, r)
		assert.Equal(t, "503 overloaded", answer.Outcome(), "%s must be told that there is too much to do: it isn't the client's fault, and it isn't a bug of ours", r.URL.Path)
		assert.NotEmpty(t, answer.Header.Get("Retry-After"), "503 must say in Retry-After when to come back: clients would all come back at once")
	}
	for _, path := range []string{"/auth/token", "/users"} {
		assert.Contains(t, h.log.String(), path, "each who was sent away must be in the log: somebody has to notice that there are too many")
	}
	leave()
	assert.Equal(t, "201", apitest.Do(t, h.handler, signUpAs("bob@example.com")).Outcome(), "who was refused because of a flood must find nothing done, and be served after it")
}

// 4. A client that has gone gives its place in the line back.
func TestNewHandler_ForgetsClientsThatHaveGone(t *testing.T) {
	h := newHouse(t)
	ann := h.accounts.SignUp(t, "ann@example.com")
	h.mustLogIn(t, ann.Email)
	wait(t, time.Hour)
	leave := occupy(t)

	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	over := make(chan struct{}, 1)
	server := newServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.handler.ServeHTTP(w, r)
		over <- struct{}{}
	}))
	defer server.Close()
	go func() { _ = server.Serve(listener) }()
	connection, err := net.Dial("tcp", listener.Addr().String())
	require.NoError(t, err)
	t.Log("sent: POST /auth/token; then the client closes the connection")
	body := "username=" + ann.Email + "&password=" + apitest.Password
	_, err = fmt.Fprintf(connection, "POST /auth/token HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
	require.NoError(t, err)
	require.NoError(t, connection.Close())
	select {
	case <-over:
	case <-time.After(patience):
		leave()
		require.Fail(t, "it still waits for its turn", "a client that has gone must leave the line: people who gave up, and robots that never read an answer, would keep everybody else waiting (CWE-400)")
	}
	leave()
	h.mustLogIn(t, ann.Email)
	assert.Empty(t, hashing, "every place must have been given back")
}

// 4. Guard: Whether the server is healthy depends on its database.
func TestNewHandler_AsksTheDatabaseForItsHealth(t *testing.T) {
	h := newHouse(t)
	healthz := func() apitest.Answer { return apitest.Do(t, h.handler, apitest.Request("GET", "/healthz", "")) }
	require.Equal(t, "200", healthz().Outcome(), "GET /healthz must answer 200 while all is well")

	t.Log("sent: the database is taken away; then GET /healthz")
	require.NoError(t, h.accounts.DB.Close())
	answer := healthz()
	assert.GreaterOrEqual(t, answer.Status, 500, "a server without its database can do nothing for anybody, so GET /healthz must not say that all is well: a load balancer would go on sending people here")
	assert.NotContains(t, answer.Body, "closed", "GET /healthz must not tell strangers what the server is made of (CWE-497)")
	assert.Contains(t, h.log.String(), "closed", "the log must have a line with the reason: somebody has to find out what's wrong")
}
