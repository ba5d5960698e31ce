package main

import (
	"fmt"
	"strconv"
	"time"

	"tokenauth.example/token"
)

// settings are what the server is told by its environment.
type settings struct {
	key        []byte        // SECRET_KEY: signs the tokens; required
	lifetime   time.Duration // ACCESS_TOKEN_EXPIRE_MINUTES: 1 to 1440, a day
	database   string        // DATABASE: a file
	address    string        // ADDR: where to listen
	bcryptCost int           // BCRYPT_COST: 10 to 16
}

// loadSettings reads the settings with getenv, and from nowhere else. In the running server
// getenv is os.Getenv. A variable that is missing or empty has its default: 30 minutes,
// tasks.db, 127.0.0.1:8000, cost 12. SECRET_KEY has none, because a key that is in the code
// can be read by everybody who can read the code. It needs token.MinKeyBytes bytes or more.
//
// An error names the variable and says what it needs: for a number its limits, for the key
// the command that makes one, "openssl rand -hex 32". It also says what the value was, but
// it never repeats the key, nor any part of it.
//
//workshop:todo 1 refuse a key that is missing or too short.
//workshop:todo 2 read the other four, each with its default, and refuse what is no number or is outside its limits.
//workshop:stub return settings{}, fmt.Errorf("loadSettings is not written yet")
func loadSettings(getenv func(string) string) (settings, error) {
	key := getenv("SECRET_KEY")
	if len(key) < token.MinKeyBytes {
		return settings{}, fmt.Errorf(
			"SECRET_KEY needs %d bytes or more, and it has %d. Make one with: openssl rand -hex 32",
			token.MinKeyBytes, len(key))
	}
	minutes, err := number(getenv, "ACCESS_TOKEN_EXPIRE_MINUTES", 30, 1, 1_440)
	if err != nil {
		return settings{}, err
	}
	cost, err := number(getenv, "BCRYPT_COST", 12, 10, 16)
	if err != nil {
		return settings{}, err
	}
	return settings{
		key:        []byte(key),
		lifetime:   time.Duration(minutes) * time.Minute,
		database:   text(getenv, "DATABASE", "tasks.db"),
		address:    text(getenv, "ADDR", "127.0.0.1:8000"),
		bcryptCost: cost,
	}, nil
}

// text returns the variable's value, or fallback if it has none.
//
//workshop:solution
func text(getenv func(string) string, name, fallback string) string {
	if value := getenv(name); value != "" {
		return value
	}
	return fallback
}

// number returns the variable's value as a number from least to most, or fallback
// if it has none.
//
//workshop:solution
func number(getenv func(string) string, name string, fallback, least, most int) (int, error) {
	value := getenv(name)
	if value == "" {
		return fallback, nil
	}
	n, err := strconv.Atoi(value)
	if err != nil || n < least || n > most {
		return 0, fmt.Errorf("%s must be a whole number from %d to %d, and it is %q", name, least, most, value)
	}
	return n, nil
}
