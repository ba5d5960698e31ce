package elsewhere

import (
	"context"
	"errors"
)

// Begin notes that a browser is sent to the provider, and returns the login. Its state and
// its nonce are ones that nobody can guess. So is its verifier, which has 43 to 128 letters
// and digits (RFC 7636, section 4.1, allows -._~ as well). Logins that have been under way
// for too long are deleted, so that the table doesn't grow.
func (l *Logins) Begin(ctx context.Context, browser, next string) (Login, error) {
	// TODO 2: note a login.
	return Login{}, errors.New("Begin is not written yet")
}

// Finish returns the login that a browser began with this state, for less than underWay
// ago, and forgets it: of any number of callbacks with one state, at once or later, one
// gets the login. Any other is ErrUnknown. A callback in another browser, which may be an
// attacker's, doesn't spoil the login for the right one.
func (l *Logins) Finish(ctx context.Context, browser, state string) (Login, error) {
	// TODO 3: give a login away once, to the browser that began it.
	return Login{}, errors.New("Finish is not written yet")
}
