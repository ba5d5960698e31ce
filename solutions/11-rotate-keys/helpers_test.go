// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package keys_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/big"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/require"

	"tokenauth.example/keys"
	"tokenauth.example/scopes"
	"tokenauth.example/token/forge"
)

const (
	lead = time.Hour
	life = 5 * time.Minute
)

// newKey makes a key pair.
func newKey(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	return key
}

// named makes a key pair that messages call by a name.
func named(t testing.TB, name string) *ecdsa.PrivateKey {
	t.Helper()
	key := newKey(t)
	names.Store(idOf(key), name)
	return key
}

var names sync.Map // of keys, by their thumbprints

func nameOf(id string) string {
	name, ok := names.Load(id)
	if !ok {
		return "another key"
	}
	return name.(string)
}

// newRing returns a ring of these keys, which were published long ago, each a day after
// the one before it.
func newRing(t testing.TB, list ...*ecdsa.PrivateKey) *keys.Ring {
	t.Helper()
	var dated []keys.Dated
	for i, key := range list {
		dated = append(dated, keys.Dated{Key: key, Published: time.Now().Add(-time.Duration(len(list)-i) * 24 * time.Hour)})
	}
	ring, err := keys.NewRing(lead, life, dated...)
	require.NoError(t, err, "first, NewRing must make a ring of good keys")
	return ring
}

// claims are those of a good token.
func claims() jwt.MapClaims {
	return jwt.MapClaims{"sub": "ann", "exp": time.Now().Add(life).Unix()}
}

func sign(t testing.TB, ring *keys.Ring) string {
	t.Helper()
	signed, err := ring.Sign("at+jwt", claims())
	require.NoError(t, err, "first, Sign must sign a token")
	return signed
}

// verify verifies a token as a server does that has this ring.
func verify(ring *keys.Ring, signed string) error {
	_, err := jwt.Parse(signed, ring.Key, jwt.WithStrictDecoding())
	return err
}

// signer is the name of the key that the token says has signed it.
func signer(t testing.TB, signed string) string {
	t.Helper()
	header, _, _, err := forge.Decode(signed)
	require.NoError(t, err, "it must be a JSON Web Token")
	id, _ := header["kid"].(string)
	return nameOf(id)
}

// idOf is the thumbprint of a key, made by hand.
func idOf(key *ecdsa.PrivateKey) string {
	part := func(n *big.Int) string { return base64.RawURLEncoding.EncodeToString(n.FillBytes(make([]byte, 32))) }
	hash := sha256.Sum256(fmt.Appendf(nil, `{"crv":"P-256","kty":"EC","x":"%s","y":"%s"}`, part(key.X), part(key.Y)))
	return base64.RawURLEncoding.EncodeToString(hash[:])
}

// forged returns a token that is signed by key, with the header that is given.
func forged(key *ecdsa.PrivateKey, header map[string]any) string {
	t := jwt.NewWithClaims(jwt.SigningMethodES256, claims())
	for name, value := range header {
		t.Header[name] = value
	}
	signed, err := t.SignedString(key)
	if err != nil {
		panic(err)
	}
	return signed
}

func toJSON(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	return string(text)
}

var _ scopes.Keys = (*keys.Ring)(nil) // what this step makes is what step 09 needs
