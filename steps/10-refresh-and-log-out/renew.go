package sessions

import (
	"context"
	"errors"
)

// Renew takes a refresh token, and returns its session with a new one. The old one never
// works again. Of any number of requests with the same token, at once or later, one gets
// a new one.
//
// The session that it returns has the scope that was requested, as scopes.Parse reads it.
// It may be smaller than what was granted at the login, for this once, and never larger:
// then the error is scopes.ErrScope. Without a request it's all that was granted.
//
// For a token that's unknown, or used, or older than idle, and for one whose session has
// ended or is older than max or whose user is deactivated or gone, the error is
// ErrInvalid. With any error, nothing has changed and the token is as good as before, but
// for one case: who uses a token for the second time may be a thief, or may have been
// robbed, so that ends the session.
func (s *Store) Renew(ctx context.Context, refresh, requested string) (Session, string, error) {
	// TODO 4: use the token up, and give a new one, in one transaction.
	// TODO 5: refuse what is too old, has ended, or has lost its user.
	// TODO 6: give no more scope than was granted.
	// TODO 7: end the session whose token is used a second time.
	return Session{}, "", errors.New("Renew is not written yet")
}
