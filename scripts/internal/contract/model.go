package contract

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

// step is one request of a sequence. It is by one of two users, and about the task that was
// made nth.
type step struct {
	does string // "makes", "lists", "reads", "deletes"
	by   int
	nth  int
}

func (s step) String() string {
	who := [...]string{"Ann", "Bob"}[s.by]
	switch s.does {
	case "makes":
		return who + " makes a task"
	case "lists":
		return who + " lists their tasks"
	}
	return fmt.Sprintf("%s %s task %d", who, s.does, s.nth+1)
}

func story(steps []step) string {
	var words []string
	for _, s := range steps {
		words = append(words, s.String())
	}
	return strings.Join(words, ", ")
}

// kept is a task as it should be.
type kept struct {
	id, title string
	owner     int
	gone      bool
}

// inSequence is a case: whatever two users do, one after the other, the answers are those of
// a model of a few lines.
func inSequence() []Case {
	return []Case{{Name: "answers-like-a-simple-model-whatever-comes-before", Why: "The contract. This finds what no single question does: an answer that depends on what was asked before", Asks: "of short sequences of requests, each answer as a model has it", Do: func(ctx context.Context, t *try) {
		const sequences, length = 24, 12
		t.unwatched = true
		people := []user{t.newUser(ctx), t.newUser(ctx)}
		chance := rand.New(rand.NewPCG(7, 42)) // the same sequences in every run
		for range sequences {
			steps := sequence(chance, length)
			if t.plays(ctx, people, steps) == "" {
				continue
			}
			steps = t.shrunk(ctx, people, steps)
			if wrong := t.plays(ctx, people, steps); wrong != "" {
				t.fail("in the sequence: "+story(steps)+", each answer as it must be", "%s", wrong)
			}
		}
	}}}
}

// sequence makes up some steps.
func sequence(chance *rand.Rand, length int) (steps []step) {
	made := 0
	for len(steps) < length {
		s := step{does: []string{"makes", "lists", "reads", "reads", "deletes"}[chance.IntN(5)], by: chance.IntN(2)}
		switch {
		case s.does == "makes" || made == 0:
			s.does = "makes"
			made++
		case s.does != "lists":
			s.nth = made - 1 - chance.IntN(min(made, 3)) // what was made last is what is kept wrong
		}
		steps = append(steps, s)
	}
	return steps
}

// shrunk leaves out what the failure does not need.
func (t *try) shrunk(ctx context.Context, people []user, steps []step) []step {
	const most = 40 // times
	for tried, i := 0, len(steps)-1; i >= 0 && tried < most; i-- {
		fewer := slices.Delete(slices.Clone(steps), i, i+1)
		if steps[i].does == "makes" {
			if fewer = withoutTask(steps, i); fewer == nil {
				continue
			}
		}
		tried++
		if t.plays(ctx, people, fewer) != "" {
			steps = fewer
		}
	}
	return steps
}

// withoutTask leaves out that a task is made, or returns nil if other steps need it.
func withoutTask(steps []step, at int) (fewer []step) {
	nth := 0
	for _, s := range steps[:at] {
		if s.does == "makes" {
			nth++
		}
	}
	for i, s := range steps {
		about := s.does == "reads" || s.does == "deletes"
		switch {
		case i == at:
			continue
		case about && s.nth == nth:
			return nil
		case about && s.nth > nth:
			s.nth--
		}
		fewer = append(fewer, s)
	}
	return fewer
}

// plays plays a sequence, from two empty lists, and says what is wrong with the first answer
// that is not the model's, or "".
func (t *try) plays(ctx context.Context, people []user, steps []step) (wrong string) {
	for _, u := range people {
		for _, task := range t.list(ctx, u.token) {
			t.expect(ctx, ask("DELETE", taskPath(idOf(task))).as(u.token), status(204))
		}
	}
	var model []kept
	for _, s := range steps {
		token := people[s.by].token
		switch s.does {
		case "makes":
			title := fmt.Sprintf("task %d", len(model)+1)
			a := t.send(ctx, post("/tasks", `{"title":"`+title+`"}`).as(token))
			if a.status != 201 {
				return fmt.Sprintf("%s: status %d, and it must be 201", s, a.status)
			}
			model = append(model, kept{id: a.id(), title: title, owner: s.by})
		case "lists":
			wrong = modelList(model, s.by, t.list(ctx, token))
		default:
			wrong = t.playsOn(ctx, s, &model[s.nth], token)
		}
		if wrong != "" {
			return s.String() + ": " + wrong
		}
	}
	for by := range people {
		if wrong := modelList(model, by, t.list(ctx, people[by].token)); wrong != "" {
			return step{does: "lists", by: by}.String() + " at the end: " + wrong
		}
	}
	return ""
}

// playsOn reads or deletes a task.
func (t *try) playsOn(ctx context.Context, s step, task *kept, token string) string {
	wanted := 200
	r := get(taskPath(task.id)).as(token)
	if s.does == "deletes" {
		wanted, r.method = 204, "DELETE"
	}
	if task.gone || task.owner != s.by {
		wanted = 404
	}
	a := t.send(ctx, r)
	if a.status != wanted {
		return fmt.Sprintf("status %d, and it must be %d", a.status, wanted)
	}
	if got := a.text("title"); wanted == 200 && got != task.title {
		return fmt.Sprintf("the title is %q, and it must be %q", got, task.title)
	}
	task.gone = task.gone || wanted == 204
	return ""
}

// modelList says how a user's list differs from the model's, or "".
func modelList(model []kept, by int, list []map[string]any) string {
	want, got := []string{}, []string{}
	for _, task := range model {
		if task.owner == by && !task.gone {
			want = append(want, task.title)
		}
	}
	for _, task := range list {
		got = append(got, fmt.Sprint(task["title"]))
	}
	if !slices.Equal(want, got) {
		return fmt.Sprintf("the list is %q, and it must be %q", got, want)
	}
	return ""
}
