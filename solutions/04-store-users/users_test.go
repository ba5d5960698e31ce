// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package users_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/bcrypt"

	"tokenauth.example/password"
	"tokenauth.example/users"
)

const plain = "correct-horse"

func openDatabase(t *testing.T, path string) *sql.DB {
	t.Helper()
	db, err := users.OpenDatabase(path)
	require.NoError(t, err, "OpenDatabase must open, or make, the file %s", filepath.Base(path))
	require.NotNil(t, db, "OpenDatabase must return the database when it returns no error")
	t.Cleanup(func() { db.Close() })
	return db
}

// countingHasher hashes as password.Hasher does, and notes which hashes were made and
// which were verified.
type countingHasher struct {
	password.Hasher
	mu             sync.Mutex
	made, verified []string
}

func (c *countingHasher) Hash(plain string) (string, error) {
	hash, err := c.Hasher.Hash(plain)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.made = append(c.made, hash)
	return hash, err
}

func (c *countingHasher) Verify(hash, plain string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.verified = append(c.verified, hash)
	return c.Hasher.Verify(hash, plain)
}

func newStore(t *testing.T) (*users.Store, *countingHasher, *sql.DB) {
	t.Helper()
	hasher := &countingHasher{Hasher: password.Hasher{Cost: bcrypt.MinCost}}
	db := openDatabase(t, filepath.Join(t.TempDir(), "test.db"))
	store, err := users.New(db, hasher)
	require.NoError(t, err, "New must make a Store on a new database")
	require.NotNil(t, store, "New must return a Store when it returns no error")
	return store, hasher, db
}

func create(t *testing.T, store *users.Store, email string) users.User {
	t.Helper()
	user, err := store.Create(t.Context(), email, plain)
	require.NoError(t, err, "Create must sign %s up", email)
	return user
}

// 1. A database that cannot be opened is an error at once.
func TestOpenDatabase_SaysWhenItCannot(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a name with spaces.db")
	openDatabase(t, path)

	_, err := users.OpenDatabase(filepath.Join(t.TempDir(), "no-such-folder", "test.db"))
	assert.Error(t, err, "a file in a folder that is not there must be an error now: sql.Open alone opens nothing, and the first user would find out")
	assert.FileExists(t, path, "the database must be in the file at path: in another one, nobody would find it to keep a copy")
}

// 1. Every connection has the settings.
func TestOpenDatabase_SetsUpEveryConnection(t *testing.T) {
	db := openDatabase(t, filepath.Join(t.TempDir(), "test.db"))
	db.SetMaxIdleConns(0) // none is kept, so that each query opens another one
	for _, test := range []struct {
		setting string
		least   int
		why     string
	}{
		{"foreign_keys", 1, "foreign keys must be on for every connection of the pool: SQLite leaves them off, and tasks of deleted users would stay"},
		{"busy_timeout", 1, "every connection must wait for its turn to write: without a busy timeout, two sign-ups at once are an error"},
		{"synchronous", 2, "every connection must have data on the disk before it says so (synchronous=full): when the power fails, users who were told that they had signed up would be gone"},
	} {
		var value int
		require.NoError(t, db.QueryRowContext(t.Context(), "PRAGMA "+test.setting).Scan(&value))
		assert.GreaterOrEqual(t, value, test.least, test.why)
	}
}

// 1. The pool has a limit, and keeps what it has.
func TestOpenDatabase_LimitsThePool(t *testing.T) {
	db := openDatabase(t, filepath.Join(t.TempDir(), "test.db"))
	most := db.Stats().MaxOpenConnections
	require.Positive(t, most, "the pool must have a limit, with db.SetMaxOpenConns: without one, each of a thousand requests at once opens a connection, which takes a file and memory of its own (CWE-770)")

	used := min(most, 4)
	var connections []*sql.Conn
	for range used {
		connection, err := db.Conn(t.Context())
		require.NoError(t, err)
		connections = append(connections, connection)
	}
	for _, connection := range connections {
		require.NoError(t, connection.Close())
	}
	assert.Equal(t, used, db.Stats().Idle, "connections that were used at the same time must be kept for the next requests, with db.SetMaxIdleConns: to open one takes longer than to ask for a user")
}

