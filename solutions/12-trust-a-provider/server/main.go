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
	"path/filepath"
	"time"

	"tokenauth.example/keys"
	"tokenauth.example/login"
	"tokenauth.example/password"
	"tokenauth.example/provider"
	"tokenauth.example/scopes"
	"tokenauth.example/sessions"
	"tokenauth.example/tasks"
	"tokenauth.example/users"
)

func main() {
	log := slog.New(slog.NewTextHandler(os.Stderr, nil))
	if err := run(log); err != nil {
		log.Error("cannot start", "reason", err)
		os.Exit(1)
	}
}

// lead is short here, so that you can see a new key begin to sign. In a server for real
// people it's as long as others may keep a copy of the keys, and more.
const lead = 10 * time.Second

// lifetime is how long an access token lives.
const lifetime = 5 * time.Minute

// run serves until it is interrupted, with the settings DATABASE, KEYS, ADDR,
// FIRST_ADMIN, PROVIDER_ISSUER, PROVIDER_AUDIENCE and PROVIDER_TYPED ("off" for a
// provider whose tokens don't say at+jwt). Without a PROVIDER_ISSUER it has one of its
// own below /idp, to try it with: see trial.
func run(log *slog.Logger) error {
	database := getenv("DATABASE", "tasks.db")
	db, err := users.OpenDatabase(database)
	if err != nil {
		return err
	}
	defer db.Close()
	hasher := password.Hasher{Cost: 12}
	accounts, err := users.New(db, hasher)
	if err != nil {
		return err
	}
	roles, err := scopes.NewRoles(db)
	if err != nil {
		return err
	}
	store, err := tasks.NewStore(db)
	if err != nil {
		return err
	}
	kept, err := sessions.New(db, 14*24*time.Hour, 90*24*time.Hour)
	if err != nil {
		return err
	}
	folder := getenv("KEYS", filepath.Join(filepath.Dir(database), "keys"))
	list, err := keys.Load(folder)
	if err != nil {
		return err
	}
	ring, err := keys.NewRing(lead, lifetime, list...)
	if err != nil {
		return err
	}
	go follow(folder, ring, log)
	address := getenv("ADDR", "127.0.0.1:8000")
	issuer := &scopes.Issuer{Name: "http://" + address, Audience: "tasks", Lifetime: lifetime, Keys: ring}
	parts := sessions.Parts{Sessions: kept, Accounts: accounts, Roles: roles, Issuer: issuer, Hasher: hasher, Log: log}
	known := scopes.Authenticate(issuer, accounts, log)
	ours := func(next http.Handler) http.Handler { return known(kept.Require(log)(next)) }

	mux := http.NewServeMux()
	elsewhere, audience := getenv("PROVIDER_ISSUER", ""), getenv("PROVIDER_AUDIENCE", "tasks")
	if elsewhere == "" {
		elsewhere = "http://" + address + "/idp"
		idp, err := trial(elsewhere, audience)
		if err != nil {
			return err
		}
		mux.Handle("/idp/", http.StripPrefix("/idp", idp))
	}
	trusted, err := provider.New(elsewhere, audience, getenv("PROVIDER_TYPED", "on") != "off", http.DefaultClient)
	if err != nil {
		return err
	}
	people, err := provider.NewPeople(db, accounts)
	if err != nil {
		return err
	}
	authenticate := provider.Authenticate(trusted, people, ours, log)
	mux.Handle("/", scopes.NewHandler(scopes.Parts{
		SignUp:       login.New(scopes.FirstAdmin{Store: accounts, Roles: roles, Email: getenv("FIRST_ADMIN", "")}, nil, log),
		Login:        sessions.Token(parts),
		Tasks:        tasks.New(store, log),
		Admin:        scopes.NewAdmin(roles, log),
		Authenticate: authenticate,
		Roles:        roles,
		Log:          log,
	}))
	mux.Handle("/.well-known/jwks.json", ring.Handler())
	mux.Handle("POST /auth/revoke", sessions.Revoke(parts))
	mux.Handle("POST /auth/logout", authenticate(sessions.LogOut(parts)))
	mux.Handle("POST /auth/password", authenticate(scopes.Require(scopes.Profile, roles, log)(sessions.ChangePassword(parts))))
	log.Info("serving", "address", address)
	return http.ListenAndServe(address, mux)
}

// follow takes each new file in the folder into the ring, within a second.
func follow(folder string, ring *keys.Ring, log *slog.Logger) {
	for range time.Tick(time.Second) {
		list, err := keys.Load(folder)
		if err != nil {
			log.Error("keys stay as they are", "reason", err)
			continue
		}
		for _, key := range list {
			switch err := ring.Rotate(key.Key); {
			case err == nil:
				log.Info("a new key is published", "signs in", lead)
			case !errors.Is(err, keys.ErrTwice):
				log.Error("a key cannot be used", "reason", err)
			}
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
