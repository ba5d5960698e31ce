// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package tasks_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tokenauth.example/tasks"
)

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
	assert.Empty(t, list, "an owner without tasks must get none")
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
	list := func(f *fixture, _ tasks.Task) error {
		list, err := f.store.List(t.Context(), f.ann.ID)
		if err != nil {
			assert.Empty(t, list, "with an error there must be no list: half of one makes people enter their tasks again")
			return err
		}
		assert.Equal(t, []string{"one", "two"}, titlesOf(list), "when the database fails in the middle, or the time is up, List must return an error: half a list that looks whole makes people enter their tasks again")
		return nil
	}
	failsOnce(t, list, list, list)
}

// 2. A user's tasks go with the user.
// Stays: the stories and the matrix find it too, and say less plainly what is wrong.
func TestList_ForgetsADeletedUser(t *testing.T) {
	f := newFixture(t)
	f.create(t, f.ann, "hers")
	f.create(t, f.bob, "his")
	require.Equal(t, []string{"hers"}, f.titles(t, f.ann), "first, the task must be listed")

	assert.NoError(t, f.accounts.Delete(t.Context(), f.ann.ID), "a user who has tasks can be deleted: the schema says ON DELETE CASCADE")
	assert.Empty(t, f.titles(t, f.ann), "a deleted user's tasks must be gone: people who ask to be forgotten must not live on in your database (GDPR, article 17)")
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
	other := strings.ToLower(want.ID) // where ids have letters
	if other == want.ID {
		other = strings.ToUpper(want.ID) + "x"
	}
	for _, id := range []string{other, "", "%", "_%", "*", want.ID + "%", want.ID[:len(want.ID)-1], "' OR 1=1 --"} {
		_, err := f.store.Get(t.Context(), f.ann.ID, id)
		missing(t, err, "an id is the whole id, or no task's: the owner must get ErrNotFound for %q", id)
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
		missing(t, err, "a task of somebody else, or none, must get ErrNotFound: the id alone opens no door (CWE-639): %q", id)
		assert.Empty(t, got, "with an error there must be no task")
	}
	_, err = f.store.Get(t.Context(), "", task.ID)
	assert.Error(t, err, "the empty owner has no tasks: it must not stand for all of them")
}

// 3. Trouble of ours is not a missing task.
func TestGet_TellsTroubleFromAMissingTask(t *testing.T) {
	get := func(f *fixture, hers tasks.Task) error {
		task, err := f.store.Get(t.Context(), f.ann.ID, hers.ID)
		if err == nil {
			assert.Equal(t, hers, task, "without an error, the task must be returned")
		}
		return err
	}
	failsOnce(t, get, get, get)
}

// 4. The owner deletes a task, and that one alone.
func TestDelete_RemovesTheOwnersTask(t *testing.T) {
	f := newFixture(t)
	one := f.create(t, f.ann, "one")
	f.create(t, f.ann, "two")
	f.accounts.DB.SetMaxIdleConns(-1) // a busy pool: each statement gets another connection
	require.NoError(t, f.store.Delete(t.Context(), f.ann.ID, one.ID), "the owner must be able to delete the task, whichever connections the statements get")

	_, err := f.store.Get(t.Context(), f.ann.ID, one.ID)
	missing(t, err, "Get must not find a deleted task: gone is gone, whoever asks")
	for _, id := range []string{one.ID, "", "%", "_%", "*", "' OR 1=1 --"} {
		missing(t, f.store.Delete(t.Context(), f.ann.ID, id), "where there is nothing to delete, Delete must return ErrNotFound: %q", id)
	}
	assert.Equal(t, []string{"two"}, f.titles(t, f.ann), "the deleted task must be gone, and the other one still there")
}

// 4. Nobody else deletes it.
func TestDelete_LeavesSomebodyElsesTask(t *testing.T) {
	f := newFixture(t)
	task := f.create(t, f.ann, "hers")

	missing(t, f.store.Delete(t.Context(), f.bob.ID, task.ID), "a task of somebody else must get ErrNotFound, as if there were none")
	assert.Error(t, f.store.Delete(t.Context(), "", task.ID), "the empty owner has no tasks: it must not stand for all of them")
	assert.Equal(t, []string{"hers"}, f.titles(t, f.ann), "somebody else's task must still be there: the id alone must not be enough to delete it (CWE-639)")
}