// 2. A Store that cannot do its work is an error at once.
func TestNew_SaysWhenItCannot(t *testing.T) {
	_, hasher, db := newStore(t)

	_, err := users.New(db, helplessHasher{hasher.Hasher})
	assert.Error(t, err, "where no dummy can be hashed, New must return an error: an empty dummy is refused in no time, and the clock tells who has an account")

	require.NoError(t, db.Close())
	_, err = users.New(db, hasher)
	assert.Error(t, err, "where the table cannot be made, New must return an error: the first user would find out")
}

// helplessHasher can hash nothing.
type helplessHasher struct{ password.Hasher }

func (helplessHasher) Hash(string) (string, error) { return "", errBrokenHasher }

// 3. A new user has an id and an email, and no more.
func TestCreate_ReturnsTheUser(t *testing.T) {
	store, hasher, _ := newStore(t)
	ann, bob := create(t, store, "ann@example.com"), create(t, store, "bob@example.com")

	assert.Equal(t, "ann@example.com", ann.Email, "the user must have the email that was given")
	assert.NotEmpty(t, ann.ID, "the user must have an id: it becomes the subject of tokens")
	assert.NotEqual(t, ann.ID, bob.ID, "two users must have two ids: with one, they would share their tokens")
	for _, hash := range hasher.made {
		assert.NotContains(t, fmt.Sprintf("%+v", ann), hash, "the user must not carry the password's hash: it would stand in every answer and log that shows the user (CWE-200)")
	}
}

// 3. An email without an @ is refused.
func TestCreate_RefusesAnEmailWithoutAt(t *testing.T) {
	store, _, _ := newStore(t)
	create(t, store, "ann@example.com")

	for _, email := range []string{"", "ann", "ann.example.com"} {
		_, err := store.Create(t.Context(), email, plain)
		assert.ErrorIs(t, err, users.ErrEmailInvalid, "%q has no @ and must be refused: no mail could ever reach its owner", email)
	}
}

// 3. A password that cannot be hashed signs nobody up.
func TestCreate_RefusesWhatCannotBeHashed(t *testing.T) {
	store, _, _ := newStore(t)
	for _, test := range []struct {
		password string
		want     error
	}{
		{"short", password.ErrTooShort},
		{strings.Repeat("x", 73), password.ErrTooLong},
		{"correct\x00horse", password.ErrNUL},
	} {
		_, err := store.Create(t.Context(), "ann@example.com", test.password)
		assert.ErrorIs(t, err, test.want, "the hasher's error must be returned: code that drops it stores an empty hash")
	}
	_, err := store.Create(t.Context(), "ann@example.com", plain)
	assert.NoError(t, err, "a refused password must leave nothing behind: nobody could ever sign up with that email")
}

// 3. The password is nowhere in the database.
func TestCreate_StoresAHash(t *testing.T) {
	store, _, db := newStore(t)
	create(t, store, "ann@example.com")

	path := filepath.Join(t.TempDir(), "copy.db")
	_, err := db.ExecContext(t.Context(), "VACUUM INTO ?", path)
	require.NoError(t, err)
	file, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Contains(t, string(file), "ann@example.com", "the user must be in the database")
	assert.NotContains(t, string(file), plain, "the password must not be in the database: copies of it get stolen")
}

// 4. An email can sign up once.
func TestCreate_RefusesATakenEmail(t *testing.T) {
	store, _, _ := newStore(t)
	create(t, store, "zoé@example.com")
	create(t, store, "ann@example.com")
	_, err := store.Create(t.Context(), "ann+shop@example.com", plain)
	assert.NoError(t, err, "ann+shop@example.com is another mailbox, and must be free: only its owner's provider knows who reads it")

	for _, email := range []string{"ann@example.com", "ANN@example.com", "Ann@Example.COM", "ZOÉ@example.com"} {
		_, err := store.Create(t.Context(), email, "another-password")
		assert.ErrorIs(t, err, users.ErrEmailTaken,
			"%s has signed up already, whatever the case, and must get ErrEmailTaken: two accounts with one mailbox are one person's way into the other", email)
	}
}

