package contract

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"tokenauth.example/scripts/internal/verdict"
)

// hashesInTime are about how long passwords are hashed, and for whom. They are asked alone.
func hashesInTime() []Case {
	const (
		clock = "If unknown emails are answered sooner, an attacker finds out who has an account just by timing the answers (CWE-208)"
		queue = "The contract: more passwords than can be hashed in time get 503 overloaded with Retry-After, within ten seconds, and never 500 (CWE-770)"
	)
	return []Case{
		{Name: "takes-as-long-for-an-unknown-user", Alone: true, Why: clock, Asks: "about the time that a wrong password takes, which is one hash", Do: func(ctx context.Context, t *try) {
			takesAsLong(ctx, t, "wrong-horse")
		}},
		{Name: "takes-as-long-for-an-unknown-user-with-a-long-password", Alone: true, Why: clock, Asks: "about the time that the long password of somebody who is known takes", Do: func(ctx context.Context, t *try) {
			takesAsLong(ctx, t, strings.Repeat("x", 100))
		}},
		{Name: "answers-a-crowd-of-logins", Alone: true, Why: queue, Asks: "200, or 503 overloaded with Retry-After, for each of 16 logins of two people at once, and 200 afterwards", Do: func(ctx context.Context, t *try) {
			other := t.newUser(ctx) // the second server has no more than ten try at once for one account
			for _, a := range t.sendAll(ctx, slices.Repeat([]request{form(good), login(other.email, other.password)}, 8)...) {
				if a.status != http.StatusOK {
					t.want(a, busy)
				}
			}
			t.expect(ctx, form(good), loggedIn)
		}},
		{Name: "gives-the-places-of-clients-that-have-gone-to-others", Alone: true, Why: queue, Asks: "a login that does not wait for the passwords of many clients that have hung up", Do: goesOn},
	}
}

// busy is the answer of a server that has more to hash than it can.
var busy = wants(problem("overloaded", 503), describedForOAuth, that("Retry-After, a number of seconds or a date", func(a answer) string {
	after := a.header.Get("Retry-After")
	if n, err := strconv.Atoi(after); err == nil && n >= 0 {
		return ""
	}
	if _, err := http.ParseTime(after); err != nil {
		return fmt.Sprintf("Retry-After: %q", after)
	}
	return ""
}))

// takesAsLong ends the case unless a password is refused as soon for somebody who is known as
// for somebody who is not, in a few rounds. Whatever else the machine does makes an answer
// later, and never sooner. So the soonest of each are compared, and an answer counts as too
// soon only if most of its kind are.
func takesAsLong(ctx context.Context, t *try, password string) {
	const rounds = 12
	wrong, other := form("username={email}&password="+password), form("username=nobody-{new}&password="+password)
	var nothing, these, those []time.Duration
	for range rounds {
		nothing = append(nothing, t.times(ctx, get("/auth/me")))
		these, those = append(these, t.times(ctx, wrong)), append(those, t.times(ctx, other))
		least, other := slices.Min(these), slices.Min(those)
		ratio, quick := ratioOf(other, least), 3*slices.Min(nothing) // both hash nothing, or hardly anything
		if len(these) > 1 && (ratio > 0.75 && ratio < 1.35 || least < quick && other < quick) {
			return
		}
	}
	least, most, middle := slices.Min(these), slices.Min(those), median(those)
	wanted := fmt.Sprintf("about %v, as for somebody who is known", least.Round(time.Millisecond/10))
	switch {
	case ratioOf(middle, least) < 0.65:
		t.fail(wanted, "%v in most of %d tries", middle.Round(time.Millisecond/10), rounds)
	case ratioOf(most, median(these)) > 1.45:
		t.fail(wanted, "%v at least", most.Round(time.Millisecond/10))
	}
	t.unclear("logins take now %v and now %v: too little, or too much at random, to tell them apart", least, slices.Max(these))
}

// times returns how long an answer takes that must be a refusal.
func (t *try) times(ctx context.Context, r request) time.Duration {
	began := time.Now()
	t.expect(ctx, r, status(400, 401))
	return time.Since(began)
}

func ratioOf(a, b time.Duration) float64 { return float64(a) / float64(b) }

func median(times []time.Duration) time.Duration {
	sorted := slices.Sorted(slices.Values(times))
	return sorted[len(sorted)/2]
}

// unclear ends the case because what was seen says nothing about the server.
func (t *try) unclear(format string, args ...any) {
	panic(stop{notJudged(Outcome{Verdict: verdict.NotJudged, Cause: fmt.Sprintf(format, args...)})})
}

// goesOn times a login after many clients have sent theirs and hung up.
func goesOn(ctx context.Context, t *try) {
	const rounds, crowd = 3, 6
	r := login(t.ann().email, "wrong-horse")
	t.fill(ctx, "{bob.email}")
	mine := login(t.bob().email, t.bob().password)
	var alone []time.Duration
	for range rounds {
		began := time.Now()
		t.expect(ctx, mine, loggedIn)
		alone = append(alone, time.Since(began))
	}
	began := time.Now()
	t.sendAll(ctx, slices.Repeat([]request{mine}, crowd)...)
	// So many clients have gone that a server that hashes their passwords first is busy with
	// them for as long as twenty logins, whether it has one processor or many.
	next := max(time.Since(began)-median(alone), 0) / (crowd - 1)
	gone := int(20 * median(alone) / max(next, median(alone)/10))
	var waited time.Duration
	for range rounds {
		var group []chan struct{}
		for range gone {
			done := make(chan struct{})
			group = append(group, done)
			go func() {
				defer close(done)
				limited, cancel := context.WithTimeout(ctx, max(50*time.Millisecond, 3*t.suite.pace.simple))
				defer cancel()
				_, _ = t.suite.at.send(limited, r) // nobody waits for the answer
			}()
		}
		for _, done := range group {
			<-done
		}
		time.Sleep(median(alone) / 2)
		began = time.Now()
		a, err := t.ask(ctx, mine)
		waited = time.Since(began)
		if err != nil && !errors.Is(err, errLate) {
			t.broken(err)
		}
		// Those that are being hashed already are waited for, and no more than that.
		if err == nil && a.status == http.StatusOK && waited < 8*median(alone) {
			return
		}
	}
	t.fail(fmt.Sprintf("a login soon, as before: in about %v", median(alone).Round(time.Millisecond)), "an answer after %v each time: the passwords of %d clients that had gone were hashed first", waited.Round(time.Millisecond), gone)
}
