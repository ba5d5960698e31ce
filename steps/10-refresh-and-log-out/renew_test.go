// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package sessions_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tokenauth.example/scopes"
	"tokenauth.example/scopes/ordered"
	"tokenauth.example/sessions"
	"tokenauth.example/users/storetest"
)

// 4. A refresh token is exchanged for a new one.
// Stays: all that comes after begins with it, and says less plainly what is wrong.
func TestRenew_GivesANewToken(t *testing.T) {
	w := newWorld(t, t.TempDir())
	session, first := w.start(t, w.ann)
	refresh, seen := first, map[string]bool{first: true}
	for range 5 {
		renewed, next, err := w.Renew(t.Context(), refresh, "")
		require.NoError(t, err, "the newest refresh token must renew the session, each time")
		require.Equal(t, session, renewed, "the session stays the same: its id, its user and its scope")
		require.False(t, seen[next], "each renewal must give a token that was never there before: a stolen one would work for as long as the session")
		seen[next] = true
		refresh = next
	}
	text := storetest.Look(t, w.db)
	delete(seen, first)
	for token := range ordered.Map(seen) {
		require.False(t, strings.Contains(text, token), "a token must not be in the database, old or new: the hash is enough (CWE-256)")
	}
}

// 4. A token works once.
// Stays: the crowd finds it, too, and says less plainly what is wrong.
func TestRenew_TakesEachTokenOnce(t *testing.T) {
	w := newWorld(t, t.TempDir())
	_, first := w.start(t, w.ann)
	second := w.renew(t, first)
	w.refused(t, first, "the token has been used, and must never work again (RFC 9700, section 4.14.2)")
	require.NotEqual(t, first, second, "the new token must be another one")
}

// 4. Of twenty at once, one wins.
func TestRenew_HasOneWinner(t *testing.T) {
	w := newWorld(t, t.TempDir())
	w.meets(t)
	for range 3 {
		_, refresh := w.start(t, w.ann)
		errs := make([]error, 20)
		tokens := make([]string, 20)
		var crowd sync.WaitGroup
		for i := range errs {
			crowd.Go(func() { _, tokens[i], errs[i] = w.Renew(t.Context(), refresh, "") })
		}
		crowd.Wait()
		won := 0
		for i, err := range errs {
			if err == nil {
				won++
				continue
			}
			require.ErrorIs(t, err, sessions.ErrInvalid, "the one who comes second must be refused, and not meet trouble")
			require.Empty(t, tokens[i], "somebody who is refused must get no token")
		}
		require.Equal(t, 1, won, "of twenty requests with one token, one must get a new one: look and write in one statement. Between two statements others look, too, and a thief and the owner both get a token (CWE-367)")
	}
}

// meets renews with one token twice: the second request comes in the middle of the first,
// before each of its calls to the database in turn. It can wait for the first to be done, but
// not for long, as the first waits for it.
func (w *world) meets(t *testing.T) {
	t.Helper()
	for call := 1; ; call++ {
		_, refresh := w.start(t, w.ann)
		second := errors.New("it did not come")
		w.faults.At(call, func() error {
			soon, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
			defer cancel()
			_, _, second = w.Renew(soon, refresh, "")
			return nil
		})
		_, _, first := w.Renew(t.Context(), refresh, "")
		if !w.faults.Happened() {
			return
		}
		require.False(t, first == nil && second == nil, "two requests with one token met, the second before call %d of the first to the database, and both got a new one: look and write in one statement. Between two statements others look, too (CWE-367)", call)
	}
}

// 4. When it fails, nothing has changed.
func TestRenew_ChangesNothingWhenItFails(t *testing.T) {
	w := newWorld(t, t.TempDir())
	_, refresh := w.start(t, w.ann)
	refresh = w.renew(t, refresh)
	w.failing(t, func(ctx context.Context) error {
		_, next, err := w.Renew(ctx, refresh, "")
		if err == nil {
			refresh = next
		}
		return err
	}, func(t *testing.T) {
		require.True(t, w.works(t, &refresh), "the database failed in the middle, and the token was used up without a new one, so its owner is logged out. All of it belongs in one transaction")
	})
}

// 5. A token that lies about is over.
// Stays: the stories find it, too, and say less plainly what is wrong.
func TestRenew_EndsWhenIdle(t *testing.T) {
	inTime(t, func(t *testing.T, w *world) {
		_, refresh := w.start(t, w.ann)
		for range 3 {
			time.Sleep(idle - time.Second)
			require.True(t, w.works(t, &refresh), "a token that's used before idle is over must work, and each new one has the whole of it")
		}
		time.Sleep(idle)
		w.refused(t, refresh, "nobody has used the token for two weeks: the phone may be lost (ASVS 7.3.1)")
	})
}

// 5. No session lasts forever.
func TestRenew_EndsAfterMax(t *testing.T) {
	inTime(t, func(t *testing.T, w *world) {
		session, refresh := w.start(t, w.ann)
		for range 8 {
			time.Sleep(most / 9)
			require.True(t, w.works(t, &refresh), "before its end, a session that's used must go on")
		}
		time.Sleep(most/9 - time.Second)
		require.True(t, w.live(t, session.ID), "before its end, the session goes on")
		time.Sleep(time.Second)
		w.refused(t, refresh, "however often it's renewed, after ninety days somebody has to show the password again (ASVS 7.3.2)")
		assert.False(t, w.live(t, session.ID), "a session that's too old is over for access tokens, too")
	})
}

