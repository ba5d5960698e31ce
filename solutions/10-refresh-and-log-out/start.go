package sessions

import (
	"context"
	"crypto/rand"
	"fmt"
	"time"

	"tokenauth.example/scopes"
)

// Start begins a session of the user, who has just logged in, and returns it with its
// first refresh token. The session's id is new, and nobody can guess it. Either all of it
// is stored, or nothing is and there's an error.
//
//workshop:todo 2 store a session and its first refresh token, in one transaction.
//workshop:stub return Session{}, "", fmt.Errorf("Start is not written yet")
func (s *Store) Start(ctx context.Context, user string, scope scopes.Set) (Session, string, error) {
	session := Session{ID: rand.Text(), User: user, Scope: scope}
	refresh, hash := newSecret()
	now := time.Now().UnixMilli()
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return Session{}, "", fmt.Errorf("start session: %w", err)
	}
	defer tx.Rollback() // does nothing after Commit
	if _, err := tx.ExecContext(ctx, "INSERT INTO sessions (id, user, scope, started) VALUES (?, ?, ?, ?)", session.ID, user, scope.String(), now); err != nil {
		return Session{}, "", fmt.Errorf("insert session: %w", err)
	}
	if _, err := tx.ExecContext(ctx, "INSERT INTO refresh_tokens (hash, session, issued) VALUES (?, ?, ?)", hash, session.ID, now); err != nil {
		return Session{}, "", fmt.Errorf("insert refresh token: %w", err)
	}
	if err := tx.Commit(); err != nil {
		return Session{}, "", fmt.Errorf("start session: %w", err)
	}
	return session, refresh, nil
}
