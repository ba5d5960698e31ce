// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package password_test

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/argon2"
	"golang.org/x/crypto/bcrypt"

	"tokenauth.example/password"
)

// The cheapest cost there is: these tests are about right and wrong, not about time.
var hasher = password.Hasher{Cost: bcrypt.MinCost}

func hashOf(t *testing.T, plain string) string {
	t.Helper()
	hash, err := hasher.Hash(plain)
	require.NoError(t, err, "before anything else, Hash must hash an ordinary password: %q", plain)
	return hash
}

// sentinels are the errors by which callers know what was wrong.
var sentinels = map[string]error{
	"ErrTooShort": password.ErrTooShort, "ErrTooLong": password.ErrTooLong, "ErrNUL": password.ErrNUL,
	"ErrCommon": password.ErrCommon, "ErrMismatch": password.ErrMismatch,
}

// only shows that err is the error with this name, and no other: callers answer each of them
// in another way.
func only(t *testing.T, err error, name, why string, args ...any) {
	t.Helper()
	want := sentinels[name]
	require.Error(t, want, "%s must be an error: it is nil, so a caller takes a refusal for a success", name)
	for other, sentinel := range sentinels {
		if other != name {
			require.NotErrorIs(t, want, sentinel, "%s and %s must be two errors: a caller couldn't tell the user what to change", name, other)
		}
	}
	if !assert.ErrorIs(t, err, want, fmt.Sprintf(why, args...)) {
		return
	}
	for other, sentinel := range sentinels {
		if other != name {
			assert.NotErrorIs(t, err, sentinel, "what gets %s must not get %s, too: a caller couldn't tell which of them is meant", name, other)
		}
	}
	assert.NotErrorIs(t, err, errors.New("an error of somebody else"), "the error must be %s and not every error at once: errors.Is must be able to say no", name)
}

// 1. What is stored is a hash, and not the password.
func TestHash_HidesThePassword(t *testing.T) {
	hash := hashOf(t, "correct-horse")

	assert.NotContains(t, hash, "correct-horse",
		"the password must not be in its hash: a thief who steals the database could log in at once")
	assert.Regexp(t, `^\$(2[aby]|argon2id)\$`, hash,
		"the hash must come from bcrypt: one that was made for speed, such as SHA-256, can be tried a billion times a second")
	if strings.HasPrefix(hash, "$argon2id$") {
		isArgon2id(t, hash, "correct-horse")
	}
}

// isArgon2id shows that hash is what Argon2id makes of plain with the settings in it. Lesson
// 01 proposes it, in "Going further".
func isArgon2id(t *testing.T, hash, plain string) {
	t.Helper()
	var memory, rounds uint32
	var threads uint8
	parts := strings.Split(hash, "$")
	require.Len(t, parts, 6, "an Argon2id hash must have the usual form, $argon2id$v=19$m=...,t=...,p=...$salt$key: %q", hash)
	_, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &memory, &rounds, &threads)
	require.NoError(t, err, "an Argon2id hash must name its settings, so that they can be raised later: %q", hash)
	salt, err := base64.RawStdEncoding.DecodeString(parts[4])
	require.NoError(t, err, "the salt of an Argon2id hash must be base64 without padding: %q", hash)
	key, err := base64.RawStdEncoding.DecodeString(parts[5])
	require.NoError(t, err, "the key of an Argon2id hash must be base64 without padding: %q", hash)
	require.GreaterOrEqual(t, len(key), 16, "the key of an Argon2id hash must have 16 bytes or more: %q", hash)
	assert.Equal(t, argon2.IDKey([]byte(plain), salt, rounds, memory, threads, uint32(len(key))), key,
		"a hash that says Argon2id must be one: another program has to understand it: %q", hash)
}

// 1. The cost is the one that was asked for.
func TestHash_UsesTheCost(t *testing.T) {
	for _, cost := range []int{bcrypt.MinCost + 1, bcrypt.MinCost} {
		hash, err := password.Hasher{Cost: cost}.Hash("correct-horse")
		require.NoError(t, err, "Hash must hash an ordinary password at cost %d", cost)
		if !strings.HasPrefix(hash, "$2") {
			return // not bcrypt: the settings are in another place
		}
		got, err := bcrypt.Cost([]byte(hash))
		require.NoError(t, err, "the hash must be bcrypt's, whole and unchanged: %q", hash)
		assert.Equal(t, cost, got,
			"the hash must be made at h.Cost: a cost that is fixed in the code can't grow as computers do")
	}
}

// 1. What bcrypt can't hash is an error.
func TestHash_ReturnsBcryptsError(t *testing.T) {
	if !strings.HasPrefix(hashOf(t, "correct-horse"), "$2") {
		return // not bcrypt: it has no highest cost
	}

	hash, err := password.Hasher{Cost: bcrypt.MaxCost + 1}.Hash("correct-horse")
	assert.Error(t, err,
		"bcrypt refuses the cost 32, so Hash must return an error: otherwise an empty hash is stored, and the user can never log in")
	assert.Empty(t, hash, "with an error there must be no hash: a caller who forgets the error would store it")
}

// 1. The same password never has the same hash twice.
func TestHash_IsNeverTheSameTwice(t *testing.T) {
	assert.NotEqual(t, hashOf(t, "correct-horse"), hashOf(t, "correct-horse"),
		"two people with the same password must have two hashes: otherwise an attacker who finds out one has both, and can look hashes up in a table")
}
