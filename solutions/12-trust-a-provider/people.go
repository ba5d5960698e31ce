package provider

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"tokenauth.example/users"
)

// People knows which user here somebody is whom a provider knows.
type People struct {
	db       *users.Prepared
	accounts Accounts
}

// Accounts is what this package needs of a users.Store.
type Accounts interface {
	Create(ctx context.Context, email, plain string) (users.User, error)
	Get(ctx context.Context, id string) (users.User, error)
}

// schema makes the table. A user may have logged in at several providers.
const schema = `
CREATE TABLE IF NOT EXISTS identities (
	issuer  TEXT NOT NULL,
	subject TEXT NOT NULL,
	user    TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
	PRIMARY KEY (issuer, subject)
) STRICT`

// NewPeople makes the table, if there is none yet. users.New has to have made its own before.
func NewPeople(db *sql.DB, accounts Accounts) (*People, error) {
	if _, err := db.Exec(schema); err != nil {
		return nil, fmt.Errorf("make table identities: %w", err)
	}
	return &People{users.Prepare(db), accounts}, nil
}

// User returns the user here who somebody is that a provider knows: by issuer and
// subject, and by nothing else once they are known. Somebody who has been deactivated is
// users.ErrInactive, however good the token.
//
// Somebody who comes for the first time gets a user. If the provider has verified their
// email, and somebody has signed up here with it, they are that user; otherwise it's a
// new one, with the verified email or with a made-up one that nobody can receive mail at
// (ending in @identities.invalid, see placeholder), and a password that nobody knows.
// When somebody comes for the first time in two requests at once, both get the same user.
//
//workshop:todo 7 find the user of an identity, or make one.
//workshop:stub return users.User{}, errors.New("User is not written yet")
func (p *People) User(ctx context.Context, identity Identity) (users.User, error) {
	id, err := p.known(ctx, identity)
	if err != nil {
		return users.User{}, err
	}
	if id == "" {
		if id, err = p.join(ctx, identity); err != nil {
			return users.User{}, err
		}
	}
	return p.accounts.Get(ctx, id)
}

// known returns the id of the user of an identity, or "" if there is none yet.
//
//workshop:solution
func (p *People) known(ctx context.Context, identity Identity) (id string, err error) {
	err = p.db.QueryRowContext(ctx, "SELECT user FROM identities WHERE issuer = ? AND subject = ?", identity.Issuer, identity.Subject).Scan(&id)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return "", fmt.Errorf("select identity: %w", err)
	}
	return id, nil
}

// join gives an identity its user.
//
//workshop:solution
func (p *People) join(ctx context.Context, identity Identity) (id string, err error) {
	email := identity.Email
	if email == "" {
		email = placeholder(identity)
	}
	user, err := p.accounts.Create(ctx, email, rand.Text())
	switch {
	case err == nil:
		id = user.ID
	case errors.Is(err, users.ErrEmailTaken):
		if id, err = p.byEmail(ctx, email); err != nil {
			return "", err
		}
	default:
		return "", err
	}
	if _, err := p.db.ExecContext(ctx, "INSERT INTO identities (issuer, subject, user) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", identity.Issuer, identity.Subject, id); err != nil {
		return "", fmt.Errorf("insert identity: %w", err)
	}
	return p.known(ctx, identity) // another request may have been faster
}

// byEmail returns the id of the user with the email.
//
//workshop:solution
func (p *People) byEmail(ctx context.Context, email string) (id string, err error) {
	if err := p.db.QueryRowContext(ctx, "SELECT id FROM users WHERE email = ?", strings.ToLower(email)).Scan(&id); err != nil {
		return "", fmt.Errorf("select user by email: %w", err)
	}
	return id, nil
}
