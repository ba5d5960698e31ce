// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package sessions

import (
	"database/sql"
	"errors"
	"fmt"
	"time"

	"tokenauth.example/scopes"
	"tokenauth.example/users"
)

// ErrInvalid is returned for a refresh token that renews nothing, whatever the reason: the
// sender may be guessing, or may be a thief.
var ErrInvalid = errors.New("invalid refresh token")

// Session is one login of one user, on one device.
type Session struct {
	ID    string // goes into access tokens (sid)
	User  string // the user's id
	Scope scopes.Set
}

// Store keeps sessions in the database that the users are in.
type Store struct {
	db   *users.Prepared
	idle time.Duration // how long a refresh token may lie about unused
	max  time.Duration // how long a session lasts at most, however often it's renewed
}

// schema makes the tables. Times are in milliseconds since 1970. What belongs to a user goes
// with the user, and what belongs to a session goes with the session.
const schema = `
CREATE TABLE IF NOT EXISTS sessions (
	id      TEXT PRIMARY KEY,
	user    TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
	scope   TEXT NOT NULL,
	started INTEGER NOT NULL,
	ended   INTEGER            -- NULL while it goes on
) STRICT;
CREATE INDEX IF NOT EXISTS sessions_of_users ON sessions (user);
CREATE TABLE IF NOT EXISTS refresh_tokens (
	hash    BLOB PRIMARY KEY,  -- hashOf the token
	session TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
	issued  INTEGER NOT NULL,
	used    INTEGER            -- NULL until it's used
) STRICT;
CREATE INDEX IF NOT EXISTS tokens_of_sessions ON refresh_tokens (session);`

// New returns a Store on db, in which users.New has made its table. A refresh token that
// isn't used for idle is over, and so is every session after max.
func New(db *sql.DB, idle, max time.Duration) (*Store, error) {
	if idle <= 0 || max <= 0 {
		return nil, errors.New("sessions need some time")
	}
	if _, err := db.Exec(schema); err != nil {
		return nil, fmt.Errorf("make tables of sessions: %w", err)
	}
	return &Store{db: users.Prepare(db), idle: idle, max: max}, nil
}
