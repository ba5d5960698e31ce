// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package sessions_test

import (
	"context"
	"database/sql"
	"errors"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/bcrypt"

	"tokenauth.example/login/apitest"
	"tokenauth.example/password"
	"tokenauth.example/scopes"
	"tokenauth.example/scopes/ordered"
	"tokenauth.example/sessions"
	"tokenauth.example/users"
	"tokenauth.example/users/storetest"
)

const (
	idle = 14 * 24 * time.Hour
	most = 90 * 24 * time.Hour
	// grace is longer than a server may be lenient with a token that's used twice: an answer
	// may have been lost.
	grace = 11 * time.Second
)

var hers = scopes.SetOf("profile", "tasks:read", "tasks:write")

// world is a database with Ann and Bob, and sessions in it.
type world struct {
	*sessions.Store
	accounts *users.Store
	db       *sql.DB
	faults   *storetest.Faults
	ann, bob users.User
}

func newWorld(t *testing.T, folder string) *world {
	t.Helper()
	db, faults := storetest.Open(t, filepath.Join(folder, "test.db"))
	w := newWorldOn(t, db)
	w.faults = faults
	return w
}

func newWorldOn(t *testing.T, db *sql.DB) *world {
	t.Helper()
	accounts, err := users.New(db, password.Hasher{Cost: bcrypt.MinCost})
	require.NoError(t, err)
	store, err := sessions.New(db, idle, most)
	require.NoError(t, err)
	w := &world{Store: store, accounts: accounts, db: db}
	for name, user := range ordered.Map(map[string]*users.User{"ann@example.com": &w.ann, "bob@example.com": &w.bob}) {
		*user, err = accounts.Create(t.Context(), name, apitest.Password)
		require.NoError(t, err)
	}
	return w
}

// inTime plays a test in which time passes as it's told to: nobody waits. See package
// synctest.
func inTime(t *testing.T, play func(t *testing.T, w *world)) {
	t.Helper()
	folder := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, folder)
		play(t, w)
		require.NoError(t, w.db.Close(), "the database must be closed, which waits until every transaction has ended")
	})
}

// start logs a user in.
func (w *world) start(t *testing.T, user users.User) (sessions.Session, string) {
	t.Helper()
	session, refresh, err := w.Start(t.Context(), user.ID, hers)
	require.NoError(t, err, "first, Start must begin a session")
	return session, refresh
}

// renew renews a session, and returns its new refresh token.
func (w *world) renew(t *testing.T, refresh string) string {
	t.Helper()
	_, next, err := w.Renew(t.Context(), refresh, "")
	require.NoError(t, err, "first, Renew must take a refresh token that's good")
	return next
}

// works reports whether a refresh token does, and puts its successor in its place.
func (w *world) works(t *testing.T, refresh *string) bool {
	t.Helper()
	_, next, err := w.Renew(t.Context(), *refresh, "")
	if err != nil {
		require.ErrorIs(t, err, sessions.ErrInvalid, "a refresh token that renews nothing must be ErrInvalid")
		return false
	}
	*refresh = next
	return true
}

// live reports whether a session goes on.
func (w *world) live(t *testing.T, id string) bool {
	t.Helper()
	live, err := w.Live(t.Context(), id)
	require.NoError(t, err, "Live must say whether a session goes on")
	return live
}

// refused asserts that a refresh token renews nothing.
func (w *world) refused(t *testing.T, refresh, why string, args ...any) {
	t.Helper()
	session, next, err := w.Renew(t.Context(), refresh, "")
	assert.ErrorIs(t, err, sessions.ErrInvalid, append([]any{why}, args...)...)
	assert.NotErrorIs(t, err, scopes.ErrScope, "the error must be ErrInvalid alone")
	assert.Equal(t, sessions.Session{}, session, "with an error there must be no session")
	assert.Empty(t, next, "with an error there must be no new token")
}

// failing calls do once for each call that it makes to the database, which fails at that one,
// and then asks after.
func (w *world) failing(t *testing.T, do func(ctx context.Context) error, after func(t *testing.T)) {
	t.Helper()
	for call := 1; ; call++ {
		w.faults.At(call, func() error { return errFull })
		err := do(t.Context())
		if !w.faults.Happened() {
			break
		}
		assert.ErrorIs(t, err, errFull, "the database's error must be returned, at whichever call it fails")
		assert.NotErrorIs(t, err, sessions.ErrInvalid, "what the database could not do says nothing about a token: the client would throw a good one away")
		after(t)
	}
	over, cancel := context.WithCancel(t.Context())
	cancel()
	assert.ErrorIs(t, do(over), context.Canceled, "work must end with its request: pass ctx to the database")
	after(t)
}

var errFull = errors.New("disk full")

// rows counts the rows of a table.
func (w *world) rows(t *testing.T, table string) int {
	t.Helper()
	var n int
	require.NoError(t, w.db.QueryRowContext(t.Context(), "SELECT count(*) FROM "+table).Scan(&n))
	return n
}
