// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package tasks_test

import (
	"context"
	"io"
	"mime"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tokenauth.example/auth"
	"tokenauth.example/login/api"
	"tokenauth.example/login/apitest"
	"tokenauth.example/tasks"
	"tokenauth.example/users"
)

// fixture is a store of tasks and a handler on it, in a database with two users.
type fixture struct {
	http.Handler
	store    *tasks.Store
	accounts apitest.Accounts
	ann, bob users.User
	log      *apitest.Log
}

func newFixture(t *testing.T) fixture {
	t.Helper()
	accounts := apitest.NewAccounts(t)
	ann, bob := accounts.SignUp(t, "ann@example.com"), accounts.SignUp(t, "bob@example.com")
	store, err := tasks.NewStore(accounts.DB)
	require.NoError(t, err)
	log := &apitest.Log{}
	return fixture{tasks.New(store, log.Logger()), store, accounts, ann, bob, log}
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

// 1. A new task has its title, and an id that nobody can guess.
func TestCreate_ReturnsTheTask(t *testing.T) {
	f := newFixture(t)
	one, two, three := f.create(t, f.ann, "Write report"), f.create(t, f.ann, "Write report"), f.create(t, f.ann, "Write report")

	assert.Equal(t, "Write report", one.Title, "the task must have the title that was given")
	places := 0
	for i := range min(len(one.ID), len(two.ID), len(three.ID)) {
		if one.ID[i] != two.ID[i] || two.ID[i] != three.ID[i] {
			places++
		}
	}
	assert.True(t, places >= 10, "ids must be random, and so differ in ten places or more: whoever can guess the next id knows how many tasks there are, and what to ask for (CWE-340): %q, %q, %q", one.ID, two.ID, three.ID)
	other := newFixture(t)
	assert.NotEqual(t, one.ID, other.create(t, other.ann, "Write report").ID, "the same ids in every database are no random ids: after a restart they would come again (CWE-337)")
}

// 2. The owner's tasks are listed, oldest first.
func TestList_ReturnsTheOwnersTasksOldestFirst(t *testing.T) {
	f := newFixture(t)
	numbers := []string{"one", "two", "three", "four", "five", "six", "seven", "eight"}
	for _, title := range numbers {
		f.create(t, f.ann, title)
		f.create(t, f.bob, "his "+title)
	}

	list, err := f.store.List(t.Context(), f.ann.ID)
	require.NoError(t, err, "List must list the tasks of a user who is there")
	assert.Equal(t, numbers, titlesOf(list),
		"List must return the owner's tasks, oldest first, and nobody else's: a forgotten WHERE shows everybody everything (CWE-639)")
	f.titles(t, f.bob)
	assert.Equal(t, numbers, titlesOf(list), "a list must stay as it was returned when the next one is made: kept in the store, it shows people the tasks of others (CWE-488)")
	for range 100 {
		f.create(t, f.ann, "more")
	}
	assert.Len(t, f.titles(t, f.ann), 108, "List must return all of the owner's tasks: with a LIMIT that nobody asked for, the rest looks lost")
}

// 2. Without tasks the list is empty, and not nil.
func TestList_IsEmptyAndNotNil(t *testing.T) {
	f := newFixture(t)
	f.create(t, f.bob, "his")

	list, err := f.store.List(t.Context(), f.ann.ID)
	assert.NoError(t, err, "having no tasks is no error")
	assert.NotNil(t, list, "the list must not be nil: its JSON would be null, and clients that loop over it break")
	assert.Empty(t, list, "who has no tasks must get none")
	list, _ = f.store.List(t.Context(), "") // may be an error too
	assert.Empty(t, list, "the empty owner has no tasks: it must not stand for all of them")
}

// 2. The order is asked for.
func TestList_AsksForTheOrder(t *testing.T) {
	f := newFixture(t)
	f.create(t, f.ann, "one")
	f.create(t, f.ann, "two")
	f.accounts.DB.SetMaxOpenConns(1) // a PRAGMA is for one connection
	_, err := f.accounts.DB.ExecContext(t.Context(), "PRAGMA reverse_unordered_selects = ON")
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
	_, err := f.accounts.DB.ExecContext(t.Context(), `ALTER TABLE tasks RENAME TO kept;
		CREATE VIEW tasks AS SELECT number, id, owner_id, CASE title WHEN 'two' THEN abs(-9223372036854775808) ELSE title END AS title FROM kept`)
	require.NoError(t, err)
	_, err = f.store.List(t.Context(), f.ann.ID)
	assert.Error(t, err, "when the database fails after the first row, List must return an error: half a list that looks whole makes people enter their tasks again")
}

// 2. A user's tasks go with the user.
func TestList_ForgetsADeletedUser(t *testing.T) {
	f := newFixture(t)
	f.create(t, f.ann, "hers")
	f.create(t, f.bob, "his")
	require.Equal(t, []string{"hers"}, f.titles(t, f.ann), "first, the task must be listed")

	assert.NoError(t, f.accounts.Delete(t.Context(), f.ann.ID), "a user who has tasks can be deleted: the schema says ON DELETE CASCADE")
	assert.Empty(t, f.titles(t, f.ann), "a deleted user's tasks must be gone: who asks to be forgotten must not live on in your database (GDPR, article 17)")
	assert.Equal(t, []string{"his"}, f.titles(t, f.bob), "the tasks of others must stay")
}

// 3. The owner finds a task by its id.
func TestGet_ReturnsTheOwnersTask(t *testing.T) {
	f := newFixture(t)
	f.create(t, f.ann, "one")
	want := f.create(t, f.ann, "two")

	task, err := f.store.Get(t.Context(), f.ann.ID, want.ID)
	assert.NoError(t, err, "the owner must find the task")
	assert.Equal(t, want, task, "the id must find its own task, and no other")
	for _, id := range []string{"", "%", want.ID[:len(want.ID)-1]} {
		_, err := f.store.Get(t.Context(), f.ann.ID, id)
		assert.ErrorIs(t, err, tasks.ErrNotFound, "an id is the whole id, or no task's: the owner must get ErrNotFound for %q", id)
	}
}

// 3. Nobody else finds it.
func TestGet_RefusesSomebodyElsesTask(t *testing.T) {
	f := newFixture(t)
	task := f.create(t, f.ann, "hers")
	_, err := f.store.Get(t.Context(), f.ann.ID, task.ID)
	require.NoError(t, err, "before anybody else, the owner must find the task")

	for _, id := range []string{task.ID, "no-such-id", "", "1", "' OR 1=1 --"} {
		got, err := f.store.Get(t.Context(), f.bob.ID, id)
		assert.ErrorIs(t, err, tasks.ErrNotFound, "a task of somebody else, or none, must get ErrNotFound: the id alone opens no door (CWE-639): %q", id)
		assert.Empty(t, got, "with an error there must be no task")
	}
	_, err = f.store.Get(t.Context(), "", task.ID)
	assert.Error(t, err, "the empty owner has no tasks: it must not stand for all of them")
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
	f.accounts.DB.SetMaxIdleConns(-1) // a busy pool: each statement gets another connection
	require.NoError(t, f.store.Delete(t.Context(), f.ann.ID, one.ID), "the owner must be able to delete the task, whichever connections the statements get")

	_, err := f.store.Get(t.Context(), f.ann.ID, one.ID)
	assert.ErrorIs(t, err, tasks.ErrNotFound, "Get must not find a deleted task: gone is gone, whoever asks")
	for _, id := range []string{one.ID, "", "%"} {
		assert.ErrorIs(t, f.store.Delete(t.Context(), f.ann.ID, id), tasks.ErrNotFound, "where there is nothing to delete, Delete must return ErrNotFound: %q", id)
	}
	assert.Equal(t, []string{"two"}, f.titles(t, f.ann), "the deleted task must be gone, and the other one still there")
}

// 4. Nobody else deletes it.
func TestDelete_LeavesSomebodyElsesTask(t *testing.T) {
	f := newFixture(t)
	task := f.create(t, f.ann, "hers")

	assert.ErrorIs(t, f.store.Delete(t.Context(), f.bob.ID, task.ID), tasks.ErrNotFound, "a task of somebody else must get ErrNotFound, as if there were none")
	assert.Error(t, f.store.Delete(t.Context(), "", task.ID), "the empty owner has no tasks: it must not stand for all of them")
	assert.Equal(t, []string{"hers"}, f.titles(t, f.ann), "somebody else's task must still be there: the id alone must not be enough to delete it (CWE-639)")
}

// 4. What the store borrows it gives back.
func TestStore_GivesConnectionsBack(t *testing.T) {
	f := newFixture(t)
	task := f.create(t, f.ann, "one")
	f.create(t, f.ann, "two")

	for _, test := range []struct {
		name string
		call func()
	}{
		{"Create", func() { f.create(t, f.ann, "three") }},
		{"List", func() { f.titles(t, f.ann) }},
		{"Get", func() { _, _ = f.store.Get(t.Context(), f.ann.ID, task.ID) }},
		{"Get, without such a task,", func() { _, _ = f.store.Get(t.Context(), f.ann.ID, "no-such-id") }},
		{"Delete", func() { _ = f.store.Delete(t.Context(), f.ann.ID, task.ID) }},
		{"Delete, without such a task,", func() { _ = f.store.Delete(t.Context(), f.ann.ID, "no-such-id") }},
		{"List, when a row cannot be read,", func() {
			_, err := f.accounts.DB.ExecContext(t.Context(), `ALTER TABLE tasks RENAME TO kept;
				CREATE VIEW tasks AS SELECT number, id, owner_id, NULL AS title FROM kept`)
			require.NoError(t, err)
			_, _ = f.store.List(t.Context(), f.ann.ID)
		}},
	} {
		test.call()
		require.Zero(t, f.accounts.DB.Stats().InUse,
			"%s must give its connection back: rows that nobody closed, or a transaction that nobody ended, keep one each until the server hangs (CWE-772)", test.name)
	}
}

// 5. POST /tasks makes a task.
func TestPost_CreatesATask(t *testing.T) {
	f := newFixture(t)
	const title = `Ask "R&D": is 1 < 2?`
	answer := f.do(t, f.ann, "POST", "/tasks", `{"title":"Ask \"R&D\": is 1 < 2?"}`)

	require.Equal(t, "201", answer.Outcome(), "a title must be answered with 201: something was created")
	assert.Equal(t, "application/json", mediaType(answer), "the answer must say in Content-Type that it is JSON: clients go by it")
	assert.Equal(t, title, answer.JSON()["title"], "the answer must hold the task's title, to the letter")
	assert.Equal(t, []string{title}, f.titles(t, f.ann), "the task must be in the store, belong to who asked, and have its title to the letter")
	id, _ := answer.JSON()["id"].(string)
	assert.Equal(t, "/tasks/"+id, answer.Header.Get("Location"), "the header Location must say where the task is (RFC 9110, section 15.3.2)")

	long := strings.Repeat("long, ", 100) + "王"
	if answer = f.do(t, f.ann, "POST", "/tasks", `{"title":"`+long+`"}`); answer.Status == 201 {
		assert.Equal(t, long, answer.JSON()["title"], "a long title must be kept whole, or refused: who reads 201 believes that all of it is there")
	}
}

// 5. The client chooses neither owner nor id.
func TestPost_IgnoresOwnerAndID(t *testing.T) {
	f := newFixture(t)
	for _, extra := range []string{`"owner_id":"BOB"`, `"OWNER_ID":"BOB"`, `"ownerID":"BOB"`, `"owner":"BOB"`, `"id":"mine"`, `"ID":"mine"`} {
		extra = strings.Replace(extra, "BOB", f.bob.ID, 1)
		answer := f.do(t, f.ann, "POST", "/tasks?owner_id="+f.bob.ID, `{"title":"one",`+extra+`}`)
		require.Equal(t, "201", answer.Outcome(), "a field that is not known must be ignored: %s", extra)
		assert.NotEqual(t, "mine", answer.JSON()["id"], "the id must be the server's own: a client that chooses it can take another's place (CWE-915)")
		assert.Empty(t, f.titles(t, f.bob), "the task must not belong to whom the body names: the owner is who is logged in (CWE-915)")
	}
	assert.Len(t, f.titles(t, f.ann), 6, "all these tasks must belong to who asked")
}

// 5. A request that comes in between changes nothing.
func TestPost_KeepsUsersApart(t *testing.T) {
	f := newFixture(t)
	r := apitest.Request("POST", "/tasks", `{"title":"hers"}`)
	r.Body = &interrupted{ReadCloser: r.Body, between: func() { // Bob asks while Ann's body is on its way
		bobs := apitest.Request("POST", "/tasks", `{"title":"his"}`)
		f.ServeHTTP(httptest.NewRecorder(), bobs.WithContext(auth.WithUser(bobs.Context(), f.bob)))
	}}
	apitest.Do(t, f, r.WithContext(auth.WithUser(r.Context(), f.ann)))

	const why = "each request must keep its user to itself: kept in the handler, the last one who asked gets everybody's tasks (CWE-488)"
	assert.Equal(t, []string{"hers"}, f.titles(t, f.ann), why)
	assert.Equal(t, []string{"his"}, f.titles(t, f.bob), why)
}

// interrupted is a body during whose first Read something else happens.
type interrupted struct {
	io.ReadCloser
	once    sync.Once
	between func()
}

func (i *interrupted) Read(p []byte) (int, error) {
	i.once.Do(i.between)
	return i.ReadCloser.Read(p)
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
		assert.Equal(t, test.want, f.do(t, f.ann, "POST", "/tasks", test.body).Outcome(), "a bad body must be refused, with one answer: %.40q", test.body)
	}
	assert.Equal(t, []string{"good"}, f.titles(t, f.ann), "a refused body must make no task")
}

