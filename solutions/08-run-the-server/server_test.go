// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package main

import (
	"bufio"
	"bytes"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/bcrypt"

	"tokenauth.example/login/apitest"
	"tokenauth.example/password"
	"tokenauth.example/token/forge"
	"tokenauth.example/users"
)

// The tests run the server as a process of its own and speak HTTP to it, as its
// clients do. The process is this test program once more, told to be the server.
func TestMain(m *testing.M) {
	if os.Getenv("TEST_BE_THE_SERVER") != "" {
		go func() { // the tests hold the other end of stdin: when they end, however they do, so does this
			_, _ = io.Copy(io.Discard, os.Stdin)
			os.Exit(1)
		}()
		main()
		return
	}
	os.Exit(m.Run())
}

// process is a running server.
type process struct {
	url      string
	database string // the file
	cmd      *exec.Cmd
	output   *output
	exited   chan struct{} // closed when it has
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

// freeAddress returns an address of this machine on which nobody listens. Until the
// server does, another program may take it: where 127.0.0.1 has neighbours (Linux,
// Windows), it is one of those, which nobody else uses.
func freeAddress(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", fmt.Sprintf("127.%d.%d.%d:0", 1+rand.IntN(250), rand.IntN(250), 1+rand.IntN(250)))
	if err != nil {
		listener, err = net.Listen("tcp", "127.0.0.1:0")
	}
	require.NoError(t, err)
	defer listener.Close()
	return listener.Addr().String()
}

// client makes a connection for each request, and follows no redirect: what the
// server answers is what a test sees.
var client = &http.Client{
	Transport:     &http.Transport{DisableKeepAlives: true},
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	Timeout:       patience,
}

// patience is how long a test waits for a server that should answer, or exit, at once.
const patience = 10 * time.Second

// launch starts the server with good settings, changed by env: "NAME=value". It
// returns when the server answers, or has exited.
func launch(t *testing.T, env ...string) *process {
	t.Helper()
	address := freeAddress(t)
	program, err := os.Executable()
	require.NoError(t, err)
	p := &process{url: "http://" + address, output: &output{}, exited: make(chan struct{})}
	p.cmd = exec.Command(program)
	p.cmd.Dir = t.TempDir()
	p.database = filepath.Join(p.cmd.Dir, "tasks.db")
	for _, variable := range env {
		if database, ok := strings.CutPrefix(variable, "DATABASE="); ok && database != "" {
			p.database = database
		}
	}
	p.cmd.Env = append(os.Environ(), append([]string{
		"TEST_BE_THE_SERVER=1", "SECRET_KEY=" + secretKey, "ACCESS_TOKEN_EXPIRE_MINUTES=", "DATABASE=", "ADDR=" + address, "BCRYPT_COST=10",
	}, env...)...)
	p.cmd.Stdout, p.cmd.Stderr = p.output, p.output
	_, err = p.cmd.StdinPipe()
	require.NoError(t, err)
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
	probe := *client
	probe.Timeout = time.Second
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		if !p.runs() {
			return p
		}
		if response, err := probe.Get(p.url + "/healthz"); err == nil {
			response.Body.Close()
			return p
		}
	}
	require.Fail(t, "nobody answers there", "the server runs, and must answer at %s, as ADDR says; it printed: %s", address, p.output)
	return nil
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
	answer, err := p.try(t, method, path, signed, body)
	require.NoError(t, err, "the server must answer %s %s, and to its end", method, path)
	return answer
}

