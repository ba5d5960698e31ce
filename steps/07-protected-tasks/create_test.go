// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package tasks_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tokenauth.example/tasks"
)

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
	assert.True(t, places >= 10, "ids must be random, and so differ in ten places or more: if somebody can guess the next id, they know how many tasks there are, and what to ask for (CWE-340): %q, %q, %q", one.ID, two.ID, three.ID)
	other := newFixture(t)
	assert.NotEqual(t, one.ID, other.create(t, other.ann, "Write report").ID, "the same ids in every database are no random ids: after a restart they would come again (CWE-337)")
}

// 1. An owner has a thousand tasks at most.
// Stays: it asks the store alone, before there is a handler.
func TestCreate_TakesAThousand(t *testing.T) {
	f := newFixture(t)
	f.fill(t, f.ann, tasks.MaxTasks-1)
	last := f.create(t, f.ann, "the thousandth")

	_, err := f.store.Create(t.Context(), f.ann.ID, "one too many")
	require.Error(t, err, "one task more than a thousand must be refused: without a limit one user fills the disk, and a list no longer fits into the memory (CWE-770)")
	assert.ErrorIs(t, err, tasks.ErrTooMany, "one task more than a thousand must get ErrTooMany")
	assert.NotErrorIs(t, err, tasks.ErrNotFound, "ErrNotFound and ErrTooMany must be two errors, and only one of them returned")
	assert.Len(t, f.titles(t, f.ann), tasks.MaxTasks, "a refused task must not be stored")
	f.create(t, f.bob, "the limit is for each owner")
	require.NoError(t, f.store.Delete(t.Context(), f.ann.ID, last.ID))
	_, err = f.store.Create(t.Context(), f.ann.ID, "there is room again")
	assert.NoError(t, err, "when a task is deleted, there must be room for another one")
}

// 1. Many at once are no trouble.
func TestCreate_TakesManyAtOnce(t *testing.T) {
	for _, test := range []struct{ there, room int }{{0, 2}, {tasks.MaxTasks - 1, 1}} {
		for call, between := 1, true; between; call++ {
			f := newFixture(t)
			f.fill(t, f.ann, test.there)
			second := f.meanwhile(call, func() error {
				_, err := f.store.Create(t.Context(), f.ann.ID, "second")
				return err
			})
			_, err := f.store.Create(t.Context(), f.ann.ID, "first")
			if between = f.faults.Happened(); !between {
				require.NoError(t, err, "Create must add a task for a user who is there")
				break
			}
			created := 0
			for _, err := range []error{err, <-second} {
				if err == nil {
					created++
					continue
				}
				assert.ErrorIs(t, err, tasks.ErrTooMany, "of two tasks at once, with %d there already, none must fail: what one request has looked up, another one changes before it writes (CWE-367)", test.there)
			}
			assert.Equal(t, test.room, created, "of two tasks at once, with %d there already, as many must be made as there is room for: between a look and an insert is a gap (CWE-367)", test.there)
			assert.Len(t, f.titles(t, f.ann), test.there+test.room, "what was made must be there")
		}
	}
}

// meanwhile lets something happen between two calls to the database, as another request.
func (f *fixture) meanwhile(call int, do func() error) <-chan error {
	result := make(chan error, 1)
	f.faults.At(call, func() error {
		finished := make(chan struct{})
		go func() { defer close(finished); result <- do() }()
		select {
		case <-finished:
		case <-time.After(time.Second): // it waits for the first one, which is fine
		}
		return nil
	})
	return result
}

// 1. Trouble of ours is told, and passes.
func TestCreate_SaysWhenItFails(t *testing.T) {
	create := func(f *fixture, _ tasks.Task) error {
		_, err := f.store.Create(t.Context(), f.ann.ID, "three")
		return err
	}
	failsOnce(t, create, create, func(f *fixture, _ tasks.Task) error {
		if titles := f.titles(t, f.ann); len(titles) != 3 {
			return fmt.Errorf("the tasks are %q", titles)
		}
		return nil
	})
}

// 3. A title is text, whatever it looks like.
func TestCreate_TakesTextForText(t *testing.T) {
	f := newFixture(t)
	for _, title := range []string{"'); DROP TABLE tasks; --", `"quoted" 'twice'`, "王 ✓ \x00 \n", "  two  spaces  ", "\ttab\r\n", "<b>&amp;%20", "100% of a_b?", "E\u0301 is not É", "ſ K \u202e", strings.Repeat("王", tasks.MaxTitle)} {
		task := f.create(t, f.ann, title)
		assert.Equal(t, title, task.Title, "the title that is returned must be the one that was given")
		got, err := f.store.Get(t.Context(), f.ann.ID, task.ID)
		assert.NoError(t, err, "a task with a strange title must be found again: %.40q", title)
		assert.Equal(t, title, got.Title, "a title must be stored to the letter, and never become SQL (CWE-89)")
	}
}
