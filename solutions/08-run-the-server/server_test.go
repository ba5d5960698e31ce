package main

import (
	"bytes"
	"crypto/sha512"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tokenauth.example/login/apitest"
	"tokenauth.example/token/forge"
)

const secretKey = "for-tests-only-not-a-secret-at-all"

// The tests run the server as a process of its own and speak HTTP to it, as its
// clients do. The process is this test program once more, told to be the server.
func TestMain(m *testing.M) {
	if os.Getenv("TEST_BE_THE_SERVER") != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

// process is a running server.
type process struct {
	url    string
	cmd    *exec.Cmd
	output *output
	exited chan struct{} // closed when it has
}

// output keeps what a process prints.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// freeAddress returns an address of this machine on which nobody listens.
func freeAddress(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer listener.Close()
	return listener.Addr().String()
}

// launch starts the server with good settings, changed by env: "NAME=value". It
// returns when the server answers, or has exited.
func launch(t *testing.T, env ...string) *process {
	t.Helper()
	address := freeAddress(t)
	p := &process{url: "http://" + address, output: &output{}, exited: make(chan struct{})}
	p.cmd = exec.Command(os.Args[0])
	p.cmd.Dir = t.TempDir()
	p.cmd.Env = append(os.Environ(), append([]string{
		"TEST_BE_THE_SERVER=1", "SECRET_KEY=" + secretKey, "ACCESS_TOKEN_EXPIRE_MINUTES=", "DATABASE=", "ADDR=" + address, "BCRYPT_COST=10",
	}, env...)...)
	p.cmd.Stdout, p.cmd.Stderr = p.output, p.output
	makeStoppable(p.cmd)
	require.NoError(t, p.cmd.Start())
	go func() {
		_ = p.cmd.Wait()
		close(p.exited)
	}()
	t.Cleanup(func() {
		_ = p.cmd.Process.Kill()
		<-p.exited
		if t.Failed() {
			t.Logf("got: the server printed:\n%s", p.output)
		}
	})
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		select {
		case <-p.exited:
			return p
		default:
		}
		if response, err := http.Get(p.url + "/healthz"); err == nil {
			response.Body.Close()
			return p
		}
	}
	return p
}

// start is launch for a server that must run.
func start(t *testing.T, env ...string) *process {
	t.Helper()
	p := launch(t, env...)
	require.True(t, p.runs(), "with good settings the server must start and answer GET /healthz, and it has exited; it printed: %s", p.output)
	return p
}

func (p *process) runs() bool {
	select {
	case <-p.exited:
		return false
	default:
		return true
	}
}

// do sends a request to the server, with the token if there is one.
func (p *process) do(t *testing.T, method, path, signed, body string) apitest.Answer {
	t.Helper()
	r, err := http.NewRequest(method, p.url+path, strings.NewReader(body))
	require.NoError(t, err)
	if path == "/auth/token" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if signed != "" {
		r.Header.Set("Authorization", "Bearer "+signed)
	}
	t.Logf("sent: %s %s  %s", method, path, body)
	response, err := http.DefaultClient.Do(r)
	require.NoError(t, err, "the server must answer %s %s", method, path)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	require.NoError(t, err, "the server must answer %s %s to its end", method, path)
	answer := apitest.Answer{Status: response.StatusCode, Header: response.Header, Body: string(text)}
	t.Logf("got: %d %s", answer.Status, strings.TrimSpace(answer.Body))
	return answer
}

// signUpAndLogIn makes a user, and returns the id and a token.
func (p *process) signUpAndLogIn(t *testing.T, email string) (id, signed string) {
	t.Helper()
	created := p.do(t, "POST", "/users", "", `{"email":"`+email+`","password":"correct-horse"}`)
	require.Equal(t, "201", created.Outcome(), "POST /users must sign a user up")
	answer := p.do(t, "POST", "/auth/token", "", "username="+email+"&password=correct-horse")
	require.Equal(t, "200", answer.Outcome(), "POST /auth/token must log in who has signed up")
	id, _ = created.JSON()["id"].(string)
	signed, _ = answer.JSON()["access_token"].(string)
	return id, signed
}

