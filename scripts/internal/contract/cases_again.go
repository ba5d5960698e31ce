package contract

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// askedTwice are questions that are asked twice, and have another answer the second time.
func askedTwice() []Case { return slices.Concat(tokensInTime(), whatHasChanged(), inSequence()) }

const anew = "The contract: a token that was good a second ago is judged anew. What keeps verdicts, users or lists keeps them too long (CWE-613)"

// tokensInTime are tokens that become good or bad while the case waits.
func tokensInTime() []Case {
	const life = 5 // seconds, of which three are for the first questions: later ones say nothing
	soon := func(began time.Time) time.Duration {
		return max(time.Millisecond, time.Until(began.Add(3*time.Second)))
	}
	wait := func(ctx context.Context, t *try, until int64) {
		for t.suite.now() < until {
			select {
			case <-ctx.Done():
				t.broken(errLate)
			case <-time.After(100 * time.Millisecond):
			}
		}
	}
	return []Case{
		{Name: "refuses-a-token-that-was-good-until-it-expired", Key: true, Why: anew, Asks: "200 before exp, and 401 invalid_token after it, on every route", Do: func(ctx context.Context, t *try) {
			t.fill(ctx, "{task}")
			began := time.Now()
			token := hs256(t.suite.Key, goodHeader, t.claims(fmt.Sprintf(`{"sub":SUB,"exp":NOW+%d}`, life)))
			until := t.suite.now() + life + 1
			for range 2 {
				for _, target := range []string{"/auth/me", "/tasks", "/tasks/{task}"} {
					t.expect(ctx, get(target).as(token).within(soon(began)), ok)
				}
			}
			wait(ctx, t, until)
			t.everywhere(ctx, badToken, "", "Authorization: Bearer "+token)
		}},
		{Name: "takes-a-token-that-was-too-early", Key: true, Why: anew, Asks: "401 invalid_token before nbf, and 200 after it", Do: func(ctx context.Context, t *try) {
			began := time.Now()
			token := hs256(t.suite.Key, goodHeader, t.claims(fmt.Sprintf(`{"sub":SUB,"exp":NOW+600,"nbf":NOW+%d}`, life)))
			until := t.suite.now() + life + 1
			for range 2 {
				t.expect(ctx, get("/auth/me").as(token).within(soon(began)), badToken)
			}
			wait(ctx, t, until)
			t.expect(ctx, get("/auth/me").as(token), ok)
		}},
	}
}

// whatHasChanged is asked before and after a change.
func whatHasChanged() []Case {
	const kept = "An answer that was kept answers an old question"
	return []Case{
		{Name: "shows-in-a-list-what-has-been-made-since", Why: kept, Asks: "the list as it is now, each time", Do: func(ctx context.Context, t *try) {
			t.unwatched = true
			u, other := t.newUser(ctx), t.newUser(ctx)
			t.listIs(ctx, u.token)
			t.listIs(ctx, other.token)
			first := t.expect(ctx, post("/tasks", `{"title":"a"}`).as(u.token), madeTask)
			t.listIs(ctx, u.token, "a")
			t.expect(ctx, post("/tasks", `{"title":"b"}`).as(u.token), madeTask)
			t.expect(ctx, post("/tasks", `{"title":"c"}`).as(other.token), madeTask)
			t.listIs(ctx, u.token, "a", "b")
			t.expect(ctx, ask("DELETE", taskPath(first.id())).as(u.token), status(204))
			t.listIs(ctx, u.token, "b")
			second := t.list(ctx, u.token)[0]
			t.expect(ctx, ask("DELETE", taskPath(idOf(second))).as(u.token), status(204))
			t.expect(ctx, post("/tasks", `{"title":"d"}`).as(u.token), madeTask)
			t.listIs(ctx, u.token, "d") // as many as before, and another
			t.listIs(ctx, other.token, "c")
		}},
		{Name: "forgets-a-task-as-soon-as-it-is-deleted", Why: kept, Asks: "200 twice, then 204, then 404", Do: func(ctx context.Context, t *try) {
			for range 2 {
				t.expect(ctx, get("/tasks/{task}").as("{token}"), status(200))
			}
			t.expect(ctx, ask("DELETE", "/tasks/{task}").as("{token}"), status(204))
			t.expect(ctx, get("/tasks/{task}").as("{token}"), notFound)
			t.expect(ctx, ask("HEAD", "/tasks/{task}").as("{token}"), status(404))
			t.expect(ctx, ask("DELETE", "/tasks/{task}").as("{token}"), notFound)
		}},
		{Name: "knows-an-email-as-soon-as-it-has-signed-up", Why: "A server that remembers which emails are unknown locks out the next person who signs up with one", Asks: "a refusal before the sign-up, and 200 after it", Do: func(ctx context.Context, t *try) {
			for range 2 {
				t.expect(ctx, form("username={new}&password={password}"), badLogin)
			}
			t.expect(ctx, post("/users", `{"email":"{new}","password":"{password}"}`), status(201))
			t.expect(ctx, form("username={new}&password={password}"), loggedIn)
			t.expect(ctx, post("/users", `{"email":"{new}","password":"{password}"}`), problem("email_taken", 409))
		}},
		{Name: "lets-somebody-in-who-has-mistyped-the-password", Why: "A server that remembers a wrong password locks out somebody who only mistyped it", Asks: "two refusals, and then 200", Do: func(ctx context.Context, t *try) {
			for range 2 {
				t.expect(ctx, form("username={email}&password=wrong-horse"), badLogin)
			}
			t.expect(ctx, form(good), loggedIn)
			t.expect(ctx, form("username={email}&password=wrong-horse"), badLogin)
		}},
		{Name: "gives-a-new-task-the-id-of-no-deleted-one", Why: "A link to a task that is gone would lead to another one (CWE-694)", Asks: "ids that were never there before", Do: func(ctx context.Context, t *try) {
			u := t.newUser(ctx)
			seen := map[string]bool{}
			for range 6 {
				a := t.expect(ctx, post("/tasks", `{"title":"x"}`).as(u.token), madeTask)
				if seen[a.id()] {
					t.fail("an id that was never there before", "%s, which a deleted task had", a.id())
				}
				seen[a.id()] = true
				t.expect(ctx, ask("DELETE", taskPath(a.id())).as(u.token), status(204))
			}
		}},
	}
}
