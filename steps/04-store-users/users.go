// Package users keeps the people who may log in, in an SQLite database.
package users

import (
	"context"
	"database/sql"
	"errors"

	_ "modernc.org/sqlite" // the driver called "sqlite"
)

var (
	// ErrEmailInvalid is returned for an email without an @.
	ErrEmailInvalid = errors.New("email is not valid")
	// ErrEmailTaken is returned when somebody has signed up with the email.
	ErrEmailTaken = errors.New("email is taken")
	// ErrBadCredentials is returned when email and password do not let anyone in.
	// It does not say why: whoever asks may be guessing (CWE-204).
	ErrBadCredentials = errors.New("bad credentials")
	// ErrNotFound is returned for an id that no user has.
	ErrNotFound = errors.New("unknown user")
	// ErrInactive is returned for a user who has been deactivated.
	ErrInactive = errors.New("inactive user")
)

// User is what the rest of the program may know of a person. The password's hash
// is not part of it, so nothing can send it out by accident.
type User struct {
	// ID never changes and is never given to anybody else, not even after the user
	// has been deleted.
	ID    string `json:"id"`
	Email string `json:"email"`
}

// Hasher is what the store needs of a password.Hasher.
type Hasher interface {
	Hash(plain string) (hash string, err error)
	Verify(hash, plain string) error
}

// Store keeps users in a database.
type Store struct {
	db     *Prepared
	hasher Hasher
	// dummy is a hash that no password matches. It is verified when there is no
	// user, so that this takes as long as when there is one.
	dummy string
}

// schema makes the table if it is not there yet. The emails in it are lower-case.
const schema = `
CREATE TABLE IF NOT EXISTS users (
	id     TEXT PRIMARY KEY,
	email  TEXT NOT NULL UNIQUE,
	hash   TEXT NOT NULL,
	active INTEGER NOT NULL DEFAULT 1
) STRICT`

// settings are SQLite's for every connection: keep references between tables
// intact, let readers read while one writes, have data on the disk before saying
// so, and wait up to ten seconds for another writer.
const settings = "_foreign_keys=on&_journal_mode=wal&_synchronous=full&_busy_timeout=10000"

// connections is how many connections to the database there may be, and how many are kept
// open. Left alone, the pool opens one for each request that asks at once, and keeps two:
// to open one takes longer than to ask for a user.
const connections = 16

// OpenDatabase opens the SQLite database in the file at path, which is made if it
// is not there. It returns an error if the file cannot be used.
func OpenDatabase(path string) (*sql.DB, error) {
	// TODO 1: open path with the driver "sqlite" and the settings, as
	//   sql.Open("sqlite", path+"?"+settings). That only prepares: ask db.Ping
	//   whether the file can be used, and close db if it cannot. Limit the pool:
	//   give connections to db.SetMaxOpenConns and to db.SetMaxIdleConns.
	return nil, errors.New("OpenDatabase is not written yet")
}

// New returns a Store on db, and makes its table if there is none yet. It hashes
// one password, so it takes as long as that.
func New(db *sql.DB, hasher Hasher) (*Store, error) {
	// TODO 2: run the schema. Then hash a password that nobody knows (rand.Text
	//   makes one) and keep it as the dummy.
	return nil, errors.New("New is not written yet")
}

// Create signs a user up. The email counts as the same in upper and lower case.
//
// It returns ErrEmailInvalid, ErrEmailTaken, or the hasher's error for a password
// that cannot be hashed.
func (s *Store) Create(ctx context.Context, email, plain string) (User, error) {
	// TODO 3: refuse an email without an @, and hash the password. Then insert
	//   the email in lower case, the hash, and an id that is never used twice
	//   (rand.Text again). Values go in as ? parameters, never into the SQL
	//   text.
	// TODO 4: if the email is there already, return ErrEmailTaken. Let the
	//   database decide: "ON CONFLICT (email) DO NOTHING" inserts no row then,
	//   and RowsAffected tells.
	return User{}, errors.New("Create is not written yet")
}

// Authenticate returns the user whom email and password belong to, or
// ErrBadCredentials: for a wrong password, for an email that nobody has, and for
// a user who has been deactivated. Each of these verifies exactly one hash, so
// that neither the answer nor the time it takes tells who has an account.
func (s *Store) Authenticate(ctx context.Context, email, plain string) (User, error) {
	// TODO 5: select the user by email, and verify the password. If there is no
	//   such user, verify it against s.dummy all the same.
	// TODO 6: return ErrBadCredentials for each of the three failures. Any other
	//   error of the database or the hasher is trouble of ours: return it as it
	//   is.
	return User{}, errors.New("Authenticate is not written yet")
}

// Get returns the user with the id, ErrNotFound if there is none, or ErrInactive
// if the user has been deactivated.
func (s *Store) Get(ctx context.Context, id string) (User, error) {
	// TODO 7: select the user by id. sql.ErrNoRows becomes ErrNotFound, a user
	//   who is not active ErrInactive.
	return User{}, errors.New("Get is not written yet")
}

// Deactivate locks the user with the id out, and keeps what is theirs. It returns
// ErrNotFound if there is none.
func (s *Store) Deactivate(ctx context.Context, id string) error {
	// TODO 8: update the one row. If no row was affected, return ErrNotFound.
	return errors.New("Deactivate is not written yet")
}

// Delete removes the user with the id for good. It returns ErrNotFound if there
// is none.
func (s *Store) Delete(ctx context.Context, id string) error {
	// TODO 9: delete the one row. If no row was affected, return ErrNotFound.
	return errors.New("Delete is not written yet")
}