// refusal launches the server and returns what it printed if it refused to start,
// and "" if it runs.
func refusal(t *testing.T, env ...string) string {
	t.Helper()
	t.Logf("sent: the server's environment has %q", env)
	p := launch(t, env...)
	if p.runs() {
		return ""
	}
	assert.NotZero(t, p.cmd.ProcessState.ExitCode(), "a server that did not start must exit with a code other than 0: whatever started it looks there")
	return p.output.String()
}

// 1. Without a key the server does not start.
func TestSettings_NeedAKey(t *testing.T) {
	require.NotContains(t, refusal(t), "SECRET_KEY", "a key of 34 bytes is long enough")

	for _, short := range []string{"", "change-me", "for-tests-only-and-31-bytes-long"[:31]} {
		printed := refusal(t, "SECRET_KEY="+short)
		assert.Contains(t, printed, "SECRET_KEY", "with a key of %d bytes the server must refuse to start, and name SECRET_KEY: a default key is known to everybody (CVE-2025-30206)", len(short))
		assert.Contains(t, printed, "rand", "the refusal must print the command that makes a key: openssl rand -hex 32")
		if short != "" {
			assert.NotContains(t, printed, short, "the refusal must not repeat the key: it may be one letter short of the real one")
		}
	}
}

// 2. A setting that makes no sense stops the start.
func TestSettings_RefuseNonsense(t *testing.T) {
	for _, good := range []string{"ACCESS_TOKEN_EXPIRE_MINUTES=5", "ACCESS_TOKEN_EXPIRE_MINUTES=", "BCRYPT_COST=10", "BCRYPT_COST="} {
		name, _, _ := strings.Cut(good, "=")
		require.NotContains(t, refusal(t, good), name, "%s is a good setting; an empty one has its default", good)
	}
	for _, bad := range []string{
		"ACCESS_TOKEN_EXPIRE_MINUTES=soon", "ACCESS_TOKEN_EXPIRE_MINUTES=0", "ACCESS_TOKEN_EXPIRE_MINUTES=-5", "ACCESS_TOKEN_EXPIRE_MINUTES=1.5", "ACCESS_TOKEN_EXPIRE_MINUTES=99999999999999999999",
		"BCRYPT_COST=9", "BCRYPT_COST=17", "BCRYPT_COST=x",
	} {
		name, _, _ := strings.Cut(bad, "=")
		assert.Contains(t, refusal(t, bad), name, "with %s the server must refuse to start, and name the variable: a default in its place would surprise somebody, months later", bad)
	}
}

// 3. The server starts and answers.
func TestRun_AnswersHealth(t *testing.T) {
	answer := start(t).do(t, "GET", "/healthz", "", "")
	assert.Equal(t, "200", answer.Outcome(), "GET /healthz must answer 200: whoever watches over servers asks it")
}

// 3. What keeps it from starting is named.
func TestRun_SaysWhatKeepsItFromStarting(t *testing.T) {
	start(t)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer listener.Close()

	for _, bad := range []string{"ADDR=" + listener.Addr().String(), "ADDR=nonsense", "DATABASE=" + filepath.Join(t.TempDir(), "no-such-folder", "tasks.db")} {
		name, _, _ := strings.Cut(bad, "=")
		assert.Contains(t, refusal(t, bad), name, "with %s the server must refuse to start, and name %s: it is what has to be changed", bad, name)
	}
}

