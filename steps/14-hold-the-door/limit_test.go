// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package door_test

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tokenauth.example/door"
)

const (
	most   = 3
	window = 15 * time.Minute
)

// inTime plays a test with a Limit, in which time passes as it's told to. See package
// synctest.
func inTime(t *testing.T, play func(t *testing.T, limit *door.Limit)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { play(t, door.NewLimit(most, window, 100)) })
}

// try tries a key that must be let through.
func try(t *testing.T, limit *door.Limit, key, why string, args ...any) door.Attempt {
	t.Helper()
	attempt, retry, ok := limit.Try(key)
	require.True(t, ok, append([]any{why}, args...)...)
	require.Zero(t, retry, "what is let through needs to wait for nothing")
	return attempt
}

// shut asserts that a key is refused.
func shut(t *testing.T, limit *door.Limit, key, why string, args ...any) {
	t.Helper()
	attempt, _, ok := limit.Try(key)
	assert.False(t, ok, append([]any{why}, args...)...)
	assert.Equal(t, door.Attempt{}, attempt, "what is refused is no attempt")
}

// 4. So many, and no more.
// Stays: the model finds it, too, and says less plainly what is wrong.
func TestTry_RefusesOneTooMany(t *testing.T) {
	inTime(t, func(t *testing.T, limit *door.Limit) {
		for i := range most {
			try(t, limit, "ann", "attempt %d of %d must be let through", i+1, most)
		}
		shut(t, limit, "ann", "one attempt too many must be refused")
		for range most {
			try(t, limit, "bob", "another key has its own attempts")
		}
		shut(t, limit, "bob", "one attempt too many must be refused, of another key, too")
		shut(t, limit, "ann", "it must stay refused")
	})
}

// 4. A window that slides.
// Stays: the model finds it, too, and says less plainly what is wrong.
func TestTry_ForgetsAfterTheWindow(t *testing.T) {
	inTime(t, func(t *testing.T, limit *door.Limit) {
		for range most {
			try(t, limit, "ann", "the first attempts must be let through")
			time.Sleep(time.Minute)
		}
		time.Sleep(window - most*time.Minute - time.Second)
		shut(t, limit, "ann", "a second before the first attempt is %v old, it counts", window)
		time.Sleep(time.Second)
		try(t, limit, "ann", "the first attempt is %v old, and counts no more", window)
		shut(t, limit, "ann", "the others still count: each for as long as the first")
		time.Sleep(time.Minute)
		try(t, limit, "ann", "the second attempt is %v old, and counts no more", window)
		shut(t, limit, "ann", "with a window that begins anew each quarter of an hour, twice as many would fit around its end")
	})
}

// 4. For how long.
// Stays: the model finds it, too, and says less plainly what is wrong.
func TestTry_SaysForHowLong(t *testing.T) {
	inTime(t, func(t *testing.T, limit *door.Limit) {
		for range most {
			try(t, limit, "ann", "the first attempts must be let through")
			time.Sleep(time.Minute)
		}
		_, retry, ok := limit.Try("ann")
		require.False(t, ok, "one attempt too many must be refused")
		assert.Equal(t, window-most*time.Minute, retry, "it must say how long it takes until the first attempt counts no more")
		time.Sleep(retry - time.Millisecond)
		_, again, ok := limit.Try("ann")
		assert.False(t, ok, "until then it must be refused")
		assert.Equal(t, time.Millisecond, again, "what is refused doesn't count, and doesn't make it longer: somebody else would keep Ann out for good")
		time.Sleep(again)
		try(t, limit, "ann", "after that it must be let through")
	})
}

// 4. At once.
// Stays: TestProtect_HoldsAHundredAtOnce finds it, too, where the Door may be to blame.
func TestTry_LetsNoMoreThroughAtOnce(t *testing.T) {
	inTime(t, func(t *testing.T, limit *door.Limit) {
		var through atomic.Int32
		var all sync.WaitGroup
		for range 100 {
			all.Go(func() {
				if _, _, ok := limit.Try("ann"); ok {
					through.Add(1)
				}
			})
		}
		all.Wait()
		assert.Equal(t, int32(most), through.Load(), "of a hundred attempts at once, as many must go on as would one by one: an attempt counts before anybody knows how it ends (CWE-307)")
	})
}

// 4. It doesn't grow.
func TestTry_KeepsNoMoreKeysThanItMay(t *testing.T) {
	inTime(t, func(t *testing.T, limit *door.Limit) {
		for range most {
			try(t, limit, "eve", "the first attempts must be let through")
		}
		shut(t, limit, "eve", "first, attempts must be counted")
		for i := range 250 {
			try(t, limit, fmt.Sprint("somebody ", i), "a new key must be let through, also when there are many: otherwise an attacker who makes up accounts locks everybody out")
			require.LessOrEqual(t, limit.Keys(), 100, "no more keys may be kept than size says: anybody can make some up (CWE-770)")
		}
		time.Sleep(window)
		try(t, limit, "ann", "a new key must be let through")
		for i := range 250 {
			_, _, _ = limit.Try(fmt.Sprint("somebody ", i))
		}
		assert.LessOrEqual(t, limit.Keys(), 100, "no more keys may be kept than size says")
	})
}

