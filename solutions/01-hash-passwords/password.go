// Package password turns passwords into hashes that are safe to store, and
// checks passwords against such hashes.
package password

import (
	"errors"
	"fmt"
	"strings"

	"golang.org/x/crypto/bcrypt"
)

// How long a password may be, in bytes of UTF-8. Bcrypt never looks beyond
// byte 72, so two passwords that differ only after it would be the same one.
const (
	MinBytes = 8
	MaxBytes = 72
)

var (
	// ErrTooShort is returned for a password of fewer than MinBytes bytes.
	ErrTooShort = errors.New("password is too short")
	// ErrTooLong is returned for a password of more than MaxBytes bytes.
	ErrTooLong = errors.New("password is too long")
	// ErrNUL is returned for a password with a NUL byte in it. Bcrypt puts a
	// NUL after the password and repeats the two until it has 72 bytes, so "ab"
	// and "ab\x00ab" have the same hash.
	ErrNUL = errors.New("password contains a NUL byte")
	// ErrMismatch is returned when a password is not the one that was hashed.
	ErrMismatch = errors.New("password does not match")
)

// Hasher hashes passwords with bcrypt.
type Hasher struct {
	// Cost is bcrypt's work factor: hashing takes 2^Cost rounds, so each step up
	// doubles the time. Tests use 4, the least there is; the server uses 12.
	Cost int
}

// Hash returns a salted hash of plain that is safe to store. The salt is random
// and part of the hash, so hashing the same password twice gives two hashes.
//
// It returns ErrTooShort, ErrTooLong or ErrNUL for a password it will not hash. Neither
// an error nor a log ever holds the password.
//
//workshop:todo 1 hash the password with bcrypt.GenerateFromPassword, at the cost h.Cost.
//workshop:todo 2 before that, refuse a password of fewer than MinBytes bytes (ErrTooShort), of more than MaxBytes bytes (ErrTooLong), or with a NUL byte in it (ErrNUL).
//workshop:stub return "", errors.New("Hash is not written yet")
func (h Hasher) Hash(plain string) (string, error) {
	switch {
	case len(plain) < MinBytes:
		return "", ErrTooShort
	case len(plain) > MaxBytes:
		return "", ErrTooLong
	case strings.ContainsRune(plain, 0):
		return "", ErrNUL
	}
	hash, err := bcrypt.GenerateFromPassword([]byte(plain), h.Cost)
	if err != nil {
		return "", fmt.Errorf("hash password: %w", err)
	}
	return string(hash), nil
}

// Verify returns nil if plain is the password that hash was made from, and
// ErrMismatch if it is not. Any other error means that hash is not a bcrypt hash:
// that is the server's trouble, and says nothing about the password.
//
// The cost comes from the hash, not from h, so older hashes keep working.
//
//workshop:todo 3 compare the two with bcrypt.CompareHashAndPassword. Turn its error for a wrong password into ErrMismatch, and return any other, so that nobody takes it for one.
//workshop:todo 4 return ErrMismatch for a password that Hash would never have hashed because it is too long or has a NUL: bcrypt would compare only a part of it.
//workshop:stub return errors.New("Verify is not written yet")
func (h Hasher) Verify(hash, plain string) error {
	if len(plain) > MaxBytes || strings.ContainsRune(plain, 0) {
		return ErrMismatch
	}
	err := bcrypt.CompareHashAndPassword([]byte(hash), []byte(plain))
	if errors.Is(err, bcrypt.ErrMismatchedHashAndPassword) {
		return ErrMismatch
	}
	if err != nil {
		return fmt.Errorf("read password hash: %w", err)
	}
	return nil
}
