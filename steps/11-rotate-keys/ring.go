package keys

import (
	"crypto/ecdsa"
	"errors"
	"sync"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

var (
	// ErrNoKey is returned where there is no key to sign with.
	ErrNoKey = errors.New("no key")
	// ErrTwice is returned for a key that the ring has already.
	ErrTwice = errors.New("key is there twice")
	// ErrUnknownKey: the token names a key that isn't ours, or not any more, or none.
	ErrUnknownKey = errors.New("unknown key")
)

// Dated is a private key, and when it was published: when verifiers could first know its
// public half.
type Dated struct {
	Key       *ecdsa.PrivateKey
	Published time.Time
}

// Ring holds the keys of a server: the one that signs, those that will, and those of which
// there may still be good tokens. It's scopes.Keys. Many requests may use it at the same time,
// also while a new key takes over.
type Ring struct {
	lead time.Duration
	life time.Duration

	mu   sync.RWMutex
	keys []entry // by the time of publishing
}

// entry is a key with what's published of it.
type entry struct {
	Dated
	jwk JWK
}

// NewRing returns a Ring of these keys, in whatever order they are given.
//
// A key signs from lead after it was published, in that very moment already, so that everybody
// who keeps our keys for less than lead knows it by then. The oldest one signs at once: there's
// nobody else. Each signs until the next one does. For life after that, which is how long its
// last token lives, it still verifies. From then on it's gone from everywhere.
//
// It returns ErrNoKey without a key, and for one that is nil, ErrCurve for one that isn't of
// P-256, ErrTwice for two of one thumbprint.
func NewRing(lead, life time.Duration, keys ...Dated) (*Ring, error) {
	// TODO 2: refuse keys that cannot be used, and put the others in order.
	return nil, errors.New("NewRing is not written yet")
}

// Rotate publishes a new key now. For one that can't be used it changes nothing, and returns
// what NewRing returns for it: ErrNoKey for nil, ErrCurve or ErrTwice.
func (r *Ring) Rotate(next *ecdsa.PrivateKey) error {
	// TODO 5: publish a new key.
	return errors.New("Rotate is not written yet")
}

// Sign returns a token with the claims, signed with ES256 by the key that signs now. Its
// header says alg, kid, which is the thumbprint, and typ.
func (r *Ring) Sign(typ string, claims jwt.Claims) (string, error) {
	// TODO 3: sign with the key whose time it is.
	return "", errors.New("Sign is not written yet")
}

// Key returns the public key that a token must be signed with: the published one that its
// kid names, to the letter. It's a jwt.Keyfunc.
//
// For a token that says another algorithm than ES256 it returns verifier.ErrAlgorithm,
// for one without kid, or with one that isn't published, ErrUnknownKey. The sender writes
// the header: a key in it (jwk), or an address of one (jku, x5u), is never used, and
// nothing of it is in an error.
func (r *Ring) Key(t *jwt.Token) (any, error) {
	// TODO 4: find the key that the token must be signed with.
	return nil, errors.New("Key is not written yet")
}

// Public returns the published keys as JSON, the oldest first.
func (r *Ring) Public() []JWK {
	// TODO 6: list the keys that are published.
	return nil
}
