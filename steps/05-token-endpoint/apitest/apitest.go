// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

// Package apitest makes accounts, sends requests to a handler, and reads its answers
// and its log. The workshop's tests use it from step 05 on.
package apitest

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"golang.org/x/crypto/bcrypt"

	"tokenauth.example/password"
	"tokenauth.example/users"
)

// Password is that of every user whom SignUp makes.
const Password = "correct-horse"

// Accounts is a store of users, and the database that it is in.
type Accounts struct {
	*users.Store
	DB *sql.DB
}

// NewAccounts returns the users of a new database, which lasts as long as the test.
// Passwords are hashed at the least cost, to be quick.
func NewAccounts(t testing.TB) Accounts {
	t.Helper()
	db, err := users.OpenDatabase(filepath.Join(t.TempDir(), "test.db"))
	if err != nil {
		t.Fatalf("users.OpenDatabase, of step 04: %v", err)
	}
	t.Cleanup(func() { db.Close() })
	store, err := users.New(db, password.Hasher{Cost: bcrypt.MinCost})
	if err != nil {
		t.Fatalf("users.New, of step 04: %v", err)
	}
	return Accounts{store, db}
}

// SignUp makes a user with the Password, past any handler.
func (a Accounts) SignUp(t testing.TB, email string) users.User {
	t.Helper()
	user, err := a.Create(t.Context(), email, Password)
	if err != nil {
		t.Fatalf("users.Store.Create, of step 04: %v", err)
	}
	return user
}

// Answer is what a handler answered.
type Answer struct {
	Status int
	Header http.Header
	Body   string
	Twice  bool     // it was answered a second time, which net/http leaves out
	Late   []string // headers that were set when they had been sent, so that nobody got them
}

// recorder notices a second answer.
type recorder struct {
	*httptest.ResponseRecorder
	answered, twice bool
}

func (r *recorder) WriteHeader(status int) {
	r.twice = r.twice || r.answered
	r.answered = status >= 200
	r.ResponseRecorder.WriteHeader(status)
}

func (r *recorder) Write(part []byte) (int, error) {
	r.answered = true
	return r.ResponseRecorder.Write(part)
}

// Request makes a request. Headers are names and values in turn. A body that begins
// with { or [ is sent as JSON if no Content-Type is given.
func Request(method, target, body string, headers ...string) *http.Request {
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	r.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(body)), nil }
	if strings.HasPrefix(body, "{") || strings.HasPrefix(body, "[") {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	return r
}

// Form makes a POST of a form that is already encoded.
func Form(target, form string) *http.Request {
	return Request("POST", target, form, "Content-Type", "application/x-www-form-urlencoded")
}

// Do sends the request to the handler. If the test fails, it shows what was sent.
func Do(t testing.TB, handler http.Handler, r *http.Request) Answer {
	t.Helper()
	t.Log("sent: " + describe(r))
	log := latest.Load()
	before := len(log.Lines())
	answer := Ask(handler, r)
	t.Log("got: " + strings.TrimSpace(fmt.Sprintf("%d %s", answer.Status, shortened(answer.Body, 300))))
	if lines := log.Lines()[before:]; answer.Status >= 500 && len(lines) > 0 {
		t.Log("logged: " + shortened(lines[len(lines)-1], 300))
	}
	return answer
}

// shortened returns a text that can be shown in a line: of a long one the beginning, and how
// long it is.
func shortened(text string, n int) string {
	if len(text) <= n {
		return text
	}
	return fmt.Sprintf("%s... (%d bytes)", strings.ToValidUTF8(text[:n], ""), len(text))
}

// latest is the Log that a Logger was asked of last.
var latest atomic.Pointer[Log]

// Ask sends the request to the handler, and says nothing about it.
func Ask(handler http.Handler, r *http.Request) Answer {
	recorder := &recorder{ResponseRecorder: httptest.NewRecorder()}
	handler.ServeHTTP(recorder, r)
	result := recorder.Result()
	answer := Answer{Status: result.StatusCode, Header: http.Header{}, Body: recorder.Body.String(), Twice: recorder.twice}
	for name, values := range result.Header { // on the wire, names are the same in any case
		for _, value := range values {
			answer.Header.Add(name, value)
		}
	}
	for name, values := range recorder.Header() {
		if !slices.Equal(values, result.Header[name]) {
			answer.Late = append(answer.Late, name)
		}
	}
	slices.Sort(answer.Late)
	return answer
}

