// Package scopes limits what a token may be used for, and what its owner may do: a token has
// a scope (RFC 6749, section 3.3), a user has a role, and what counts is both.
package scopes

import (
	"errors"
)

// The scopes of this server.
const (
	TasksRead  = "tasks:read"
	TasksWrite = "tasks:write"
	Profile    = "profile"
	UsersRead  = "users:read"
	UsersWrite = "users:write"
)

// ErrScope is returned for a scope that is badly written, and by Grant for one that nobody
// can be given.
var ErrScope = errors.New("invalid scope")

// Set is a set of scopes. A word is in it if its value is true. The zero Set is empty, and
// allows nothing.
type Set map[string]bool

// SetOf returns the Set of these words.
func SetOf(words ...string) Set {
	set := Set{}
	for _, word := range words {
		set[word] = true
	}
	return set
}

// Has reports whether the word is in the Set: the whole word, to the letter.
func (s Set) Has(word string) bool { return s[word] }

// Parse reads a scope as it travels in forms and in tokens: words with one space between,
// in any order. A word is made of the visible characters of ASCII, but neither " nor \.
// Upper and lower case are different, and a word that's there twice is there. The empty
// text is the empty Set.
//
// For any other text Parse returns ErrScope.
func Parse(text string) (Set, error) {
	// TODO 1: read the words, and refuse what is badly written.
	return nil, errors.New("Parse is not written yet")
}

// String returns the words in alphabetical order, with one space between, so that Parse can
// read them.
func (s Set) String() string {
	// TODO 1: write the words.
	return "String is not written yet"
}

// And returns a new Set of the words that are in both. Neither of the two is changed.
func (s Set) And(other Set) Set {
	// TODO 2: keep what is in both.
	return nil
}

// Grant returns the scope that somebody of this role gets who logs in and asks for one.
// Somebody who asks for nothing gets all that the role allows. Somebody who asks for more
// than that gets what of it the role allows.
//
// It returns ErrScope for a request that Parse refuses, for one with a word that is no
// scope of this server, and if nothing would be left: a token that's good for nothing
// helps nobody.
func Grant(role Role, requested string) (Set, error) {
	// TODO 3: give what was asked for, as far as the role allows it.
	return nil, errors.New("Grant is not written yet")
}
