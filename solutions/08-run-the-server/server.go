package main

import (
	"database/sql"
	"log/slog"
	"net/http"
	"time"

	"tokenauth.example/auth"
	"tokenauth.example/login"
	"tokenauth.example/password"
	"tokenauth.example/server/docs"
	"tokenauth.example/tasks"
	"tokenauth.example/token"
	"tokenauth.example/users"
	"tokenauth.example/verifier"
)

// newHandler builds every part out of the ones before it, and gives each its routes: those
// in docs/openapi.json, and no others. /auth/me and all of /tasks are for people with a good
// token. Requests that hash a password wait for their turn (limitHashing); all others don't.
//
// The handlers of steps 05 and 07 look at the method themselves. auth.Me doesn't.
//
//workshop:todo 4 make the parts and add their routes.
//workshop:todo 5 answer every error in JSON.
//workshop:stub mux := http.NewServeMux()
//workshop:stub docs.AddTo(mux)
//workshop:stub mux.Handle("GET /healthz", health(db, log))
//workshop:stub return mux, nil
func newHandler(db *sql.DB, s settings, log *slog.Logger) (http.Handler, error) {
	accounts, err := users.New(db, password.Hasher{Cost: s.bcryptCost})
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
	entrance := limitHashing(login.New(accounts, issuer, log), log)
	mux.Handle("/users", entrance)
	mux.Handle("/auth/token", entrance)
	mux.Handle("GET /auth/me", require(auth.ForUser(auth.Me)))
	protected := require(tasks.New(store, log))
	mux.Handle("/tasks", protected)
	mux.Handle("/tasks/", protected)
	mux.Handle("GET /healthz", health(db, log))
	return jsonErrors(mux, log), nil
}

// newServer returns a server for handler that no client can hold up: each gets at most a
// minute to send its header, to send its body, to read its answer, and to think about its
// next request, and at least a second for each of the first two. It may send 64 KiB of header
// at most, as net/http counts them. Without limits, a client that sends a byte
// now and then keeps its connection until there are none left (CWE-400).
//
// Somebody who has used all the time there is for sending still gets an answer, so there is
// more time to write than to read: at least hashingWait more.
//
//workshop:todo 6 set the limits.
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
