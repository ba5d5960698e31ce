// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

// Package api reads and writes the JSON of requests and answers. It is given: you
// use it from step 05 on.
package api

import (
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"regexp"
	"slices"
	"unicode/utf8"
)

// MaxBody is how long a JSON body may be, in bytes.
const MaxBody = 64 << 10

// ErrOverloaded is what a part of the server returns when it has more to do than it
// can do in time. ServerError answers it with 503, so that clients come back later.
var ErrOverloaded = errors.New("overloaded")

// Problem is the body of every answer that reports an error.
type Problem struct {
	// Code is for programs, and never changes: "email_taken".
	Code string `json:"error"`
	// Detail is for people, and says what was wrong with this one request. It never
	// repeats what was sent, and never names a key, a query, a file or a library:
	// that would help an attacker.
	Detail string `json:"detail"`
}

// Write answers with status, and with value as JSON. No cache may keep the answer.
func Write(w http.ResponseWriter, status int, value any) {
	body, err := json.Marshal(value)
	if err != nil {
		Fail(w, http.StatusInternalServerError, "server_error", "Something went wrong")
		return
	}
	// Headers first: the first byte of a body sends them off.
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("X-Content-Type-Options", "nosniff") // it's JSON, whatever a browser thinks it looks like
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(body) // a client that has gone needs no answer
}

// Fail answers with status, and with a Problem.
func Fail(w http.ResponseWriter, status int, code, detail string) {
	Write(w, status, Problem{Code: code, Detail: detail})
}

// FailOAuth is Fail for POST /auth/token. It sends the detail a second time, as
// error_description, because that's where OAuth libraries look for it. It must be
// plain ASCII without " and \ (RFC 6749, section 5.2).
func FailOAuth(w http.ResponseWriter, status int, code, detail string) {
	Write(w, status, struct {
		Problem
		Description string `json:"error_description"`
	}{Problem{Code: code, Detail: detail}, detail})
}

// ServerError answers trouble that is not the client's fault with 500, and
// ErrOverloaded with 503. What it was goes to the log, where only we can read it.
func ServerError(w http.ResponseWriter, r *http.Request, log *slog.Logger, err error) {
	log.ErrorContext(r.Context(), "failed", "reason", err.Error(), "method", r.Method, "path", r.URL.Path)
	fail := Fail
	if r.URL.Path == "/auth/token" {
		fail = FailOAuth
	}
	if errors.Is(err, ErrOverloaded) {
		w.Header().Set("Retry-After", "5") // seconds
		fail(w, http.StatusServiceUnavailable, "overloaded", "The server is busy: try again in a few seconds")
		return
	}
	fail(w, http.StatusInternalServerError, "server_error", "Something went wrong")
}

// Read reads the body, one JSON value of MaxBody bytes at most, into target, which
// is a pointer to a struct. If it cannot, it answers (400, 413 or 422) and returns
// false: the handler has nothing left to do then.
func Read(w http.ResponseWriter, r *http.Request, target any) bool {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, MaxBody))
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		Fail(w, http.StatusRequestEntityTooLarge, "invalid_request", "The body is too large")
		return false
	}
	// json.Unmarshal takes one value and nothing after it, where a json.Decoder
	// leaves the rest unread. It would repair what is broken in a text, and so make
	// two passwords one.
	if err != nil || !utf8.Valid(body) || hasHalfCharacter(body) {
		Fail(w, http.StatusBadRequest, "invalid_request", "The body must be JSON")
		return false
	}
	err = json.Unmarshal(body, target)
	var wrongType *json.UnmarshalTypeError
	if errors.As(err, &wrongType) {
		Fail(w, http.StatusUnprocessableEntity, "invalid_request", "A field has the wrong type")
		return false
	}
	if err != nil {
		Fail(w, http.StatusBadRequest, "invalid_request", "The body must be JSON")
		return false
	}
	return true
}

// escape finds each escape in the strings of a JSON text. Its group is one half of a
// character that is written in two, without the other half (RFC 8259, section 8.2).
var escape = regexp.MustCompile(`\\u[dD][89abAB][[:xdigit:]]{2}\\u[dD][c-fC-F][[:xdigit:]]{2}|(\\u[dD][89a-fA-F][[:xdigit:]]{2})|\\.`)

func hasHalfCharacter(text []byte) bool {
	return slices.ContainsFunc(escape.FindAllSubmatch(text, -1), func(match [][]byte) bool { return match[1] != nil })
}
