// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package sessions_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tokenauth.example/scopes/ordered"
	"tokenauth.example/sessions"
	"tokenauth.example/users"
	"tokenauth.example/users/storetest"
)

// 3. Only what is there, and hasn't ended, goes on.
func TestLive_AsksEachTime(t *testing.T) {
	w := newWorld(t, t.TempDir())
	session, _ := w.start(t, w.ann)
	for range 3 {
		require.True(t, w.live(t, session.ID), "first, the session must go on")
	}
	for _, id := range []string{"", "x", "%", session.ID + "x", session.ID[1:], " " + session.ID} {
		assert.False(t, w.live(t, id), "%q is no session's id: it's compared to the letter", id)
	}
	_, err := w.db.ExecContext(t.Context(), "UPDATE sessions SET ended = 1 WHERE id = ?", session.ID) // by another server on the same database
	require.NoError(t, err)
	assert.False(t, w.live(t, session.ID), "the session was ended a moment ago, by another server: nothing may be remembered (CWE-613)")
	require.NoError(t, w.accounts.Delete(t.Context(), w.ann.ID))
	assert.False(t, w.live(t, session.ID), "somebody who was deleted has no sessions")

	_, err = w.db.ExecContext(t.Context(), "DROP TABLE refresh_tokens; DROP TABLE sessions")
	require.NoError(t, err)
	live, err := w.Live(t.Context(), session.ID)
	assert.Error(t, err, "when the database can't say, Live must say so: false would log everybody out")
	assert.False(t, live, "what isn't known isn't so")
}

// 8. One session ends.
// Stays: the stories find it, too, and say less plainly what is wrong.
func TestEnd_EndsOneSession(t *testing.T) {
	w := newWorld(t, t.TempDir())
	phone, onPhone := w.start(t, w.ann)
	laptop, onLaptop := w.start(t, w.ann)
	require.True(t, w.live(t, phone.ID), "first, the session must go on")

	require.NoError(t, w.End(t.Context(), phone.ID), "End must end the session")
	assert.False(t, w.live(t, phone.ID), "the session must be over at once: its access tokens live for minutes, and mustn't open anything")
	w.refused(t, onPhone, "a session that has ended must not be renewed")
	assert.True(t, w.live(t, laptop.ID), "the other session must go on")
	assert.True(t, w.works(t, &onLaptop), "the other session must be renewed as before")
	for _, id := range []string{phone.ID, "", "%", "nobody's"} {
		assert.NoError(t, w.End(t.Context(), id), "there's no such session, and that's what was asked for")
	}
	assert.True(t, w.live(t, laptop.ID), "an id that isn't there must end nothing: it's compared to the letter")
}

// 8. All others end.
// Stays: a new password shows it, too, and says less plainly what is wrong.
func TestEndOthers_KeepsThisOne(t *testing.T) {
	w := newWorld(t, t.TempDir())
	this, onThis := w.start(t, w.ann)
	one, onOne := w.start(t, w.ann)
	two, _ := w.start(t, w.ann)
	bobs, _ := w.start(t, w.bob)
	require.True(t, w.live(t, one.ID), "first, the session must go on")

	require.NoError(t, w.EndOthers(t.Context(), w.ann.ID, this.ID), "EndOthers must end Ann's other sessions")
	assert.False(t, w.live(t, one.ID) || w.live(t, two.ID), "anybody who knew the old password must be out, on every device (ASVS 7.4.3)")
	w.refused(t, onOne, "a session that has ended must not be renewed")
	assert.True(t, w.live(t, this.ID), "this session must go on: its user has just shown the password")
	assert.True(t, w.works(t, &onThis), "this session must be renewed as before")
	assert.True(t, w.live(t, bobs.ID), "Bob has changed nothing")

	require.NoError(t, w.EndOthers(t.Context(), w.ann.ID, ""), "without one to keep, EndOthers ends all of Ann's")
	assert.False(t, w.live(t, this.ID), "without one to keep, all of Ann's sessions end")
	require.NoError(t, w.EndOthers(t.Context(), "%", ""), "somebody who isn't there has no sessions")
	assert.True(t, w.live(t, bobs.ID), "Bob has changed nothing")
}

// 8. A token names its session.
func TestEndByToken_EndsItsSession(t *testing.T) {
	for _, used := range []bool{false, true} {
		w := newWorld(t, t.TempDir())
		session, refresh := w.start(t, w.ann)
		other, _ := w.start(t, w.ann)
		newest := refresh
		if used {
			newest = w.renew(t, refresh)
		}
		for _, text := range []string{"", "x", "%", session.ID, refresh + "A", refresh[1:]} {
			require.NoError(t, w.EndByToken(t.Context(), text), "a token that isn't known is no error")
		}
		require.True(t, w.live(t, session.ID), "a token that isn't known must end nothing")
		require.NoError(t, w.EndByToken(t.Context(), refresh), "EndByToken must end the session of the token")
		assert.False(t, w.live(t, session.ID), "the session must be over, whether the token was used before or not")
		w.refused(t, newest, "the newest token of the session must be over, too")
		assert.True(t, w.live(t, other.ID), "Ann's other session must go on")
	}
}

