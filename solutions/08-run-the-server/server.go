package main

import (
	"context"
	"database/sql"
	"io"
	"log/slog"
	"net/http"
	"time"

	"tokenauth.example/auth"
	"tokenauth.example/login"
	"tokenauth.example/login/api"
	"tokenauth.example/password"
	"tokenauth.example/server/docs"
	"tokenauth.example/tasks"
	"tokenauth.example/token"
	"tokenauth.example/users"
	"tokenauth.example/verifier"
)

// newHandler builds every part out of the ones before it, and gives each its route.
//
//workshop:todo 4 make the stores, the issuer, the verifier and the middleware, and add the routes: the patterns /users and /auth/token for login; GET /auth/me, /tasks and /tasks/ behind auth.Require. A pattern without a method leaves the 405 to the handler behind it.
//workshop:todo 5 put jsonErrors around it all.
//workshop:stub mux := http.NewServeMux()
//workshop:stub docs.AddTo(mux)
//workshop:stub mux.HandleFunc("GET /healthz", health)
//workshop:stub return mux, nil
func newHandler(db *sql.DB, s settings, log *slog.Logger) (http.Handler, error) {
	accounts, err := users.New(db, limited{password.Hasher{Cost: s.bcryptCost}})
	if err != nil {
		return nil, err
	}
	store, err := tasks.NewStore(db)
	if err != nil {
		return nil, err
	}
	issuer, err := token.NewIssuer(s.key, s.lifetime)
	if err != nil {
		return nil, err
	}
	tokens, err := verifier.New(s.key)
	if err != nil {
		return nil, err
	}
	require := auth.Require(tokens, accounts, log)

	mux := http.NewServeMux()
	docs.AddTo(mux)
	entrance := login.New(accounts, issuer, log)
	mux.Handle("/users", entrance)
	mux.Handle("/auth/token", entrance)
	mux.Handle("GET /auth/me", require(auth.ForUser(auth.Me)))
	protected := require(tasks.New(store, log))
	mux.Handle("/tasks", protected)
	mux.Handle("/tasks/", protected)
	mux.HandleFunc("GET /healthz", health)
	return jsonErrors(mux), nil
}

// health answers GET /healthz: whoever watches over servers asks whether this one is up.
func health(w http.ResponseWriter, _ *http.Request) {
	api.Write(w, http.StatusOK, map[string]string{"status": "ok"})
}

// newServer returns a server for handler that gives no client for ever. Without
// limits, a client that sends a byte a minute keeps a connection until there are
// none left (CWE-400).
//
//workshop:todo 6 set ReadHeaderTimeout, ReadTimeout, WriteTimeout and IdleTimeout, none over a minute, WriteTimeout longer than ReadTimeout, and MaxHeaderBytes, no more than 64 KiB.
//workshop:stub return &http.Server{Handler: handler}
func newServer(handler http.Handler) *http.Server {
	return &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       15 * time.Second,
		WriteTimeout:      30 * time.Second,
		IdleTimeout:       60 * time.Second,
		MaxHeaderBytes:    16 << 10,
	}
}

// answerTime is how long a request may take. Then the context that it has ends, and
// with it what is asked of the database, such as one that another program holds.
const answerTime = 20 * time.Second

// jsonErrors turns the plain text with which http.ServeMux answers 400, 404 and 405
// into the JSON of all our errors, and gives each request the answerTime. It is given.
//
// An error that is answered before the body has been read ends the connection.
// Otherwise net/http would first wait for the rest of the body, and a stranger who
// sends none would hold the connection.
func jsonErrors(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), answerTime)
		defer cancel()
		r = r.WithContext(ctx)
		body := &watchedBody{ReadCloser: r.Body, ended: r.ContentLength == 0}
		r.Body = body
		next.ServeHTTP(&jsonErrorWriter{ResponseWriter: w, body: body}, r)
	})
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

type jsonErrorWriter struct {
	http.ResponseWriter
	body     *watchedBody
	replaced bool
}

func (w *jsonErrorWriter) WriteHeader(status int) {
	if status >= 400 && !w.body.ended {
		w.Header().Set("Connection", "close")
	}
	isJSON := w.Header().Get("Content-Type") == "application/json"
	switch {
	case status == http.StatusBadRequest && !isJSON: // GET *
		w.replaced = true
		api.Fail(w.ResponseWriter, status, "invalid_request", "This is not about anything here")
	case status == http.StatusNotFound && !isJSON:
		w.replaced = true
		api.Fail(w.ResponseWriter, status, "not_found", "There is nothing here")
	case status == http.StatusMethodNotAllowed && !isJSON:
		w.replaced = true
		api.Fail(w.ResponseWriter, status, "method_not_allowed", "This cannot be done here")
	default:
		w.ResponseWriter.WriteHeader(status)
	}
}

func (w *jsonErrorWriter) Write(body []byte) (int, error) {
	if w.replaced {
		return len(body), nil // the plain text, which nobody needs now
	}
	return w.ResponseWriter.Write(body)
}

// Unwrap lets http.ResponseController, and so http.MaxBytesReader, reach the
// connection.
func (w *jsonErrorWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
