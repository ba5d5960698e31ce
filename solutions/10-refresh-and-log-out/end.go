package sessions

import (
	"context"
	"fmt"
	"time"
)

// End ends the session with the id: its refresh tokens renew nothing any more, and its
// access tokens open nothing, from the next request on. If there's no such session, or it
// has ended, that's no error: it's as it should be.
//
//workshop:todo 8 end one session.
//workshop:stub return fmt.Errorf("End is not written yet")
func (s *Store) End(ctx context.Context, id string) error {
	return s.end(ctx, "id = ?2", id)
}

// EndOthers ends all sessions of a user but the one with the id in keep, which may be ""
// for none. It's for somebody who has changed their password, perhaps because somebody
// else knew it.
//
//workshop:todo 8 end all sessions of a user but one.
//workshop:stub return fmt.Errorf("EndOthers is not written yet")
func (s *Store) EndOthers(ctx context.Context, user, keep string) error {
	return s.end(ctx, "user = ?2 AND id <> ?3", user, keep)
}

// EndByToken ends the session that a refresh token belongs to, whether it has been used or
// not. For a token that isn't known it does nothing, without an error.
//
//workshop:todo 8 end the session of a refresh token.
//workshop:stub return fmt.Errorf("EndByToken is not written yet")
func (s *Store) EndByToken(ctx context.Context, refresh string) error {
	return s.end(ctx, "id = (SELECT session FROM refresh_tokens WHERE hash = ?2)", hashOf(refresh))
}

// end ends the sessions that a condition names, in which ?2 is the first value.
//
//workshop:solution
func (s *Store) end(ctx context.Context, which string, values ...any) error {
	_, err := s.db.ExecContext(ctx, "UPDATE sessions SET ended = ?1 WHERE ended IS NULL AND "+which, append([]any{time.Now().UnixMilli()}, values...)...)
	if err != nil {
		return fmt.Errorf("end sessions: %w", err)
	}
	return nil
}
