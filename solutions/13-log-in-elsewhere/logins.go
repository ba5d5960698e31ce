package elsewhere

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// Begin notes that a browser is sent to the provider, and returns the login. Its state and
// its nonce are ones that nobody can guess. So is its verifier, which has 43 to 128 letters
// and digits (RFC 7636, section 4.1, allows -._~ as well). Logins that have been under way
// for too long are deleted, so that the table doesn't grow.
//
//workshop:todo 2 note a login.
//workshop:stub return Login{}, errors.New("Begin is not written yet")
func (l *Logins) Begin(ctx context.Context, browser, next string) (Login, error) {
	login := Login{State: rand.Text(), Nonce: rand.Text(), Verifier: rand.Text() + rand.Text(), Next: next}
	now := time.Now()
	if _, err := l.db.ExecContext(ctx, "DELETE FROM logins WHERE begun <= ?", now.Add(-underWay).UnixMilli()); err != nil {
		return Login{}, fmt.Errorf("delete old logins: %w", err)
	}
	if _, err := l.db.ExecContext(ctx, "INSERT INTO logins (state, browser, nonce, verifier, next, begun) VALUES (?, ?, ?, ?, ?, ?)",
		login.State, browser, login.Nonce, login.Verifier, login.Next, now.UnixMilli()); err != nil {
		return Login{}, fmt.Errorf("insert login: %w", err)
	}
	return login, nil
}

// Finish returns the login that a browser began with this state, for less than underWay
// ago, and forgets it: of any number of callbacks with one state, at once or later, one
// gets the login. Any other is ErrUnknown. A callback in another browser, which may be an
// attacker's, doesn't spoil the login for the right one.
//
//workshop:todo 3 give a login away once, to the browser that began it.
//workshop:stub return Login{}, errors.New("Finish is not written yet")
func (l *Logins) Finish(ctx context.Context, browser, state string) (Login, error) {
	login := Login{State: state}
	err := l.db.QueryRowContext(ctx, "DELETE FROM logins WHERE state = ? AND browser = ? AND begun > ? RETURNING nonce, verifier, next",
		state, browser, time.Now().Add(-underWay).UnixMilli()).Scan(&login.Nonce, &login.Verifier, &login.Next)
	if errors.Is(err, sql.ErrNoRows) {
		return Login{}, ErrUnknown
	}
	if err != nil {
		return Login{}, fmt.Errorf("delete login: %w", err)
	}
	return login, nil
}
