// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package tasks_test

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tokenauth.example/auth"
	"tokenauth.example/login/apitest"
)

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

// 10. No door leads to somebody else's tasks.
func TestEveryRoute_KeepsToItsOwner(t *testing.T) {
	f := newFixture(t)
	hers := f.create(t, f.ann, "hers")
	f.create(t, f.bob, "his")
	require.Equal(t, "200", f.do(t, f.ann, "GET", "/tasks/"+hers.ID, "").Outcome(), "first, the owner must see the task")

	paths := []string{"/tasks", "/tasks/" + hers.ID, "/tasks/" + hers.ID + "/", "/tasks//" + hers.ID, "/tasks/x/../" + hers.ID, "/tasks/%2e%2e/tasks/" + hers.ID, "/Tasks/" + hers.ID,
		"/tasks?owner_id=" + f.ann.ID, "/tasks?id=" + hers.ID, "/tasks?_method=DELETE&all=1", "/tasks/" + hers.ID + "?owner_id=" + f.ann.ID + "&user=ann@example.com"}
	headers := []string{"X-HTTP-Method-Override", "DELETE", "X-HTTP-Method", "DELETE", "X-Method-Override", "DELETE", "X-Original-URL", "/tasks/" + hers.ID, "X-Rewrite-URL", "/tasks/" + hers.ID,
		"X-User-Id", f.ann.ID, "X-Owner-Id", f.ann.ID, "X-Forwarded-User", f.ann.Email, "X-Remote-User", f.ann.Email, "X-Admin", "true", "Cookie", "user=" + f.ann.ID}
	for _, method := range []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "get"} {
		for _, path := range paths {
			answer := f.do(t, f.bob, method, path, `{"title":"new","owner_id":"`+f.ann.ID+`","_method":"DELETE"}`, headers...)
			assert.NotContains(t, answer.Body, "hers", "%s %s must not show Ann's task to Bob, whatever its headers and parameters say (CWE-639)", method, path)
			require.Equal(t, []string{"hers"}, f.titles(t, f.ann), "%s %s of Bob's must leave Ann's tasks as they are, whatever its headers and parameters say (CWE-639)", method, path)
		}
	}
}

// 10. What a path cannot do is said, with what it can.
func TestEveryRoute_SaysWhichMethodsThereAre(t *testing.T) {
	f := newFixture(t)
	task := f.create(t, f.ann, "one")
	for _, test := range []struct {
		path   string
		can    []string
		cannot []string
	}{
		{"/tasks", []string{"GET", "POST"}, []string{"DELETE", "PUT", "PATCH", "OPTIONS"}},
		{"/tasks/" + task.ID, []string{"GET", "DELETE"}, []string{"POST", "PUT", "PATCH", "OPTIONS"}},
	} {
		for _, method := range test.cannot {
			answer := f.do(t, f.ann, method, test.path, `{"title":"two"}`, "X-HTTP-Method-Override", "DELETE")
			assert.Equal(t, 405, answer.Status, "%s %s must get 405: there is no such method, and no header makes it another one", method, test.path)
			for _, can := range test.can {
				assert.Contains(t, strings.Split(strings.ReplaceAll(answer.Header.Get("Allow"), " ", ""), ","), can, "405 must name in Allow what %s can do (RFC 9110, section 15.5.6)", test.path)
			}
			require.Equal(t, []string{"one"}, f.titles(t, f.ann), "what gets 405 must change nothing")
		}
	}
}
