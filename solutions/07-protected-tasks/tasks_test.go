package tasks_test

import (
	"context"
	"database/sql"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/bcrypt"

	"tokenauth.example/auth"
	"tokenauth.example/login/api"
	"tokenauth.example/login/apitest"
	"tokenauth.example/password"
	"tokenauth.example/tasks"
	"tokenauth.example/users"
)

// fixture is a store of tasks and a handler on it, in a database with two users.
type fixture struct {
	http.Handler
	db       *sql.DB
	store    *tasks.Store
	accounts *users.Store
	ann, bob users.User
	log      *apitest.Log
}

func newFixture(t *testing.T) fixture {
	t.Helper()
	db, err := users.OpenDatabase(filepath.Join(t.TempDir(), "test.db"))
	require.NoError(t, err)
	t.Cleanup(func() { db.Close() })
	accounts, err := users.New(db, password.Hasher{Cost: bcrypt.MinCost})
	require.NoError(t, err)
	ann, err := accounts.Create(t.Context(), "ann@example.com", "correct-horse")
	require.NoError(t, err)
	bob, err := accounts.Create(t.Context(), "bob@example.com", "correct-horse")
	require.NoError(t, err)
	store, err := tasks.NewStore(db)
	require.NoError(t, err)
	log := &apitest.Log{}
	return fixture{tasks.New(store, log.Logger()), db, store, accounts, ann, bob, log}
}

// create adds a task past the handler.
func (f fixture) create(t *testing.T, owner users.User, title string) tasks.Task {
	t.Helper()
	task, err := f.store.Create(t.Context(), owner.ID, title)
	require.NoError(t, err, "Create must add a task for a user who is there")
	require.NotEmpty(t, task.ID, "a task must have an id")
	return task
}

// do sends a request as the user, as auth.Require would pass it on.
func (f fixture) do(t *testing.T, user users.User, method, target, body string) apitest.Answer {
	t.Helper()
	r := apitest.Request(method, target, body)
	return apitest.Do(t, f, r.WithContext(auth.WithUser(r.Context(), user)))
}

// titles are the titles of the user's tasks, from the store.
func (f fixture) titles(t *testing.T, owner users.User) []string {
	t.Helper()
	list, err := f.store.List(t.Context(), owner.ID)
	require.NoError(t, err, "List must list the tasks of a user who is there")
	titles := []string{}
	for _, task := range list {
		titles = append(titles, task.Title)
	}
	return titles
}

// 1. A new task has an id and its title.
func TestCreate_ReturnsTheTask(t *testing.T) {
	f := newFixture(t)
	one, two := f.create(t, f.ann, "Write report"), f.create(t, f.ann, "Write report")

	assert.Equal(t, "Write report", one.Title, "the task must have the title that was given")
	assert.NotEqual(t, one.ID, two.ID, "two tasks must have two ids, though their titles are the same")
}

// 2. The owner's tasks are listed, oldest first.
func TestList_ReturnsTheOwnersTasksOldestFirst(t *testing.T) {
	f := newFixture(t)
	for _, title := range []string{"one", "two", "three"} {
		f.create(t, f.ann, title)
		f.create(t, f.bob, "Bob's "+title)
	}

	assert.Equal(t, []string{"one", "two", "three"}, f.titles(t, f.ann),
		"List must return the owner's tasks, oldest first, and nobody else's: a forgotten WHERE shows everybody everything (CWE-639)")
}

// 2. Without tasks the list is empty, and not nil.
func TestList_IsEmptyAndNotNil(t *testing.T) {
	f := newFixture(t)
	f.create(t, f.bob, "Bob's own")

	list, err := f.store.List(t.Context(), f.ann.ID)
	assert.NoError(t, err, "having no tasks is no error")
	assert.NotNil(t, list, "the list must not be nil: its JSON would be null, and clients that loop over it break")
	assert.Empty(t, list, "who has no tasks must get none")
}

// 2. The order is asked for.
func TestList_AsksForTheOrder(t *testing.T) {
	f := newFixture(t)
	f.create(t, f.ann, "one")
	f.create(t, f.ann, "two")
	f.db.SetMaxOpenConns(1) // a PRAGMA is for one connection
	_, err := f.db.ExecContext(t.Context(), "PRAGMA reverse_unordered_selects = ON")
	require.NoError(t, err)

	assert.Equal(t, []string{"one", "two"}, f.titles(t, f.ann),
		"the order must be asked for with ORDER BY: without it a database may return rows in any order, and one day it does")
}

