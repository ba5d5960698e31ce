// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package main

import (
	"bufio"
	"bytes"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/bcrypt"

	"tokenauth.example/login/apitest"
	"tokenauth.example/token/forge"
	"tokenauth.example/users"
)

// outcomes are all that the server may answer. There is no 500 among them.
var outcomes = []string{
	"200", "201", "204", "304",
	"400 invalid_request", "400 unsupported_grant_type",
	"401 not_authenticated", "401 invalid_token", "401 invalid_grant",
	"404 not_found", "405 method_not_allowed", "409 email_taken", "409 too_many_tasks", "413 invalid_request", "422 invalid_request",
}

// FuzzHandler sends any request that net/http lets through to the whole program. Each
// gets an answer that the contract knows, and nobody gets in without the good token.
//
//	go test -fuzz=FuzzHandler ./steps/08-run-the-server
func FuzzHandler(f *testing.F) {
	db, err := users.OpenDatabase(filepath.Join(f.TempDir(), "tasks.db"))
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { db.Close() })
	var log bytes.Buffer
	s := settings{key: []byte(secretKey), lifetime: 30 * time.Minute, bcryptCost: bcrypt.MinCost}
	handler, err := newHandler(db, s, slog.New(slog.NewTextHandler(&log, nil)))
	if err != nil {
		f.Fatal(err)
	}
	ann := apitest.Do(f, handler, apitest.Request("POST", "/users", `{"email":"ann@example.com","password":"correct-horse"}`))
	if ann.Status != 201 {
		f.Skip("newHandler is not written yet")
	}
	good := forge.HS256(s.key, fmt.Sprintf(`{"sub":%q,"exp":4102444800}`, ann.JSON()["id"]))

	// GOOD stands for the good token, and TASK for the id of a task of its user.
	const form, json, bearer = "application/x-www-form-urlencoded", "application/json", "Bearer GOOD"
	for _, seed := range [][5]string{ // method, target, Authorization, Content-Type, body
		{"POST", "/users", "", json, `{"email":"bob@example.com","password":"correct-horse"}`},
		{"POST", "/users", "", json, `{"email":"ANN@example.com","password":"correct-horse"}`},
		{"POST", "/users", "", json, `{"email":"bob","password":"short"}`},
		{"POST", "/users", "", json, `{"email":1}{`},
		{"POST", "/auth/token", "", form, "username=ann%40example.com&password=correct-horse"},
		{"POST", "/auth/token", "", form, "grant_type=password&username=nobody&password=%00"},
		{"POST", "/auth/token?username=ann", "Basic YTpi", form + "; charset=utf-8", "username=a;password=%zz&grant_type=x"},
		{"POST", "/auth/token", "", form, "grant_type=refresh_token&username=a&password=b"},
		{"GET", "/auth/me", bearer, "", ""},
		{"HEAD", "/auth/me?access_token=GOOD", "", "", ""},
		{"GET", "/auth/me", "bearer  GOOD ", "", ""},
		{"GET", "/auth/me", "Basic GOOD", "", ""},
		{"GET", "/tasks", "GOOD", "", ""},
		{"GET", "/auth/me", "Bearer GOODx", "", ""},
		{"GET", "/auth/me", "Bearer " + forge.HS256(s.key, `{"sub":"nobody","exp":4102444800}`), "", ""},
		{"GET", "/auth/me", "Bearer " + forge.HS256(s.key, `{"exp":4102444800}`), "", ""},
		{"GET", "/auth/me", "Bearer " + forge.HS256(s.key, `{"sub":"nobody","exp":1}`), "", ""},
		{"GET", "/auth/me", "Bearer " + forge.Unsigned(`{"alg":"none"}`, `{"sub":"nobody"}`), "", ""},
		{"POST", "/tasks", bearer, json, `{"title":"Write report","owner_id":"x","id":"y"}`},
		{"POST", "/tasks", bearer, json, "{\"title\":\"\\ud800\xff\"}"},
		{"POST", "/tasks", bearer, json, `{"title":""}`},
		{"GET", "/tasks", bearer, "", ""},
		{"GET", "/tasks", "", "", ""},
		{"GET", "/tasks/TASK", bearer, "", ""},
		{"DELETE", "/tasks/TASK", bearer, "", ""},
		{"GET", "/tasks/%2e%2e%2fusers%00", bearer, "", ""},
		{"GET", "/tasks//../tasks", bearer, "", ""},
		{"GET", "//evil.example/..//tasks", "", "", ""},
		{"GET", "http://evil.example//tasks", bearer, "", ""},
		{"OPTIONS", "*", "", "", ""},
		{"GET", "*", "", "", ""},
		{"CONNECT", "evil.example:443", "", "", ""},
		{"PATCH", "/tasks", bearer, json, `{}`},
		{"GET", "/healthz", "", "", ""},
		{"GET", "/openapi.json", "", "", ""},
		{"GET", "/docs", "", "", ""},
		{"GET", "/docs/..%5c..%5csettings.go", "", "", ""},
		{"GET", "/tasks", "\r\nTransfer-Encoding: chunked\r\nAuthorization: Bearer GOOD", "", "5\r\nhello\r\n0\r\n\r\n"},
	} {
		f.Add(seed[0], seed[1], seed[2], seed[3], seed[4])
	}
	f.Fuzz(func(t *testing.T, method, target, authorization, contentType, body string) {
		text := fmt.Sprintf("%s %s HTTP/1.1\r\nHost: x\r\nAuthorization: %s\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n%s", method, target, authorization, contentType, len(body), body)
		text = strings.ReplaceAll(text, "GOOD", good)
		if strings.Contains(text, "TASK") {
			task := apitest.Do(t, handler, apitest.Request("POST", "/tasks", `{"title":"Write report"}`, "Authorization", "Bearer "+good))
			text = strings.ReplaceAll(text, "TASK", fmt.Sprint(task.JSON()["id"]))
		}
		log.Reset()
		send := func() (*http.Request, apitest.Answer) {
			r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(text)))
			if err != nil {
				t.Skip("net/http refuses it")
			}
			if r.Method == "OPTIONS" && r.RequestURI == "*" {
				t.Skip("net/http answers it")
			}
			return r, apitest.Do(t, handler, r)
		}
		r, answer := send()

		if !slices.Contains(outcomes, answer.Outcome()) {
			t.Fatalf("answered with %s", answer.Outcome())
		}
		if answer.Status == 401 && !strings.HasPrefix(answer.Challenge(), "bearer") {
			t.Fatalf("a 401 asks for %q in WWW-Authenticate", answer.Challenge())
		}
		scheme, rest, _ := strings.Cut(r.Header.Get("Authorization"), " ")
		in := strings.EqualFold(scheme, "bearer") && strings.TrimSpace(rest) == good
		if guarded := r.URL.Path == "/auth/me" || r.URL.Path == "/tasks" || strings.HasPrefix(r.URL.Path, "/tasks/"); guarded && !in && answer.Status < 300 {
			t.Fatalf("let in with the header %q", r.Header.Get("Authorization"))
		}
		if to, err := url.Parse(answer.Header.Get("Location")); err != nil || to.Host != "" || strings.HasPrefix(to.Path, "//") {
			t.Fatalf("sent away to %q", answer.Header.Get("Location"))
		}
		for _, secret := range []string{good[len(good)-20:], "correct-horse"} {
			if strings.Contains(log.String(), secret) && !strings.Contains(r.URL.Path+r.Method, secret) {
				t.Fatalf("%q is in the log: %s", secret, log.String())
			}
		}
		if r.Method == "GET" || r.Method == "HEAD" {
			if _, again := send(); again.Status != answer.Status || again.Body != answer.Body {
				t.Fatalf("the same request is answered with %s, then with %s", answer.Outcome(), again.Outcome())
			}
		}
	})
}
