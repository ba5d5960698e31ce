// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package main

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const secretKey = "for-tests-only-not-a-secret-at-all"

// environment returns a getenv of an environment with a good key and the variables,
// each "NAME=value".
func environment(variables ...string) func(name string) string {
	values := map[string]string{"SECRET_KEY": secretKey}
	for _, variable := range variables {
		name, value, _ := strings.Cut(variable, "=")
		values[name] = value
	}
	return func(name string) string { return values[name] }
}

// 1. Without a key the server does not start.
func TestSettings_NeedAKey(t *testing.T) {
	for _, long := range []string{secretKey, secretKey[:32], strings.Repeat("é", 16)} {
		_, err := loadSettings(environment("SECRET_KEY=" + long))
		require.NoError(t, err, "a key of %d bytes is long enough", len(long))
	}

	for _, short := range []string{"", "change-me", secretKey[:31]} {
		printed := refusal(t, "SECRET_KEY="+short)
		assert.Contains(t, printed, "SECRET_KEY", "with a key of %d bytes the server must refuse to start, and name SECRET_KEY: a default key is known to everybody (CVE-2025-30206)", len(short))
		assert.Contains(t, printed, "rand", "the refusal must print the command that makes a key: openssl rand -hex 32")
		if short != "" {
			assert.NotContains(t, printed, short, "the refusal must not repeat the key: it may be one letter short of the real one")
		}
	}
}

// 2. What is not set has its default.
func TestSettings_HaveDefaults(t *testing.T) {
	s, err := loadSettings(environment())
	require.NoError(t, err, "SECRET_KEY alone must be enough: everything else has a default")

	assert.Equal(t, 30*time.Minute, s.lifetime, "without ACCESS_TOKEN_EXPIRE_MINUTES a token must live for 30 minutes: a stolen one can be used as long as it lives")
	assert.Equal(t, "tasks.db", s.database, "without DATABASE the file must be tasks.db: another name looks as if everything were lost")
	assert.Equal(t, "127.0.0.1:8000", s.address, "without ADDR only this machine must be served, at 127.0.0.1:8000: with :8000 the whole network is (CWE-1327)")
	assert.Equal(t, 12, s.bcryptCost, "without BCRYPT_COST the cost must be 12: each step down, a thief of the database guesses twice as fast (CWE-916)")
}

// 2. A setting that makes no sense stops the start.
func TestSettings_RefuseNonsense(t *testing.T) {
	for _, good := range []string{
		"ACCESS_TOKEN_EXPIRE_MINUTES=1", "ACCESS_TOKEN_EXPIRE_MINUTES=5", "ACCESS_TOKEN_EXPIRE_MINUTES=525600", "ACCESS_TOKEN_EXPIRE_MINUTES=",
		"BCRYPT_COST=10", "BCRYPT_COST=16", "BCRYPT_COST=",
	} {
		_, err := loadSettings(environment(good))
		require.NoError(t, err, "%s is a good setting; an empty one has its default", good)
	}

	for _, bad := range []string{
		"ACCESS_TOKEN_EXPIRE_MINUTES=soon", "ACCESS_TOKEN_EXPIRE_MINUTES=0", "ACCESS_TOKEN_EXPIRE_MINUTES=-5", "ACCESS_TOKEN_EXPIRE_MINUTES=1.5",
		"ACCESS_TOKEN_EXPIRE_MINUTES=30m", "ACCESS_TOKEN_EXPIRE_MINUTES=525601", "ACCESS_TOKEN_EXPIRE_MINUTES=99999999999999999999",
		"BCRYPT_COST=9", "BCRYPT_COST=17", "BCRYPT_COST=x",
	} {
		name, _, _ := strings.Cut(bad, "=")
		_, err := loadSettings(environment(bad))
		assert.ErrorContains(t, err, name, "with %s the server must refuse to start, and name the variable: a default in its place would surprise somebody, months later", bad)
	}
}
