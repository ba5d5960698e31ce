// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package keys_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tokenauth.example/keys"
	"tokenauth.example/scopes/ordered"
	"tokenauth.example/token/forge"
	"tokenauth.example/verifier"
)

// 2. Keys that cannot be used are refused at the start.
func TestNewRing_RefusesWhatItCannotUse(t *testing.T) {
	good := newKey(t)
	newRing(t, good)
	other, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	require.NoError(t, err)
	now := time.Now()
	for _, test := range []struct {
		want error
		list []keys.Dated
		why  string
	}{
		{keys.ErrNoKey, nil, "without a key nothing can be signed: say so at the start, and not at the first login"},
		{keys.ErrNoKey, []keys.Dated{{Published: now}}, "a key that's nil is none"},
		{keys.ErrCurve, []keys.Dated{{Key: good, Published: now}, {Key: other, Published: now}}, "ES256 needs P-256"},
		{keys.ErrTwice, []keys.Dated{{Key: good, Published: now}, {Key: newKey(t), Published: now}, {Key: good, Published: now.Add(time.Hour)}}, "the same key is there twice, so somebody has copied a file and believes that the key was changed"},
	} {
		ring, err := keys.NewRing(lead, life, test.list...)
		assert.ErrorIs(t, err, test.want, test.why)
		assert.Nil(t, ring, "with an error there must be no ring")
	}
}

// 2. Order is that of time.
func TestNewRing_PutsKeysInOrder(t *testing.T) {
	now := time.Now()
	oldest, middle, newest := named(t, "the oldest"), named(t, "the one in the middle"), named(t, "the newest")
	dates := map[*ecdsa.PrivateKey]time.Time{oldest: now.Add(-3 * lead), middle: now.Add(-lead - life/2), newest: now.Add(-lead / 2)}
	for _, order := range [][]*ecdsa.PrivateKey{{oldest, middle, newest}, {newest, middle, oldest}, {middle, newest, oldest}, {newest, oldest, middle}} {
		var list []keys.Dated
		for _, key := range order {
			list = append(list, keys.Dated{Key: key, Published: dates[key]})
		}
		ring, err := keys.NewRing(lead, life, list...)
		require.NoError(t, err, "a ring can be made of three keys, in whatever order a folder lists them")
		assert.Equal(t, "the one in the middle", signer(t, sign(t, ring)), "the newest key hasn't been published for lead, so the one before it signs, wherever it is in the list")
		assert.Equal(t, []string{"the oldest", "the one in the middle", "the newest"}, published(ring), "all three are published: the oldest because its last token lives, the newest because it will sign")
	}
}

// 3. A token says which key has signed it.
func TestSign_NamesItsKey(t *testing.T) {
	key := newKey(t)
	ring := newRing(t, key)
	signed, err := ring.Sign("at+jwt", claims())
	require.NoError(t, err, "Sign must sign a token")
	header, said, _, err := forge.Decode(signed)
	require.NoError(t, err, "it must be a JSON Web Token")
	assert.Equal(t, map[string]any{"alg": "ES256", "typ": "at+jwt", "kid": idOf(key)}, header, "the header must have the algorithm, the type that was asked for and the thumbprint of the key, and nothing else")
	assert.Equal(t, "ann", said["sub"], "the claims must be those that were given")
	_, err = jwt.Parse(signed, func(*jwt.Token) (any, error) { return &key.PublicKey, nil })
	assert.NoError(t, err, "anybody who has the public key must be able to verify it")
	assert.NoError(t, verify(ring, signed), "the ring must know its own key")
}

// 4. The key is that of its kid.
func TestKey_IsTheOneThatKidNames(t *testing.T) {
	one, two, foreign := newKey(t), newKey(t), newKey(t)
	now := time.Now()
	ring, err := keys.NewRing(lead, life, keys.Dated{Key: one, Published: now.Add(-2 * lead)}, keys.Dated{Key: two, Published: now})
	require.NoError(t, err, "first, NewRing must make a ring of good keys")
	require.NoError(t, verify(ring, forged(one, map[string]any{"kid": idOf(one)})), "first, a token of the one key must be good")
	require.NoError(t, verify(ring, forged(two, map[string]any{"kid": idOf(two)})), "first, a token of the other key must be good")

	assert.ErrorIs(t, verify(ring, forged(two, map[string]any{"kid": idOf(one)})), jwt.ErrTokenSignatureInvalid, "it names one key, and another has signed it: only the named one counts. jwt.VerificationKeySet would try them all")
	assert.ErrorIs(t, verify(ring, forged(foreign, map[string]any{"kid": idOf(one)})), jwt.ErrTokenSignatureInvalid, "anybody can write our kid into a header")
	id := idOf(one)
	for _, kid := range []any{idOf(foreign), "", id + "x", id[:42], " " + id, id + "\n", "../" + id, "' OR 1=1 --", "%", "0", 7, true, nil, []string{id}, map[string]any{"kid": id}} {
		token := forged(one, map[string]any{"kid": kid})
		err := verify(ring, token)
		assert.ErrorIs(t, err, keys.ErrUnknownKey, "kid is %v, and no key of ours is called that, to the letter", kid)
		if text, ok := kid.(string); ok && len(text) > 3 {
			assert.NotContains(t, keyError(ring, token).Error(), text, "what the sender wrote must not be in the error: it ends up in logs")
		}
	}
	withoutKid := jwt.NewWithClaims(jwt.SigningMethodES256, claims())
	signed, err := withoutKid.SignedString(one)
	require.NoError(t, err)
	assert.ErrorIs(t, verify(ring, signed), keys.ErrUnknownKey, "without a kid nobody says which key it was: don't try them all")
}

