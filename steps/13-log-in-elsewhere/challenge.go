package elsewhere

// challengeOf returns what the provider is told of a verifier when a login begins: its
// SHA-256, in base64url without padding (RFC 7636, section 4.2, method S256). Nobody can
// get the verifier back from it.
func challengeOf(verifier string) string {
	// TODO 1: make the challenge of a verifier.
	return ""
}
