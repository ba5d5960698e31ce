// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package token_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tokenauth.example/token"
	"tokenauth.example/token/forge"
)

const secret = "for-tests-only-not-a-secret-at-all"

func newIssuer(t *testing.T, lifetime time.Duration) *token.Issuer {
	t.Helper()
	return newIssuerWith(t, secret, lifetime)
}

// newIssuerWith passes a copy of the key, so that no Issuer can change another's.
func newIssuerWith(t *testing.T, key string, lifetime time.Duration) *token.Issuer {
	t.Helper()
	issuer, err := token.NewIssuer([]byte(key), lifetime)
	require.NoError(t, err, "NewIssuer must take a key of %d bytes and a lifetime of %v", len(key), lifetime)
	require.NotNil(t, issuer, "NewIssuer must return an Issuer when it returns no error")
	return issuer
}

func issue(t *testing.T, issuer *token.Issuer, subject string) string {
	t.Helper()
	signed, _, err := issuer.Issue(subject)
	require.NoError(t, err, "Issue must issue a token for an ordinary subject: %.60q", subject)
	return signed
}

// sentinels are the errors by which callers know what was wrong.
var sentinels = map[string]error{
	"ErrShortKey": token.ErrShortKey, "ErrShortLifetime": token.ErrShortLifetime, "ErrNoSubject": token.ErrNoSubject,
}

// only shows that err is the error with this name, and no other.
func only(t *testing.T, err error, name, why string, args ...any) {
	t.Helper()
	want := sentinels[name]
	require.Error(t, want, "%s must be an error: it is nil, so a caller takes a refusal for a success", name)
	for other, sentinel := range sentinels {
		if other != name {
			require.NotErrorIs(t, want, sentinel, "%s and %s must be two errors: a caller couldn't tell which setting to change", name, other)
		}
	}
	if !assert.ErrorIs(t, err, want, fmt.Sprintf(why, args...)) {
		return
	}
	for other, sentinel := range sentinels {
		if other != name {
			assert.NotErrorIs(t, err, sentinel, "what gets %s must not get %s, too: a caller couldn't tell which of them is meant", name, other)
		}
	}
	assert.NotErrorIs(t, err, errors.New("an error of somebody else"), "the error must be %s and not every error at once: errors.Is must be able to say no", name)
}

// decode takes a token apart.
func decode(t *testing.T, signed string) (header, claims map[string]any, signature []byte) {
	t.Helper()
	header, claims, signature, err := forge.Decode(signed)
	require.NoError(t, err, "what Issue returns must be a token: three parts of base64url, and the first two are JSON: %q", signed)
	require.Regexp(t, `^[\w.-]+$`, signed, "what Issue returns must be a token and nothing else: a space or a newline does not pass through a header")
	return header, claims, signature
}

// claimsOf returns what the token says. The numbers are json.Number.
func claimsOf(t *testing.T, signed string) map[string]any {
	t.Helper()
	_, claims, _ := decode(t, signed)
	return claims
}

// secondsOf returns a claim that is a time, in seconds since 1970.
func secondsOf(t *testing.T, claims map[string]any, name string) float64 {
	t.Helper()
	number, ok := claims[name].(json.Number)
	require.True(t, ok, "%s must be a JSON number (RFC 7519, section 2), and it is %T: %v", name, claims[name], claims[name])
	seconds, err := number.Float64()
	require.NoError(t, err)
	return seconds
}