// 4. Many at once are no trouble.
func TestCreate_TakesManyAtOnce(t *testing.T) {
	store, _, db := newStore(t)
	writer, err := db.Conn(t.Context())
	require.NoError(t, err)
	_, err = writer.ExecContext(t.Context(), "BEGIN IMMEDIATE") // nobody else can write now
	require.NoError(t, err)

	var group sync.WaitGroup
	same, different := make([]error, 5), make([]error, 5)
	for i := range same {
		group.Go(func() { _, same[i] = store.Create(t.Context(), "ann@example.com", plain) })
		group.Go(func() {
			_, different[i] = store.Create(t.Context(), fmt.Sprintf("user-%d@example.com", i), plain)
		})
	}
	time.Sleep(300 * time.Millisecond) // until all have looked, if they look, and wait to write
	_, err = writer.ExecContext(t.Context(), "ROLLBACK")
	require.NoError(t, err)
	require.NoError(t, writer.Close())
	group.Wait()

	created := 0
	for _, err := range same {
		if err == nil {
			created++
			continue
		}
		assert.ErrorIs(t, err, users.ErrEmailTaken, "of five sign-ups at once with one email, all but one must get ErrEmailTaken")
	}
	assert.Equal(t, 1, created, "of five sign-ups at once with one email, exactly one must succeed: look first and insert then leaves a gap between the two")
	for _, err := range different {
		assert.NoError(t, err, "sign-ups at once with different emails must all succeed")
	}
}

// 4. Trouble of ours is not a taken email.
func TestCreate_TellsTroubleFromATakenEmail(t *testing.T) {
	store, _, db := newStore(t)
	create(t, store, "ann@example.com")

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := store.Create(ctx, "bob@example.com", plain)
	assert.ErrorIs(t, err, context.Canceled, "when the request is over, the insert must be too: pass ctx on to the database")

	require.NoError(t, db.Close())
	_, err = store.Create(t.Context(), "bob@example.com", plain)
	assert.Error(t, err, "without a database, nobody can sign up")
	assert.NotErrorIs(t, err, users.ErrEmailTaken, "without a database, the error must not say that the email is taken: people would try to log in, and nobody would look at the server")
}

// 5. The right password logs in.
func TestAuthenticate_ReturnsTheUser(t *testing.T) {
	store, _, _ := newStore(t)
	ann := create(t, store, "Ann@Example.com")
	create(t, store, "bob@example.com")

	for _, email := range []string{"ann@example.com", "Ann@Example.com", "ANN@EXAMPLE.COM"} {
		user, err := store.Authenticate(t.Context(), email, plain)
		assert.NoError(t, err, "%s and the right password must log in, whatever the case of the email", email)
		assert.Equal(t, ann, user, "who logs in must be the user who signed up")
	}
	for _, email := range []string{"carol+news@example.com", " dan@example.com", "eve@example.com "} {
		created, err := store.Create(t.Context(), email, plain)
		if err != nil {
			continue // to refuse spaces is fine
		}
		user, err := store.Authenticate(t.Context(), email, plain)
		assert.NoError(t, err, "%q has signed up, and must log in when it is typed as it was then", email)
		assert.Equal(t, created, user, "who logs in must be the user who signed up")
	}
}

// 5. Signing up again takes nothing over.
func TestAuthenticate_KeepsTheFirstPassword(t *testing.T) {
	store, _, _ := newStore(t)
	ann := create(t, store, "ann@example.com")
	_, err := store.Create(t.Context(), "Ann@example.com", "another-password")
	require.Error(t, err, "an email that has signed up must be refused")

	user, err := store.Authenticate(t.Context(), "ann@example.com", plain)
	assert.NoError(t, err, "who was there first must keep the password: signing up again must not take an account over")
	assert.Equal(t, ann, user, "who was there first must keep the account")
	_, err = store.Authenticate(t.Context(), "ann@example.com", "another-password")
	assert.Error(t, err, "the password of the second sign-up must not log in: anybody could have made it")
}