// 2. A list that broke off is no list.
func TestList_ReportsAnErrorInTheMiddle(t *testing.T) {
	f := newFixture(t)
	f.create(t, f.ann, "one")
	f.create(t, f.ann, "two")
	require.Equal(t, []string{"one", "two"}, f.titles(t, f.ann), "first, both tasks must be listed")

	// The second row cannot be read any more: abs has no result for the least integer.
	_, err := f.db.ExecContext(t.Context(), `ALTER TABLE tasks RENAME TO kept;
		CREATE VIEW tasks AS SELECT number, id, owner_id, CASE title WHEN 'two' THEN abs(-9223372036854775808) ELSE title END AS title FROM kept`)
	require.NoError(t, err)
	_, err = f.store.List(t.Context(), f.ann.ID)
	assert.Error(t, err, "when the database fails after the first row, List must return an error: half a list that looks whole makes people enter their tasks again")
}

// 3. The owner finds a task.
func TestGet_ReturnsTheOwnersTask(t *testing.T) {
	f := newFixture(t)
	f.create(t, f.ann, "one")
	want := f.create(t, f.ann, "two")

	task, err := f.store.Get(t.Context(), f.ann.ID, want.ID)
	assert.NoError(t, err, "the owner must find the task")
	assert.Equal(t, want, task, "the id must find its own task, and no other")
}

// 3. Nobody else finds it.
func TestGet_RefusesSomebodyElsesTask(t *testing.T) {
	f := newFixture(t)
	task := f.create(t, f.ann, "Ann's own")
	_, err := f.store.Get(t.Context(), f.ann.ID, task.ID)
	require.NoError(t, err, "before anybody else, the owner must find the task")

	for _, id := range []string{task.ID, "no-such-id", "", "1", "' OR 1=1 --"} {
		got, err := f.store.Get(t.Context(), f.bob.ID, id)
		assert.ErrorIs(t, err, tasks.ErrNotFound, "a task of somebody else, or none, must get ErrNotFound: the id alone opens no door (CWE-639): %q", id)
		assert.Empty(t, got, "with an error there must be no task")
	}
}

// 3. A title is text, whatever it looks like.
func TestCreate_TakesTextForText(t *testing.T) {
	f := newFixture(t)
	for _, title := range []string{"'); DROP TABLE tasks; --", `"quoted" 'twice'`, "王 ✓ \x00 \n", strings.Repeat("long ", 1000)} {
		task := f.create(t, f.ann, title)
		got, err := f.store.Get(t.Context(), f.ann.ID, task.ID)
		assert.NoError(t, err, "a task with a strange title must be found again: %.40q", title)
		assert.Equal(t, title, got.Title, "a title must be stored to the letter, and never become SQL (CWE-89)")
	}
}

// 4. The owner deletes a task, and that one alone.
func TestDelete_RemovesTheOwnersTask(t *testing.T) {
	f := newFixture(t)
	one := f.create(t, f.ann, "one")
	f.create(t, f.ann, "two")
	require.NoError(t, f.store.Delete(t.Context(), f.ann.ID, one.ID), "the owner must be able to delete the task")

	assert.Equal(t, []string{"two"}, f.titles(t, f.ann), "the deleted task must be gone, and the other one still there")
	assert.ErrorIs(t, f.store.Delete(t.Context(), f.ann.ID, one.ID), tasks.ErrNotFound, "a second Delete must get ErrNotFound: there is nothing to delete")
}

// 4. Nobody else deletes it.
func TestDelete_LeavesSomebodyElsesTask(t *testing.T) {
	f := newFixture(t)
	task := f.create(t, f.ann, "Ann's own")

	assert.ErrorIs(t, f.store.Delete(t.Context(), f.bob.ID, task.ID), tasks.ErrNotFound, "a task of somebody else must get ErrNotFound, as if there were none")
	assert.Equal(t, []string{"Ann's own"}, f.titles(t, f.ann), "somebody else's task must still be there: the id alone must not be enough to delete it (CWE-639)")
}

