// Package sessions keeps people logged in with short access tokens, renews these with refresh
// tokens that work once (RFC 9700, section 4.14.2), and ends it all at once.
package sessions

// newSecret returns a new refresh token, which goes to the client and nowhere else, and its
// hash, which is all that we keep.
//
// The token is 32 bytes of crypto/rand in base64url without padding. Nobody can guess it, so
// one round of SHA-256 is enough to hide it; what bcrypt slows down is guessing.
func newSecret() (refresh string, hash []byte) {
	// TODO 1: make a secret, and hash it.
	return "", nil
}

// hashOf returns the SHA-256 hash of a refresh token: of its text, as the client sends it.
func hashOf(refresh string) []byte {
	// TODO 1: hash the text.
	return nil
}
