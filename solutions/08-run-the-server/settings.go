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
	lifetime   time.Duration // ACCESS_TOKEN_EXPIRE_MINUTES: 1 to 525600, a year
	database   string        // DATABASE: a file
	address    string        // ADDR: where to listen
	bcryptCost int           // BCRYPT_COST: 10 to 16
}

// loadSettings reads the settings with getenv, which is os.Getenv in the running
// server. A variable that is missing or empty has its default: 30 minutes, tasks.db,
// 127.0.0.1:8000, cost 12. The key has none: a key that stands in the code can be
// read by everybody who can read the code.
//
// An error names the variable and says what it needs. It never quotes the key.
//
//workshop:todo 1 get SECRET_KEY. If it has fewer than token.MinKeyBytes bytes, return an error that names it and the command that makes one: openssl rand -hex 32.
//workshop:todo 2 get the other four. The numbers must be whole numbers within their limits; an error names the variable.
//workshop:stub return settings{}, fmt.Errorf("loadSettings is not written yet")
func loadSettings(getenv func(string) string) (settings, error) {
	key := getenv("SECRET_KEY")
	if len(key) < token.MinKeyBytes {
		return settings{}, fmt.Errorf(
			"SECRET_KEY needs %d bytes or more, and it has %d. Make one with: openssl rand -hex 32",
			token.MinKeyBytes, len(key))
	}
	minutes, err := number(getenv, "ACCESS_TOKEN_EXPIRE_MINUTES", 30, 1, 525_600)
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