// 5. Users are still there after a restart.
func TestNew_KeepsWhatIsThere(t *testing.T) {
	path := filepath.Join(t.TempDir(), "test.db")
	hasher := password.Hasher{Cost: bcrypt.MinCost}
	db := openDatabase(t, path)
	store, err := users.New(db, hasher)
	require.NoError(t, err, "New must make a Store on a new database")
	user := create(t, store, "ann@example.com")
	require.NoError(t, db.Close())

	store, err = users.New(openDatabase(t, path), hasher)
	require.NoError(t, err, "New must take a database that has its table already: servers are started more than once")
	again, err := store.Authenticate(t.Context(), "ann@example.com", plain)
	assert.NoError(t, err, "who signed up before the restart must be able to log in after it")
	assert.Equal(t, user, again, "the user must be the same one after a restart")
}

// 6. Every failure is the same error.
func TestAuthenticate_DoesNotTellWhy(t *testing.T) {
	store, _, _ := newStore(t)
	create(t, store, "ann@example.com")
	_, err := store.Authenticate(t.Context(), "ann@example.com", plain)
	require.NoError(t, err, "before any failure, the right password must log in")

	for _, test := range []struct{ name, email, password string }{
		{"a wrong password", "ann@example.com", "wrong-horse"},
		{"an empty password", "ann@example.com", ""},
		{"the password with a space behind", "ann@example.com", plain + " "},
		{"the password in upper case", "ann@example.com", strings.ToUpper(plain)},
		{"an over-long password", "ann@example.com", strings.Repeat("x", 1_000)},
		{"an unknown email", "nobody@example.com", plain},
	} {
		user, err := store.Authenticate(t.Context(), test.email, test.password)
		assert.ErrorIs(t, err, users.ErrBadCredentials, "%s must get ErrBadCredentials", test.name)
		assert.NotErrorIs(t, err, users.ErrNotFound, "%s must not say whether the email is known: it is half of what a guesser needs (CWE-204)", test.name)
		assert.Empty(t, user, "%s must return no user", test.name)
	}

	_, unknown := store.Authenticate(t.Context(), "bob@example.com", "wrong-horse")
	require.Error(t, unknown, "an unknown email must be refused")
	create(t, store, "bob@example.com")
	_, known := store.Authenticate(t.Context(), "bob@example.com", "wrong-horse")
	assert.EqualError(t, known, unknown.Error(), "a wrong password must read as an unknown email does: texts end up in answers, and the difference tells who has an account (CWE-204)")
}

// 6. The dummy lets nobody in.
func TestAuthenticate_NeverAcceptsTheDummy(t *testing.T) {
	store, hasher, db := newStore(t)
	create(t, store, "ann@example.com")
	_, err := store.Authenticate(t.Context(), "ann@example.com", plain)
	require.NoError(t, err, "before any failure, the right password must log in")

	fooled, err := users.New(db, fooledHasher{hasher.Hasher})
	require.NoError(t, err)
	user, err := fooled.Authenticate(t.Context(), "nobody@example.com", plain)
	assert.ErrorIs(t, err, users.ErrBadCredentials, "where there is no user, nobody must get in, even if the password fits the dummy: it only takes up the time")
	assert.Empty(t, user, "where there is no user, none must be returned")
}

// fooledHasher takes every password for the right one.
type fooledHasher struct{ password.Hasher }

func (fooledHasher) Verify(string, string) error { return nil }

// 6. Trouble of ours is not a wrong password.
func TestAuthenticate_TellsTroubleFromAWrongPassword(t *testing.T) {
	store, hasher, db := newStore(t)
	create(t, store, "ann@example.com")
	_, err := store.Authenticate(t.Context(), "ann@example.com", "wrong-horse")
	require.ErrorIs(t, err, users.ErrBadCredentials, "first, a wrong password must get ErrBadCredentials")

	broken, err := users.New(db, brokenHasher{hasher.Hasher})
	require.NoError(t, err)
	_, err = broken.Authenticate(t.Context(), "ann@example.com", plain)
	assert.ErrorIs(t, err, errBrokenHasher, "an error of the hasher that is not ErrMismatch must be returned: the stored hash is broken, and somebody must look at it")

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = store.Authenticate(ctx, "ann@example.com", plain)
	assert.ErrorIs(t, err, context.Canceled, "when the request is over, the query must be too: pass ctx on to the database, and return the error that comes of it")

	require.NoError(t, db.Close())
	_, err = store.Authenticate(t.Context(), "ann@example.com", plain)
	assert.Error(t, err, "without a database, nobody can log in")
	assert.NotErrorIs(t, err, users.ErrBadCredentials, "without a database, the error must not say that the password is wrong: people would reset it, and nobody would look at the server")
}