// describe writes the request as one line, shortened.
func describe(r *http.Request) string {
	line := r.Method + " " + r.URL.String()
	for _, name := range []string{"Authorization", "Content-Type", "Origin", "Sec-Fetch-Site"} {
		if value := r.Header.Get(name); value != "" {
			line += fmt.Sprintf("  %s: %q", name, shortened(value, 240))
		}
	}
	if r.GetBody == nil {
		return line
	}
	body, err := r.GetBody()
	if err != nil {
		return line
	}
	text, _ := io.ReadAll(body)
	return strings.TrimSpace(line + "  " + shortened(string(text), 200))
}

// Outcome is the status and, if the body reports an error, its code: "201",
// "401 invalid_grant". What is not answered as it should be is named, as in "404 in
// text/plain" or "501 without a body".
func (a Answer) Outcome() string {
	status := fmt.Sprint(a.Status)
	mediaType, _, _ := mime.ParseMediaType(a.Header.Get("Content-Type"))
	switch {
	case a.Body == "" && a.Status == http.StatusOK: // which net/http sends when nobody has answered
		return status + " without a body: nothing was answered"
	case a.Body == "" && a.Status >= 400:
		return status + " without a body"
	case a.Twice || mediaType == "application/json" && hasTwoValues(a.Body):
		return status + " with two answers: is a return missing?"
	case a.Status < 400:
		return status
	case mediaType == "":
		return status + " without a Content-Type"
	case mediaType != "application/json":
		return status + " in " + mediaType
	}
	code, _ := a.JSON()["error"].(string)
	detail, _ := a.JSON()["detail"].(string)
	if code == "" || detail == "" {
		return status + " without error or detail"
	}
	return status + " " + code
}

// hasTwoValues reports whether a text is one JSON value and the beginning of another.
func hasTwoValues(text string) bool {
	decoder := json.NewDecoder(strings.NewReader(text))
	var value any
	return decoder.Decode(&value) == nil && decoder.More()
}

// JSON is the body, if it is a JSON object, and nil if it is anything else.
func (a Answer) JSON() map[string]any {
	var object map[string]any
	if err := json.Unmarshal([]byte(a.Body), &object); err != nil {
		return nil
	}
	return object
}

// Compact is a JSON text as it is compared: without white space, names in order. What is
// not JSON stays as it is.
func Compact(text string) string {
	var value any
	if err := json.Unmarshal([]byte(text), &value); err != nil {
		return text
	}
	compact, err := json.Marshal(value)
	if err != nil {
		return text
	}
	return string(compact)
}

// Detail is what the body of an error says to people.
func (a Answer) Detail() string {
	detail, _ := a.JSON()["detail"].(string)
	return detail
}

// Challenge is what the header WWW-Authenticate asks for: "bearer", or "bearer
// error=invalid_token" if it reports an error. Other parameters, such as realm, may
// stand there too, in any order (RFC 9110, section 11.6.1).
func (a Answer) Challenge() string {
	scheme, parameters, _ := strings.Cut(a.Header.Get("WWW-Authenticate"), " ")
	challenge := strings.ToLower(scheme)
	if match := errorParameter.FindStringSubmatch(parameters); match != nil {
		challenge += " error=" + match[1]
	}
	return challenge
}

var errorParameter = regexp.MustCompile(`(?i)(?:^|[ ,])error *= *"?([^" ,]*)`)

// Log keeps what was logged. Its zero value is ready for use.
type Log struct {
	mu   sync.Mutex
	text bytes.Buffer
}

// Logger returns a logger whose lines l keeps.
func (l *Log) Logger() *slog.Logger {
	latest.Store(l)
	return slog.New(slog.NewJSONHandler(l, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

// Write implements io.Writer.
func (l *Log) Write(line []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(line)
}

// String is all that was logged: a JSON object a line.
func (l *Log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// text is a value of a line in the log. One that should be text and is not shows itself.
func text(value any) any {
	switch value.(type) {
	case string:
		return value
	case nil:
		return ""
	}
	return fmt.Sprintf("(not a text: %.60v)", value)
}

// Lines are the reason, method and path of each line that has a reason, as
// "expired GET /tasks".
func (l *Log) Lines() []string {
	lines := []string{}
	if l == nil {
		return lines
	}
	for line := range strings.Lines(l.String()) {
		var entry struct{ Reason, Method, Path any }
		if json.Unmarshal([]byte(line), &entry) == nil && entry.Reason != nil {
			lines = append(lines, fmt.Sprint(text(entry.Reason), " ", text(entry.Method), " ", text(entry.Path)))
		}
	}
	return lines
}
