package elsewhere

import (
	"context"
	"errors"
	"time"

	"tokenauth.example/provider"
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
func (c *Client) verifyID(ctx context.Context, signed, nonce string) (provider.Identity, error) {
	// TODO 7: verify an ID token.
	return provider.Identity{}, errors.New("verifyID is not written yet")
}