// 4. Everything together: sign up, log in, keep tasks.
func TestServer_KeepsTasksOfTwoUsers(t *testing.T) {
	p := start(t)
	annsID, ann := p.signUpAndLogIn(t, "ann@example.com")
	_, bob := p.signUpAndLogIn(t, "bob@example.com")

	assert.Equal(t, map[string]any{"id": annsID, "email": "ann@example.com"}, p.do(t, "GET", "/auth/me", ann, "").JSON(), "GET /auth/me must tell Ann who she is")
	created := p.do(t, "POST", "/tasks", ann, `{"title":"Write report"}`)
	require.Equal(t, "201", created.Outcome(), "POST /tasks must make a task")
	path := created.Header.Get("Location")
	assert.Equal(t, "200", p.do(t, "GET", path, ann, "").Outcome(), "Ann must see her task")
	assert.Contains(t, p.do(t, "GET", "/tasks", ann, "").Body, "Write report", "Ann must see her task in the list")
	assert.Equal(t, "[]", strings.TrimSpace(p.do(t, "GET", "/tasks", bob, "").Body), "Bob must not see Ann's task in his list")
	assert.Equal(t, "404 not_found", p.do(t, "GET", path, bob, "").Outcome(), "Bob must not see Ann's task")
	assert.Equal(t, "404 not_found", p.do(t, "DELETE", path, bob, "").Outcome(), "Bob must not delete Ann's task")
	assert.Equal(t, "204", p.do(t, "DELETE", path, ann, "").Outcome(), "Ann must be able to delete her task")
	assert.Equal(t, "409 email_taken", p.do(t, "POST", "/users", "", `{"email":"ANN@example.com","password":"correct-horse"}`).Outcome(), "an email must sign up once")
	assert.Equal(t, "401 invalid_grant", p.do(t, "POST", "/auth/token", "", "username=ann@example.com&password=wrong-horse").Outcome(), "a wrong password must not log in")
}

// 4. No protected route was forgotten.
func TestServer_GuardsEveryRoute(t *testing.T) {
	p := start(t)
	id, ann := p.signUpAndLogIn(t, "ann@example.com")
	require.Equal(t, "200", p.do(t, "GET", "/auth/me", ann, "").Outcome(), "with a good token, GET /auth/me must answer 200")
	for _, route := range []string{"GET /auth/me", "GET /tasks", "POST /tasks", "GET /tasks/1", "DELETE /tasks/1", "GET /tasks/" + id} {
		method, path, _ := strings.Cut(route, " ")
		answer := p.do(t, method, path, "", "")
		assert.Equal(t, "401 not_authenticated", answer.Outcome(), "%s without a token must get 401: one route that was forgotten is open to everybody (CWE-306)", route)
		assert.Regexp(t, "(?i)^bearer", answer.Header.Get("WWW-Authenticate"), "every 401 must say which scheme it wants")
	}
}

// 4. No bad token passes.
func TestServer_RefusesBadTokens(t *testing.T) {
	p := start(t)
	id, ann := p.signUpAndLogIn(t, "ann@example.com")
	require.Equal(t, "200", p.do(t, "GET", "/auth/me", ann, "").Outcome(), "with a good token, GET /auth/me must answer 200")
	claims := fmt.Sprintf(`{"sub":%q,"exp":%d}`, id, time.Now().Unix()+60)
	require.Equal(t, "200", p.do(t, "GET", "/auth/me", forge.HS256([]byte(secretKey), claims), "").Outcome(),
		"a token signed with SECRET_KEY must be accepted: issuer and verifier must have the same key, and it must be the setting")
	_, swapped, _ := strings.Cut(forge.HS256([]byte(secretKey), fmt.Sprintf(`{"sub":"x","exp":%d}`, time.Now().Unix()+60)), ".")

	for _, test := range []struct{ name, signed, detail string }{
		{"an expired token", forge.HS256([]byte(secretKey), fmt.Sprintf(`{"sub":%q,"exp":%d}`, id, time.Now().Unix()-1)), "Invalid or expired token"},
		{"a token with alg none", forge.Unsigned(`{"alg":"none"}`, claims), "Invalid or expired token"},
		{"a token signed with HS512", forge.Sign(sha512.New, []byte(secretKey), `{"alg":"HS512"}`, claims), "Invalid or expired token"},
		{"a token signed with an empty key", forge.HS256(nil, claims), "Invalid or expired token"},
		{"a token that never expires", forge.HS256([]byte(secretKey), fmt.Sprintf(`{"sub":%q}`, id)), "Invalid or expired token"},
		{"a token put together from two", strings.Split(ann, ".")[0] + "x." + swapped, "Invalid or expired token"},
		{"a token without a subject", forge.HS256([]byte(secretKey), fmt.Sprintf(`{"exp":%d}`, time.Now().Unix()+60)), "Missing subject claim"},
		{"a token of nobody", forge.HS256([]byte(secretKey), fmt.Sprintf(`{"sub":"nobody","exp":%d}`, time.Now().Unix()+60)), "User not found"},
	} {
		answer := p.do(t, "GET", "/auth/me", test.signed, "")
		assert.Equal(t, "401 invalid_token", answer.Outcome(), "%s must get 401 invalid_token", test.name)
		assert.Equal(t, test.detail, answer.Detail(), "%s must be told what the contract says", test.name)
	}
}

