// Package users keeps the people who may log in, in an SQLite database.
package users

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"unicode"

	"tokenauth.example/password"
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
//
//workshop:todo 1 make the table and the dummy, and return a Store with its three fields set.
//workshop:stub return nil, errors.New("New is not written yet")
func New(db *sql.DB, hasher Hasher) (*Store, error) {
	if _, err := db.Exec(schema); err != nil {
		return nil, fmt.Errorf("make table users: %w", err)
	}
	dummy, err := hasher.Hash(rand.Text())
	if err != nil {
		return nil, fmt.Errorf("make dummy hash: %w", err)
	}
	return &Store{db: Prepare(db), hasher: hasher, dummy: dummy}, nil
}

// Create signs a user up, and returns the user as stored: with a new ID, and the email
// in lower case. The password is stored as its hash and nowhere else.
//
// It returns ErrEmailInvalid for an email without an @ that has something on both sides,
// of more than MaxEmailBytes bytes, or with a control character in it; ErrEmailTaken if
// somebody has the email, in whatever case; the hasher's error for a password that cannot
// be hashed; and any other error of the database as it is. With an error nothing is stored.
//
//workshop:todo 2 refuse what cannot be an email.
//workshop:todo 3 store the email in lower case, the password's hash, and an id that never comes back.
//workshop:todo 4 return ErrEmailTaken if somebody has the email. Let the database decide who was first.
//workshop:stub return User{}, errors.New("Create is not written yet")
func (s *Store) Create(ctx context.Context, email, plain string) (User, error) {
	if !isEmail(email) {
		return User{}, ErrEmailInvalid
	}
	hash, err := s.hasher.Hash(plain)
	if err != nil {
		return User{}, err
	}
	user := User{ID: rand.Text(), Email: strings.ToLower(email)}
	result, err := s.db.ExecContext(ctx,
		"INSERT INTO users (id, email, hash) VALUES (?, ?, ?) ON CONFLICT (email) DO NOTHING",
		user.ID, user.Email, hash)
	if err != nil {
		return User{}, fmt.Errorf("insert user: %w", err)
	}
	inserted, err := result.RowsAffected()
	if err != nil {
		return User{}, fmt.Errorf("insert user: %w", err)
	}
	if inserted == 0 {
		return User{}, ErrEmailTaken
	}
	return user, nil
}

// isEmail reports whether a text can be an email.
//
//workshop:solution
func isEmail(text string) bool {
	before, after, _ := strings.Cut(text, "@")
	return before != "" && after != "" && len(text) <= MaxEmailBytes && !strings.ContainsFunc(text, unicode.IsControl)
}

// Authenticate returns the user that email and password belong to, or ErrBadCredentials:
// for a wrong password, for an email that nobody has, and for a user who has been
// deactivated. Each of these verifies exactly one hash, so that neither the answer nor
// the time it takes tells who has an account.
//
// Any other error of the database or of the hasher is trouble of ours, and is returned
// as it is.
//
//workshop:todo 5 find the user by email and verify the password. If nobody has the email, verify the dummy.
//workshop:todo 6 return ErrBadCredentials for each of the three failures, and trouble of ours as it is.
//workshop:stub return User{}, errors.New("Authenticate is not written yet")
func (s *Store) Authenticate(ctx context.Context, email, plain string) (User, error) {
	var user User
	var hash string
	var active bool
	err := s.db.QueryRowContext(ctx,
		"SELECT id, email, hash, active FROM users WHERE email = ?", strings.ToLower(email),
	).Scan(&user.ID, &user.Email, &hash, &active)
	if errors.Is(err, sql.ErrNoRows) {
		hash = s.dummy
	} else if err != nil {
		return User{}, fmt.Errorf("select user by email: %w", err)
	}

	err = s.hasher.Verify(hash, plain)
	if err != nil && !errors.Is(err, password.ErrMismatch) {
		return User{}, err
	}
	if err != nil || !active {
		return User{}, ErrBadCredentials
	}
	return user, nil
}

// Get returns the user with the id, ErrNotFound if there is none, or ErrInactive if the
// user has been deactivated. It asks the database each time. Any other error is returned
// as it is.
//
//workshop:todo 7 find the user by id.
//workshop:stub return User{}, errors.New("Get is not written yet")
func (s *Store) Get(ctx context.Context, id string) (User, error) {
	var user User
	var active bool
	err := s.db.QueryRowContext(ctx,
		"SELECT id, email, active FROM users WHERE id = ?", id,
	).Scan(&user.ID, &user.Email, &active)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return User{}, ErrNotFound
	case err != nil:
		return User{}, fmt.Errorf("select user by id: %w", err)
	case !active:
		return User{}, ErrInactive
	}
	return user, nil
}
