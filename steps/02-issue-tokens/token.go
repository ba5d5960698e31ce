// Package token issues access tokens: JSON Web Tokens (RFC 7519) signed with
// HMAC-SHA256, which is called HS256 (RFC 7518, section 3.2).
package token

import (
	"errors"
	"fmt"
	"time"
)

// MinKeyBytes is the least length of a key for HS256: as many bytes as a SHA-256
// hash has (RFC 7518, section 3.2). A shorter one can be found by trying.
const MinKeyBytes = 32

var (
	// ErrShortKey is returned for a key of fewer than MinKeyBytes bytes.
	ErrShortKey = fmt.Errorf("key is shorter than %d bytes", MinKeyBytes)
	// ErrShortLifetime is returned for a lifetime under a second: the times in a
	// token are whole seconds.
	ErrShortLifetime = errors.New("lifetime is shorter than a second")
	// ErrNoSubject is returned when there is nobody to issue a token for.
	ErrNoSubject = errors.New("subject is empty")
)

// Issuer issues tokens that are all signed with one key and all live equally long.
type Issuer struct {
	key      []byte
	lifetime time.Duration
}

// NewIssuer returns an Issuer. The key must have MinKeyBytes bytes or more, or it
// returns ErrShortKey; the lifetime must be a second or more, or it returns
// ErrShortLifetime. The key is neither changed nor shown: no error and no log holds it.
func NewIssuer(key []byte, lifetime time.Duration) (*Issuer, error) {
	// TODO 1: refuse a key or a lifetime that is too short; otherwise return an
	//   Issuer that knows the lifetime, and has a copy of the key (bytes.Clone).
	return nil, errors.New("NewIssuer is not written yet")
}

// Issue returns a signed token for subject, and how long it will live. Whoever
// holds the token is taken for its subject until then.
//
// The token says who it is for (sub), since when (iat) and until when (exp). All
// of that can be read by anyone: a token is signed, not encrypted. Without a
// subject Issue returns ErrNoSubject.
func (i *Issuer) Issue(subject string) (signed string, lifetime time.Duration, err error) {
	// TODO 2: make the claims: the subject, the time now, and the time now plus
	//   the lifetime. jwt.RegisteredClaims has a field for each,
	//   jwt.NewNumericDate makes the times. Sign them as HS256 with the key
	//   (jwt.NewWithClaims, then SignedString), and return the token and
	//   i.lifetime.
	// TODO 3: before that, refuse an empty subject with ErrNoSubject.
	return "", 0, errors.New("Issue is not written yet")
}
