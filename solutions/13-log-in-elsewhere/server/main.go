// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

// Command server runs what this step has built, so that you can try it with curl. The server
// for real people comes in step 15, with all steps of the second track in it.
package main

import (
	"errors"
	"log/slog"
	"net/http"
	"os"

	"tokenauth.example/elsewhere"
	"tokenauth.example/login/api"
	"tokenauth.example/password"
	"tokenauth.example/provider"
	"tokenauth.example/users"
)

func main() {
	log := slog.New(slog.NewTextHandler(os.Stderr, nil))
	if err := run(log); err != nil {
		log.Error("cannot start", "reason", err)
		os.Exit(1)
	}
}

// run serves until it is interrupted, with the settings DATABASE, ADDR, PROVIDER_ISSUER,
// PROVIDER_CLIENT_ID and PROVIDER_CLIENT_SECRET. Without a PROVIDER_ISSUER it has a provider
// of its own below /idp, to try it with: see trial.
func run(log *slog.Logger) error {
	db, err := users.OpenDatabase(getenv("DATABASE", "tasks.db"))
	if err != nil {
		return err
	}
	defer db.Close()
	accounts, err := users.New(db, password.Hasher{Cost: 12})
	if err != nil {
		return err
	}
	people, err := provider.NewPeople(db, accounts)
	if err != nil {
		return err
	}
	logins, err := elsewhere.NewLogins(db)
	if err != nil {
		return err
	}
	address := getenv("ADDR", "127.0.0.1:8000")
	client := &elsewhere.Client{
		Logins: logins, HTTP: http.DefaultClient, Log: log, Redirect: "http://" + address + "/login/callback",
		ID: getenv("PROVIDER_CLIENT_ID", "tasks-page"), Secret: getenv("PROVIDER_CLIENT_SECRET", ""),
		LoggedIn: welcome(people, log),
	}
	mux := http.NewServeMux()
	issuer := getenv("PROVIDER_ISSUER", "")
	if issuer == "" {
		issuer = "http://" + address + "/idp"
		idp, err := newTrial(issuer, client)
		if err != nil {
			return err
		}
		mux.Handle("/idp/", http.StripPrefix("/idp", idp))
	}
	if client.Provider, err = provider.New(issuer, client.ID, true, client.HTTP); err != nil {
		return err
	}
	mux.HandleFunc("GET /login/provider", client.Start)
	mux.HandleFunc("GET /login/callback", client.Callback)
	log.Info("serving", "address", address)
	return http.ListenAndServe(address, mux)
}

// welcome says who has logged in. In step 15, it begins a session, and sends the browser on.
func welcome(people *provider.People, log *slog.Logger) func(http.ResponseWriter, *http.Request, provider.Identity, string) {
	return func(w http.ResponseWriter, r *http.Request, who provider.Identity, next string) {
		user, err := people.User(r.Context(), who)
		switch {
		case errors.Is(err, users.ErrInactive):
			log.WarnContext(r.Context(), "refused", "reason", err.Error(), "method", r.Method, "path", r.URL.Path)
			api.Fail(w, http.StatusForbidden, "login_failed", "This account is closed")
		case err != nil:
			api.ServerError(w, r, log, err)
		default:
			api.Write(w, http.StatusOK, struct {
				users.User
				Next string `json:"next"`
			}{user, next})
		}
	}
}

// getenv returns a setting, or what it is if nobody has set it.
func getenv(name, otherwise string) string {
	if value := os.Getenv(name); value != "" {
		return value
	}
	return otherwise
}