// 4. Nobody else can reset it.
func TestTry_ForgetsNobodyWithManyFailures(t *testing.T) {
	inTime(t, func(t *testing.T, limit *door.Limit) {
		for range most {
			try(t, limit, "ann", "the first attempts must be let through")
		}
		for range most - 1 {
			try(t, limit, "bob", "the first attempts must be let through")
		}
		for i := range 1000 {
			try(t, limit, fmt.Sprint("made up ", i), "a new key must be let through")
		}
		shut(t, limit, "ann", "a thousand new keys must not make room by forgetting one for which many attempts count: that's how a guesser would begin anew (Argo CD: CVE-2024-21652)")
		try(t, limit, "bob", "Bob has an attempt left")
		shut(t, limit, "bob", "a thousand new keys must not make room by forgetting one for which many attempts count")
	})
}

// 4. What counts no more goes first.
func TestTry_ForgetsWhatIsOver(t *testing.T) {
	inTime(t, func(t *testing.T, limit *door.Limit) {
		for range most - 1 {
			try(t, limit, "old", "the first attempts must be let through")
		}
		time.Sleep(window)
		try(t, limit, "ann", "the first attempts must be let through")
		for i := range 98 {
			try(t, limit, fmt.Sprint("somebody ", i), "the first attempts must be let through")
			try(t, limit, fmt.Sprint("somebody ", i), "the first attempts must be let through")
		}
		try(t, limit, "new", "a new key must be let through")
		for range most - 1 {
			try(t, limit, "ann", "Ann has attempts left")
		}
		shut(t, limit, "ann", "Ann's one attempt must still count: there was another key whose attempts were all over, and so counted for nothing")
	})
}

// 5. Taken back.
// Stays: the model finds it, too, and says less plainly what is wrong.
func TestUndo_TakesOneAttemptBack(t *testing.T) {
	inTime(t, func(t *testing.T, limit *door.Limit) {
		first := try(t, limit, "ann", "the first attempts must be let through")
		second := try(t, limit, "ann", "the first attempts must be let through")
		try(t, limit, "ann", "the first attempts must be let through")
		shut(t, limit, "ann", "one attempt too many must be refused")
		limit.Undo(second)
		again := try(t, limit, "ann", "an attempt that was taken back must not count")
		shut(t, limit, "ann", "taking one back must make room for one")
		limit.Undo(second)
		shut(t, limit, "ann", "an attempt can be taken back once, and not another one's in its place, though they were made at one moment")
		limit.Undo(first)
		limit.Undo(again)
		try(t, limit, "ann", "two were taken back")
		try(t, limit, "ann", "two were taken back")
		shut(t, limit, "ann", "and no more")
	})
}

// 5. Late.
func TestUndo_ChangesNothingLate(t *testing.T) {
	inTime(t, func(t *testing.T, limit *door.Limit) {
		old := try(t, limit, "ann", "the first attempts must be let through")
		limit.Undo(door.Attempt{})
		time.Sleep(window)
		for range most {
			try(t, limit, "ann", "after the window there must be room again")
		}
		limit.Undo(old)
		shut(t, limit, "ann", "an attempt that counts no more can't be taken back in place of one that does")
		only := try(t, limit, "bob", "the first attempts must be let through")
		limit.Undo(only)
		assert.Equal(t, 1, limit.Keys(), "a key for which nothing counts must not be kept")
	})
}

// 5. Forgotten.
// Stays: the model finds it, too, and says less plainly what is wrong.
func TestReset_ForgetsAKey(t *testing.T) {
	inTime(t, func(t *testing.T, limit *door.Limit) {
		for range most {
			try(t, limit, "ann", "the first attempts must be let through")
			try(t, limit, "bob", "the first attempts must be let through")
		}
		limit.Reset("ann")
		limit.Reset("nobody")
		for range most {
			try(t, limit, "ann", "after a reset nothing must count")
		}
		shut(t, limit, "ann", "and then it must be counted as before")
		shut(t, limit, "bob", "another key's attempts must count on")
	})
}

// 5. Any order of them agrees with a simple model.
// Stays: it tries orders that nobody has thought of.
func TestLimit_AgreesWithAModel(t *testing.T) {
	inTime(t, func(t *testing.T, limit *door.Limit) {
		random := rand.New(rand.NewPCG(14, 14))
		type made struct {
			attempt door.Attempt
			key     string
			at      time.Time
		}
		var counts []made // the model: all attempts that count
		story := []string{}
		for range 2000 {
			key := []string{"ann", "bob", "eve"}[random.IntN(3)]
			switch step := random.IntN(10); {
			case step < 6:
				alive, first := 0, time.Time{}
				for _, m := range counts {
					if m.key == key && time.Since(m.at) < window {
						if alive++; alive == 1 {
							first = m.at
						}
					}
				}
				attempt, retry, ok := limit.Try(key)
				story = append(story, "try "+key)
				require.Equal(t, alive < most, ok, "%d attempts count for %s; the last steps were: %v", alive, key, last(story))
				if ok {
					counts = append(counts, made{attempt, key, time.Now()})
				} else {
					require.Equal(t, window-time.Since(first), retry, "it must say how long it takes; the last steps were: %v", last(story))
				}
			case step < 7 && len(counts) > 0:
				i := random.IntN(len(counts))
				limit.Undo(counts[i].attempt)
				story = append(story, "undo one of "+counts[i].key)
				counts = append(counts[:i], counts[i+1:]...)
			case step < 8:
				limit.Reset(key)
				story = append(story, "reset "+key)
				left := counts[:0]
				for _, m := range counts {
					if m.key != key {
						left = append(left, m)
					}
				}
				counts = left
			default:
				pause := time.Duration(random.IntN(240)) * time.Second
				time.Sleep(pause)
				story = append(story, "wait "+pause.String())
			}
		}
	})
}

func last(story []string) []string { return story[max(0, len(story)-12):] }
