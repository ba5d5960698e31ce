package elsewhere

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"tokenauth.example/provider"
	"tokenauth.example/scopes"
	"tokenauth.example/verifier"
)

// ErrNonce is returned for an ID token that belongs to another login.
var ErrNonce = errors.New("nonce is another login's")

// leeway is how far the provider's clock may be from ours.
const leeway = time.Minute

// verifyID returns who has logged in, by an ID token for the login with this nonce. The
// identity has no scope: an ID token opens nothing.
//
// The token must be one that step 12 would take, but for what it's about (OpenID Connect
// Core 1.0, section 3.1.3.7): aud is our client_id, alone or among others, and azp is, if
// it's there, and it must be there if there are others. The nonce is that of the login. And
// an access token, of the type at+jwt or application/at+jwt, is no ID token.
//
// The errors are those of step 12, and ErrNonce; of azp it's scopes.ErrAudience. With an
// error the Identity is the zero one.
//
//workshop:todo 7 verify an ID token.
//workshop:stub return provider.Identity{}, errors.New("verifyID is not written yet")
func (c *Client) verifyID(ctx context.Context, signed, nonce string) (provider.Identity, error) {
	if strings.ContainsAny(signed, "\r\n") {
		return provider.Identity{}, verifier.ErrMalformed
	}
	var claims claims
	keyFor := func(t *jwt.Token) (any, error) {
		if _, ok := t.Header["crit"]; ok {
			return nil, verifier.ErrMalformed
		}
		if alg := t.Method.Alg(); alg != "RS256" && alg != "ES256" {
			return nil, verifier.ErrAlgorithm
		}
		if claims.Issuer != c.Provider.Issuer() {
			return nil, scopes.ErrIssuer
		}
		kid, _ := t.Header["kid"].(string)
		if kid == "" {
			return nil, provider.ErrUnknownKey
		}
		return c.Provider.PublicKey(ctx, kid, t.Method.Alg())
	}
	t, err := jwt.ParseWithClaims(signed, &claims, keyFor, jwt.WithStrictDecoding(), jwt.WithExpirationRequired(),
		jwt.WithAudience(c.ID), jwt.WithLeeway(leeway))
	if err != nil {
		return provider.Identity{}, reason(err, claims)
	}
	typ, _ := t.Header["typ"].(string)
	switch typ = strings.ToLower(typ); {
	case typ == "at+jwt" || typ == "application/at+jwt":
		return provider.Identity{}, scopes.ErrType
	case claims.Party != c.ID && (claims.Party != "" || len(claims.Audience) > 1):
		return provider.Identity{}, scopes.ErrAudience
	case claims.Subject == "":
		return provider.Identity{}, verifier.ErrNoSubject
	case nonce == "" || claims.Nonce != nonce:
		return provider.Identity{}, ErrNonce
	}
	who := provider.Identity{Issuer: claims.Issuer, Subject: claims.Subject}
	if claims.EmailVerified {
		who.Email = claims.Email
	}
	return who, nil
}
