package contract

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
)

// together is what must be so while requests run side by side.
func together() []Case {
	return slices.Concat(losesNothing(), mixesNothingUp(), servesOthers(), hashesInTime())
}

// losesNothing are requests of many for one thing, and of one for many.
func losesNothing() []Case {
	return []Case{
		{Name: "gives-an-email-to-one-of-eight", Asks: "one 201, and seven times 409 email_taken", Why: "A server that looks first and inserts afterwards lets two in (CWE-367)", Do: func(ctx context.Context, t *try) {
			race(ctx, t, newEmail())
		}},
		{Name: "gives-an-email-to-one-whatever-the-case", Asks: "one 201, and seven times 409 email_taken", Why: "CWE-367, CWE-178", Do: func(ctx context.Context, t *try) {
			email := newEmail()
			race(ctx, t, email, strings.ToUpper(email))
		}},
		{Name: "loses-no-task", Asks: "forty tasks of forty requests, each with an id of its own", Why: "CWE-362", Do: func(ctx context.Context, t *try) {
			u := t.newUser(ctx)
			var requests []request
			for i := range 40 {
				requests = append(requests, post("/tasks", fmt.Sprintf(`{"title":"task %d"}`, i)).as(u.token))
			}
			ids, titles := map[string]bool{}, map[string]bool{}
			for i, a := range t.sendAll(ctx, requests...) {
				t.want(a, status(201), hasID, field("title", fmt.Sprintf("task %d", i)))
				ids[a.id()] = true
			}
			for _, task := range t.list(ctx, u.token) {
				titles[fmt.Sprint(task["title"])] = true
				delete(ids, idOf(task))
			}
			if len(titles) != 40 || len(ids) != 0 {
				t.fail("forty tasks in the list", "%d titles, and %d ids that are not in it", len(titles), len(ids))
			}
		}},
	}
}

// mixesNothingUp are requests of two users at once.
func mixesNothingUp() []Case {
	return []Case{
		{Name: "never-mixes-two-users-up", Asks: "each answer is about the user whose token was sent", Why: "One variable for all requests gives one user the other's tasks (CWE-488)", Do: func(ctx context.Context, t *try) {
			users := []user{t.newUser(ctx), t.newUser(ctx)}
			var requests []request
			for range 20 {
				for _, u := range users {
					requests = append(requests, get("/auth/me").as(u.token), post("/tasks", `{"title":`+quoted(u.email)+`}`).as(u.token), get("/tasks").as(u.token))
				}
			}
			for i, a := range t.sendAll(ctx, requests...) {
				u := users[i/3%2]
				t.want(a, status(200, 201))
				switch other := users[1-i/3%2]; {
				case i%3 == 0 && a.id() != u.id:
					t.fail(`"id" is `+u.id, "%s, and the other user is %s", a.id(), other.id)
				case strings.Contains(string(a.body), other.email):
					t.want(a, that("nothing of the other user in it", func(answer) string { return readable(string(a.body)) }))
				}
			}
			for _, u := range users {
				for _, task := range t.list(ctx, u.token) {
					if task["title"] != u.email {
						t.fail("tasks of "+u.email+" alone", "one with the title %v", task["title"])
					}
				}
			}
		}},
		{Name: "keeps-a-slow-request-with-its-user", Asks: "a task whose body comes slowly is the one's who began to send it", Why: "Of two requests at once, both must not become those of the last who asked (CWE-488)", Do: func(ctx context.Context, t *try) {
			slow, quick := t.newUser(ctx), t.newUser(ctx)
			r := post("/tasks", `{"title":"a slow task"}`).as(slow.token)
			r.halfway = func() {
				for range 3 { // the server has time to look at whose the slow request is
					time.Sleep(100 * time.Millisecond)
					_, _ = t.ask(ctx, post("/tasks", `{"title":"a quick task"}`).as(quick.token))
				}
			}
			t.expect(ctx, r, status(201))
			t.listIs(ctx, slow.token, "a slow task")
			t.listIs(ctx, quick.token, "a quick task", "a quick task", "a quick task")
		}},
		{Name: "never-mixes-two-logins-up", Asks: "each token is the one of whose password was sent", Why: "CWE-488", Do: func(ctx context.Context, t *try) {
			users := []user{t.ann(), t.bob()}
			var requests []request
			for range 4 {
				for _, u := range users {
					requests = append(requests, login(u.email, u.password))
				}
			}
			for i, a := range t.sendAll(ctx, requests...) {
				t.want(a, status(200))
				if me := t.send(ctx, get("/auth/me").as(a.text("access_token"))); me.id() != users[i%2].id {
					t.fail(`"id" is `+users[i%2].id, "%s", me.id())
				}
			}
		}},
	}
}

