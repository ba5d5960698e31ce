// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/bcrypt"

	"tokenauth.example/login/apitest"
)

// 5. Every error is JSON.
func TestServer_AnswersErrorsInJSON(t *testing.T) {
	p := shared(t)
	ann := p.user(t, "ann")
	require.Equal(t, "200", p.do(t, "GET", "/tasks", ann.token, "").Outcome(), "with a good token, GET /tasks must answer 200")

	for _, test := range []struct{ method, path, want string }{
		{"GET", "/nothing", "404 not_found"}, {"GET", "/", "404 not_found"}, {"GET", "/tasks/", "404 not_found"}, {"POST", "/tasks/1/2", "404 not_found"},
		{"GET", "//tasks", "404 not_found"}, {"GET", "/healthz/../tasks", "404 not_found"}, {"GET", "/docs/nothing", "404 not_found"},
		{"GET", "/users", "405 method_not_allowed"}, {"DELETE", "/auth/token", "405 method_not_allowed"}, {"PUT", "/tasks", "405 method_not_allowed"},
		{"POST", "/auth/me", "405 method_not_allowed"}, {"POST", "/healthz", "405 method_not_allowed"}, {"PATCH", "/tasks/1", "405 method_not_allowed"},
		{"PUT", "/docs", "405 method_not_allowed"}, {"get", "/openapi.json", "405 method_not_allowed"},
	} {
		answer := p.do(t, test.method, test.path, ann.token, "")
		if status := test.want[:3]; fmt.Sprint(answer.Status) != status {
			assert.Equal(t, test.want, answer.Outcome(), "%s %s is not in docs/openapi.json, so it must get %s: a pattern without a method takes all methods, and one that ends in / takes all below it", test.method, test.path, status)
			continue
		}
		assert.Equal(t, test.want, answer.Outcome(), "%s %s must be answered in JSON, as every error is: clients read it by program", test.method, test.path)
		assert.Equal(t, "nosniff", answer.Header.Get("X-Content-Type-Options"), "%s %s: JSON must be taken for JSON: a browser that guesses may take it for a page (CWE-430)", test.method, test.path)
		if answer.Status == http.StatusMethodNotAllowed {
			assert.NotEmpty(t, answer.Header.Get("Allow"), "405 must say what is allowed (RFC 9110, section 15.5.6)")
		}
	}
}

// 5. No cache keeps an answer that is for one person.
func TestServer_ForbidsCachesToKeepAnswers(t *testing.T) {
	p := shared(t)
	ann := p.signUpAndLogIn(t, "ann")
	created := p.do(t, "POST", "/tasks", ann.token, `{"title":"Write report"}`)
	require.Equal(t, "201", created.Outcome(), "with a good token, POST /tasks must make a task")
	task := created.Header.Get("Location")

	for _, test := range []struct{ method, path, signed, body string }{
		{"GET", "/auth/me", ann.token, ""}, {"GET", "/auth/me", "", ""}, {"PUT", "/auth/me", ann.token, ""}, {"GET", "/auth/nothing", "", ""},
		{"POST", "/users", "", `{"email":"` + newEmail("bob") + `","password":"` + apitest.Password + `"}`}, {"POST", "/users", "", "{"}, {"GET", "/users", "", ""},
		{"POST", "/auth/token", "", "username=" + ann.email + "&password=" + apitest.Password}, {"POST", "/auth/token", "", ""},
		{"POST", "/tasks", ann.token, `{"title":"Write report"}`}, {"GET", "/tasks", ann.token, ""}, {"HEAD", "/tasks", ann.token, ""}, {"GET", task, ann.token, ""},
		{"GET", "/tasks/1", ann.token, ""}, {"DELETE", task, ann.token, ""}, {"DELETE", task, ann.token, ""},
	} {
		answer := p.do(t, test.method, test.path, test.signed, test.body)
		assert.Contains(t, answer.Header.Get("Cache-Control"), "no-store", "%s %s, answered with %d, must have Cache-Control: no-store. A cache on the way may keep it otherwise, and give it to the next one who asks (CWE-525)", test.method, test.path, answer.Status)
	}
}