// 4. The settings are used.
func TestServer_UsesItsSettings(t *testing.T) {
	database := filepath.Join(t.TempDir(), "a name with spaces.db")
	p := start(t, "ACCESS_TOKEN_EXPIRE_MINUTES=5", "DATABASE="+database, "BCRYPT_COST=11")
	p.signUpAndLogIn(t, "ann@example.com")

	answer := p.do(t, "POST", "/auth/token", "", "username=ann@example.com&password=correct-horse")
	assert.EqualValues(t, 300, answer.JSON()["expires_in"], "with ACCESS_TOKEN_EXPIRE_MINUTES=5 a token must live for 300 seconds")
	signed, _ := answer.JSON()["access_token"].(string)
	_, claims, _, err := forge.Decode(signed)
	require.NoError(t, err, "access_token must be a token")
	exp, _ := claims["exp"].(json.Number).Int64()
	assert.InDelta(t, time.Now().Unix()+300, exp, 60, "with ACCESS_TOKEN_EXPIRE_MINUTES=5 a token must say so in exp")

	stored, _ := os.ReadFile(database)
	unmerged, _ := os.ReadFile(database + "-wal") // where SQLite writes first
	cost := regexp.MustCompile(`\$2[aby]\$(\d\d)\$`).FindSubmatch(append(stored, unmerged...))
	require.NotNil(t, cost, "the users must be in the file that DATABASE names, with a bcrypt hash")
	assert.Equal(t, "11", string(cost[1]), "with BCRYPT_COST=11 passwords must be hashed at cost 11")
}

// 4. The log says why, and holds no secret.
func TestServer_KeepsSecretsOutOfItsLog(t *testing.T) {
	p := start(t)
	id, signed := p.signUpAndLogIn(t, "ann@example.com")
	expired := forge.HS256([]byte(secretKey), fmt.Sprintf(`{"sub":%q,"exp":%d}`, id, time.Now().Unix()-1))
	p.do(t, "GET", "/auth/me", signed, "")
	p.do(t, "GET", "/tasks", expired, "")
	p.do(t, "POST", "/auth/token", "", "username=ann@example.com&password=wrong-horse")

	require.NoError(t, p.cmd.Process.Kill())
	<-p.exited // now all that it printed has come through
	printed := p.output.String()
	assert.Contains(t, printed, "expired", "the log must say why the token was refused")
	assert.Contains(t, printed, "bad credentials", "the log must say why the login was refused")
	for _, test := range []struct{ name, secret string }{
		{"the key", secretKey}, {"a password", "correct-horse"}, {"a mistyped password", "wrong-horse"}, {"a hash", "$2a$"},
		{"a token", signed}, {"a token's payload", strings.Split(signed, ".")[1]}, {"an expired token", expired},
	} {
		assert.NotContains(t, printed, test.secret, "the log must not hold %s: more people read logs than should log in (CWE-532)", test.name)
	}
}