// 5. Somebody who is gone renews nothing.
func TestRenew_RefusesUsersWhoAreGone(t *testing.T) {
	w := newWorld(t, t.TempDir())
	_, anns := w.start(t, w.ann)
	_, bobs := w.start(t, w.bob)
	require.NoError(t, w.accounts.Deactivate(t.Context(), w.ann.ID))
	w.refused(t, anns, "Ann was deactivated, so she gets no new tokens (Pocket ID forgot this: CVE-2026-43983)")
	assert.True(t, w.works(t, &bobs), "Bob is active, and must be renewed")
	_, err := w.db.ExecContext(t.Context(), "UPDATE users SET active = 1 WHERE id = ?", w.ann.ID)
	require.NoError(t, err)
	assert.True(t, w.works(t, &anns), "Ann is active again, and her token was never used: what was refused must not have used it up")
	require.NoError(t, w.accounts.Delete(t.Context(), w.ann.ID))
	w.refused(t, anns, "Ann was deleted, so there's nobody to renew a session for")
}

// 5. What isn't a token isn't one.
func TestRenew_RefusesWhatItDoesNotKnow(t *testing.T) {
	w := newWorld(t, t.TempDir())
	session, refresh := w.start(t, w.ann)
	_, other := w.start(t, w.bob)
	require.True(t, w.works(t, &other), "first, a good token must work")
	for _, text := range []string{"", " ", "%", "_", "*", "x", session.ID, w.ann.ID, refresh[:len(refresh)-1], refresh[:16], refresh + "A", refresh + "=", refresh + "\n", " " + refresh, strings.ToUpper(refresh), strings.ToLower(refresh), refresh + "%00", refresh + "\x00", "' OR 1 = 1 --", strings.Repeat("A", 43), strings.Repeat("x", 1<<20)} {
		w.refused(t, text, "this is no token that anybody was given: it's compared whole, and to the letter (ZITADEL took shortened ones: CVE-2026-27840)")
	}
	assert.True(t, w.works(t, &refresh), "what was sent by somebody who guesses must not harm the session")
}

// 6. A scope may shrink, and never grow.
func TestRenew_NeverGivesMoreScope(t *testing.T) {
	w := newWorld(t, t.TempDir())
	_, refresh, err := w.Start(t.Context(), w.ann.ID, scopes.SetOf("profile", "tasks:read"))
	require.NoError(t, err, "first, Start must begin a session")
	for _, requested := range []string{"profile", "tasks:read", "profile tasks:read", ""} {
		session, next, err := w.Renew(t.Context(), refresh, requested)
		require.NoError(t, err, "%q is part of what was granted, and the one before was only for that once (RFC 6749, section 6)", requested)
		want := requested
		if requested == "" {
			want = "profile tasks:read"
		}
		assert.Equal(t, want, session.Scope.String(), "the session must have the scope that was requested, and all that was granted if nothing was")
		refresh = next
	}
	for _, requested := range []string{"tasks:write", "profile tasks:write", "users:write", "Profile", "profile  tasks:read", " ", "profile\ttasks:read"} {
		session, next, err := w.Renew(t.Context(), refresh, requested)
		require.ErrorIs(t, err, scopes.ErrScope, "%q is more than was granted, or no scope: a stolen token would grow (RFC 6749, section 6)", requested)
		require.NotErrorIs(t, err, sessions.ErrInvalid, "the token is good, and the request isn't: that's ErrScope alone")
		require.Empty(t, session.ID+next, "with an error there must be no session and no token")
	}
	assert.True(t, w.works(t, &refresh), "a request that's refused must not use the token up")
}

// 7. A token that comes twice ends its session.
func TestRenew_EndsTheSessionOfATokenUsedTwice(t *testing.T) {
	for _, renewals := range []int{1, 3} {
		inTime(t, func(t *testing.T, w *world) {
			session, first := w.start(t, w.ann)
			other, others := w.start(t, w.ann)
			_, bobs := w.start(t, w.bob)
			newest := first
			for range renewals {
				newest = w.renew(t, newest)
				time.Sleep(time.Minute)
			}
			require.True(t, w.live(t, session.ID), "first, the session must go on")

			time.Sleep(grace)
			w.refused(t, first, "the token was used %d renewals ago", renewals)
			w.refused(t, newest, "an old token came a second time: either a thief has it, or the thief was first and the owner comes now. Nobody can tell, so the newest token must end, too (RFC 9700, section 4.14.2)")
			assert.False(t, w.live(t, session.ID), "the session must end for its access tokens, too")
			assert.True(t, w.live(t, other.ID), "Ann's other session is another login, and must go on")
			assert.True(t, w.works(t, &others), "the token of Ann's other session must work")
			assert.True(t, w.works(t, &bobs), "Bob has nothing to do with it")
		})
	}
}

// 7. Trouble doesn't let a thief go on.
func TestRenew_TellsTroubleWhenATokenComesTwice(t *testing.T) {
	inTime(t, func(t *testing.T, w *world) {
		session, first := w.start(t, w.ann)
		second := w.renew(t, first)
		time.Sleep(grace)
		for call := 1; call < 20; call++ {
			w.faults.At(call, func() error { return errFull })
			_, _, err := w.Renew(t.Context(), first, "")
			if !w.faults.Happened() {
				break
			}
			if w.live(t, session.ID) {
				require.False(t, errors.Is(err, sessions.ErrInvalid), "the session should have ended and could not: if that isn't said, nobody ever learns of the theft")
			}
		}
		w.refused(t, second, "once the database works again, the session must be over")
	})
}
