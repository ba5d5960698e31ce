// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package tasks_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"testing"

	"tokenauth.example/auth"
	"tokenauth.example/login/apitest"
	"tokenauth.example/tasks"
)

// asAnn is the handler under test, asked by Ann, who has one task. It is made once for
// all inputs of a fuzz test.
func asAnn(f *testing.F) (http.Handler, tasks.Task) {
	accounts := apitest.NewAccounts(f)
	ann := accounts.SignUp(f, "ann@example.com")
	store, err := tasks.NewStore(accounts.DB)
	if err != nil {
		f.Skip(err)
	}
	task, err := store.Create(f.Context(), ann.ID, "one")
	if err != nil {
		f.Skip(err)
	}
	var log apitest.Log
	handler := tasks.New(store, log.Logger())
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		handler.ServeHTTP(w, r.WithContext(auth.WithUser(r.Context(), ann)))
	}), task
}

// FuzzPost sends any body. A task is made only of JSON with a title, and it has that
// title.
//
//	go test -fuzz=FuzzPost ./steps/07-protected-tasks
func FuzzPost(f *testing.F) {
	handler, _ := asAnn(f)
	for _, seed := range []string{`{"title":"one"}`, `{"title":""}`, `{"title":1}`, `{"title":"one"}{}`, `{"TITLE":"one"}`, `null`, `[]`, `""`, `{`, "", "\xff", `{"title":"\ud800"}`, `{"title":"a","title":"b"}`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body string) {
		answer := apitest.Do(t, handler, apitest.Request("POST", "/tasks", body))
		if !slices.Contains([]string{"201", "400 invalid_request", "413 invalid_request", "422 invalid_request", "501 without a body"}, answer.Outcome()) {
			t.Fatalf("answered with %s", answer.Outcome())
		}
		if answer.Status != 201 {
			return
		}
		var sent struct{ Title string }
		if err := json.Unmarshal([]byte(body), &sent); err != nil || sent.Title == "" {
			t.Fatalf("a task was made of %q", body)
		}
		found := apitest.Do(t, handler, apitest.Request("GET", answer.Header.Get("Location"), ""))
		if found.Status == 200 && found.JSON()["title"] != sent.Title {
			t.Fatalf("the title %q became %q", sent.Title, found.JSON()["title"])
		}
	})
}

// FuzzPath asks for any id. Only the id of the one task finds it.
//
//	go test -fuzz=FuzzPath ./steps/07-protected-tasks
func FuzzPath(f *testing.F) {
	handler, task := asAnn(f)
	for _, seed := range []string{task.ID, "1", "0", "-1", "..", "../users", "a/b", "%", "%2e", "' OR 1=1 --", "\x00", "é", " ", task.ID + " ", "9999999999999999999"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, id string) {
		if id == "" || id == "." || id == ".." { // the mux redirects these
			return
		}
		r := apitest.Request("GET", "/tasks/"+url.PathEscape(id), "")
		answer := apitest.Do(t, handler, r)
		switch {
		case id == task.ID && answer.Status != 501 && answer.Outcome() != "200":
			t.Fatalf("the task was answered with %s", answer.Outcome())
		case id != task.ID && !slices.Contains([]int{404, 501}, answer.Status):
			t.Fatalf("the id %q, which no task has, was answered with %s", id, answer.Outcome())
		}
	})
}
