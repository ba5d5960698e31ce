// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package elsewhere

import (
	"errors"

	"github.com/golang-jwt/jwt/v5"

	"tokenauth.example/provider"
	"tokenauth.example/scopes"
	"tokenauth.example/verifier"
)

// reason says in our words why jwt.ParseWithClaims refused a token with these claims.
func reason(err error, claims claims) error {
	for _, r := range []struct{ theirs, ours error }{
		{provider.ErrUnavailable, err}, // with the words around it
		{provider.ErrUnknownKey, provider.ErrUnknownKey},
		{scopes.ErrIssuer, scopes.ErrIssuer},
		{verifier.ErrMalformed, verifier.ErrMalformed},
		{jwt.ErrTokenUnverifiable, verifier.ErrAlgorithm},
		{jwt.ErrTokenSignatureInvalid, verifier.ErrSignature},
		{jwt.ErrTokenInvalidAudience, scopes.ErrAudience},
		{jwt.ErrTokenExpired, verifier.ErrExpired},
		{jwt.ErrTokenNotValidYet, verifier.ErrNotYetValid},
	} {
		if errors.Is(err, r.theirs) {
			return r.ours
		}
	}
	switch {
	case !errors.Is(err, jwt.ErrTokenRequiredClaimMissing):
		return verifier.ErrMalformed
	case claims.ExpiresAt == nil:
		return verifier.ErrNoExpiry
	}
	return scopes.ErrAudience
}

// isRefusal reports whether an error says that somebody has not logged in, and not that
// nobody can tell.
func isRefusal(err error) bool {
	for _, refusal := range []error{
		ErrUnknown, ErrDeclined, ErrCode, ErrNonce, provider.ErrUnknownKey, scopes.ErrType, scopes.ErrIssuer, scopes.ErrAudience,
		verifier.ErrMalformed, verifier.ErrAlgorithm, verifier.ErrSignature, verifier.ErrNoExpiry, verifier.ErrExpired, verifier.ErrNotYetValid, verifier.ErrNoSubject,
	} {
		if errors.Is(err, refusal) {
			return true
		}
	}
	return false
}