// 6. A task needs a title.
func TestPost_RefusesATaskWithoutATitle(t *testing.T) {
	f := newFixture(t)
	require.Equal(t, "201", f.do(t, f.ann, "POST", "/tasks", `{"title":"good"}`).Outcome(), "before any bad body, a good one must be taken")

	for _, body := range []string{`{}`, `null`, `{"title":""}`, `{"title":null}`, `{"name":"one"}`} {
		assert.Equal(t, "422 invalid_request", f.do(t, f.ann, "POST", "/tasks", body).Outcome(), "a task without a title must be refused, with one answer: %s", body)
	}
	assert.Equal(t, []string{"good"}, f.titles(t, f.ann), "a refused body must make no task")
}

// 7. GET /tasks lists the user's own.
func TestGetAll_ListsTheUsersOwn(t *testing.T) {
	f := newFixture(t)
	one, two := f.create(t, f.ann, "one"), f.create(t, f.ann, "two")
	f.create(t, f.bob, "his")

	answer := f.do(t, f.ann, "GET", "/tasks?owner_id="+f.bob.ID+"&user_id="+f.bob.ID, "")
	require.Equal(t, "200", answer.Outcome(), "the user's tasks must be listed")
	assert.Equal(t, "application/json", mediaType(answer), "the answer must say in Content-Type that it is JSON: clients go by it")
	assert.NotContains(t, answer.Header.Get("Cache-Control"), "public", "a shared cache must not keep the answer: it would hand it to the next who asks (RFC 9111, section 3.5)")
	assert.Equal(t, apitest.Compact(`[{"id":"`+one.ID+`","title":"one"},{"id":"`+two.ID+`","title":"two"}]`), apitest.Compact(answer.Body),
		"the list must hold the user's tasks, oldest first, and nobody else's, whatever the URL asks for")
}

