package provider

import (
	"crypto"
	"errors"
)

// jwk is a key of a provider (RFC 7517): of the kind RSA or EC.
type jwk struct {
	Type      string `json:"kty"`
	ID        string `json:"kid"`
	Use       string `json:"use"`
	Algorithm string `json:"alg"`
	Curve     string `json:"crv"`
	X         string `json:"x"`
	Y         string `json:"y"`
	N         string `json:"n"`
	E         string `json:"e"`
}

// key is a public key, and the one algorithm that it's for.
type key struct {
	public    crypto.PublicKey
	algorithm string // RS256 or ES256
}

// minRSABits is how long an RSA key is at least (RFC 7518, section 3.3).
const minRSABits = 2048

// errDouble is returned for two keys of one kid: nobody can say which is meant.
var errDouble = errors.New("two keys have one kid")

// keysOf returns the keys that we can use, by their kid: RSA keys of minRSABits or more,
// for RS256, and EC keys of P-256, for ES256.
//
// A provider may publish others, today or tomorrow. So keys without a kid, of another
// kind, for another use than "sig", for another algorithm, and badly written ones are
// left out, and the rest is used. Two usable keys of one kid are errDouble.
func keysOf(list []jwk) (map[string]key, error) {
	// TODO 3: take the keys that we can use, and leave out the others.
	return nil, errors.New("keysOf is not written yet")
}
