// Package users keeps the people who may log in, in an SQLite database.
package users

import (
	"context"
	"database/sql"
	"errors"
)

var (
	// ErrEmailInvalid is returned for what cannot be an email: see Create.
	ErrEmailInvalid = errors.New("email is not valid")
	// ErrEmailTaken is returned when somebody has signed up with the email.
	ErrEmailTaken = errors.New("email is taken")
	// ErrBadCredentials is returned when email and password let nobody in. It doesn't
	// say why, because the caller may be guessing (CWE-204).
	ErrBadCredentials = errors.New("bad credentials")
	// ErrNotFound is returned for an id that no user has.
	ErrNotFound = errors.New("unknown user")
	// ErrInactive is returned for a user who has been deactivated.
	ErrInactive = errors.New("inactive user")
)

// MaxEmailBytes is how long an email may be: what SMTP can deliver to (RFC 5321,
// section 4.5.3.1.3, without the angle brackets).
const MaxEmailBytes = 254

// User is what the rest of the program may know of a person. The password's hash is
// not part of it, so nothing can send it out by accident.
type User struct {
	// ID never changes and never belongs to anybody else, not even after the user has
	// been deleted.
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
	// dummy is a hash that no password matches. It is verified when there is no user,
	// so that this takes as long as when there is one.
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

// New returns a Store on db, and makes its table if there is none yet. It hashes one
// password that nobody knows, for the dummy, so it takes as long as that. It returns an
// error if either cannot be done.
func New(db *sql.DB, hasher Hasher) (*Store, error) {
	// TODO 1: make the table and the dummy, and return a Store with its three
	//   fields set.
	return nil, errors.New("New is not written yet")
}

// Create signs a user up, and returns the user as stored: with a new ID, and the email
// in lower case. The password is stored as its hash and nowhere else.
//
// It returns ErrEmailInvalid for an email without an @ that has something on both sides,
// of more than MaxEmailBytes bytes, or with a control character in it; ErrEmailTaken if
// somebody has the email, in whatever case; the hasher's error for a password that cannot
// be hashed; and any other error of the database as it is. With an error nothing is stored.
func (s *Store) Create(ctx context.Context, email, plain string) (User, error) {
	// TODO 2: refuse what cannot be an email.
	// TODO 3: store the email in lower case, the password's hash, and an id that
	//   never comes back.
	// TODO 4: return ErrEmailTaken if somebody has the email. Let the database
	//   decide who was first.
	return User{}, errors.New("Create is not written yet")
}

// Authenticate returns the user that email and password belong to, or ErrBadCredentials:
// for a wrong password, for an email that nobody has, and for a user who has been
// deactivated. Each of these verifies exactly one hash, so that neither the answer nor
// the time it takes tells who has an account.
//
// Any other error of the database or of the hasher is trouble of ours, and is returned
// as it is.
func (s *Store) Authenticate(ctx context.Context, email, plain string) (User, error) {
	// TODO 5: find the user by email and verify the password. If nobody has the
	//   email, verify the dummy.
	// TODO 6: return ErrBadCredentials for each of the three failures, and
	//   trouble of ours as it is.
	return User{}, errors.New("Authenticate is not written yet")
}

// Get returns the user with the id, ErrNotFound if there is none, or ErrInactive if the
// user has been deactivated. It asks the database each time. Any other error is returned
// as it is.
func (s *Store) Get(ctx context.Context, id string) (User, error) {
	// TODO 7: find the user by id.
	return User{}, errors.New("Get is not written yet")
}
