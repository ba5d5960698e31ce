package elsewhere

import (
	"context"
	"errors"
	"time"
)

// ErrCode is returned for a code that the provider doesn't take.
var ErrCode = errors.New("provider does not take the code")

const (
	// maxAnswer is how many bytes the provider's answer may have.
	maxAnswer = 1 << 20
	// exchangeTime is how long the provider may take for it.
	exchangeTime = 5 * time.Second
)

// exchange gives the provider's token endpoint a code from a callback and the verifier of
// its login, and returns the ID token that it gets for them, which nobody has looked at yet.
//
// It sends a form by POST: grant_type (authorization_code), code, redirect_uri, client_id,
// client_secret, code_verifier (RFC 6749, section 4.1.3, and RFC 7636, section 4.5). An
// answer of 400 with the error invalid_grant is ErrCode. The provider is as much a stranger
// as in step 12, so an answer that's too large, too slow, a redirect, no JSON, without an ID
// token or anything else is provider.ErrUnavailable. No error has the code, the verifier or
// the secret in it.
func (c *Client) exchange(ctx context.Context, endpoint, code, verifier string) (signed string, err error) {
	// TODO 6: exchange a code for an ID token.
	return "", errors.New("exchange is not written yet")
}
