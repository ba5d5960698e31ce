// Package verifier decides whether a token can be trusted, and whose it is.
package verifier

import (
	"bytes"
	"errors"
	"strings"

	"github.com/golang-jwt/jwt/v5"

	"tokenauth.example/token"
)

// Why a token is refused, in the order in which it is found out. The texts are
// short, because they become the reason in the server's log.
var (
	// ErrMalformed: it isn't a token at all, or isn't written in the one way in which we
	// write tokens, or a claim has the wrong type, or its header has "crit".
	ErrMalformed = errors.New("malformed")
	// ErrAlgorithm: it says that it is signed with anything but HS256.
	ErrAlgorithm = errors.New("algorithm")
	// ErrSignature: the signature isn't the one that our key makes.
	ErrSignature = errors.New("signature")
	// ErrNoExpiry: it would be good forever.
	ErrNoExpiry = errors.New("no expiry")
	// ErrExpired: its time is over. At exp itself it already is.
	ErrExpired = errors.New("expired")
	// ErrNotYetValid: its time (nbf) has not come yet.
	ErrNotYetValid = errors.New("not yet valid")
	// ErrNoSubject: all is well with it, but it doesn't say whose it is.
	ErrNoSubject = errors.New("no subject")
)

// Verifier verifies tokens that were signed with one key. Many requests may use it at the
// same time.
type Verifier struct {
	key []byte
}

// New returns a Verifier with its own copy of key, which must have token.MinKeyBytes bytes
// or more. For a shorter one it returns token.ErrShortKey. The caller's key stays as it is.
//
//workshop:todo 1 refuse a key that is too short. Otherwise return a Verifier that has a copy of the key.
//workshop:stub return nil, errors.New("New is not written yet")
func New(key []byte) (*Verifier, error) {
	if len(key) < token.MinKeyBytes {
		return nil, token.ErrShortKey
	}
	return &Verifier{key: bytes.Clone(key)}, nil
}

// Verify returns the subject of a token that can be trusted now. For any other it returns
// "" and the one error of this package that says why (see errors.Is). Each token is judged
// anew each time, by the clock of that moment.
//
// Trusted are tokens that our own issuer could have made: an HS256 signature with our key,
// whatever else the header says (but with crit it is malformed); sub, exp and nbf with exactly these names and of the right
// types; an exp that is still to come, an nbf, if there is one, that has come; and a
// subject. Each of the three parts must be written as our issuer writes it: base64url has
// several spellings for the same bytes, and all but one are malformed.
//
// Neither the token nor a piece of it is in an error, or printed or logged.
//
//workshop:todo 2 check the form, the algorithm and the signature, and turn the library's errors into ours.
//workshop:todo 3 refuse a token that has expired, has no exp, or isn't valid yet.
//workshop:todo 4 refuse a token without a subject, and return the subject of any other.
//workshop:todo 5 refuse other spellings of the same token, and a header with crit.
//workshop:stub return "", errors.New("Verify is not written yet")
func (v *Verifier) Verify(signed string) (subject string, err error) {
	if strings.ContainsAny(signed, "\r\n") {
		return "", ErrMalformed // base64 skips line ends, even where it is strict
	}
	var claims Claims
	_, err = jwt.ParseWithClaims(signed, &claims, v.keyFor, jwt.WithExpirationRequired(), jwt.WithStrictDecoding())
	if err != nil {
		return "", reason(err)
	}
	if claims.Subject == "" {
		return "", ErrNoSubject
	}
	return claims.Subject, nil
}

// keyFor returns the key for HS256 and for nothing else. The sender writes the header, so the
// header must not choose (RFC 8725, section 3.1). With crit it demands that we understand
// something that we don't (RFC 7515, section 4.1.11).
//
//workshop:solution
func (v *Verifier) keyFor(t *jwt.Token) (any, error) {
	if _, ok := t.Header["crit"]; ok {
		return nil, ErrMalformed
	}
	if t.Method != jwt.SigningMethodHS256 {
		return nil, ErrAlgorithm
	}
	return v.key, nil
}

// reason says in our words why the library refused a token. The library's own text stays
// behind, because it may quote the token.
//
//workshop:solution
func reason(err error) error {
	for _, r := range []struct{ theirs, ours error }{
		{ErrMalformed, ErrMalformed},
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