var errBrokenHasher = errors.New("broken on purpose")

type brokenHasher struct{ password.Hasher }

func (brokenHasher) Verify(string, string) error { return errBrokenHasher }

// 7. The id finds the user.
func TestGet_ReturnsTheUser(t *testing.T) {
	store, _, _ := newStore(t)
	create(t, store, "ann@example.com")
	bob := create(t, store, "bob@example.com")

	user, err := store.Get(t.Context(), bob.ID)
	assert.NoError(t, err, "a user who signed up must be found")
	assert.Equal(t, bob, user, "the id must find its own user, and no other")
}

// 7. An id of nobody finds nobody.
func TestGet_RefusesAnUnknownID(t *testing.T) {
	store, _, _ := newStore(t)
	ann := create(t, store, "ann@example.com")
	_, err := store.Get(t.Context(), ann.ID)
	require.NoError(t, err, "before an unknown id, a known one must be found")

	for _, id := range []string{"", "0", "1", "-1", "no-such-id", "%", "ann@example.com", "' or 1=1 --"} {
		if id == ann.ID {
			continue
		}
		user, err := store.Get(t.Context(), id)
		assert.ErrorIs(t, err, users.ErrNotFound, "nobody has the id %q, so it must get ErrNotFound", id)
		assert.Empty(t, user, "with an error there must be no user")
	}
}

// 7. What people type is never taken for SQL.
func TestCreate_TakesTextForText(t *testing.T) {
	store, _, _ := newStore(t)
	ann := create(t, store, "ann@example.com")
	email := "o'brien'or'1'='1--@example.com"
	assert.Equal(t, email, create(t, store, email).Email, "an email that looks like SQL must be stored as it is")

	for _, email := range []string{"' or 1=1 --@", "'; drop table users; --@"} {
		_, err := store.Authenticate(t.Context(), email, plain)
		assert.ErrorIs(t, err, users.ErrBadCredentials, "an email that looks like SQL must let nobody in, and get ErrBadCredentials (CWE-89)")
	}
	_, err := store.Get(t.Context(), ann.ID)
	assert.NoError(t, err, "the other users must still be there (CWE-89)")
}

// 7. Trouble of ours is not an unknown user.
func TestGet_TellsTroubleFromAnUnknownUser(t *testing.T) {
	store, hasher, db := newStore(t)
	ann := create(t, store, "ann@example.com")
	_, err := store.Get(t.Context(), ann.ID)
	require.NoError(t, err, "first, the user must be found")

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = store.Get(ctx, ann.ID)
	assert.ErrorIs(t, err, context.Canceled, "when the request is over, the query must be too: pass ctx on to the database, and return the error that comes of it")

	fresh, err := users.New(db, hasher) // which has not asked for a user yet
	require.NoError(t, err)
	require.NoError(t, db.Close())
	for _, store := range []*users.Store{store, fresh} {
		_, err = store.Get(t.Context(), ann.ID)
		assert.Error(t, err, "without a database, nobody can be found")
		assert.NotErrorIs(t, err, users.ErrNotFound, "without a database, the error must not say that there is no such user: everybody would be logged out")
		assert.NotErrorIs(t, err, users.ErrInactive, "without a database, the error must not say that the user was deactivated: nobody would look at the database")
	}
}

