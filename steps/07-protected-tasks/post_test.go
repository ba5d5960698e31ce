// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package tasks_test

import (
	"encoding/json"
	"io"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tokenauth.example/auth"
	"tokenauth.example/login/api"
	"tokenauth.example/login/apitest"
	"tokenauth.example/tasks"
)

// 5. POST /tasks makes a task.
// Stays: it asks for the plainest case, and so says most plainly what is wrong.
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
}

// 5. The client chooses neither owner nor id.
// Stays: the stories and the matrix find it too, and say less plainly what is wrong.
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

// 6. A title has five hundred characters at most, and stays as it is.
func TestPost_KeepsTitlesToTheLetter(t *testing.T) {
	f := newFixture(t)
	for _, title := range []string{"x", "  two  spaces  ", "\ttab\n", "<b>&amp;%20", "E\u0301 is not É", "王\x00✓", strings.Repeat("x", tasks.MaxTitle), strings.Repeat("王", tasks.MaxTitle), strings.Repeat("😀", tasks.MaxTitle)} {
		body, err := json.Marshal(map[string]string{"title": title})
		require.NoError(t, err)
		answer := f.do(t, f.ann, "POST", "/tasks", string(body))
		require.Equal(t, "201", answer.Outcome(), "a title of %d characters must be taken: %.20q", utf8.RuneCountInString(title), title)
		assert.Equal(t, title, answer.JSON()["title"], "the title must be answered to the letter: people who read 201 believe that all of it is there")
		found := f.do(t, f.ann, "GET", answer.Header.Get("Location"), "")
		assert.Equal(t, title, found.JSON()["title"], "the title must be stored to the letter: people who read 201 believe that all of it is there")
	}
	before := len(f.titles(t, f.ann))
	for _, title := range []string{strings.Repeat("x", tasks.MaxTitle+1), strings.Repeat("王", tasks.MaxTitle+1), strings.Repeat(" ", tasks.MaxTitle) + "x"} {
		answer := f.do(t, f.ann, "POST", "/tasks", `{"title":"`+title+`"}`)
		assert.Equal(t, "422 invalid_request", answer.Outcome(), "a title of %d characters must be refused: a thousand of them, each a megabyte long, would be one answer (CWE-770)", utf8.RuneCountInString(title))
	}
	assert.Len(t, f.titles(t, f.ann), before, "a refused title must make no task")
}