// 5. POST /tasks makes a task.
func TestPost_CreatesATask(t *testing.T) {
	f := newFixture(t)
	answer := f.do(t, f.ann, "POST", "/tasks", `{"title":"Write report"}`)

	require.Equal(t, "201", answer.Outcome(), "a title must be answered with 201: something was created")
	assert.Equal(t, "Write report", answer.JSON()["title"], "the answer must hold the task's title")
	assert.Equal(t, []string{"Write report"}, f.titles(t, f.ann), "the task must be in the store, and belong to who asked")
	id, _ := answer.JSON()["id"].(string)
	assert.Equal(t, "/tasks/"+id, answer.Header.Get("Location"), "the header Location must say where the task is (RFC 9110, section 15.3.2)")
}

// 5. The client chooses neither owner nor id.
func TestPost_IgnoresOwnerAndID(t *testing.T) {
	f := newFixture(t)
	for _, extra := range []string{`"owner_id":"BOB"`, `"OWNER_ID":"BOB"`, `"ownerID":"BOB"`, `"owner":"BOB"`, `"id":"mine"`, `"ID":"mine"`} {
		extra = strings.Replace(extra, "BOB", f.bob.ID, 1)
		answer := f.do(t, f.ann, "POST", "/tasks", `{"title":"one",`+extra+`}`)
		require.Equal(t, "201", answer.Outcome(), "a field that is not known must be ignored: %s", extra)
		assert.NotEqual(t, "mine", answer.JSON()["id"], "the id must be the server's own: a client that chooses it can take another's place (CWE-915)")
		assert.Empty(t, f.titles(t, f.bob), "the task must not belong to whom the body names: the owner is who is logged in (CWE-915)")
	}
	assert.Len(t, f.titles(t, f.ann), 6, "all these tasks must belong to who asked")
}

// 5. A body that cannot be read makes no task.
func TestPost_RefusesABadBody(t *testing.T) {
	f := newFixture(t)
	require.Equal(t, "201", f.do(t, f.ann, "POST", "/tasks", `{"title":"good"}`).Outcome(), "before any bad body, a good one must be taken")

	for _, test := range []struct{ body, want string }{
		{``, "400 invalid_request"},
		{`title=one`, "400 invalid_request"},
		{`{"title":"one"} x`, "400 invalid_request"},
		{`{"title":1}`, "422 invalid_request"},
		{`{"title":"` + strings.Repeat("x", api.MaxBody) + `"}`, "413 invalid_request"},
	} {
		assert.Equal(t, test.want, f.do(t, f.ann, "POST", "/tasks", test.body).Outcome(), "a bad body must be refused: %.40q", test.body)
	}
	assert.Equal(t, []string{"good"}, f.titles(t, f.ann), "a refused body must make no task")
}

// 6. A task needs a title.
func TestPost_RefusesATaskWithoutATitle(t *testing.T) {
	f := newFixture(t)
	require.Equal(t, "201", f.do(t, f.ann, "POST", "/tasks", `{"title":"good"}`).Outcome(), "before any bad body, a good one must be taken")

	for _, body := range []string{`{}`, `null`, `{"title":""}`, `{"title":null}`, `{"name":"one"}`} {
		assert.Equal(t, "422 invalid_request", f.do(t, f.ann, "POST", "/tasks", body).Outcome(), "a task without a title must be refused: %s", body)
	}
	assert.Equal(t, []string{"good"}, f.titles(t, f.ann), "a refused body must make no task")
}

// 7. GET /tasks lists the user's own.
func TestGetAll_ListsTheUsersOwn(t *testing.T) {
	f := newFixture(t)
	one, two := f.create(t, f.ann, "one"), f.create(t, f.ann, "two")
	f.create(t, f.bob, "Bob's own")

	answer := f.do(t, f.ann, "GET", "/tasks", "")
	require.Equal(t, "200", answer.Outcome(), "the user's tasks must be listed")
	assert.JSONEq(t, `[{"id":"`+one.ID+`","title":"one"},{"id":"`+two.ID+`","title":"two"}]`, answer.Body,
		"the list must hold the user's tasks, oldest first, and nobody else's")
}

// 7. Without tasks the answer is an empty list.
func TestGetAll_IsAnEmptyListWithoutTasks(t *testing.T) {
	f := newFixture(t)
	f.create(t, f.bob, "Bob's own")

	answer := f.do(t, f.ann, "GET", "/tasks", "")
	require.Equal(t, "200", answer.Outcome(), "having no tasks is no error")
	assert.Equal(t, "[]", strings.TrimSpace(answer.Body), "no tasks must be [], and never null: clients loop over it")
}

