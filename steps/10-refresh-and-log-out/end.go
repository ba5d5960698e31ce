package sessions

import (
	"context"
	"fmt"
)

// End ends the session with the id: its refresh tokens renew nothing any more, and its
// access tokens open nothing, from the next request on. If there's no such session, or it
// has ended, that's no error: it's as it should be.
func (s *Store) End(ctx context.Context, id string) error {
	// TODO 8: end one session.
	return fmt.Errorf("End is not written yet")
}

// EndOthers ends all sessions of a user but the one with the id in keep, which may be ""
// for none. It's for somebody who has changed their password, perhaps because somebody
// else knew it.
func (s *Store) EndOthers(ctx context.Context, user, keep string) error {
	// TODO 8: end all sessions of a user but one.
	return fmt.Errorf("EndOthers is not written yet")
}

// EndByToken ends the session that a refresh token belongs to, whether it has been used or
// not. For a token that isn't known it does nothing, without an error.
func (s *Store) EndByToken(ctx context.Context, refresh string) error {
	// TODO 8: end the session of a refresh token.
	return fmt.Errorf("EndByToken is not written yet")
}