// 4. What was answered is kept, even if the server is killed.
func TestServer_KeepsWhatItAnswered(t *testing.T) {
	database := filepath.Join(t.TempDir(), "tasks.db")
	p := start(t, "DATABASE="+database)
	_, signed := p.signUpAndLogIn(t, "ann@example.com")
	require.Equal(t, "201", p.do(t, "POST", "/tasks", signed, `{"title":"Write report"}`).Outcome(), "POST /tasks must make a task")
	require.NoError(t, p.cmd.Process.Kill())
	<-p.exited

	p = start(t, "DATABASE="+database)
	answer := p.do(t, "GET", "/tasks", signed, "")
	require.Equal(t, "200", answer.Outcome(), "a token must go on working after a restart with the same key")
	assert.Contains(t, answer.Body, "Write report", "a task that was answered with 201 must still be there after the server was killed")
}

// 5. Every error is JSON.
func TestServer_AnswersErrorsInJSON(t *testing.T) {
	p := start(t)
	require.Equal(t, "200", p.do(t, "GET", "/healthz", "", "").Outcome(), "GET /healthz must answer 200")
	_, signed := p.signUpAndLogIn(t, "ann@example.com")

	for _, test := range []struct{ method, path, want string }{
		{"GET", "/nothing", "404 not_found"}, {"GET", "/", "404 not_found"}, {"GET", "/tasks/", "404 not_found"},
		{"GET", "/users", "405 method_not_allowed"}, {"DELETE", "/auth/token", "405 method_not_allowed"}, {"PUT", "/tasks", "405 method_not_allowed"},
	} {
		answer := p.do(t, test.method, test.path, signed, "")
		assert.Equal(t, test.want, answer.Outcome(), "%s %s must be answered in JSON, as every error is: clients read it by program", test.method, test.path)
		if answer.Status == http.StatusMethodNotAllowed {
			assert.NotEmpty(t, answer.Header.Get("Allow"), "405 must say what is allowed (RFC 9110, section 15.5.6)")
		}
	}
}

// 7. Told to stop, the server finishes what it has begun.
func TestRun_FinishesWhatItHasBegun(t *testing.T) {
	p := start(t)
	_, signed := p.signUpAndLogIn(t, "ann@example.com")
	body := `{"title":"Write report"}`
	connection, err := net.Dial("tcp", strings.TrimPrefix(p.url, "http://"))
	require.NoError(t, err)
	defer connection.Close()
	require.NoError(t, connection.SetDeadline(time.Now().Add(20*time.Second)))
	t.Log("sent: POST /tasks, and half of its body; then a signal to stop; then the other half")
	_, err = fmt.Fprintf(connection, "POST /tasks HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Length: %d\r\nExpect: 100-continue\r\n\r\n", signed, len(body))
	require.NoError(t, err)
	answer := make([]byte, 1000)
	n, err := connection.Read(answer)
	require.NoError(t, err)
	require.Contains(t, string(answer[:n]), "100 Continue", "POST /tasks must begin to read its body")

	require.NoError(t, stop(p.cmd.Process))
	refusesNewConnections := func() bool {
		probe, err := net.Dial("tcp", strings.TrimPrefix(p.url, "http://"))
		if err == nil {
			probe.Close()
		}
		return err != nil
	}
	require.Eventually(t, refusesNewConnections, 10*time.Second, 5*time.Millisecond,
		"told to stop, the server must take no new connections")
	_, err = io.WriteString(connection, body)
	require.NoError(t, err, "a request that was under way must be let finish")
	n, err = connection.Read(answer)
	require.NoError(t, err, "a request that was under way must be answered: its client would not know whether to send it again")
	assert.Contains(t, string(answer[:n]), " 201 ", "a request that was under way must be answered as ever")

	select {
	case <-p.exited:
		assert.Zero(t, p.cmd.ProcessState.ExitCode(), "a server that stopped when it was told to must exit with 0: anything else looks like a crash")
	case <-time.After(20 * time.Second):
		assert.Fail(t, "it is still running", "the server must exit when its last request has been answered")
	}
}
