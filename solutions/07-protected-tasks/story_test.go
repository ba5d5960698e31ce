// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package tasks_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"tokenauth.example/auth"
	"tokenauth.example/login/apitest"
	"tokenauth.example/users"
	"tokenauth.example/users/storetest"
)

// event is something that Ann or Bob does.
type event struct{ who, what string }

func (e event) String() string { return strings.TrimSpace(e.who + " " + e.what) }

// invent makes an event up.
func invent(chance *rand.Rand) event {
	whats := []string{"adds a task", "adds a task", "adds a task", "deletes the oldest", "deletes the newest", "deletes one of the other's", "leaves", "restart"}
	e := event{[]string{"Ann", "Bob"}[chance.IntN(2)], whats[chance.IntN(len(whats))]}
	if e.what == "restart" {
		e.who = ""
	}
	return e
}

// 10. Whatever happens in which order, everybody sees their own tasks, and no others.
func TestEveryRoute_LivesThroughAnyStory(t *testing.T) {
	storetest.Stories(t, 40, invent, func(story []event) *storetest.Wrong {
		w := &world{fixture: newFixture(t), tasks: map[string][]task{}, known: map[string]apitest.Answer{}}
		w.ids = map[string]users.User{"Ann": w.ann, "Bob": w.bob}
		for _, e := range story {
			if wrong := w.after(t, e); wrong != nil {
				return wrong
			}
		}
		return nil
	})
}

// world is a handler, and what it should say.
type world struct {
	*fixture
	ids   map[string]users.User
	tasks map[string][]task // of Ann and Bob, oldest first
	gone  []task            // deleted
	made  int
	known map[string]apitest.Answer // the list that somebody's client has kept, with its ETag
}

type task struct{ id, title string }

func other(who string) string { return map[string]string{"Ann": "Bob", "Bob": "Ann"}[who] }

// ask sends a request as somebody, past the test's log.
func (w *world) ask(t *testing.T, who, method, path, body string) apitest.Answer {
	r := apitest.Request(method, path, body)
	recorder := httptest.NewRecorder()
	w.ServeHTTP(recorder, r.WithContext(auth.WithUser(t.Context(), w.ids[who])))
	return apitest.Answer{Status: recorder.Code, Header: recorder.Header(), Body: recorder.Body.String()}
}

// list asks for somebody's tasks, as a client does that keeps the first list that it got, and
// asks whether it has changed.
func (w *world) list(t *testing.T, who string) apitest.Answer {
	kept := w.known[who]
	r := apitest.Request("GET", "/tasks", "")
	if tag := kept.Header.Get("ETag"); tag != "" {
		r.Header.Set("If-None-Match", tag)
	}
	recorder := httptest.NewRecorder()
	w.ServeHTTP(recorder, r.WithContext(auth.WithUser(t.Context(), w.ids[who])))
	if recorder.Code == http.StatusNotModified {
		return kept
	}
	answer := apitest.Answer{Status: recorder.Code, Header: recorder.Header(), Body: recorder.Body.String()}
	if kept.Body == "" && len(w.tasks[who]) > 0 {
		w.known[who] = answer
	}
	return answer
}

// after lets an event happen, and returns what is wrong then.
func (w *world) after(t *testing.T, e event) *storetest.Wrong {
	var wrong *storetest.Wrong
	switch e.what {
	case "adds a task":
		w.made++
		title := fmt.Sprintf("task %d", w.made)
		answer := w.ask(t, e.who, "POST", "/tasks", `{"title":"`+title+`"}`)
		id, _ := answer.JSON()["id"].(string)
		wrong = status(answer, http.StatusCreated, e.who+" must be able to add a task")
		w.tasks[e.who] = append(w.tasks[e.who], task{id, title})
	case "deletes the oldest", "deletes the newest":
		mine := w.tasks[e.who]
		if len(mine) == 0 {
			return nil
		}
		at := 0
		if e.what == "deletes the newest" {
			at = len(mine) - 1
		}
		wrong = status(w.ask(t, e.who, "DELETE", "/tasks/"+mine[at].id, ""), http.StatusNoContent, e.who+" must be able to delete a task that is there")
		w.gone = append(w.gone, mine[at])
		w.tasks[e.who] = append(append([]task{}, mine[:at]...), mine[at+1:]...)
	case "deletes one of the other's":
		for _, theirs := range w.tasks[other(e.who)] {
			wrong = status(w.ask(t, e.who, "DELETE", "/tasks/"+theirs.id, ""), http.StatusNotFound, "to "+e.who+", "+other(e.who)+"'s task must not exist")
		}
	case "leaves": // and signs up again
		_ = w.accounts.Delete(t.Context(), w.ids[e.who].ID)
		w.ids[e.who] = w.accounts.SignUp(t, strings.ToLower(e.who)+"@example.com")
		w.gone = append(w.gone, w.tasks[e.who]...)
		w.tasks[e.who] = nil
	case "restart":
		w.start(t)
	}
	if wrong != nil {
		return wrong
	}
	return w.lookAround(t)
}

// lookAround asks for everything, as each of the two.
func (w *world) lookAround(t *testing.T) *storetest.Wrong {
	for _, who := range []string{"Ann", "Bob"} {
		list := []string{}
		for _, mine := range w.tasks[who] {
			one := fmt.Sprintf(`{"id":%q,"title":%q}`, mine.id, mine.title)
			list = append(list, one)
			if answer := w.ask(t, who, "GET", "/tasks/"+mine.id, ""); apitest.Compact(answer.Body) != one {
				return &storetest.Wrong{Why: who + " must see each task", Got: answer.Body, Want: one}
			}
		}
		answer := w.list(t, who)
		if want := "[" + strings.Join(list, ",") + "]"; apitest.Compact(answer.Body) != want {
			return &storetest.Wrong{Why: who + " must see all tasks that are there now, oldest first, and no others", Got: answer.Body, Want: want}
		}
		for _, hidden := range append(append([]task{}, w.gone...), w.tasks[other(who)]...) {
			if wrong := status(w.ask(t, who, "GET", "/tasks/"+hidden.id, ""), http.StatusNotFound, "to "+who+", "+hidden.title+" must not exist"); wrong != nil {
				return wrong
			}
		}
	}
	return nil
}

func status(answer apitest.Answer, want int, why string) *storetest.Wrong {
	if answer.Status == want {
		return nil
	}
	return &storetest.Wrong{Why: why, Got: fmt.Sprint(answer.Status, " ", answer.Body), Want: fmt.Sprint(want)}
}
