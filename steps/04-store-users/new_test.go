// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package users_test

import (
	"errors"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tokenauth.example/users"
)

// 1. A Store that can't do its work is an error at once.
func TestNew_SaysWhenItCannot(t *testing.T) {
	f := newStore(t)
	require.Len(t, f.hasher.made, 1, "New must make one hash, the dummy, with the hasher that it is given: only that is as slow to verify as the users' hashes")

	other := newStore(t)
	require.NotEqual(t, f.hasher.hashed[0], other.hasher.hashed[0], "the dummy must be made from a password that nobody knows, so from a new random text each time: one that is in the code is known to all who read it")

	_, err := users.New(f.db, helplessHasher{f.hasher})
	assert.Error(t, err, "if the dummy can't be hashed, New must return an error: an empty dummy is refused in no time, and the clock tells who has an account")

	require.NoError(t, f.db.Close())
	_, err = users.New(f.db, f.hasher)
	assert.Error(t, err, "if the table can't be made, New must return an error: the first user would find out")
}

// helplessHasher can hash nothing.
type helplessHasher struct{ users.Hasher }

func (helplessHasher) Hash(string) (string, error) { return "", errors.New("broken on purpose") }

// 5. Users are still there after a restart.
// Stays: it restarts before there are stories, and with the database of the real server.
func TestNew_KeepsWhatIsThere(t *testing.T) {
	path, hasher := filepath.Join(t.TempDir(), "test.db"), newHasher()
	db := openDatabase(t, path)
	user, err := newStoreOn(t, db, hasher).Create(t.Context(), "ann@example.com", plain)
	require.NoError(t, err, "Create must sign ann@example.com up")
	var synchronous int
	require.NoError(t, db.QueryRowContext(t.Context(), "PRAGMA synchronous").Scan(&synchronous))
	assert.GreaterOrEqual(t, synchronous, 2, "New must leave the settings as they are (synchronous=full): when the power fails, people who were told that they had signed up would be gone")
	require.NoError(t, db.Close())

	store, err := users.New(openDatabase(t, path), hasher)
	require.NoError(t, err, "New must take a database that has its table already: servers are started more than once")
	again, err := store.Authenticate(t.Context(), "ann@example.com", plain)
	assert.NoError(t, err, "people who signed up before the restart must be able to log in after it")
	assert.Equal(t, user, again, "the user must be the same one after a restart")
}