// 7. Without tasks the answer is an empty list.
func TestGetAll_IsAnEmptyListWithoutTasks(t *testing.T) {
	f := newFixture(t)
	f.create(t, f.bob, "his")

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
	assert.Equal(t, "application/json", mediaType(answer), "the answer must say in Content-Type that it is JSON: clients go by it")
	assert.NotContains(t, answer.Header.Get("Cache-Control"), "public", "a shared cache must not keep the answer: it would hand it to the next who asks (RFC 9111, section 3.5)")
	assert.Equal(t, apitest.Compact(`{"id":"`+two.ID+`","title":"two"}`), apitest.Compact(answer.Body), "the answer must be the task that the path names")
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
	task := f.create(t, f.ann, "hers")
	require.Equal(t, "200", f.do(t, f.ann, "GET", "/tasks/"+task.ID, "").Outcome(), "before anybody else, the owner must see the task")

	for _, method := range []string{"GET", "DELETE"} {
		none, again := f.do(t, f.bob, method, "/tasks/no-such-id", ""), f.do(t, f.bob, method, "/tasks/no-such-id", "")
		assert.Equal(t, "404 not_found", none.Outcome(), "%s of a task that is not there must get 404 not_found", method)
		hers := f.do(t, f.bob, method, "/tasks/"+task.ID, "")
		for name := range none.Header {
			if none.Header.Get(name) != again.Header.Get(name) { // such as a request's id: it tells nothing
				none.Header.Del(name)
				hers.Header.Del(name)
			}
		}
		const why = "%s of somebody else's task must get the same answer, to the byte, as one that is not there: any difference tells that it exists (CWE-204)"
		assert.Equal(t, none.Outcome(), hers.Outcome(), why, method)
		assert.Equal(t, none.Body, hers.Body, why, method)
		assert.Equal(t, none.Header, hers.Header, why, method)
	}
	assert.Equal(t, []string{"hers"}, f.titles(t, f.ann), "somebody else's task must still be there")
}