// keyError is what Key itself says of a token.
func keyError(ring *keys.Ring, signed string) error {
	t, _, err := jwt.NewParser().ParseUnverified(signed, jwt.MapClaims{})
	if err != nil {
		return err
	}
	if _, err = ring.Key(t); err == nil {
		return errors.New("none")
	}
	return err
}

// 4. The algorithm belongs to the key.
func TestKey_BelongsToOneAlgorithm(t *testing.T) {
	key := newKey(t)
	ring := newRing(t, key)
	id := idOf(key)
	require.NoError(t, verify(ring, forged(key, map[string]any{"kid": id})), "before another algorithm, its good twin must be good")
	payload := toJSON(claims())

	for _, alg := range []string{"none", "None", "", "ES384", "ES512", "RS256", "PS256", "EdDSA"} {
		token := forge.Unsigned(`{"alg":"`+alg+`","kid":"`+id+`"}`, payload)
		assert.Error(t, verify(ring, token), "alg is %q", alg)
		if err := keyError(ring, token); alg != "None" && alg != "" {
			assert.ErrorIs(t, err, verifier.ErrAlgorithm, "alg is %q, and our keys are for ES256: the sender must not choose (RFC 8725, section 3.1)", alg)
		}
	}
	der, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	require.NoError(t, err)
	point, err := key.PublicKey.Bytes()
	require.NoError(t, err)
	jwk, err := keys.PublicJWK(&key.PublicKey)
	require.NoError(t, err, "first, a public key must be written")
	for name, public := range ordered.Map(map[string][]byte{
		"PEM": pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}), "DER": der, "the point": point, "JWK": []byte(toJSON(jwk)), "x": []byte(jwk.X), "kid": []byte(id),
	}) {
		token := forge.Sign(sha256.New, public, `{"alg":"HS256","kid":"`+id+`"}`, payload)
		assert.ErrorIs(t, verify(ring, token), verifier.ErrAlgorithm, "it's signed by HS256 with our public key as the secret, as %s, which everybody has (MinIO took such tokens: CVE-2026-33322)", name)
	}
}

// 4. A key that the token brings is nobody's.
func TestKey_TakesNoKeyFromTheToken(t *testing.T) {
	key, thief := newKey(t), newKey(t)
	ring := newRing(t, key)
	require.NoError(t, verify(ring, forged(key, map[string]any{"kid": idOf(key)})), "first, a good token must be good")
	var asked atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		jwk, _ := keys.PublicJWK(&thief.PublicKey)
		_ = json.NewEncoder(w).Encode(map[string]any{"keys": []keys.JWK{jwk}})
	}))
	defer server.Close()
	jwk, err := keys.PublicJWK(&thief.PublicKey)
	require.NoError(t, err, "first, a public key must be written")
	for _, kid := range []string{idOf(thief), idOf(key), ""} {
		for name, value := range ordered.Map(map[string]any{"jwk": jwk, "jku": server.URL, "x5u": server.URL, "x5c": []string{"x"}, "iss": server.URL}) {
			token := forged(thief, map[string]any{"kid": kid, name: value})
			assert.Error(t, verify(ring, token), "the token brings its own key in %s: the forger has signed it with that one (distribution believed such keys: CVE-2025-24976)", name)
		}
	}
	assert.Zero(t, asked.Load(), "nobody may be asked for keys that a token names: the address is the sender's")
	assert.NoError(t, verify(ring, forged(key, map[string]any{"kid": idOf(key), "jwk": jwk, "jku": server.URL})), "a good token may say more than it must, and it counts for nothing")
}