// panicky is a log that panics at the first line of a refusal, as a part with a bug would.
type panicky struct {
	slog.Handler
	done *atomic.Bool
}

func (p panicky) Handle(ctx context.Context, line slog.Record) error {
	if line.Level >= slog.LevelWarn && !p.done.Swap(true) {
		panic("a part of the server has a bug")
	}
	return p.Handler.Handle(ctx, line)
}

func (p panicky) WithAttrs(attrs []slog.Attr) slog.Handler {
	return panicky{p.Handler.WithAttrs(attrs), p.done}
}

func (p panicky) WithGroup(name string) slog.Handler {
	return panicky{p.Handler.WithGroup(name), p.done}
}

// 5. A panic is answered, and logged.
func TestNewHandler_AnswersAPanic(t *testing.T) {
	accounts, log := apitest.NewAccounts(t), &apitest.Log{}
	handler, err := newHandler(accounts.DB, settings{key: []byte(secretKey), lifetime: time.Minute, bcryptCost: bcrypt.MinCost},
		slog.New(panicky{log.Logger().Handler(), &atomic.Bool{}}))
	require.NoError(t, err)
	ann := accounts.SignUp(t, "ann@example.com")
	logIn := func() (answer apitest.Answer, panicked any) {
		defer func() { panicked = recover() }()
		return apitest.Do(t, handler, apitest.Form("/auth/token", "username="+ann.Email+"&password=wrong-horse")), nil
	}
	t.Log("sent: the log is made to panic when a refusal is written to it for the first time")
	answer, panicked := logIn()

	assert.Nil(t, panicked, "a panic must go no further than jsonErrors, so put that around everything: the client gets no answer otherwise, and no reason is logged")
	assert.Equal(t, "500 server_error", answer.Outcome(), "when a part panics, the client must be told that something went wrong: nothing else would be true")
	assert.NotContains(t, answer.Body, "bug", "the reason is for the log, and not for strangers (CWE-209)")
	assert.Contains(t, log.String(), "a part of the server has a bug", "the reason must be in the log: nobody can find the bug otherwise")
	assert.Empty(t, hashing, "a request that has panicked must give its place in the line back: after a few of them nobody could log in")
	answer, _ = logIn()
	assert.Equal(t, "401 invalid_grant", answer.Outcome(), "after a panic the server must go on as before")
}

// 5. The page's files are sent compressed, and only once.
func TestServer_SendsItsPageCompressed(t *testing.T) {
	p := shared(t)
	const file = "/docs/swagger-ui-bundle.js"
	get := func(headers ...string) apitest.Answer {
		t.Logf("sent: GET %s with %q", file, headers)
		answer, err := p.ask(t, client, "GET", file, "", headers...)
		require.NoError(t, err)
		t.Logf("got: %d, %d bytes, %q", answer.Status, len(answer.Body), answer.Header.Get("Content-Encoding"))
		return answer
	}
	plain := get("Accept-Encoding", "gzip;q=0, identity")
	require.Equal(t, "200", plain.Outcome(), "the page needs its file")
	require.Empty(t, plain.Header.Get("Content-Encoding"), "a client that cannot read gzip must get the file as it is")

	packed := get("Accept-Encoding", "br, gzip")
	require.Equal(t, "gzip", packed.Header.Get("Content-Encoding"), "the file is there compressed, and a browser can read it like that: why unpack it for each?")
	assert.Less(t, len(packed.Body), len(plain.Body)/2, "compressed, it must be much shorter")
	reader, err := gzip.NewReader(strings.NewReader(packed.Body))
	require.NoError(t, err)
	var unpacked bytes.Buffer
	_, err = io.Copy(&unpacked, reader)
	require.NoError(t, err)
	assert.True(t, unpacked.String() == plain.Body, "compressed or not, it must be the same file")

	again := get("Accept-Encoding", "gzip", "If-None-Match", packed.Header.Get("ETag"))
	assert.Equal(t, http.StatusNotModified, again.Status, "a browser that has the file must be told so, and not get it again")
	assert.Empty(t, again.Body, "304 has no body")
}