// 8. A deactivated user is told apart, and the others stay active.
func TestDeactivate_LocksOneUserOut(t *testing.T) {
	store, _, _ := newStore(t)
	ann, bob := create(t, store, "ann@example.com"), create(t, store, "bob@example.com")
	_, err := store.Get(t.Context(), ann.ID)
	require.NoError(t, err, "until then, the user must be found")
	require.NoError(t, store.Deactivate(t.Context(), ann.ID), "Deactivate must deactivate a user who is there")

	user, err := store.Get(t.Context(), ann.ID)
	assert.ErrorIs(t, err, users.ErrInactive, "a deactivated user must get ErrInactive: tokens live on, and only this look-up stops them")
	assert.Empty(t, user, "with an error there must be no user")
	_, err = store.Get(t.Context(), bob.ID)
	assert.NoError(t, err, "the other users must stay active")
	_, err = store.Create(t.Context(), "ann@example.com", plain)
	assert.ErrorIs(t, err, users.ErrEmailTaken, "a deactivated user's email must stay taken: signing up again is no way back in")
}

// 8. Whoever locks nobody out is told so.
func TestDeactivate_RefusesAnUnknownID(t *testing.T) {
	store, _, db := newStore(t)
	ann := create(t, store, "ann@example.com")
	require.NoError(t, store.Deactivate(t.Context(), ann.ID), "Deactivate must deactivate a user who is there")
	assert.NoError(t, store.Deactivate(t.Context(), ann.ID), "to deactivate a user again must be no error: the user is there, and locked out")

	for _, id := range []string{"", "no-such-id", "ann@example.com", "' or 1=1 --"} {
		assert.ErrorIs(t, store.Deactivate(t.Context(), id), users.ErrNotFound, "nobody has the id %q, so it must get ErrNotFound: whoever mistypes it must not believe that the user is locked out", id)
	}

	require.NoError(t, db.Close())
	err := store.Deactivate(t.Context(), ann.ID)
	assert.Error(t, err, "without a database, nobody can be locked out, and Deactivate must say so")
	assert.NotErrorIs(t, err, users.ErrNotFound, "without a database, the error must not say that there is no such user")
}

// 8. Every failure takes one verification.
func TestAuthenticate_VerifiesOneHashEachTime(t *testing.T) {
	store, hasher, _ := newStore(t)
	create(t, store, "ann@example.com")
	bob := create(t, store, "bob@example.com")
	require.NoError(t, store.Deactivate(t.Context(), bob.ID), "Deactivate must deactivate a user who is there")

	for _, test := range []struct{ name, email, password string }{
		{"the right password", "ann@example.com", plain},
		{"a wrong password", "ann@example.com", "wrong-horse"},
		{"an unknown email", "nobody@example.com", plain},
		{"a deactivated user", "bob@example.com", plain},
	} {
		hasher.made, hasher.verified = nil, nil
		_, _ = store.Authenticate(t.Context(), test.email, test.password)
		require.Len(t, hasher.verified, 1,
			"%s must take exactly one verification: it is nearly all of the time a login takes, and the clock would tell who has an account (CVE-2026-23849)", test.name)
		assert.Empty(t, hasher.made, "%s must hash nothing: to make a hash takes as long as to verify one, and the clock tells", test.name)
		cost, err := bcrypt.Cost([]byte(hasher.verified[0]))
		assert.NoError(t, err, "%s must verify a real hash: a broken one is refused in no time, and the clock tells", test.name)
		assert.Equal(t, bcrypt.MinCost, cost, "%s must verify a hash of the store's own cost: another one takes another time", test.name)
	}
}

// 8. A deactivated user cannot log in.
func TestAuthenticate_RefusesADeactivatedUser(t *testing.T) {
	store, _, _ := newStore(t)
	ann := create(t, store, "ann@example.com")
	_, err := store.Authenticate(t.Context(), "ann@example.com", plain)
	require.NoError(t, err, "until then, the user must be able to log in")
	require.NoError(t, store.Deactivate(t.Context(), ann.ID), "Deactivate must deactivate a user who is there")

	user, err := store.Authenticate(t.Context(), "ann@example.com", plain)
	assert.ErrorIs(t, err, users.ErrBadCredentials, "a deactivated user must get ErrBadCredentials: locked out means locked out, and nobody else need know")
	assert.Empty(t, user, "a deactivated user must not be returned")
}

