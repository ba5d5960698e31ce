package provider

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

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
func (p *People) User(ctx context.Context, identity Identity) (users.User, error) {
	// TODO 7: find the user of an identity, or make one.
	return users.User{}, errors.New("User is not written yet")
}
