// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

// Command server runs what this step has built, so that you can try it with curl. The server
// for real people comes in step 15, with all steps of the second track in it.
package main

import (
	"crypto/rand"
	"log/slog"
	"net/http"
	"os"
	"time"

	"tokenauth.example/door"
	"tokenauth.example/login"
	"tokenauth.example/password"
	"tokenauth.example/token"
	"tokenauth.example/users"
)

func main() {
	log := slog.New(slog.NewTextHandler(os.Stderr, nil))
	if err := run(log); err != nil {
		log.Error("cannot start", "reason", err)
		os.Exit(1)
	}
}

// window is how long a failure counts.
const window = 15 * time.Minute

// run serves until it is interrupted, with the settings DATABASE, ADDR and TRUSTED_PROXIES.
// It has the sign-up and the login of the first track; their tokens are good for nothing
// here, and are signed with a key that nobody keeps.
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
	issuer, err := token.NewIssuer([]byte(rand.Text()+rand.Text()), 5*time.Minute)
	if err != nil {
		return err
	}
	trusted, err := door.ParseTrusted(getenv("TRUSTED_PROXIES", ""))
	if err != nil {
		return err
	}
	held := &door.Door{Trusted: trusted, Addresses: door.NewLimit(50, window, 100_000), Accounts: door.NewLimit(10, window, 100_000), Log: log}
	people := login.New(accounts, issuer, log)
	mux := http.NewServeMux()
	mux.Handle("POST /users", people)
	mux.Handle("POST /auth/token", held.Protect(people, door.FormValue("username")))
	address := getenv("ADDR", "127.0.0.1:8000")
	log.Info("serving", "address", address)
	return http.ListenAndServe(address, mux)
}

// getenv returns a setting, or what it is if nobody has set it.
func getenv(name, otherwise string) string {
	if value := os.Getenv(name); value != "" {
		return value
	}
	return otherwise
}
