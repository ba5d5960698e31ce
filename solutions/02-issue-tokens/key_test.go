// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package token_test

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tokenauth.example/token"
	"tokenauth.example/token/forge"
)

// 1. A key under 32 bytes is refused.
func TestNewIssuer_RefusesAShortKey(t *testing.T) {
	_, err := token.NewIssuer([]byte(secret[:32]), time.Minute)
	require.NoError(t, err, "a key of 32 bytes is long enough")

	for _, short := range [][]byte{nil, {}, []byte("change-me"), []byte(secret[:31])} {
		_, err := token.NewIssuer(short, time.Minute)
		only(t, err, "ErrShortKey",
			"a key of %d bytes must be refused: if somebody finds it by trying, they can sign tokens for everybody (RFC 7518, section 3.2)", len(short))
	}
}

// 1. A lifetime under a second is refused.
func TestNewIssuer_RefusesAShortLifetime(t *testing.T) {
	for _, enough := range []time.Duration{time.Second, 1001 * time.Millisecond, 24 * time.Hour} {
		_, err := token.NewIssuer([]byte(secret), enough)
		require.NoError(t, err, "a lifetime of %v is long enough", enough)
	}

	for _, short := range []time.Duration{0, -time.Minute, 30, 999 * time.Millisecond, time.Second - 1, math.MinInt64} {
		_, err := token.NewIssuer([]byte(secret), short)
		only(t, err, "ErrShortLifetime",
			"a lifetime of %v must be refused: its tokens would be expired from the start, and nobody could log in", short)
	}
}

// 2. The header says HS256.
func TestIssue_SaysHS256(t *testing.T) {
	header, _, _ := decode(t, issue(t, newIssuer(t, time.Minute), "user-1"))

	assert.Equal(t, "HS256", header["alg"],
		"the header must say HS256: it is the one algorithm that the verifier of step 03 takes")
}

// isSignedWith reports whether the signature of a token is its HMAC-SHA256 under key.
func isSignedWith(t *testing.T, key, signed string) bool {
	t.Helper()
	_, _, signature := decode(t, signed)
	return string(signature) == string(forge.MAC(sha256.New, []byte(key), signed[:strings.LastIndex(signed, ".")]))
}

// 2. The signature is an HMAC-SHA256 under the key.
func TestIssue_SignsWithTheKey(t *testing.T) {
	keys := []string{
		secret,
		hex.EncodeToString([]byte(secret)),
		base64.StdEncoding.EncodeToString([]byte(secret)),
		"\n\x00\xff " + secret + strings.Repeat(" long", 20) + "\n",
		secret[:32], `"` + secret + `"`, "Bearer " + secret, secret + "=", "0x" + secret,
	}
	for _, n := range []int{33, 63, 64, 65, 127, 128, 129, 1000} { // 64 is the block of SHA-256
		keys = append(keys, strings.Repeat(secret, 30)[:n])
	}
	var issuers []*token.Issuer // all are made before the first is used: they must share nothing
	for _, key := range keys {
		issuers = append(issuers, newIssuerWith(t, key, time.Minute))
	}
	for i, key := range keys {
		require.True(t, isSignedWith(t, key, issue(t, issuers[i], "user-1")),
			"the signature must be the HMAC-SHA256 of the first two parts under the Issuer's own key, every byte of it, unchanged: only that shows that we issued it: %q", key)
	}
}

// 2. The caller's key stays as it is.
func TestIssue_LeavesTheCallersKeyAlone(t *testing.T) {
	settings := []byte(secret + "and the next setting after it")
	issuer, err := token.NewIssuer(settings[:len(secret)], time.Minute)
	require.NoError(t, err, "NewIssuer must take a key of %d bytes", len(secret))
	issue(t, issuer, "user-1")

	assert.Equal(t, secret+"and the next setting after it", string(settings),
		"the caller's bytes must stay as they are: the same key goes to the verifier, and with another one it refuses every token")
}

// 2. The Issuer has a key of its own.
func TestIssue_SignsWithItsOwnCopyOfTheKey(t *testing.T) {
	callers := []byte(secret)
	issuer, err := token.NewIssuer(callers, time.Minute)
	require.NoError(t, err, "NewIssuer must take a key of %d bytes", len(callers))
	require.True(t, isSignedWith(t, secret, issue(t, issuer, "user-1")), "first, a token must be signed with the key")

	clear(callers) // as a careful caller does
	assert.True(t, isSignedWith(t, secret, issue(t, issuer, "user-1")),
		"the Issuer must have a copy of the key: its caller cleared the slice, and now tokens are signed with zeros, which anybody can do")
}