// 9. A deleted user is gone, and the others stay.
func TestDelete_RemovesOneUser(t *testing.T) {
	store, _, _ := newStore(t)
	ann, bob, carol := create(t, store, "ann@example.com"), create(t, store, "bob@example.com"), create(t, store, "carol@example.com")
	_, err := store.Get(t.Context(), ann.ID)
	require.NoError(t, err, "until then, the user must be found")
	require.NoError(t, store.Delete(t.Context(), ann.ID), "Delete must delete a user who is there")

	_, err = store.Get(t.Context(), ann.ID)
	assert.ErrorIs(t, err, users.ErrNotFound, "a deleted user must not be found: old tokens would go on working")
	_, err = store.Get(t.Context(), bob.ID)
	assert.NoError(t, err, "the other users must stay")
	require.NoError(t, store.Deactivate(t.Context(), carol.ID), "Deactivate must deactivate a user who is there")
	assert.NoError(t, store.Delete(t.Context(), carol.ID), "a deactivated user must be deleted too: people who are locked out may still ask to be forgotten")
}

// 9. Whoever deletes nobody is told so.
func TestDelete_RefusesAnUnknownID(t *testing.T) {
	store, _, db := newStore(t)
	ann, bob := create(t, store, "ann@example.com"), create(t, store, "bob@example.com")
	require.NoError(t, store.Delete(t.Context(), ann.ID), "Delete must delete a user who is there")

	for _, id := range []string{ann.ID, "", "no-such-id", "bob@example.com", "' or 1=1 --"} {
		assert.ErrorIs(t, store.Delete(t.Context(), id), users.ErrNotFound, "nobody has the id %q, so it must get ErrNotFound: whoever mistypes it must not believe that the user is gone", id)
	}

	require.NoError(t, db.Close())
	err := store.Delete(t.Context(), bob.ID)
	assert.Error(t, err, "without a database, nobody can be deleted, and Delete must say so")
	assert.NotErrorIs(t, err, users.ErrNotFound, "without a database, the error must not say that there is no such user")
}

// 9. An id is never given to a second user.
func TestCreate_NeverReusesAnID(t *testing.T) {
	store, _, _ := newStore(t)
	ann := create(t, store, "ann@example.com")
	require.NoError(t, store.Delete(t.Context(), ann.ID), "Delete must delete a user who is there")

	for _, email := range []string{"bob@example.com", "ann@example.com"} {
		assert.NotEqual(t, ann.ID, create(t, store, email).ID,
			"the id of a deleted user must not come back, not even for the same email: an old token would open the new user's account (SQLite hands out numbers again)")
	}
}

// 9. Every connection comes back to the pool.
func TestStore_GivesConnectionsBack(t *testing.T) {
	store, _, db := newStore(t)
	ann := create(t, store, "ann@example.com")

	for _, test := range []struct {
		name string
		do   func()
	}{
		{"Create", func() { create(t, store, "bob@example.com") }},
		{"Create with a taken email", func() { _, _ = store.Create(t.Context(), "bob@example.com", plain) }},
		{"Authenticate", func() { _, _ = store.Authenticate(t.Context(), "ann@example.com", plain) }},
		{"Authenticate with a wrong password", func() { _, _ = store.Authenticate(t.Context(), "ann@example.com", "wrong-horse") }},
		{"Authenticate with an unknown email", func() { _, _ = store.Authenticate(t.Context(), "nobody@example.com", plain) }},
		{"Get", func() { _, _ = store.Get(t.Context(), ann.ID) }},
		{"Get with an unknown id", func() { _, _ = store.Get(t.Context(), "no-such-id") }},
		{"Deactivate", func() { _ = store.Deactivate(t.Context(), ann.ID) }},
		{"Deactivate with an unknown id", func() { _ = store.Deactivate(t.Context(), "no-such-id") }},
		{"Get of a deactivated user", func() { _, _ = store.Get(t.Context(), ann.ID) }},
		{"Delete", func() { _ = store.Delete(t.Context(), ann.ID) }},
		{"Delete with an unknown id", func() { _ = store.Delete(t.Context(), "no-such-id") }},
	} {
		before := db.Stats().InUse
		test.do()
		require.LessOrEqual(t, db.Stats().InUse, before, "%s must give its connection back: one is lost each time, until a limited pool has none left and everybody waits for ever (CWE-772)", test.name)
	}
}
