package main

import (
	"context"
	"errors"

	"tokenauth.example/users"
)

// begin logs a user in in a browser, and returns the secret for its cookie: a new one each
// time, which nobody can guess, with nothing in it but letters and digits. Of the secret only
// its SHA-256 is kept. The session that begins may do all that the user's role allows.
func (b *browsers) begin(ctx context.Context, user users.User) (secret string, err error) {
	// TODO 2: start a session, and keep the hash of a secret.
	return "", errors.New("begin is not written yet")
}

// find returns who is logged in by the secret in a cookie, and notes that they were here.
//
// It's errNobody if nobody is: for a secret that we don't know, one that wasn't here for
// idle or longer, one whose session has ended or is too old, and one whose user has been
// deactivated or is gone. Any other error means that nobody knows.
func (b *browsers) find(ctx context.Context, secret string) (visitor, error) {
	// TODO 3: find out who is logged in.
	return visitor{}, errors.New("find is not written yet")
}
