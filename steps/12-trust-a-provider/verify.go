package provider

import (
	"context"
	"errors"
	"time"

	"tokenauth.example/scopes"
)

// leeway is how far the provider's clock may be from ours.
const leeway = time.Minute

// Identity is what a provider says about somebody: who they are there, never who they are
// here.
type Identity struct {
	Issuer  string
	Subject string // theirs, at this issuer: another issuer may have the same
	Email   string // "" if the provider doesn't say that it's verified
	Scope   scopes.Set
}

// Verify returns whom a token of the provider is about, if it can be trusted now.
//
// Trusted is a token as it's written in step 03, without crit, signed with RS256 or ES256
// by the key that its kid names, whichever of both that key is for; from our issuer and
// for our audience, alone or among others; with exp, and between nbf and exp by a clock
// that may be a minute off; with a subject; and, if typed, of the type at+jwt or
// application/at+jwt, in upper or lower case. An ID token, which says nonce or at_hash,
// is no access token, whatever its type.
//
// The errors are those of step 09, ErrUnknownKey, and ErrUnavailable if nobody can say. With
// an error the Identity is the zero one.
func (p *Provider) Verify(ctx context.Context, signed string) (Identity, error) {
	// TODO 6: verify a token of the provider, and name what is wrong.
	return Identity{}, errors.New("Verify is not written yet")
}