// 10. Trouble of ours is not a missing task.
func TestNotFound_IsNotTroubleOfOurs(t *testing.T) {
	f := newFixture(t)
	task := f.create(t, f.ann, "one")
	require.Equal(t, "404 not_found", f.do(t, f.ann, "GET", "/tasks/no-such-id", "").Outcome(), "first, a task that is not there must get 404 not_found")
	require.NoError(t, f.accounts.DB.Close())

	for _, test := range [][3]string{
		{"POST", "/tasks", `{"title":"two"}`},
		{"GET", "/tasks", ""},
		{"GET", "/tasks/" + task.ID, ""},
		{"DELETE", "/tasks/" + task.ID, ""},
	} {
		before := len(f.log.String())
		answer := f.do(t, f.ann, test[0], test[1], test[2])
		assert.Equal(t, "500 server_error", answer.Outcome(), "%s %s without a database must get 500: whoever reads 404 believes that the task is gone, and whoever reads 201 that there is one", test[0], test[1])
		assert.NotContains(t, answer.Body, "sql", "the store's error must not be shown (CWE-209)")
		assert.Contains(t, f.log.String()[before:], "database is closed", "the store's error must be in the log: somebody has to mend it")
	}
}

// 10. Work ends with its request.
func TestEveryRoute_EndsWithItsRequest(t *testing.T) {
	f := newFixture(t)
	task := f.create(t, f.ann, "Write report")
	require.Equal(t, "200", f.do(t, f.ann, "GET", "/tasks/"+task.ID, "").Outcome(), "first, the owner must see the task")
	gone, leave := context.WithCancel(auth.WithUser(t.Context(), f.ann))
	leave()

	for _, test := range [][2]string{{"POST", "/tasks"}, {"GET", "/tasks"}, {"GET", "/tasks/" + task.ID}, {"DELETE", "/tasks/" + task.ID}} {
		answer := apitest.Do(t, f, apitest.Request(test[0], test[1], `{"title":"two"}`).WithContext(gone))
		assert.NotContains(t, answer.Body, "Write report", "%s %s must stop when the client has gone: pass r.Context() to the store, and ctx to the database", test[0], test[1])
		assert.Equal(t, []string{"Write report"}, f.titles(t, f.ann), "%s %s must change nothing when the client has gone: pass r.Context() to the store, and ctx to the database", test[0], test[1])
	}
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