// 8. GET /tasks/{id} answers with the user's task.
func TestGetOne_AnswersWithTheTask(t *testing.T) {
	f := newFixture(t)
	f.create(t, f.ann, "one")
	two := f.create(t, f.ann, "two")

	answer := f.do(t, f.ann, "GET", "/tasks/"+two.ID, "")
	require.Equal(t, "200", answer.Outcome(), "the owner must see the task")
	assert.JSONEq(t, `{"id":"`+two.ID+`","title":"two"}`, answer.Body, "the answer must be the task that the path names")
}

// 9. DELETE /tasks/{id} removes the user's task.
func TestDeleteOne_RemovesTheTask(t *testing.T) {
	f := newFixture(t)
	one := f.create(t, f.ann, "one")
	f.create(t, f.ann, "two")

	answer := f.do(t, f.ann, "DELETE", "/tasks/"+one.ID, "")
	assert.Equal(t, "204", answer.Outcome(), "a deleted task must be answered with 204: done, and nothing to show")
	assert.Empty(t, answer.Body, "204 has no body")
	assert.Equal(t, []string{"two"}, f.titles(t, f.ann), "the task must be gone, and the other one still there")
}

// 10. Somebody else's task does not exist.
func TestNotFound_IsTheSameForSomebodyElsesTask(t *testing.T) {
	f := newFixture(t)
	task := f.create(t, f.ann, "Ann's own")
	require.Equal(t, "200", f.do(t, f.ann, "GET", "/tasks/"+task.ID, "").Outcome(), "before anybody else, the owner must see the task")

	for _, method := range []string{"GET", "DELETE"} {
		none := f.do(t, f.bob, method, "/tasks/no-such-id", "")
		assert.Equal(t, "404 not_found", none.Outcome(), "%s of a task that is not there must get 404 not_found", method)
		assert.Equal(t, none, f.do(t, f.bob, method, "/tasks/"+task.ID, ""),
			"%s of somebody else's task must get the same answer, to the byte, as one that is not there: any difference tells that it exists (CWE-204)", method)
	}
	assert.Equal(t, []string{"Ann's own"}, f.titles(t, f.ann), "somebody else's task must still be there")
}

// 10. Trouble of ours is not a missing task.
func TestNotFound_IsNotTroubleOfOurs(t *testing.T) {
	f := newFixture(t)
	task := f.create(t, f.ann, "one")
	require.Equal(t, "404 not_found", f.do(t, f.ann, "GET", "/tasks/no-such-id", "").Outcome(), "first, a task that is not there must get 404 not_found")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := f.store.List(ctx, f.ann.ID)
	assert.ErrorIs(t, err, context.Canceled, "when the request is over, the query must be too: pass ctx on to the database")
	require.NoError(t, f.db.Close())

	for _, test := range [][3]string{
		{"POST", "/tasks", `{"title":"two"}`},
		{"GET", "/tasks", ""},
		{"GET", "/tasks/" + task.ID, ""},
		{"DELETE", "/tasks/" + task.ID, ""},
	} {
		answer := f.do(t, f.ann, test[0], test[1], test[2])
		assert.Equal(t, "500 server_error", answer.Outcome(), "%s %s without a database must get 500: whoever reads 404 believes that the task is gone", test[0], test[1])
		assert.NotContains(t, answer.Body, "sql", "the store's error must not be shown (CWE-209)")
	}
	assert.Contains(t, f.log.String(), "database is closed", "the store's error must be in the log: somebody has to mend it")
}

// 10. Without a user there are no tasks.
func TestEveryRoute_NeedsAUser(t *testing.T) {
	f := newFixture(t)
	task := f.create(t, f.ann, "one")
	require.Equal(t, "200", f.do(t, f.ann, "GET", "/tasks/"+task.ID, "").Outcome(), "first, the owner must see the task")

	for _, test := range [][2]string{{"POST", "/tasks"}, {"GET", "/tasks"}, {"GET", "/tasks/" + task.ID}, {"DELETE", "/tasks/" + task.ID}} {
		answer := apitest.Do(t, f, apitest.Request(test[0], test[1], `{"title":"two"}`))
		assert.Equal(t, "401 not_authenticated", answer.Outcome(), "%s %s must stay shut when nobody put auth.Require in front of it", test[0], test[1])
	}
	assert.Equal(t, []string{"one"}, f.titles(t, f.ann), "nothing must have happened")
}
