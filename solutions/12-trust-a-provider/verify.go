package provider

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"tokenauth.example/scopes"
	"tokenauth.example/verifier"
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
//
//workshop:todo 6 verify a token of the provider, and name what is wrong.
//workshop:stub return Identity{}, errors.New("Verify is not written yet")
func (p *Provider) Verify(ctx context.Context, signed string) (Identity, error) {
	if strings.ContainsAny(signed, "\r\n") {
		return Identity{}, verifier.ErrMalformed
	}
	var claims claims
	keyFor := func(t *jwt.Token) (any, error) {
		if _, ok := t.Header["crit"]; ok {
			return nil, verifier.ErrMalformed
		}
		algorithm := t.Method.Alg()
		if algorithm != "RS256" && algorithm != "ES256" {
			return nil, verifier.ErrAlgorithm
		}
		if claims.Issuer != p.issuer {
			return nil, scopes.ErrIssuer // nobody is asked for keys on behalf of a stranger's token
		}
		kid, _ := t.Header["kid"].(string)
		if kid == "" {
			return nil, ErrUnknownKey
		}
		key, err := p.keyFor(ctx, kid)
		if err != nil {
			return nil, err
		}
		if key.algorithm != algorithm {
			return nil, verifier.ErrAlgorithm
		}
		return key.public, nil
	}
	t, err := jwt.ParseWithClaims(signed, &claims, keyFor, jwt.WithStrictDecoding(), jwt.WithExpirationRequired(),
		jwt.WithAudience(p.audience), jwt.WithLeeway(leeway))
	if err != nil {
		return Identity{}, reason(err, claims)
	}
	typ, _ := t.Header["typ"].(string)
	if typ = strings.ToLower(typ); p.typed && typ != "at+jwt" && typ != "application/at+jwt" {
		return Identity{}, scopes.ErrType
	}
	if claims.isID {
		return Identity{}, scopes.ErrType
	}
	if claims.Subject == "" {
		return Identity{}, verifier.ErrNoSubject
	}
	scope, err := scopes.Parse(claims.Scope)
	if err != nil {
		return Identity{}, verifier.ErrMalformed
	}
	identity := Identity{Issuer: p.issuer, Subject: claims.Subject, Scope: scope}
	if claims.EmailVerified {
		identity.Email = claims.Email
	}
	return identity, nil
}

// reason says in our words why a token was refused.
//
//workshop:solution
func reason(err error, claims claims) error {
	for _, r := range []struct{ theirs, ours error }{
		{ErrUnavailable, err}, // with the words around it
		{ErrUnknownKey, ErrUnknownKey},
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
