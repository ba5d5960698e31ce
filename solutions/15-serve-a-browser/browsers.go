package main

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"tokenauth.example/users"
)

// begin logs a user in in a browser, and returns the secret for its cookie: a new one each
// time, which nobody can guess, with nothing in it but letters and digits. Of the secret only
// its SHA-256 is kept. The session that begins may do all that the user's role allows.
//
//workshop:todo 2 start a session, and keep the hash of a secret.
//workshop:stub return "", errors.New("begin is not written yet")
func (b *browsers) begin(ctx context.Context, user users.User) (secret string, err error) {
	role, err := b.roles.Of(ctx, user.ID)
	if err != nil {
		return "", err
	}
	session, _, err := b.sessions.Start(ctx, user.ID, role.Allows()) // nobody gets the refresh token
	if err != nil {
		return "", err
	}
	secret = rand.Text()
	hash := sha256.Sum256([]byte(secret))
	if _, err := b.db.ExecContext(ctx, "INSERT INTO browsers (hash, session, user, seen) VALUES (?, ?, ?, ?)",
		hash[:], session.ID, user.ID, time.Now().UnixMilli()); err != nil {
		return "", fmt.Errorf("insert browser: %w", err)
	}
	return secret, nil
}

// find returns who is logged in by the secret in a cookie, and notes that they were here.
//
// It's errNobody if nobody is: for a secret that we don't know, one that wasn't here for
// idle or longer, one whose session has ended or is too old, and one whose user has been
// deactivated or is gone. Any other error means that nobody knows.
//
//workshop:todo 3 find out who is logged in.
//workshop:stub return visitor{}, errors.New("find is not written yet")
func (b *browsers) find(ctx context.Context, secret string) (visitor, error) {
	hash, now := sha256.Sum256([]byte(secret)), time.Now()
	var who visitor
	var id string
	err := b.db.QueryRowContext(ctx, "UPDATE browsers SET seen = ? WHERE hash = ? AND seen > ? RETURNING session, user",
		now.UnixMilli(), hash[:], now.Add(-b.idle).UnixMilli()).Scan(&who.Session, &id)
	if errors.Is(err, sql.ErrNoRows) {
		return visitor{}, errNobody
	}
	if err != nil {
		return visitor{}, fmt.Errorf("update browser: %w", err)
	}
	live, err := b.sessions.Live(ctx, who.Session)
	if err != nil {
		return visitor{}, err
	}
	if !live {
		return visitor{}, errNobody
	}
	who.User, err = b.accounts.Get(ctx, id)
	switch {
	case err == nil:
		return who, nil
	case errors.Is(err, users.ErrNotFound) || errors.Is(err, users.ErrInactive):
		return visitor{}, errNobody
	}
	return visitor{}, err
}
