// Package verifier decides whether a token can be trusted, and whose it is.
package verifier

import (
	"bytes"
	"errors"

	"github.com/golang-jwt/jwt/v5"

	"tokenauth.example/token"
)

// Why a token is refused, in the order in which it is found out. The texts are
// short: they become the reason in the server's log.
var (
	// ErrMalformed: it is not a token at all, or a claim has the wrong type.
	ErrMalformed = errors.New("malformed")
	// ErrAlgorithm: it says that it is signed by anything but HS256.
	ErrAlgorithm = errors.New("algorithm")
	// ErrSignature: the signature is not the one that our key makes.
	ErrSignature = errors.New("signature")
	// ErrNoExpiry: it would be good for ever.
	ErrNoExpiry = errors.New("no expiry")
	// ErrExpired: its time is over. At exp itself it already is.
	ErrExpired = errors.New("expired")
	// ErrNotYetValid: its time (nbf) has not come yet.
	ErrNotYetValid = errors.New("not yet valid")
	// ErrNoSubject: all is well with it, but it does not say whose it is.
	ErrNoSubject = errors.New("no subject")
)

// Verifier verifies tokens that were signed with one key.
type Verifier struct {
	key []byte
}

// New returns a Verifier for tokens that were signed with key, which must have
// token.MinKeyBytes bytes or more: otherwise it returns token.ErrShortKey.
//
//workshop:todo 1 refuse a key that is too short, as NewIssuer does; otherwise return a Verifier that has a copy of the key (bytes.Clone).
//workshop:stub return nil, errors.New("New is not written yet")
func New(key []byte) (*Verifier, error) {
	if len(key) < token.MinKeyBytes {
		return nil, token.ErrShortKey
	}
	return &Verifier{key: bytes.Clone(key)}, nil
}

// Verify returns the subject of a token that can be trusted. For any other it
// returns "" and an error that is one of this package's (see errors.Is). The
// error's text never holds the token or a piece of it.
//
//workshop:todo 2 parse the token with jwt.ParseWithClaims into a jwt.RegisteredClaims. The function that hands out the key is called before the signature is checked: refuse any algorithm but HS256 there, with ErrAlgorithm. Turn the library's errors into ours: jwt.ErrTokenUnverifiable, which also says that it does not know the algorithm, jwt.ErrTokenSignatureInvalid, and everything else is malformed.
//workshop:todo 3 refuse a token that has expired, has no exp, or is not valid yet. The library asks for exp only if you tell it to.
//workshop:todo 4 refuse a token without a subject: the library never asks for one. Then return the subject.
//workshop:stub return "", errors.New("Verify is not written yet")
func (v *Verifier) Verify(signed string) (subject string, err error) {
	var claims jwt.RegisteredClaims
	_, err = jwt.ParseWithClaims(signed, &claims, v.keyFor, jwt.WithExpirationRequired())
	if err != nil {
		return "", reason(err)
	}
	if claims.Subject == "" {
		return "", ErrNoSubject
	}
	return claims.Subject, nil
}

// keyFor hands out the key for HS256 and for nothing else. The header is written
// by whoever sends the token, so it must not choose (RFC 8725, section 3.1).
//
//workshop:solution
func (v *Verifier) keyFor(t *jwt.Token) (any, error) {
	if t.Method != jwt.SigningMethodHS256 {
		return nil, ErrAlgorithm
	}
	return v.key, nil
}

// reason says in our words why the library refused a token. The library's own
// text is left behind: it may quote the token.
//
//workshop:solution
func reason(err error) error {
	for _, r := range []struct{ theirs, ours error }{
		{jwt.ErrTokenUnverifiable, ErrAlgorithm},
		{jwt.ErrTokenSignatureInvalid, ErrSignature},
		{jwt.ErrTokenRequiredClaimMissing, ErrNoExpiry},
		{jwt.ErrTokenExpired, ErrExpired},
		{jwt.ErrTokenNotValidYet, ErrNotYetValid},
	} {
		if errors.Is(err, r.theirs) {
			return r.ours
		}
	}
	return ErrMalformed
}
