// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package main

import (
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"strconv"
	"time"

	"tokenauth.example/door"
)

// settings are what the server is told by its environment.
type settings struct {
	address    string        // ADDR: where to listen
	database   string        // DATABASE: a file
	bcryptCost int           // BCRYPT_COST: 10 to 16
	firstAdmin string        // FIRST_ADMIN: the email that is admin when it signs up, while there is none
	keys       string        // KEYS: a folder of private keys
	issuer     string        // ISSUER: the URL of this server, as its tokens name it (iss)
	audience   string        // AUDIENCE: whom its tokens are for (aud)
	lifetime   time.Duration // ACCESS_TOKEN_EXPIRE_MINUTES: 1 to 1440, a day
	idle       time.Duration // REFRESH_IDLE_MINUTES: a session that nobody uses for so long is over
	max        time.Duration // REFRESH_MAX_MINUTES: a session is over after this, however much it's used

	trusted         door.Trusted  // TRUSTED_PROXIES: addresses and prefixes
	accountFailures int           // MAX_ACCOUNT_FAILURES, of one account within window
	addressFailures int           // MAX_ADDRESS_FAILURES, from one address within window
	window          time.Duration // FAILURE_WINDOW_MINUTES

	certificate, key string // TLS_CERT and TLS_KEY: files; without them there's one for this machine

	provider providerSettings
}

// providerSettings say which identity provider people may come from. Without an issuer it's
// none.
type providerSettings struct {
	issuer   string // PROVIDER_ISSUER
	audience string // PROVIDER_AUDIENCE: what its access tokens name as theirs
	id       string // PROVIDER_CLIENT_ID: of this server
	secret   string // PROVIDER_CLIENT_SECRET
	typed    bool   // PROVIDER_TYPED: whether its access tokens say that they are some
}

// loadSettings reads the settings with getenv. A variable that is missing or empty has its
// default. An error names the variable, says what it needs, and never repeats a secret.
func loadSettings(getenv func(string) string) (settings, error) {
	var wrong []error
	text := func(name, otherwise string) string {
		if value := getenv(name); value != "" {
			return value
		}
		return otherwise
	}
	number := func(name string, otherwise, least, most int) int {
		value := getenv(name)
		if value == "" {
			return otherwise
		}
		n, err := strconv.Atoi(value)
		if err != nil || n < least || n > most {
			wrong = append(wrong, fmt.Errorf("%s must be a whole number from %d to %d, and it is %q", name, least, most, value))
		}
		return n
	}
	minutes := func(name string, otherwise, most int) time.Duration {
		return time.Duration(number(name, otherwise, 1, most)) * time.Minute
	}
	const year = 525_600 // minutes
	s := settings{
		address:         text("ADDR", "127.0.0.1:8000"),
		database:        text("DATABASE", "tasks.db"),
		bcryptCost:      number("BCRYPT_COST", 12, 10, 16),
		firstAdmin:      text("FIRST_ADMIN", ""),
		issuer:          text("ISSUER", ""),
		audience:        text("AUDIENCE", "tasks"),
		lifetime:        minutes("ACCESS_TOKEN_EXPIRE_MINUTES", 5, 1_440),
		idle:            minutes("REFRESH_IDLE_MINUTES", 20_160, year),
		max:             minutes("REFRESH_MAX_MINUTES", 129_600, year),
		accountFailures: number("MAX_ACCOUNT_FAILURES", 10, 1, 1_000_000),
		addressFailures: number("MAX_ADDRESS_FAILURES", 50, 1, 1_000_000),
		window:          minutes("FAILURE_WINDOW_MINUTES", 15, 1_440),
		certificate:     text("TLS_CERT", ""),
		key:             text("TLS_KEY", ""),
		provider: providerSettings{
			issuer: text("PROVIDER_ISSUER", ""),
			id:     text("PROVIDER_CLIENT_ID", ""),
			secret: text("PROVIDER_CLIENT_SECRET", ""),
		},
	}
	s.keys = text("KEYS", filepath.Join(filepath.Dir(s.database), "keys"))
	s.provider.audience = text("PROVIDER_AUDIENCE", s.audience)
	switch typed := text("PROVIDER_TYPED", "true"); typed {
	case "true", "false":
		s.provider.typed = typed == "true"
	default:
		wrong = append(wrong, fmt.Errorf("PROVIDER_TYPED must be true or false, and it is %q", typed))
	}
	var err error
	if s.trusted, err = door.ParseTrusted(text("TRUSTED_PROXIES", "")); err != nil {
		wrong = append(wrong, fmt.Errorf("TRUSTED_PROXIES: %w", err))
	}
	if (s.certificate == "") != (s.key == "") {
		wrong = append(wrong, errors.New("TLS_CERT and TLS_KEY go together: set both, or neither for a certificate for this machine"))
	}
	if s.provider.issuer != "" && s.provider.id == "" {
		wrong = append(wrong, errors.New("PROVIDER_CLIENT_ID must be set if PROVIDER_ISSUER is: the provider gave it to you when you registered this server"))
	}
	return s, errors.Join(wrong...)
}

// ownAddress is the server's URL when it listens at address: people on this machine reach it
// by that.
func ownAddress(address net.Addr) string {
	host, port, err := net.SplitHostPort(address.String())
	if err != nil {
		return "https://" + address.String()
	}
	if ip := net.ParseIP(host); ip == nil || ip.IsUnspecified() {
		host = "localhost"
	}
	return "https://" + net.JoinHostPort(host, port)
}
