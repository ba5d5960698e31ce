package sessions

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"tokenauth.example/scopes"
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
//
//workshop:todo 4 use the token up, and give a new one, in one transaction.
//workshop:todo 5 refuse what is too old, has ended, or has lost its user.
//workshop:todo 6 give no more scope than was granted.
//workshop:todo 7 end the session whose token is used a second time.
//workshop:stub return Session{}, "", errors.New("Renew is not written yet")
func (s *Store) Renew(ctx context.Context, refresh, requested string) (Session, string, error) {
	old, now := hashOf(refresh), time.Now()
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return Session{}, "", fmt.Errorf("renew session: %w", err)
	}
	defer tx.Rollback()
	// One statement looks and writes, so that there's no gap in which two could look.
	session := Session{}
	err = tx.QueryRowContext(ctx, `
		UPDATE refresh_tokens SET used = ?1
		WHERE hash = ?2 AND used IS NULL AND issued > ?3 AND session IN (
			SELECT sessions.id FROM sessions JOIN users ON users.id = sessions.user
			WHERE ended IS NULL AND started > ?4 AND active)
		RETURNING session`,
		now.UnixMilli(), old, now.Add(-s.idle).UnixMilli(), now.Add(-s.max).UnixMilli(),
	).Scan(&session.ID)
	if errors.Is(err, sql.ErrNoRows) {
		tx.Rollback() // before anybody else may write
		return Session{}, "", s.refused(ctx, old)
	}
	if err != nil {
		return Session{}, "", fmt.Errorf("use refresh token: %w", err)
	}
	var granted string
	if err := tx.QueryRowContext(ctx, "SELECT user, scope FROM sessions WHERE id = ?", session.ID).Scan(&session.User, &granted); err != nil {
		return Session{}, "", fmt.Errorf("select session: %w", err)
	}
	if session.Scope, err = narrowed(granted, requested); err != nil {
		return Session{}, "", err
	}
	next, hash := newSecret()
	if _, err := tx.ExecContext(ctx, "INSERT INTO refresh_tokens (hash, session, issued) VALUES (?, ?, ?)", hash, session.ID, now.UnixMilli()); err != nil {
		return Session{}, "", fmt.Errorf("insert refresh token: %w", err)
	}
	if err := tx.Commit(); err != nil {
		return Session{}, "", fmt.Errorf("renew session: %w", err)
	}
	return session, next, nil
}

// refused returns ErrInvalid. If the token has been used before, it ends the session.
//
//workshop:solution
func (s *Store) refused(ctx context.Context, hash []byte) error {
	_, err := s.db.ExecContext(ctx, `
		UPDATE sessions SET ended = ? WHERE ended IS NULL AND id = (
			SELECT session FROM refresh_tokens WHERE hash = ? AND used IS NOT NULL)`,
		time.Now().UnixMilli(), hash)
	if err != nil {
		return fmt.Errorf("end session: %w", err)
	}
	return ErrInvalid
}

// narrowed returns what of a scope is requested.
//
//workshop:solution
func narrowed(granted, requested string) (scopes.Set, error) {
	all, err := scopes.Parse(granted)
	if err != nil {
		return nil, fmt.Errorf("scope of session: %v", err) // it's ours, and no mistake of the client
	}
	if requested == "" {
		return all, nil
	}
	asked, err := scopes.Parse(requested)
	if err != nil {
		return nil, err
	}
	if len(asked.And(all)) < len(asked) {
		return nil, scopes.ErrScope
	}
	return asked, nil
}
