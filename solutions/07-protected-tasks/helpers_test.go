// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package tasks_test

import (
	"context"
	"errors"
	"mime"
	"net/http"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/bcrypt"

	"tokenauth.example/auth"
	"tokenauth.example/login/apitest"
	"tokenauth.example/password"
	"tokenauth.example/tasks"
	"tokenauth.example/users"
	"tokenauth.example/users/storetest"
)

// fixture is a store of tasks and a handler on it, in a database with two users.
type fixture struct {
	http.Handler
	store    *tasks.Store
	accounts apitest.Accounts
	ann, bob users.User
	log      *apitest.Log
	faults   *storetest.Faults
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	db, faults := storetest.Open(t, filepath.Join(t.TempDir(), "test.db"))
	store, err := users.New(db, password.Hasher{Cost: bcrypt.MinCost})
	require.NoError(t, err, "users.New, of step 04")
	f := &fixture{accounts: apitest.Accounts{Store: store, DB: db}, faults: faults}
	f.ann, f.bob = f.accounts.SignUp(t, "ann@example.com"), f.accounts.SignUp(t, "bob@example.com")
	f.start(t)
	return f
}

// start makes the store and the handler, as the start of a server does.
func (f *fixture) start(t *testing.T) {
	t.Helper()
	var err error
	f.store, err = tasks.NewStore(f.accounts.DB)
	require.NoError(t, err)
	f.log = &apitest.Log{}
	f.Handler = tasks.New(f.store, f.log.Logger())
}

// create adds a task past the handler.
func (f *fixture) create(t *testing.T, owner users.User, title string) tasks.Task {
	t.Helper()
	task, err := f.store.Create(t.Context(), owner.ID, title)
	require.NoError(t, err, "Create must add a task for a user who is there")
	require.NotEmpty(t, task.ID, "a task must have an id")
	require.Zero(t, f.accounts.DB.Stats().InUse, "Create must give its connection back: rows that stay open or a transaction without a Commit keep it, and others wait for its lock")
	var stored int
	require.NoError(t, f.accounts.DB.QueryRowContext(t.Context(), "SELECT count(*) FROM tasks WHERE id = ?", task.ID).Scan(&stored), "after Create the table of tasks must still be there: a title must never become SQL (CWE-89)")
	require.Equal(t, 1, stored, "Create must store the task under the id that it returns: what a transaction writes is there only after its Commit")
	return task
}

// fill gives the user tasks, as many as are asked for, and starts again.
func (f *fixture) fill(t *testing.T, owner users.User, many int) {
	t.Helper()
	_, err := f.accounts.DB.ExecContext(t.Context(), "DROP TRIGGER IF EXISTS too_many_tasks") // which would count for each of them
	require.NoError(t, err)
	_, err = f.accounts.DB.ExecContext(t.Context(), `INSERT INTO tasks (id, owner_id, title)
		WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?2)
		SELECT 'filled-' || i, ?1, 'filled' FROM n WHERE i <= ?2`, owner.ID, many)
	require.NoError(t, err)
	f.start(t)
}

// do sends a request as the user, as auth.Require would pass it on.
func (f *fixture) do(t *testing.T, user users.User, method, target, body string, headers ...string) apitest.Answer {
	t.Helper()
	r := apitest.Request(method, target, body, headers...)
	return apitest.Do(t, f, r.WithContext(auth.WithUser(r.Context(), user)))
}

// titles are the titles of the user's tasks, from the store.
func (f *fixture) titles(t *testing.T, owner users.User) []string {
	t.Helper()
	list, err := f.store.List(t.Context(), owner.ID)
	require.NoError(t, err, "List must list the tasks of a user who is there")
	return titlesOf(list)
}

func titlesOf(list []tasks.Task) []string {
	titles := []string{}
	for _, task := range list {
		titles = append(titles, task.Title)
	}
	return titles
}

// mediaType is what the answer says that its body is, without parameters.
func mediaType(answer apitest.Answer) string {
	mediaType, _, _ := mime.ParseMediaType(answer.Header.Get("Content-Type"))
	return mediaType
}

// missing requires that an error is ErrNotFound, and that alone.
func missing(t *testing.T, err error, why string, args ...any) {
	t.Helper()
	if assert.Error(t, err, append([]any{why}, args...)...) {
		assert.ErrorIs(t, err, tasks.ErrNotFound, append([]any{why}, args...)...)
		assert.NotErrorIs(t, err, tasks.ErrTooMany, "ErrNotFound and ErrTooMany must be two errors, and only one of them returned")
	}
}

// failsOnce asks a new store, in which Ann has two tasks, once for each call to the database
// that asking makes, with that call failing. An error of the database must come out, and the
// store must work again when the database does: again is what works then. Where asking worked
// all the same, because it was done again, done is what works then.
func failsOnce(t *testing.T, ask, again, done func(f *fixture, hers tasks.Task) error) {
	t.Helper()
	for _, trouble := range []error{errors.New("disk I/O error"), context.Canceled, context.DeadlineExceeded} {
		for call, failed := 1, true; failed; call++ {
			f := newFixture(t)
			one := f.create(t, f.ann, "one")
			f.create(t, f.ann, "two")
			f.start(t) // nothing has been asked for yet
			f.faults.At(call, func() error { return trouble })
			err := ask(f, one)
			failed = f.faults.Happened()
			if !failed {
				require.NoError(t, err, "while the database works, so must the store")
			}
			const why = "when the database fails (%s), the error must not be %s: people would be told what isn't so, and nobody would look at the server"
			assert.NotErrorIs(t, err, tasks.ErrNotFound, why, trouble, "ErrNotFound")
			assert.NotErrorIs(t, err, tasks.ErrTooMany, why, trouble, "ErrTooMany")
			require.Zero(t, f.accounts.DB.Stats().InUse, "when the database fails (%s), the connection must still come back: one is lost each time, until there are none left (CWE-772)", trouble)
			if err != nil {
				require.NoError(t, again(f, one), "when the database has failed once (%s) and works again, the store must work again, too", trouble)
			} else {
				require.NoError(t, done(f, one), "what worked while the database failed (%s) must have worked: look at the error of each call to the database, that of a Commit too", trouble)
			}
		}
	}
}
