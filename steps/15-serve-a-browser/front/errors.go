// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

// Package front is what goes around all routes of a server, as in step 08. A program can't be
// imported, so it's here again.
package front

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"path"
	"runtime/debug"
	"strings"
	"time"

	"tokenauth.example/login/api"
)

const (
	// answerTime is how long a request may take in all. Then its context ends, and with it
	// what is asked of the database, such as one that another program keeps locked.
	answerTime = 20 * time.Second
	// restTime is how long the rest of a body may take when its request has been refused.
	restTime = time.Second
)

// Errors goes around all the routes. It turns the plain text with which http.ServeMux
// answers 400, 404 and 405 into the JSON of all our errors, answers 500 and logs the reason
// when a handler panics, and gives each request its answerTime.
//
// ServeMux would send "//tasks" and "/x/../tasks" on to "/tasks". Here they're paths that
// don't exist, so that a proxy that guards a path, and this server, never disagree on
// what a path is (CWE-436).
//
// After an error that is answered before the body has been read, the connection is closed.
// The rest of the body may take the restTime to arrive, so that the client can read its
// answer; somebody who sends none can't hold the connection any longer than that.
func Errors(next http.Handler, log *slog.Logger) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), answerTime)
		defer cancel()
		r = r.WithContext(ctx)
		body := &watchedBody{ReadCloser: r.Body, ended: r.ContentLength == 0}
		r.Body = body
		// What is answered here is one person's, and is what it says it is. The page /docs
		// and the keys say something else about themselves.
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		answer := &answerWriter{ResponseWriter: w, body: body}
		defer answerPanic(answer, r, log)
		if !isClean(r.URL.Path) {
			api.Fail(answer, http.StatusNotFound, "not_found", "There is nothing here")
			return
		}
		next.ServeHTTP(answer, r)
	})
}

// isClean reports whether ServeMux would look for the path as it is.
func isClean(p string) bool {
	clean := path.Clean(p)
	return p == clean || p == clean+"/" && clean != "/" // "*" is clean, and the mux answers it
}

// answerPanic is deferred. If a handler has panicked, it logs the reason and the place, and
// answers 500. Where half an answer has been sent already, it cuts the connection, so that
// nobody takes the half for the whole.
func answerPanic(w *answerWriter, r *http.Request, log *slog.Logger) {
	trouble := recover()
	if trouble == nil {
		return
	}
	if trouble == http.ErrAbortHandler { // a handler that wants the connection cut says so like this
		panic(trouble)
	}
	log.ErrorContext(r.Context(), "panicked", "reason", fmt.Sprint(trouble), "method", r.Method, "path", r.URL.Path, "stack", string(debug.Stack()))
	if w.answered {
		panic(http.ErrAbortHandler)
	}
	api.Fail(w, http.StatusInternalServerError, "server_error", "Something went wrong")
}

// watchedBody knows whether it has been read to its end.
type watchedBody struct {
	io.ReadCloser
	ended bool
}

func (b *watchedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.ended = b.ended || err == io.EOF
	return n, err
}

type answerWriter struct {
	http.ResponseWriter
	body     *watchedBody
	answered bool
	replaced bool
}

func (w *answerWriter) WriteHeader(status int) {
	w.answered = w.answered || status >= 200
	if status >= 400 && !w.body.ended {
		w.Header().Set("Connection", "close")
		_ = http.NewResponseController(w.ResponseWriter).SetReadDeadline(time.Now().Add(restTime)) // a test's writer has none
	}
	// What a handler has answered itself is JSON, or a page.
	kind := w.Header().Get("Content-Type")
	itself := strings.HasPrefix(kind, "application/json") || strings.HasPrefix(kind, "text/html")
	switch {
	case status == http.StatusBadRequest && !itself: // GET *
		w.replaced = true
		api.Fail(w.ResponseWriter, status, "invalid_request", "This is not about anything here")
	case status == http.StatusNotFound && !itself:
		w.replaced = true
		api.Fail(w.ResponseWriter, status, "not_found", "There is nothing here")
	case status == http.StatusMethodNotAllowed && !itself:
		w.replaced = true
		api.Fail(w.ResponseWriter, status, "method_not_allowed", "This cannot be done here")
	default:
		w.ResponseWriter.WriteHeader(status)
	}
}

func (w *answerWriter) Write(body []byte) (int, error) {
	w.answered = true
	if w.replaced {
		return len(body), nil // the plain text, which nobody needs now
	}
	return w.ResponseWriter.Write(body)
}

// Unwrap lets http.ResponseController reach the connection.
func (w *answerWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
