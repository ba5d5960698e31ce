// Package token issues access tokens: JSON Web Tokens (RFC 7519) signed with
// HMAC-SHA256, which is called HS256 (RFC 7518, section 3.2).
package token

import (
	"errors"
	"fmt"
	"time"
)

// MinKeyBytes is how many bytes a key for HS256 has at least: as many as a SHA-256 hash
// (RFC 7518, section 3.2). A shorter one can be found by trying.
const MinKeyBytes = 32

var (
	// ErrShortKey is returned for a key of fewer than MinKeyBytes bytes.
	ErrShortKey = fmt.Errorf("key is shorter than %d bytes", MinKeyBytes)
	// ErrShortLifetime is returned for a lifetime under a second, because the times in a
	// token are whole seconds.
	ErrShortLifetime = errors.New("lifetime is shorter than a second")
	// ErrNoSubject is returned when there is nobody to issue a token for.
	ErrNoSubject = errors.New("subject is empty")
)

// Issuer issues tokens that are all signed with one key and all live equally long. Many
// requests may use it at the same time.
type Issuer struct {
	key      []byte
	lifetime time.Duration
}

// NewIssuer returns an Issuer with its own copy of the key. For a key of fewer than
// MinKeyBytes bytes it returns ErrShortKey, for a lifetime under a second
// ErrShortLifetime. The caller's key stays as it is. It is never in an error, and never
// printed or logged, not even a part of it.
func NewIssuer(key []byte, lifetime time.Duration) (*Issuer, error) {
	// TODO 1: refuse a key or a lifetime that is too short. Otherwise return an
	//   Issuer that knows its lifetime and has a copy of the key.
	return nil, errors.New("NewIssuer is not written yet")
}

// Issue returns a signed token for subject, and how long it will live, which is always
// the whole lifetime of the Issuer. A server takes anybody who sends the token for its
// subject until then.
//
// The token is a JWT, signed with HS256. It says who it is for (sub), when it was issued
// (iat) and when it expires (exp). Anybody can read that, because a token is signed and not
// encrypted. Without a subject Issue returns "" and ErrNoSubject. Neither the token nor the
// key is in an error, or printed or logged.
func (i *Issuer) Issue(subject string) (signed string, lifetime time.Duration, err error) {
	// TODO 2: make a token with the three claims, and sign it as HS256 with the
	//   key.
	// TODO 3: before that, refuse an empty subject.
	return "", 0, errors.New("Issue is not written yet")
}