// try is do for a request that may not be answered.
func (p *process) try(t *testing.T, method, path, signed, body string) (apitest.Answer, error) {
	t.Helper()
	r, err := http.NewRequest(method, p.url+path, strings.NewReader(body))
	require.NoError(t, err)
	if path == "/auth/token" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if signed != "" {
		r.Header.Set("Authorization", "Bearer "+signed)
	}
	t.Logf("sent: %s %s  %.200s", method, path, body)
	response, err := client.Do(r)
	if err != nil {
		return apitest.Answer{}, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	answer := apitest.Answer{Status: response.StatusCode, Header: response.Header, Body: string(text)}
	t.Logf("got: %d %.300s", answer.Status, strings.TrimSpace(answer.Body))
	return answer, err
}

// begin sends POST /tasks without its body, and returns when the server waits for it.
func (p *process) begin(t *testing.T, signed, body string) (net.Conn, *bufio.Reader) {
	t.Helper()
	connection, err := net.Dial("tcp", strings.TrimPrefix(p.url, "http://"))
	require.NoError(t, err)
	t.Cleanup(func() { connection.Close() })
	require.NoError(t, connection.SetDeadline(time.Now().Add(2*patience)))
	_, err = fmt.Fprintf(connection, "POST /tasks HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Length: %d\r\nExpect: 100-continue\r\n\r\n", signed, len(body))
	require.NoError(t, err)
	answers := bufio.NewReader(connection)
	answer, err := http.ReadResponse(answers, nil)
	require.NoError(t, err, "POST /tasks must begin to read its body")
	require.Equal(t, "100 Continue", answer.Status, "POST /tasks must begin to read its body")
	return connection, answers
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

// user makes a user, and a token, behind the server's back: hashing at a cost that is
// good enough for a server takes its time.
func (p *process) user(t *testing.T, email string) (id, signed string) {
	t.Helper()
	p.inDatabase(t, func(accounts *users.Store) error {
		user, err := accounts.Create(t.Context(), email, "correct-horse")
		id = user.ID
		return err
	})
	signed = forge.HS256([]byte(secretKey), fmt.Sprintf(`{"sub":%q,"exp":%d}`, id, time.Now().Unix()+60))
	require.Equal(t, "200", p.do(t, "GET", "/auth/me", signed, "").Outcome(),
		"the token of a user in the database, signed with SECRET_KEY, must be good for GET /auth/me: both are settings")
	return id, signed
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

// 3. The server starts and answers.
func TestRun_AnswersHealth(t *testing.T) {
	answer := start(t).do(t, "GET", "/healthz", "", "")
	assert.Equal(t, "200", answer.Outcome(), "GET /healthz must answer 200: whoever watches over servers asks it")
	assert.NotContains(t, answer.Body, "tasks.db", "GET /healthz must not tell strangers what the server is made of (CWE-497)")
}

// 3. The log says where.
func TestRun_SaysWhereItListens(t *testing.T) {
	p := start(t)
	address := strings.TrimPrefix(p.url, "http://")
	assert.Eventually(t, func() bool { return strings.Contains(p.output.String(), address) }, patience/5, 5*time.Millisecond,
		"the log must hold the address, %s: whoever has started the server looks there for where to go", address)
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
	assert.Equal(t, "201", p.do(t, "POST", "/tasks", ann, `{"title":"`+strings.Repeat("x", 500)+`"}`).Outcome(), "Ann must be able to keep a long task: up to 500 characters are allowed")
	assert.Equal(t, "409 email_taken", p.do(t, "POST", "/users", "", `{"email":"ANN@example.com","password":"correct-horse"}`).Outcome(), "an email must sign up once")
	assert.Equal(t, "401 invalid_grant", p.do(t, "POST", "/auth/token", "", "username=ann@example.com&password=wrong-horse").Outcome(), "a wrong password must not log in")
}

// 4. Nothing is open that should not be.
func TestServer_GuardsEveryRoute(t *testing.T) {
	p := start(t)
	assert.Empty(t, costs(p.database), "a new server must have no users: the password of one that it makes itself is known to everybody who has read the code (CWE-1392)")
	_, ann := p.user(t, "ann@example.com")
	created := p.do(t, "POST", "/tasks", ann, `{"title":"Write report"}`)
	require.Equal(t, "201", created.Outcome(), "with a good token, POST /tasks must make a task")
	task := created.Header.Get("Location")

	for _, route := range []string{"GET /auth/me", "GET /tasks", "POST /tasks", "GET " + task, "DELETE " + task, "GET /tasks/1", "GET /tasks?access_token=" + ann} {
		method, path, _ := strings.Cut(route, " ")
		answer := p.do(t, method, path, "", "")
		assert.Equal(t, "401 not_authenticated", answer.Outcome(), "%.25s without a token in its header must get 401: one way in that was forgotten is open to everybody (CWE-306)", route)
		assert.Equal(t, "bearer", answer.Challenge(), "every 401 must say in WWW-Authenticate which scheme it wants, and no error where there was no token (RFC 6750, section 3)")
	}
	for _, path := range []string{"/debug/pprof/", "/debug/vars", "/tasks.db"} {
		assert.Contains(t, []int{401, 404}, p.do(t, "GET", path, "", "").Status, "GET %s must not be there: it shows strangers the inside of the server (CWE-489)", path)
	}
}

// 4. No bad token passes.
func TestServer_RefusesBadTokens(t *testing.T) {
	p := start(t)
	id, ann := p.user(t, "ann@example.com")
	bobsID, bob := p.user(t, "bob@example.com")
	p.inDatabase(t, func(accounts *users.Store) error { return accounts.Deactivate(t.Context(), bobsID) })
	claims := fmt.Sprintf(`{"sub":%q,"exp":%d}`, id, time.Now().Unix()+61)
	parts := strings.Split(ann, ".")

	for _, test := range []struct{ name, signed, detail string }{
		{"an expired token", forge.HS256([]byte(secretKey), fmt.Sprintf(`{"sub":%q,"exp":%d}`, id, time.Now().Unix()-1)), "Invalid or expired token"},
		{"a token with alg none", forge.Unsigned(`{"alg":"none"}`, claims), "Invalid or expired token"},
		{"a token signed with HS512", forge.Sign(sha512.New, []byte(secretKey), `{"alg":"HS512"}`, claims), "Invalid or expired token"},
		{"a token signed with an empty key", forge.HS256(nil, claims), "Invalid or expired token"},
		{"a token that never expires", forge.HS256([]byte(secretKey), fmt.Sprintf(`{"sub":%q}`, id)), "Invalid or expired token"},
		{"a token with other claims under Ann's signature", parts[0] + "." + forge.Part(claims) + "." + parts[2], "Invalid or expired token"},
		{"a token without a subject", forge.HS256([]byte(secretKey), fmt.Sprintf(`{"exp":%d}`, time.Now().Unix()+60)), "Missing subject claim"},
		{"a token of nobody", forge.HS256([]byte(secretKey), fmt.Sprintf(`{"sub":"nobody","exp":%d}`, time.Now().Unix()+60)), "User not found"},
		{"a token of somebody who was deactivated a moment ago", bob, "User not found"},
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
	require.Equal(t, "201", p.do(t, "POST", "/users", "", `{"email":"ann@example.com","password":"correct-horse"}`).Outcome(), "POST /users must sign a user up")

	answer := p.do(t, "POST", "/auth/token", "", "username=ann@example.com&password=correct-horse")
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
	p := start(t)
	_, signed := p.user(t, "ann@example.com")
	t.Log("sent: POST /tasks without its body")
	p.begin(t, signed, `{"title":"Write report"}`)

	answer, err := p.try(t, "GET", "/tasks", signed, "")
	require.NoError(t, err, "while one client is still sending, others must be answered: on a slow connection, a single one would stop everybody (CWE-400)")
	assert.Equal(t, "200", answer.Outcome(), "while one client is still sending, others must be answered as ever")
}

// 4. A flood of logins does not keep out people with a token.
func TestNewHandler_HashesFewAtATime(t *testing.T) {
	accounts := apitest.NewAccounts(t)
	user := accounts.SignUp(t, "ann@example.com")
	signed := forge.HS256([]byte(secretKey), fmt.Sprintf(`{"sub":%q,"exp":%d}`, user.ID, time.Now().Unix()+60))
	handler, err := newHandler(accounts.DB, settings{key: []byte(secretKey), lifetime: time.Minute, bcryptCost: bcrypt.MinCost}, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	logIn := func() apitest.Answer {
		return apitest.Do(t, handler, apitest.Form("/auth/token", "username=ann@example.com&password="+apitest.Password))
	}
	require.Equal(t, "200", logIn().Outcome(), "POST /auth/token must log in who has signed up")

	t.Logf("sent: as many logins as may hash at a time, %d; then one more, and GET /auth/me", cap(hashing))
	for range cap(hashing) {
		hashing <- struct{}{}
	}
	loggedIn, told := make(chan apitest.Answer, 1), make(chan apitest.Answer, 1)
	var group sync.WaitGroup
	group.Go(func() { loggedIn <- logIn() })
	group.Go(func() {
		told <- apitest.Do(t, handler, apitest.Request("GET", "/auth/me", "", "Authorization", "Bearer "+signed))
	})
	const why = "while passwords are hashed, people with a token must be answered: they need no hash"
	select {
	case me := <-told:
		assert.Equal(t, "200", me.Outcome(), why)
	case <-time.After(patience):
		assert.Fail(t, "it waits for the logins", why)
	}
	select {
	case <-loggedIn:
		assert.Fail(t, "the last login was answered while the others still hashed",
			"few passwords must be hashed at a time, so give users.New a limited{...}: a flood of logins would take every processor from people with a token (CWE-770)")
	case <-time.After(100 * time.Millisecond):
	}
	for range cap(hashing) {
		<-hashing
	}
	group.Wait()
}

// 4. The log says why, and holds no secret.
func TestServer_KeepsSecretsOutOfItsLog(t *testing.T) {
	p := start(t)
	id, signed := p.signUpAndLogIn(t, "ann@example.com")
	expired := forge.HS256([]byte(secretKey), fmt.Sprintf(`{"sub":%q,"exp":%d}`, id, time.Now().Unix()-1))
	p.do(t, "GET", "/auth/me", signed, "")
	p.do(t, "GET", "/auth/me", "", "")
	p.do(t, "GET", "/tasks", expired, "")
	p.do(t, "POST", "/auth/token", "", "username=ann@example.com&password=wrong-horse")

	require.NoError(t, p.cmd.Process.Kill())
	<-p.exited // now all that it printed has come through
	lines := strings.Split(p.output.String(), "\n")
	for _, want := range [][]string{{"no token", "GET", "/auth/me"}, {"expired", "GET", "/tasks"}, {"bad credentials", "POST", "/auth/token"}} {
		hasAll := func(line string) bool {
			return !slices.ContainsFunc(want, func(word string) bool { return !strings.Contains(line, word) })
		}
		assert.True(t, slices.ContainsFunc(lines, hasAll), "the log must have a line for each refusal, with its reason, method and path: %s. Nobody notices guessing otherwise (CWE-778)", strings.Join(want, " "))
	}

	secrets := []struct{ name, secret string }{
		{"a password", "correct-horse"}, {"a mistyped password", "wrong-horse"}, {"a hash", "$2a$"},
		{"a token", signed}, {"a token's payload", strings.Split(signed, ".")[1]}, {"an expired token", expired},
		{"the key", base64.StdEncoding.EncodeToString([]byte(secretKey))},
	}
	for _, format := range []string{"%s", "%v", "%x", "%#v"} { // how packages fmt and log may have written the bytes
		secrets = append(secrets, struct{ name, secret string }{"the key", fmt.Sprintf(format, []byte(secretKey))})
	}
	for _, test := range secrets {
		assert.NotContains(t, strings.Join(lines, "\n"), test.secret, "the log must not hold %s: more people read logs than should log in (CWE-532)", test.name)
	}
}

// 4. What was answered is kept, even if the server is killed.
func TestServer_KeepsWhatItAnswered(t *testing.T) {
	p := start(t)
	_, signed := p.user(t, "ann@example.com")
	require.Equal(t, "201", p.do(t, "POST", "/tasks", signed, `{"title":"Write report"}`).Outcome(), "POST /tasks must make a task")
	require.NoError(t, p.cmd.Process.Kill())
	<-p.exited

	p = start(t, "DATABASE="+p.database)
	answer := p.do(t, "GET", "/tasks", signed, "")
	require.Equal(t, "200", answer.Outcome(), "a token must go on working after a restart with the same key")
	assert.Contains(t, answer.Body, "Write report", "a task that was answered with 201 must still be there after the server was killed")
}

// 5. Every error is JSON.
func TestServer_AnswersErrorsInJSON(t *testing.T) {
	p := start(t)
	_, signed := p.user(t, "ann@example.com")
	require.Equal(t, "200", p.do(t, "GET", "/tasks", signed, "").Outcome(), "with a good token, GET /tasks must answer 200")

	for _, test := range []struct{ method, path, want string }{
		{"GET", "/nothing", "404 not_found"}, {"GET", "/", "404 not_found"}, {"GET", "/tasks/", "404 not_found"},
		{"GET", "/users", "405 method_not_allowed"}, {"DELETE", "/auth/token", "405 method_not_allowed"}, {"PUT", "/tasks", "405 method_not_allowed"},
		{"POST", "/auth/me", "405 method_not_allowed"}, {"POST", "/healthz", "405 method_not_allowed"},
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
	_, signed := p.user(t, "ann@example.com")
	body := `{"title":"Write report"}`
	t.Log("sent: POST /tasks without its body; then a signal to stop; then the body")
	connection, answers := p.begin(t, signed, body)

	require.NoError(t, stop(p.cmd.Process))
	refusesNewConnections := func() bool {
		probe, err := net.Dial("tcp", strings.TrimPrefix(p.url, "http://"))
		if err == nil {
			probe.Close()
		}
		return err != nil
	}
	require.Eventually(t, refusesNewConnections, patience/2, 5*time.Millisecond,
		"told to stop, the server must take no new connections: does run wait for ctx.Done(), and then call Shutdown?")
	_, err := io.WriteString(connection, body)
	require.NoError(t, err, "a request that was under way must be let finish")
	answer, err := http.ReadResponse(answers, nil)
	require.NoError(t, err, "a request that was under way must be answered: its client would not know whether to send it again. Is the context that Shutdown gets still alive, and does run wait for Shutdown?")
	assert.Equal(t, "201 Created", answer.Status, "a request that was under way must be answered as ever")
	p.exits(t)
	assert.Zero(t, p.cmd.ProcessState.ExitCode(), "a server that stopped when it was told to must exit with 0: anything else looks like a crash; it printed: %s", p.output)
}

// exits waits until the server has exited, as it was told to.
func (p *process) exits(t *testing.T) {
	t.Helper()
	select {
	case <-p.exited:
	case <-time.After(patience):
		require.Fail(t, "it is still running", "told to stop, the server must exit when its last request has been answered")
	}
}

// 7. The database is closed last.
func TestRun_ClosesTheDatabase(t *testing.T) {
	p := start(t)
	p.user(t, "ann@example.com")
	t.Log("sent: a signal to stop")
	require.NoError(t, stop(p.cmd.Process))
	p.exits(t)

	assert.NoFileExists(t, p.database+"-wal", "told to stop, the server must close the database before it exits: what SQLite leaves in the -wal file is missing in every copy of the database")
}
