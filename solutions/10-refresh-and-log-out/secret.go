// Package sessions keeps people logged in with short access tokens, renews these with refresh
// tokens that work once (RFC 9700, section 4.14.2), and ends it all at once.
package sessions

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
)

// newSecret returns a new refresh token, which goes to the client and nowhere else, and its
// hash, which is all that we keep.
//
// The token is 32 bytes of crypto/rand in base64url without padding. Nobody can guess it, so
// one round of SHA-256 is enough to hide it; what bcrypt slows down is guessing.
//
//workshop:todo 1 make a secret, and hash it.
//workshop:stub return "", nil
func newSecret() (refresh string, hash []byte) {
	secret := make([]byte, 32)
	rand.Read(secret) // never fails: see its comment
	refresh = base64.RawURLEncoding.EncodeToString(secret)
	return refresh, hashOf(refresh)
}

// hashOf returns the SHA-256 hash of a refresh token: of its text, as the client sends it.
//
//workshop:todo 1 hash the text.
//workshop:stub return nil
func hashOf(refresh string) []byte {
	hash := sha256.Sum256([]byte(refresh))
	return hash[:]
}