// servesOthers are requests that must not wait for, or spoil, each other.
func servesOthers() []Case {
	return []Case{
		{Name: "deletes-a-task-once", Asks: "of eight requests at once one 204, and seven times 404, however often it is tried", Why: "A server that looks first and deletes afterwards deletes twice (CWE-367)", Do: func(ctx context.Context, t *try) {
			const rounds, clients = 12, 8
			for range rounds {
				id := t.newTask(ctx, t.ann().token)
				count(t, t.sendAll(ctx, slices.Repeat([]request{ask("DELETE", taskPath(id)).as("{token}")}, clients)...), 204, 404)
				t.expect(ctx, get(taskPath(id)).as("{token}"), notFound)
			}
		}},
		{Name: "reads-while-others-write", Asks: "200 or 201 for each", Why: "A database that is busy is no trouble of the client's", Do: func(ctx context.Context, t *try) {
			var users []user
			for range 3 {
				users = append(users, t.newUser(ctx))
			}
			var requests []request
			for i := range 45 {
				u := users[i%3]
				requests = append(requests, get("/tasks").as(u.token), post("/tasks", `{"title":"x"}`).as(u.token))
			}
			for _, a := range t.sendAll(ctx, requests...) {
				t.want(a, status(200, 201))
			}
		}},
		{Name: "serves-others-while-one-client-is-slow", Asks: "200, while thirty clients have sent half of a request", Why: "One slow client must not stop everybody (CWE-400)", Do: func(ctx context.Context, t *try) {
			token := t.fill(ctx, "{token}")
			for i := range 30 {
				connection, err := t.suite.at.dial(ctx)
				if err != nil {
					t.broken(fmt.Errorf("%w: %v", errUnreachable, err))
				}
				defer connection.Close()
				text := fmt.Sprintf("POST %s/tasks HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{\"title\"", t.suite.at.base, t.suite.at.host, token)
				if i%2 == 0 {
					text = text[:len(text)/2]
				}
				if _, err := connection.Write([]byte(text)); err != nil {
					t.broken(err)
				}
			}
			time.Sleep(200 * time.Millisecond) // until the server has begun with them
			t.expect(ctx, get("/auth/me").as(token).soon(), status(200))
			t.expect(ctx, post("/tasks", `{"title":"x"}`).as(token).soon(), status(201))
		}},
	}
}

// race signs up eight times with the same emails.
func race(ctx context.Context, t *try, emails ...string) {
	var requests []request
	for i := range 8 {
		requests = append(requests, post("/users", `{"email":"`+emails[i%len(emails)]+`","password":"`+fmt.Sprintf("password-number-%d", i)+`"}`))
	}
	answers := t.sendAll(ctx, requests...)
	count(t, answers, 201, 409)
	for i, a := range answers {
		if a.status == 409 {
			t.want(a, problem("email_taken", 409))
		}
		if a.status == 201 {
			t.expect(ctx, login(t.fill(ctx, emails[i%len(emails)]), fmt.Sprintf("password-number-%d", i)), status(200))
		}
	}
}

// count ends the case unless one of the answers has the first status, and all others the
// second.
func count(t *try, answers []answer, one, others int) {
	found := map[int]int{}
	for _, a := range answers {
		found[a.status]++
	}
	if found[one] != 1 || found[others] != len(answers)-1 {
		t.fail(fmt.Sprintf("%d once, and %d %d times", one, others, len(answers)-1), "answers by status: %v", found)
	}
}
