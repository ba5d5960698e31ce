// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"

	"tokenauth.example/login/api"
)

// problems turns the JSON of all our errors into a page, where it's a person who reads it.
func (p *pages) problems(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		path := r.URL.Path
		if path != "/" && path != "/login" && path != "/logout" && !strings.HasPrefix(path, "/login/") && !strings.HasPrefix(path, "/page/") {
			next.ServeHTTP(w, r)
			return
		}
		answer := &readable{ResponseWriter: w}
		next.ServeHTTP(answer, r)
		if answer.status == 0 {
			return
		}
		var problem api.Problem
		if json.Unmarshal(answer.body.Bytes(), &problem) != nil || problem.Detail == "" {
			w.WriteHeader(answer.status)
			_, _ = w.Write(answer.body.Bytes())
			return
		}
		p.show(w, r, answer.status, "problem.html", content{Title: "That didn't work", Wrong: problem.Detail + "."})
	})
}

// readable keeps an answer that is an error in JSON, and lets all others through.
type readable struct {
	http.ResponseWriter
	status int // of what is kept
	body   bytes.Buffer
}

func (r *readable) WriteHeader(status int) {
	if status >= 400 && strings.HasPrefix(r.Header().Get("Content-Type"), "application/json") {
		r.status = status
		return
	}
	r.ResponseWriter.WriteHeader(status)
}

func (r *readable) Write(part []byte) (int, error) {
	if r.status != 0 {
		return r.body.Write(part)
	}
	return r.ResponseWriter.Write(part)
}

// Unwrap lets http.ResponseController find what is inside.
func (r *readable) Unwrap() http.ResponseWriter { return r.ResponseWriter }
