// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package keys_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/base64"
	"math/big"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tokenauth.example/keys"
)

// 1. A public key as JSON.
// Stays: all that comes after names keys by it, and says less plainly what is wrong.
func TestPublicJWK_WritesAPublicKey(t *testing.T) {
	for range 20 {
		key := newKey(t)
		jwk, err := keys.PublicJWK(&key.PublicKey)
		require.NoError(t, err, "a key of P-256 can be written")
		require.Equal(t, []string{"EC", "P-256", "sig", "ES256"}, []string{jwk.Type, jwk.Curve, jwk.Use, jwk.Algorithm}, "kty, crv, use and alg must say what the key is for (RFC 7517, section 4)")
		require.Equal(t, idOf(key), jwk.ID, "kid must be the thumbprint of RFC 7638: SHA-256 over {\"crv\",\"kty\",\"x\",\"y\"} in this order, without a space, in base64url without padding")
		point, err := key.PublicKey.Bytes()
		require.NoError(t, err)
		x, errX := base64.RawURLEncoding.DecodeString(jwk.X)
		y, errY := base64.RawURLEncoding.DecodeString(jwk.Y)
		require.True(t, errX == nil && errY == nil, "x and y must be base64url without padding")
		require.Equal(t, point[1:], append(x, y...), "x and y must be those of the key, 32 bytes each (RFC 7518, section 6.2.1)")
	}
}

// 1. The example of the standard.
// Stays: it's somebody else's key, so nobody can have made the same mistake twice.
func TestPublicJWK_KnowsAKeyOfSomebodyElse(t *testing.T) {
	number := func(text string) *big.Int {
		bytes, err := base64.RawURLEncoding.DecodeString(text)
		require.NoError(t, err)
		return new(big.Int).SetBytes(bytes)
	}
	// RFC 7517, appendix A.1. Its thumbprint was computed by another program.
	x, y := "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4", "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"
	point := append([]byte{4}, append(number(x).FillBytes(make([]byte, 32)), number(y).FillBytes(make([]byte, 32))...)...)
	key, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), point)
	require.NoError(t, err)
	jwk, err := keys.PublicJWK(key)
	require.NoError(t, err, "the key of the standard can be written")
	assert.Equal(t, []string{x, y}, []string{jwk.X, jwk.Y}, "x and y must be those of the standard (RFC 7517, appendix A.1)")
	assert.Equal(t, "cn-I_WNMClehiVp51i_0VpOENW1upEerA8sEam5hn-s", jwk.ID, "kid must be the thumbprint of RFC 7638")
}

// 1. Zeros before a small number count.
func TestPublicJWK_KeepsZeros(t *testing.T) {
	for {
		key := newKey(t)
		point, err := key.PublicKey.Bytes()
		require.NoError(t, err)
		if point[1] != 0 && point[33] != 0 {
			continue
		}
		jwk, err := keys.PublicJWK(&key.PublicKey)
		require.NoError(t, err, "a key of P-256 can be written")
		require.Equal(t, []int{43, 43}, []int{len(jwk.X), len(jwk.Y)}, "a coordinate of this key begins with a zero: it must be 32 bytes all the same (RFC 7518, section 6.2.1.2). One key in 128 is like that, and no test of yours may meet it for a year")
		require.Equal(t, idOf(key), jwk.ID, "the thumbprint must be made of all 32 bytes, too")
		return
	}
}

// 1. Other curves are other algorithms.
func TestPublicJWK_RefusesOtherCurves(t *testing.T) {
	key := newKey(t)
	_, err := keys.PublicJWK(&key.PublicKey)
	require.NoError(t, err, "before another curve, its good twin must be written")
	for _, curve := range []elliptic.Curve{elliptic.P224(), elliptic.P384(), elliptic.P521()} {
		other, err := ecdsa.GenerateKey(curve, rand.Reader)
		require.NoError(t, err)
		jwk, err := keys.PublicJWK(&other.PublicKey)
		assert.ErrorIs(t, err, keys.ErrCurve, "ES256 is P-256 and nothing else (RFC 7518, section 3.4): with %s, nobody could verify our tokens", curve.Params().Name)
		assert.Equal(t, keys.JWK{}, jwk, "with an error there must be no key")
	}
	_, err = keys.PublicJWK(nil)
	assert.ErrorIs(t, err, keys.ErrCurve, "nil is no key of P-256, so that is ErrCurve, too")
}

// 1. Nothing private gets out.
// Stays: the handler's test finds it, too, and doesn't say what it would cost.
func TestPublicJWK_KeepsThePrivateKey(t *testing.T) {
	key := newKey(t)
	private, err := key.Bytes()
	require.NoError(t, err)
	ring := newRing(t, key)
	require.Len(t, ring.Public(), 1, "first, the ring must publish its key")
	text := toJSON(ring.Public())
	for _, spelling := range []string{base64.RawURLEncoding.EncodeToString(private), base64.StdEncoding.EncodeToString(private), `"d"`, "PRIVATE"} {
		assert.NotContains(t, text, spelling, "anyone with the private key can be anybody: it must not be published")
	}
	assert.Equal(t, 1, strings.Count(text, "kty"), "one key, and nothing else")
}
