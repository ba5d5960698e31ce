package provider

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"encoding/base64"
	"errors"
	"math/big"
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
//
//workshop:todo 3 take the keys that we can use, and leave out the others.
//workshop:stub return nil, errors.New("keysOf is not written yet")
func keysOf(list []jwk) (map[string]key, error) {
	keys := map[string]key{}
	for _, jwk := range list {
		found, ok := usable(jwk)
		if !ok {
			continue
		}
		if _, double := keys[jwk.ID]; double {
			return nil, errDouble
		}
		keys[jwk.ID] = found
	}
	return keys, nil
}

// usable returns the key if it's one that we can use.
//
//workshop:solution
func usable(jwk jwk) (key, bool) {
	if jwk.ID == "" || jwk.Use != "" && jwk.Use != "sig" {
		return key{}, false
	}
	var found key
	switch jwk.Type {
	case "RSA":
		n, errN := base64.RawURLEncoding.DecodeString(jwk.N)
		e, errE := base64.RawURLEncoding.DecodeString(jwk.E)
		exponent := new(big.Int).SetBytes(e)
		public := &rsa.PublicKey{N: new(big.Int).SetBytes(n), E: int(exponent.Int64())}
		if errN != nil || errE != nil || public.N.BitLen() < minRSABits || !exponent.IsInt64() || exponent.BitLen() > 31 || public.E < 3 || public.E%2 == 0 {
			return key{}, false
		}
		found = key{public, "RS256"}
	case "EC":
		x, errX := base64.RawURLEncoding.DecodeString(jwk.X)
		y, errY := base64.RawURLEncoding.DecodeString(jwk.Y)
		if errX != nil || errY != nil || len(x) != 32 || len(y) != 32 || jwk.Curve != "P-256" {
			return key{}, false
		}
		public, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), append(append([]byte{4}, x...), y...))
		if err != nil {
			return key{}, false
		}
		found = key{public, "ES256"}
	}
	return found, found.algorithm != "" && (jwk.Algorithm == "" || jwk.Algorithm == found.algorithm)
}
