// Package keys signs with a private key, and publishes the public one, so that anybody can
// verify a token and nobody else can make one. A new key can take over while the server runs.
package keys

import (
	"crypto/ecdsa"
	"errors"
)

// ErrCurve is returned for a key that isn't on the curve P-256, which is the one of ES256
// (RFC 7518, section 3.4).
var ErrCurve = errors.New("key is not of the curve P-256")

// JWK is a public key as JSON (RFC 7517 and RFC 7518, section 6.2). Nothing of a private key
// has a place in it.
type JWK struct {
	Type      string `json:"kty"` // "EC"
	Curve     string `json:"crv"` // "P-256"
	X         string `json:"x"`   // 32 bytes in base64url
	Y         string `json:"y"`
	ID        string `json:"kid"` // the thumbprint
	Use       string `json:"use"` // "sig"
	Algorithm string `json:"alg"` // "ES256"
}

// PublicJWK returns a public key as JSON. x and y have 32 bytes each, the zeros before a small
// number too. For a key of another curve, and for nil, it returns ErrCurve.
func PublicJWK(key *ecdsa.PublicKey) (JWK, error) {
	// TODO 1: write a public key as JSON, with its thumbprint.
	return JWK{}, errors.New("PublicJWK is not written yet")
}

// thumbprint returns the SHA-256 thumbprint of a key in base64url (RFC 7638): the hash of a
// JSON object with crv, kty, x and y, in this order and without a space. The same key has
// the same one everywhere, so no list of numbers is needed.
func thumbprint(jwk JWK) (string, error) {
	// TODO 1: hash what makes the key this key.
	return "", errors.New("thumbprint is not written yet")
}
