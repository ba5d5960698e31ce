// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package door

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/url"
)

// Door is what an attempt to log in has to pass. Its fields are set once.
type Door struct {
	Trusted   Trusted
	Addresses *Limit
	Accounts  *Limit
	Log       *slog.Logger
}

// outcome is how an attempt went.
type outcome int

const (
	neither   outcome = iota // trouble of ours, or no attempt at all
	succeeded                // 2xx, or a redirect
	failed                   // wrong password, used refresh token
)

// recorder notices what a handler answers.
type recorder struct {
	http.ResponseWriter
	status int
	body   bytes.Buffer // its first kilobyte
	failed bool         // somebody has called Failed
}

// Failed says that the attempt that w answers has failed, for a handler whose answer doesn't
// say so in JSON, such as a page. Without a door around the handler it does nothing.
func Failed(w http.ResponseWriter) {
	for {
		switch inner := w.(type) {
		case *recorder:
			inner.failed = true
			return
		case interface{ Unwrap() http.ResponseWriter }:
			w = inner.Unwrap()
		default:
			return
		}
	}
}

func (r *recorder) WriteHeader(status int) {
	if r.status == 0 && status >= 200 {
		r.status = status
	}
	r.ResponseWriter.WriteHeader(status)
}

func (r *recorder) Write(part []byte) (int, error) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	r.body.Write(part[:min(len(part), max(0, 1024-r.body.Len()))])
	return r.ResponseWriter.Write(part)
}

// Unwrap lets http.ResponseController find what is inside.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

// outcomeOf says how an attempt went, by its answer. A form that cannot be read is no
// attempt, and neither is trouble of ours: nobody is locked out by a full disk.
func outcomeOf(answer *recorder) outcome {
	var problem struct {
		Error string `json:"error"`
	}
	_ = json.Unmarshal(answer.body.Bytes(), &problem)
	switch {
	case answer.failed || problem.Error == "invalid_grant" || problem.Error == "wrong_password" || problem.Error == "login_failed":
		return failed
	case answer.status >= 200 && answer.status < 400:
		return succeeded
	}
	return neither
}

// FormValue returns an Account that is the value of a field in a request's form. The handler
// after it reads the whole body as it came.
func FormValue(name string) func(r *http.Request) string {
	const most = 64 << 10
	return func(r *http.Request) string {
		start, err := io.ReadAll(io.LimitReader(r.Body, most))
		r.Body = struct {
			io.Reader
			io.Closer
		}{io.MultiReader(bytes.NewReader(start), r.Body), r.Body}
		if err != nil {
			return "" // the handler meets it, too
		}
		form, err := url.ParseQuery(string(start))
		if err != nil {
			return ""
		}
		return form.Get(name)
	}
}
