// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package tasks_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tokenauth.example/login/apitest"
	"tokenauth.example/tasks"
)

// 7. GET /tasks lists the user's own.
func TestGetAll_ListsTheUsersOwn(t *testing.T) {
	f := newFixture(t)
	one, two := f.create(t, f.ann, "one"), f.create(t, f.ann, "two")
	f.create(t, f.bob, "his")

	answer := f.do(t, f.ann, "GET", "/tasks?owner_id="+f.bob.ID+"&user_id="+f.bob.ID, "")
	require.Equal(t, "200", answer.Outcome(), "the user's tasks must be listed")
	assert.Equal(t, "application/json", mediaType(answer), "the answer must say in Content-Type that it is JSON: clients go by it")
	assert.False(t, shared(answer), "a shared cache must not keep the answer, as public, s-maxage and must-revalidate let it: the next one who asks would get it (RFC 9111, section 3.5)")
	assert.Equal(t, apitest.Compact(`[{"id":"`+one.ID+`","title":"one"},{"id":"`+two.ID+`","title":"two"}]`), apitest.Compact(answer.Body),
		"the list must hold the user's tasks, oldest first, and nobody else's, whatever the URL asks for")
}

// 7. Without tasks the answer is an empty list.
// Stays: the stories and the matrix find it too, and say less plainly what is wrong.
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
	assert.False(t, shared(answer), "a shared cache must not keep the answer, as public, s-maxage and must-revalidate let it: the next one who asks would get it (RFC 9111, section 3.5)")
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

// 10. A full list is told apart.
func TestPost_SaysWhenThereAreTooMany(t *testing.T) {
	f := newFixture(t)
	f.fill(t, f.ann, tasks.MaxTasks-1)
	require.Equal(t, "201", f.do(t, f.ann, "POST", "/tasks", `{"title":"the thousandth"}`).Outcome(), "a thousand tasks must be taken")

	answer := f.do(t, f.ann, "POST", "/tasks", `{"title":"one too many"}`)
	assert.Equal(t, "409 too_many_tasks", answer.Outcome(), "one task more than a thousand must get 409 too_many_tasks: it's for the user to make room, and no fault of the server's")
	assert.Empty(t, answer.Header.Get("Location"), "a task that was not made has no place")
	assert.Len(t, f.titles(t, f.ann), tasks.MaxTasks, "a refused task must not be stored")
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
		assert.Equal(t, "500 server_error", answer.Outcome(), "%s %s without a database must get 500: people who read 404 believe that the task is gone, and those who read 201 that there is one", test[0], test[1])
		assert.NotContains(t, answer.Body, "sql", "the store's error must not be shown (CWE-209)")
		assert.Contains(t, f.log.String()[before:], "database is closed", "the store's error must be in the log: somebody has to fix it")
	}
}

// shared reports whether an answer to a request with a token may be kept by a cache that is
// there for many.
func shared(answer apitest.Answer) bool {
	control := strings.ToLower(answer.Header.Get("Cache-Control"))
	if strings.Contains(control, "no-store") || strings.Contains(control, "private") {
		return false
	}
	return strings.Contains(control, "public") || strings.Contains(control, "s-maxage") || strings.Contains(control, "must-revalidate")
}
