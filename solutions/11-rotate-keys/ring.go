package keys

import (
	"crypto/ecdsa"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"tokenauth.example/verifier"
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
//
//workshop:todo 2 refuse keys that cannot be used, and put the others in order.
//workshop:stub return nil, errors.New("NewRing is not written yet")
func NewRing(lead, life time.Duration, keys ...Dated) (*Ring, error) {
	if len(keys) == 0 {
		return nil, ErrNoKey
	}
	ring := &Ring{lead: lead, life: life}
	for _, key := range keys {
		if err := ring.add(key); err != nil {
			return nil, err
		}
	}
	return ring, nil
}

// Rotate publishes a new key now. For one that can't be used it changes nothing, and returns
// what NewRing returns for it: ErrNoKey for nil, ErrCurve or ErrTwice.
//
//workshop:todo 5 publish a new key.
//workshop:stub return errors.New("Rotate is not written yet")
func (r *Ring) Rotate(next *ecdsa.PrivateKey) error {
	return r.add(Dated{next, time.Now()})
}

// add puts a key into the ring.
//
//workshop:solution
func (r *Ring) add(key Dated) error {
	if key.Key == nil {
		return ErrNoKey
	}
	jwk, err := PublicJWK(&key.Key.PublicKey)
	if err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if slices.ContainsFunc(r.keys, func(e entry) bool { return e.jwk.ID == jwk.ID }) {
		return ErrTwice
	}
	keys := append(slices.Clone(r.keys), entry{key, jwk}) // a new slice: others may be reading the old one
	slices.SortStableFunc(keys, func(a, b entry) int { return a.Published.Compare(b.Published) })
	r.keys = keys
	return nil
}

// current returns the keys that are published now, by the time of publishing, and which of
// them signs.
//
//workshop:solution
func (r *Ring) current() (published []entry, signs int) {
	r.mu.RLock()
	keys := r.keys
	r.mu.RUnlock()
	now := time.Now()
	for i := range keys {
		if !keys[i].Published.Add(r.lead).After(now) {
			signs = i
		}
	}
	first := 0
	for first < signs && !keys[first+1].Published.Add(r.lead+r.life).After(now) {
		first++ // its last token has expired
	}
	return keys[first:], signs - first
}

// Sign returns a token with the claims, signed with ES256 by the key that signs now. Its
// header says alg, kid, which is the thumbprint, and typ.
//
//workshop:todo 3 sign with the key whose time it is.
//workshop:stub return "", errors.New("Sign is not written yet")
func (r *Ring) Sign(typ string, claims jwt.Claims) (string, error) {
	published, signs := r.current()
	key := published[signs]
	t := jwt.NewWithClaims(jwt.SigningMethodES256, claims)
	t.Header["typ"] = typ
	t.Header["kid"] = key.jwk.ID
	signed, err := t.SignedString(key.Key)
	if err != nil {
		return "", fmt.Errorf("sign token: %w", err)
	}
	return signed, nil
}

// Key returns the public key that a token must be signed with: the published one that its
// kid names, to the letter. It's a jwt.Keyfunc.
//
// For a token that says another algorithm than ES256 it returns verifier.ErrAlgorithm,
// for one without kid, or with one that isn't published, ErrUnknownKey. The sender writes
// the header: a key in it (jwk), or an address of one (jku, x5u), is never used, and
// nothing of it is in an error.
//
//workshop:todo 4 find the key that the token must be signed with.
//workshop:stub return nil, errors.New("Key is not written yet")
func (r *Ring) Key(t *jwt.Token) (any, error) {
	if t.Method != jwt.SigningMethodES256 {
		return nil, verifier.ErrAlgorithm
	}
	kid, _ := t.Header["kid"].(string)
	published, _ := r.current()
	for _, key := range published {
		if key.jwk.ID == kid {
			return &key.Key.PublicKey, nil
		}
	}
	return nil, ErrUnknownKey
}

// Public returns the published keys as JSON, the oldest first.
//
//workshop:todo 6 list the keys that are published.
//workshop:stub return nil
func (r *Ring) Public() []JWK {
	published, _ := r.current()
	list := make([]JWK, len(published))
	for i, key := range published {
		list[i] = key.jwk
	}
	return list
}
