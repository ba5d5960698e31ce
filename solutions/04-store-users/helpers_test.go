// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package users_test

import (
	"context"
	"database/sql"
	"errors"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/bcrypt"

	"tokenauth.example/password"
	"tokenauth.example/users"
	"tokenauth.example/users/storetest"
)

const plain = "correct-horse"

// countingHasher hashes as password.Hasher does, and notes what was hashed, which hashes were
// made, and which were verified.
type countingHasher struct {
	password.Hasher
	mu                     sync.Mutex
	hashed, made, verified []string
}

func newHasher() *countingHasher {
	return &countingHasher{Hasher: password.Hasher{Cost: bcrypt.MinCost}}
}

func (c *countingHasher) Hash(plain string) (string, error) {
	hash, err := c.Hasher.Hash(plain)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.hashed, c.made = append(c.hashed, plain), append(c.made, hash)
	return hash, err
}

func (c *countingHasher) Verify(hash, plain string) error {
	c.mu.Lock()
	c.verified = append(c.verified, hash)
	c.mu.Unlock()
	return c.Hasher.Verify(hash, plain)
}

// fixture is a store in a new database.
type fixture struct {
	*users.Store
	hasher *countingHasher
	db     *sql.DB
	faults *storetest.Faults
	ann    users.User // where she has signed up
}

func newStore(t *testing.T) fixture {
	t.Helper()
	hasher := newHasher()
	db, faults := storetest.Open(t, filepath.Join(t.TempDir(), "test.db"))
	return fixture{Store: newStoreOn(t, db, hasher), hasher: hasher, db: db, faults: faults}
}

func newStoreOn(t *testing.T, db *sql.DB, hasher users.Hasher) *users.Store {
	t.Helper()
	store, err := users.New(db, hasher)
	require.NoError(t, err, "New must make a Store on a database that works, whether its table is there already or not")
	require.NotNil(t, store, "New must return a Store when it returns no error")
	return store
}

// create signs a user up.
func (f fixture) create(t *testing.T, email string) users.User {
	t.Helper()
	user, err := f.Store.Create(t.Context(), email, plain)
	require.NoError(t, err, "Create must sign %s up", email)
	require.Zero(t, f.db.Stats().InUse, "Create must give its connection back: rows that stay open or a transaction without a Commit keep it, and others wait for its lock")
	return user
}

// refused requires that an error is the one wanted, and none of the others that tell callers
// something.
func refused(t *testing.T, err, want error, why string, args ...any) {
	t.Helper()
	if !assert.Error(t, err, append([]any{why}, args...)...) {
		return
	}
	assert.ErrorIs(t, err, want, append([]any{why}, args...)...)
	itself := false
	for _, other := range sentinels {
		if other.error == want && !itself {
			itself = true
		} else {
			assert.NotErrorIs(t, err, other.error, "one error must not be %s as well: %s", other.name, err)
		}
	}
}

var sentinels = []struct {
	error
	name string
}{
	{users.ErrEmailInvalid, "ErrEmailInvalid"},
	{users.ErrEmailTaken, "ErrEmailTaken"},
	{users.ErrBadCredentials, "ErrBadCredentials"},
	{users.ErrNotFound, "ErrNotFound"},
	{users.ErrInactive, "ErrInactive"},
}

// failsOnce asks a new store, in which ann has signed up, once for each call to the database
// that asking makes, with that call failing. An error of the database must come out, and the
// store must work again when the database does: again is what works then. Where asking worked
// all the same, because it was done again, done is what works then.
func failsOnce(t *testing.T, ask, again, done func(fixture) error) {
	t.Helper()
	for _, trouble := range []error{errors.New("disk I/O error"), context.Canceled, context.DeadlineExceeded} {
		for call, failed := 1, true; failed; call++ {
			f := newStore(t)
			f.ann = f.create(t, "ann@example.com")
			f.Store = newStoreOn(t, f.db, f.hasher) // which has not asked for anything yet
			f.faults.At(call, func() error { return trouble })
			err := ask(f)
			failed = f.faults.Happened()
			if !failed {
				require.NoError(t, err, "while the database works, so must the store")
			}
			for _, sentinel := range sentinels {
				assert.NotErrorIs(t, err, sentinel.error, "when the database fails (%s), the error must not be %s: people would be told what isn't so, and nobody would look at the server", trouble, sentinel.name)
			}
			require.Zero(t, f.db.Stats().InUse, "when the database fails (%s), the connection must still come back: one is lost each time, until there are none left (CWE-772)", trouble)
			if err != nil {
				require.NoError(t, again(f), "when the database has failed once (%s) and works again, the store must work again, too", trouble)
			} else {
				require.NoError(t, done(f), "what worked while the database failed (%s) must have worked: look at the error of each call to the database, that of a Commit too", trouble)
			}
		}
	}
}