// 4. A task is deleted once.
func TestDelete_HasOneWinner(t *testing.T) {
	for call, between := 1, true; between; call++ {
		f := newFixture(t)
		task := f.create(t, f.ann, "one")
		f.start(t)
		second := f.meanwhile(call, func() error { return f.store.Delete(t.Context(), f.ann.ID, task.ID) })
		err := f.store.Delete(t.Context(), f.ann.ID, task.ID)
		if between = f.faults.Happened(); !between {
			require.NoError(t, err, "the owner must be able to delete the task")
			break
		}
		winner, loser := err, <-second
		if winner != nil {
			winner, loser = loser, winner
		}
		assert.NoError(t, winner, "of two who delete a task at once, one must have deleted it: between a look and a delete is a gap (CWE-367)")
		missing(t, loser, "of two who delete a task at once, the other must get ErrNotFound: between a look and a delete is a gap (CWE-367)")
	}
}

// 4. Trouble of ours is not a missing task, nor a deleted one.
func TestDelete_SaysWhenItFails(t *testing.T) {
	remove := func(f *fixture, hers tasks.Task) error { return f.store.Delete(t.Context(), f.ann.ID, hers.ID) }
	failsOnce(t, remove, func(f *fixture, hers tasks.Task) error {
		if err := remove(f, hers); !errors.Is(err, tasks.ErrNotFound) { // which is fine if it is gone
			return err
		}
		return nil
	}, func(f *fixture, _ tasks.Task) error {
		if titles := f.titles(t, f.ann); len(titles) != 1 {
			return fmt.Errorf("the tasks are %q", titles)
		}
		return nil
	})
}

// 4. What the store takes, it gives back.
func TestStore_GivesBackWhatItTakes(t *testing.T) {
	f := newFixture(t)
	task := f.create(t, f.ann, "one")
	f.fill(t, f.bob, tasks.MaxTasks)

	for _, test := range []struct {
		name string
		do   func() error
	}{
		{"Create", func() error { _, err := f.store.Create(t.Context(), f.ann.ID, "two"); return err }},
		{"Create, when there are too many,", func() error { _, err := f.store.Create(t.Context(), f.bob.ID, "two"); return err }},
		{"List", func() error { _, err := f.store.List(t.Context(), f.ann.ID); return err }},
		{"Get", func() error { _, err := f.store.Get(t.Context(), f.ann.ID, task.ID); return err }},
		{"Get, without such a task,", func() error { _, err := f.store.Get(t.Context(), f.ann.ID, "no-such-id"); return err }},
		{"Delete", func() error { return f.store.Delete(t.Context(), f.ann.ID, task.ID) }},
		{"Delete, without such a task,", func() error { return f.store.Delete(t.Context(), f.ann.ID, "no-such-id") }},
		{"List, when a row cannot be read,", func() error {
			_, err := f.accounts.DB.ExecContext(t.Context(), `ALTER TABLE tasks RENAME TO kept;
				CREATE VIEW tasks AS SELECT number, id, owner_id, NULL AS title FROM kept`)
			if err == nil {
				_, _ = f.store.List(t.Context(), f.ann.ID)
			}
			return err
		}},
	} {
		const rounds = 5
		before := 0
		for i := range rounds {
			ended := make(chan struct{})
			go func() { defer close(ended); _ = test.do() }()
			select {
			case <-ended:
			case <-time.After(5 * time.Second):
				require.FailNow(t, "it has not returned", "%s must return the second time as well: a lock that one call doesn't give back, the next one waits for (defer the Unlock)", test.name)
			}
			require.Zero(t, f.accounts.DB.Stats().InUse,
				"%s must give its connection back: rows that nobody closed, or a transaction that nobody ended, keep one each until the server hangs (CWE-772)", test.name)
			if i == 0 {
				before = f.faults.Prepared()
			}
		}
		require.Less(t, f.faults.Prepared(), before+rounds-1, "%s must close what it prepares, or prepare it once for all: a statement left open stays in memory, one for each request (CWE-772)", test.name)
	}
}