// 8. Trouble isn't silence.
func TestEnd_TellsTrouble(t *testing.T) {
	for name, end := range ordered.Map(map[string]func(w *world, ctx context.Context, session sessions.Session, refresh string) error{
		"End": func(w *world, ctx context.Context, session sessions.Session, _ string) error {
			return w.End(ctx, session.ID)
		},
		"EndOthers": func(w *world, ctx context.Context, _ sessions.Session, _ string) error {
			return w.EndOthers(ctx, w.ann.ID, "")
		},
		"EndByToken": func(w *world, ctx context.Context, _ sessions.Session, refresh string) error {
			return w.EndByToken(ctx, refresh)
		},
	}) {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, t.TempDir())
			session, refresh := w.start(t, w.ann)
			require.NoError(t, end(w, t.Context(), session, refresh), "first, %s must end a session", name)
			require.False(t, w.live(t, session.ID), "first, %s must end a session", name)
			w.failing(t, func(ctx context.Context) error {
				session, refresh, err := w.Start(t.Context(), w.ann.ID, hers)
				if err != nil {
					return err
				}
				return end(w, ctx, session, refresh)
			}, func(*testing.T) {})
		})
	}
}

// event is one thing that happens in a story.
type event struct {
	what string
	n    int // which session, or which user
}

func (e event) String() string {
	switch e.what {
	case "log in", "log everybody else out", "deactivate":
		return e.what + " " + []string{"ann", "bob"}[e.n%2]
	case "a month passes":
		return e.what
	}
	return fmt.Sprintf("%s session %d", e.what, e.n)
}

// told is what is right of a session.
type told struct {
	id, newest, oldest string
	user               int
	born, fresh        time.Time // when it began, and when its newest token was issued
	over               bool
}

// 8. Whatever happens, what has ended stays so.
func TestSessions_LiveAsTheyShould(t *testing.T) {
	whats := []string{"log in", "log in", "renew", "renew", "renew", "use an old token of", "end", "log everybody else out", "revoke", "deactivate", "a week passes", "a month passes"}
	invent := func(chance *rand.Rand) event {
		return event{whats[chance.IntN(len(whats))], chance.IntN(4)}
	}
	folder := t.TempDir()
	stories := 0
	storetest.Stories(t, 40, invent, func(story []event) (wrong *storetest.Wrong) {
		stories++
		synctest.Test(t, func(t *testing.T) {
			db, _ := storetest.Open(t, fmt.Sprintf("%s/%d.db", folder, stories))
			defer db.Close()
			wrong = playStory(t, newWorldOn(t, db), story)
		})
		return wrong
	})
}

// playStory plays a story, and returns what is wrong after the first event after which
// something is.
func playStory(t *testing.T, w *world, story []event) *storetest.Wrong {
	var all []*told
	gone := map[int]bool{}
	for _, event := range story {
		if wrong := w.happens(t, event, &all, gone); wrong != nil {
			return wrong
		}
		for i, session := range all {
			want := !session.over && time.Since(session.born) < most
			live, err := w.Live(t.Context(), session.id)
			if err != nil || live != want {
				return &storetest.Wrong{Why: fmt.Sprintf("does session %d go on?", i), Got: fmt.Sprint(live), Want: fmt.Sprint(want)}
			}
		}
	}
	return nil
}

// happens lets one thing happen, in the store and in what is told.
func (w *world) happens(t *testing.T, e event, all *[]*told, gone map[int]bool) *storetest.Wrong {
	who := []users.User{w.ann, w.bob}[e.n%2]
	switch e.what {
	case "log in":
		session, refresh, err := w.Start(t.Context(), who.ID, hers)
		if err != nil {
			return &storetest.Wrong{Why: "somebody logs in", Got: storetest.Answer(err), Want: "no error"}
		}
		*all = append(*all, &told{id: session.ID, newest: refresh, user: e.n % 2, born: time.Now(), fresh: time.Now()})
		return nil
	case "deactivate":
		gone[e.n%2] = true
		require.NoError(t, w.accounts.Deactivate(t.Context(), who.ID))
		return nil
	case "log everybody else out":
		require.NoError(t, w.EndOthers(t.Context(), who.ID, ""), "EndOthers must end sessions")
		for _, session := range *all {
			session.over = session.over || session.user == e.n%2
		}
		return nil
	case "a week passes", "a month passes":
		time.Sleep(map[string]time.Duration{"a week passes": idle / 2, "a month passes": most / 3}[e.what])
		return nil
	}
	if e.n >= len(*all) {
		return nil
	}
	session := (*all)[e.n]
	time.Sleep(grace)
	good := !session.over && !gone[session.user] && time.Since(session.born) < most && time.Since(session.fresh) < idle
	switch e.what {
	case "renew":
		_, next, err := w.Renew(t.Context(), session.newest, "")
		if got := err == nil; got != good {
			return &storetest.Wrong{Why: "may the newest token of the session renew it?", Got: fmt.Sprint(got), Want: fmt.Sprint(good)}
		}
		if good {
			session.oldest, session.newest, session.fresh = session.newest, next, time.Now()
		}
	case "use an old token of":
		if session.oldest == "" {
			return nil
		}
		if _, _, err := w.Renew(t.Context(), session.oldest, ""); err == nil {
			return &storetest.Wrong{Why: "may a token that was used renew its session?", Got: "true", Want: "false"}
		}
		session.over = true
	case "end":
		require.NoError(t, w.End(t.Context(), session.id), "End must end a session")
		session.over = true
	case "revoke":
		require.NoError(t, w.EndByToken(t.Context(), session.newest), "EndByToken must end a session")
		session.over = true
	}
	return nil
}
