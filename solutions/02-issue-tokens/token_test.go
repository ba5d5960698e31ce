package token_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tokenauth.example/token"
	"tokenauth.example/token/forge"
)

var key = []byte("for-tests-only-not-a-secret-at-all")

func newIssuer(t *testing.T, lifetime time.Duration) *token.Issuer {
	t.Helper()
	issuer, err := token.NewIssuer(key, lifetime)
	require.NoError(t, err, "NewIssuer must take a key of %d bytes and a lifetime of %v", len(key), lifetime)
	require.NotNil(t, issuer, "NewIssuer must return an Issuer when it returns no error")
	return issuer
}

func issue(t *testing.T, issuer *token.Issuer, subject string) string {
	t.Helper()
	signed, _, err := issuer.Issue(subject)
	require.NoError(t, err, "Issue must issue a token for an ordinary subject: %q", subject)
	return signed
}

// claimsOf returns what the token says. The numbers are json.Number.
func claimsOf(t *testing.T, signed string) map[string]any {
	t.Helper()
	_, claims, _, err := forge.Decode(signed)
	require.NoError(t, err, "what Issue returns must be a token: three parts of base64url, and the first two are JSON: %q", signed)
	return claims
}

// secondsOf returns a claim that is a time, in whole seconds since 1970.
func secondsOf(t *testing.T, claims map[string]any, name string) int64 {
	t.Helper()
	require.Contains(t, claims, name, "the token must hold the claim %s", name)
	number, ok := claims[name].(json.Number)
	require.True(t, ok, "%s must be a JSON number (RFC 7519, section 2), and it is %T: %v", name, claims[name], claims[name])
	seconds, err := number.Float64()
	require.NoError(t, err)
	return int64(seconds)
}

// 1. A key under 32 bytes is refused.
func TestNewIssuer_RefusesAShortKey(t *testing.T) {
	_, err := token.NewIssuer(make([]byte, 32), time.Minute)
	require.NoError(t, err, "a key of 32 bytes is long enough")

	for _, short := range [][]byte{nil, {}, []byte("change-me"), make([]byte, 31)} {
		_, err := token.NewIssuer(short, time.Minute)
		assert.ErrorIs(t, err, token.ErrShortKey,
			"a key of %d bytes must be refused: whoever finds it by trying can sign tokens for everybody (RFC 7518, section 3.2)", len(short))
	}
}

// 1. A lifetime under a second is refused.
func TestNewIssuer_RefusesAShortLifetime(t *testing.T) {
	_, err := token.NewIssuer(key, time.Second)
	require.NoError(t, err, "a lifetime of a second is long enough")

	for _, short := range []time.Duration{0, -time.Minute, 30} {
		_, err := token.NewIssuer(key, short)
		assert.ErrorIs(t, err, token.ErrShortLifetime,
			"a lifetime of %v must be refused: its tokens would be born dead, and nobody could log in", short)
	}
}

// 2. Nobody gets no token.
func TestIssue_RefusesAnEmptySubject(t *testing.T) {
	issuer := newIssuer(t, time.Minute)
	issue(t, issuer, "user-1")

	signed, _, err := issuer.Issue("")
	assert.ErrorIs(t, err, token.ErrNoSubject, "a token for nobody must not be issued: nothing good can be done with it")
	assert.Empty(t, signed, "with an error there must be no token")
}

// 3. The token says whose it is.
func TestIssue_NamesTheSubject(t *testing.T) {
	issuer := newIssuer(t, time.Minute)
	for _, subject := range []string{"user-1", "1000000", "9007199254740993", "ann@example.com", "Zoë \"Z\" 王"} {
		assert.Equal(t, subject, claimsOf(t, issue(t, issuer, subject))["sub"],
			"sub must be the subject to the letter, and a JSON string: it is how the server finds the user again")
	}
}

// 3. The token says when it was issued.
func TestIssue_SaysWhenItWasIssued(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		claims := claimsOf(t, issue(t, newIssuer(t, time.Minute), "user-1"))

		assert.Equal(t, time.Now().Unix(), secondsOf(t, claims, "iat"),
			"iat must be now, in seconds since 1970: without it, nobody can say which tokens are older than a theft")
	})
}

// 3. The token says when it ends.
func TestIssue_ExpiresAfterTheLifetime(t *testing.T) {
	for _, lifetime := range []time.Duration{time.Second, 30 * time.Minute, 400 * 24 * time.Hour} {
		synctest.Test(t, func(t *testing.T) {
			issuer := newIssuer(t, lifetime)
			time.Sleep(time.Hour) // a token lives from when it is issued, not from when the server was started
			claims := claimsOf(t, issue(t, issuer, "user-1"))

			assert.Equal(t, time.Now().Add(lifetime).Unix(), secondsOf(t, claims, "exp"),
				"exp must be now plus the lifetime of %v, in seconds since 1970: in any other unit, a stolen token works for ever or never", lifetime)
		})
	}
}

// 4. The header says HS256.
func TestIssue_SaysHS256(t *testing.T) {
	header, _, _, err := forge.Decode(issue(t, newIssuer(t, time.Minute), "user-1"))
	require.NoError(t, err, "what Issue returns must be a token")

	assert.Equal(t, "HS256", header["alg"],
		"the header must say HS256: it is the one algorithm that the verifier of step 03 takes")
}

// 4. The signature is an HMAC-SHA256 under the key.
func TestIssue_SignsWithTheKey(t *testing.T) {
	signed := issue(t, newIssuer(t, time.Minute), "user-1")
	_, _, signature, err := forge.Decode(signed)
	require.NoError(t, err, "what Issue returns must be a token")

	text := signed[:strings.LastIndex(signed, ".")]
	assert.Equal(t, hex.EncodeToString(forge.MAC(sha256.New, key, text)), hex.EncodeToString(signature),
		"the signature must be the HMAC-SHA256 of the first two parts under the key: only that shows that we issued it")
}

// 4. The lifetime is told.
func TestIssue_ReturnsTheLifetime(t *testing.T) {
	_, lifetime, err := newIssuer(t, 30*time.Minute).Issue("user-1")
	require.NoError(t, err, "Issue must issue a token for an ordinary subject")

	assert.Equal(t, 30*time.Minute, lifetime,
		"Issue must return the whole lifetime: clients are told it, and log in again when it is over")
}

// 4. The payload holds no secret.
func TestIssue_KeepsTheKeyOutOfTheToken(t *testing.T) {
	signed := issue(t, newIssuer(t, time.Minute), "user-1")
	claimsOf(t, signed)

	for part := range strings.SplitSeq(signed, ".") {
		text, err := base64.RawURLEncoding.DecodeString(part)
		require.NoError(t, err, "every part must be base64url without padding")
		for _, secret := range [][]byte{key, []byte(hex.EncodeToString(key)), []byte(base64.StdEncoding.EncodeToString(key))} {
			assert.False(t, bytes.Contains(text, secret),
				"the key must not stand in the token: everybody who has one can read it, it is only base64")
		}
	}
}

// 4. One Issuer serves many requests at once.
func TestIssue_KeepsSubjectsApart(t *testing.T) {
	issuer := newIssuer(t, time.Minute)
	var group sync.WaitGroup
	issued := make([]string, 50)
	for i := range issued {
		group.Go(func() { issued[i], _, _ = issuer.Issue(fmt.Sprint("user-", i)) })
	}
	group.Wait()

	for i, signed := range issued {
		assert.Equal(t, fmt.Sprint("user-", i), claimsOf(t, signed)["sub"],
			"tokens issued at the same moment must each have their own subject: with shared claims, people get each other's tokens")
	}
}
