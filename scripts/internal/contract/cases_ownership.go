package contract

import (
	"context"
	"fmt"
	"net/url"
	"slices"
)

// ownership is the row that a task of somebody else answers like one that is not there.
func ownership() []Case { return slices.Concat(hidesTasks(), keepsTasksApart()) }

// enumeration is what it costs if it does not.
const enumeration = "If the two can be told apart, an attacker can find out which tasks other people have (CWE-639, CWE-203)"

// hides is a case in which Bob asks for Ann's task and for one that is not there.
func hides(name string, of func(id string) request, statuses ...int) Case {
	return Case{Name: name, Why: enumeration, Asks: "the answer for a task that is not there, to the byte, headers but Date included", Do: func(ctx context.Context, t *try) {
		t.expect(ctx, get("/tasks/{task}").as("{token}"), status(200)) // it is there, and Ann has just read it
		missing := of(t.fill(ctx, "{no.task}")).as("{bob.token}")
		first := t.expect(ctx, missing, status(statuses...))
		noise := t.send(ctx, missing)
		second := t.send(ctx, of(t.fill(ctx, "{task}")).as("{bob.token}"))
		t.alike(first, noise, second, t.fill(ctx, "{no.task}"), t.fill(ctx, "{task}"))
		t.expect(ctx, get("/tasks/{task}").as("{token}"), status(200), field("title", "A task"))
	}}
}

// hidesTasks are the ways to ask for one.
func hidesTasks() []Case {
	return []Case{
		hides("hides-a-task-from-GET", func(id string) request { return get("/tasks/" + id) }, 404),
		hides("hides-a-task-from-DELETE", func(id string) request { return ask("DELETE", "/tasks/"+id) }, 404),
		hides("hides-a-task-from-HEAD", func(id string) request { return ask("HEAD", "/tasks/"+id) }, 404, 405, 501),
		hides("hides-a-task-from-PUT", func(id string) request {
			return request{method: "PUT", target: "/tasks/" + id, body: `{"title":"mine"}`, lines: []string{"Content-Type: application/json"}}
		}, 404, 405, 501),
		hides("hides-a-task-from-PATCH", func(id string) request {
			return request{method: "PATCH", target: "/tasks/" + id, body: `{"title":"mine"}`, lines: []string{"Content-Type: application/json"}}
		}, 404, 405, 501),
		hides("hides-a-task-from-OPTIONS", func(id string) request { return ask("OPTIONS", "/tasks/"+id) }, 200, 204, 404, 405, 501),
		hides("hides-a-task-from-a-query", func(id string) request { return get("/tasks/" + id + "?owner_id={id}&user={id}") }, 404),
		hides("hides-a-task-from-headers", func(id string) request {
			return get("/tasks/"+id, "X-User-Id: {id}", "X-Owner-Id: {id}", "X-Forwarded-User: {email}", "X-HTTP-Method-Override: DELETE")
		}, 404),
		hides("hides-a-task-from-an-escaped-path", func(id string) request {
			escaped := ""
			for _, b := range []byte(id) {
				escaped += fmt.Sprintf("%%%02X", b)
			}
			return get("/tasks/" + escaped)
		}, 404),
		hides("hides-a-task-from-a-slash-behind-it", func(id string) request { return get("/tasks/" + id + "/") }, 301, 307, 308, 404),
		hides("hides-a-task-from-If-None-Match", func(id string) request { return get("/tasks/"+id, "If-None-Match: *") }, 404, 412, 304),
	}
}

// keepsTasksApart are lists, and what is changed.
func keepsTasksApart() []Case {
	return []Case{
		{Name: "shows-in-a-list-what-is-the-callers", Asks: "two lists that have nothing in common", Why: "CWE-639", Do: func(ctx context.Context, t *try) {
			first, second := t.newUser(ctx), t.newUser(ctx)
			for _, title := range []string{"1", "2"} {
				for _, u := range []user{first, second} {
					t.expect(ctx, post("/tasks", `{"title":"`+u.email+title+`"}`).as(u.token), status(201))
				}
			}
			t.listIs(ctx, first.token, first.email+"1", first.email+"2")
			t.listIs(ctx, second.token, second.email+"1", second.email+"2")
		}},
		{Name: "asks-the-token-and-not-the-query-whose-list", Asks: "the caller's own tasks", Why: "CWE-639", Do: func(ctx context.Context, t *try) {
			u := t.newUser(ctx)
			t.fill(ctx, "{task}")
			for _, name := range []string{"owner_id", "owner", "user_id", "user", "email"} {
				value := t.ann().id
				if name == "email" || name == "user" {
					value = t.ann().email
				}
				a := t.expect(ctx, get("/tasks?"+name+"="+url.QueryEscape(value)).as(u.token), status(200))
				if list, ok := a.list(); !ok || len(list) != 0 {
					t.fail("[]", "%s", readable(string(a.body)))
				}
			}
		}},
		{Name: "deletes-nothing-of-somebody-else", Asks: "after Bob's DELETE, Ann still has her task", Why: "CWE-639", Do: func(ctx context.Context, t *try) {
			t.fill(ctx, "{task}")
			t.expect(ctx, ask("DELETE", "/tasks/{task}").as("{bob.token}"), problem("not_found", 404))
			t.expect(ctx, get("/tasks/{task}").as("{token}"), status(200), field("title", "A task"))
		}},
		{Name: "forgets-a-deleted-task-for-everybody", Asks: "404 for the owner and for others, to the byte the same", Why: enumeration, Do: func(ctx context.Context, t *try) {
			t.expect(ctx, get("/tasks/{task}").as("{token}"), status(200))
			t.expect(ctx, ask("DELETE", "/tasks/{task}").as("{token}"), status(204))
			owner := t.expect(ctx, get("/tasks/{task}").as("{token}"), problem("not_found", 404))
			noise := t.send(ctx, get("/tasks/{task}").as("{token}"))
			other := t.send(ctx, get("/tasks/{task}").as("{bob.token}"))
			t.alike(owner, noise, other, "", "")
		}},
		{Name: "writes-nothing-over-a-task-of-somebody-else", Asks: "Ann's task stays as it was", Why: "CWE-639, CWE-915", Do: func(ctx context.Context, t *try) {
			u := t.newUser(ctx)
			t.fill(ctx, "{task}")
			t.expect(ctx, post("/tasks", `{"id":"{task}","title":"mine now"}`).as(u.token), status(201))
			t.expect(ctx, get("/tasks/{task}").as("{token}"), status(200), field("title", "A task"))
			t.listIs(ctx, u.token, "mine now")
		}},
	}
}
