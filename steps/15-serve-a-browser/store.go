// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"tokenauth.example/scopes"
	"tokenauth.example/sessions"
	"tokenauth.example/users"
)

// errNobody is returned where nobody is logged in, whatever the reason.
var errNobody = errors.New("nobody is logged in")

// visitor is somebody who is logged in in a browser.
type visitor struct {
	User    users.User
	Session string // the id of their session, of step 10
}

// browsers keeps who is logged in in which browser. Each of them has a session of step 10,
// like anybody who logs in with a client, and ends with it.
type browsers struct {
	db       *users.Prepared
	accounts accounts
	roles    scopes.RoleOf
	sessions *sessions.Store
	idle     time.Duration // how long a browser may be away
}

// accounts is what a page needs of a users.Store.
type accounts interface {
	Create(ctx context.Context, email, plain string) (users.User, error)
	Authenticate(ctx context.Context, email, plain string) (users.User, error)
	Get(ctx context.Context, id string) (users.User, error)
}

// schema makes the table. Times are in milliseconds since 1970.
const schema = `
CREATE TABLE IF NOT EXISTS browsers (
	hash    BLOB PRIMARY KEY, -- the SHA-256 of the secret in the cookie
	session TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
	user    TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
	seen    INTEGER NOT NULL  -- when it was here last
) STRICT`

// newBrowsers makes the table, if there is none yet. The tables of users and sessions must be
// there.
func newBrowsers(db *sql.DB, accounts accounts, roles scopes.RoleOf, sessions *sessions.Store, idle time.Duration) (*browsers, error) {
	if _, err := db.Exec(schema); err != nil {
		return nil, fmt.Errorf("make table browsers: %w", err)
	}
	return &browsers{users.Prepare(db), accounts, roles, sessions, idle}, nil
}
