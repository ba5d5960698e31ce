package contract

import (
	"fmt"
	"net/url"
	"strings"
)

// tasks are the rows about /tasks, for one user alone.
func tasks() []Case {
	invalid := problem("invalid_request", 422)
	broken := problem("invalid_request", 400)
	notFound := problem("not_found", 404)
	create := func(body string) request { return post("/tasks", body).as("{token}") }
	made := wants(status(201), inJSON, hasID)
	const (
		row      = "The contract: 422 for a missing or wrongly typed field"
		isJSON   = "The contract: 400 for what is not JSON, and for trailing data"
		contract = "The contract"
		assign   = "Who may write any field writes the owner too (CWE-915)"
	)
	cases := []Case{
		{Name: "creates-a-task", Send: create(`{"title":"Write report"}`), Want: wants(made, holds("title", "Write report")), Why: "The contract: 201 {id, title}"},
		{Name: "says-where-the-task-is", Asks: "Location, which leads to the task", Why: "RFC 9110, section 15.3.2", Do: func(t *try) {
			a := t.send(create(`{"title":"Write report"}`))
			t.want(a, made...)
			found := t.send(get(t.location(a)).as("{token}"))
			t.want(found, wants(status(200), holds("title", "Write report"))...)
			if found.id() != a.id() {
				t.fail("the task with the id "+a.id(), "the id %s", found.id())
			}
		}},
		{Name: "takes-a-charset", Send: create(`{"title":"x"}`).retyped("application/json; charset=utf-8"), Want: made, Why: "RFC 9110, section 8.3.1"},
		{Name: "ignores-fields-that-it-does-not-know", Send: create(`{"title":"x","done":true,"tags":["a"]}`), Want: made, Why: contract},
		{Name: "gives-every-task-an-id-of-its-own", Asks: "two tasks with one title are two", Why: "CWE-694", Do: func(t *try) {
			if first, second := t.fill("{task}"), t.newTask(t.ann().token); first == second {
				t.fail("two ids that differ", "%s twice", first)
			}
		}},
		{Name: "refuses-an-empty-body", Send: create(""), Want: broken, Why: isJSON},
		{Name: "refuses-text", Send: create("hello"), Want: broken, Why: isJSON},
		{Name: "refuses-half-an-object", Send: create(`{"title":"x"`), Want: broken, Why: isJSON},
		{Name: "refuses-a-second-object", Send: create(`{"title":"x"}{"title":"y"}`), Want: broken, Why: isJSON + " (CWE-436)"},
		{Name: "refuses-a-brace-too-many", Send: create(`{"title":"x"}}`), Want: broken, Why: isJSON + " (golang/go#36225)"},
		{Name: "refuses-a-form", Send: create("title=x"), Want: broken, Why: isJSON},
		{Name: "refuses-a-missing-title", Send: create(`{}`), Want: invalid, Why: row},
		{Name: "refuses-another-field-alone", Send: create(`{"name":"x"}`), Want: invalid, Why: row},
		{Name: "refuses-null", Send: create(`null`), Want: problem("invalid_request", 400, 422), Why: row},
		{Name: "refuses-a-list", Send: create(`["x"]`), Want: problem("invalid_request", 400, 422), Why: row},
		{Name: "makes-nothing-of-what-it-refuses", Asks: "the list stays empty", Why: "Half a request is none (CWE-390)", Do: func(t *try) {
			u := t.newUser()
			for _, body := range []string{`{"title":"x"`, `{"title":"x"}}`, `{"title":17}`, `{}`} {
				t.want(t.send(post("/tasks", body).as(u.token)), problem("invalid_request", 400, 422)...)
			}
			t.listIs(u.token)
		}},

		{Name: "lists-none-as-an-empty-list", Asks: "200 and []", Why: "A client that loops over null crashes", Do: func(t *try) {
			u := t.newUser()
			a := t.send(get("/tasks").as(u.token))
			t.want(a, wants(status(200), inJSON, that("[]", func(a answer) string {
				if list, ok := a.list(); !ok || len(list) > 0 {
					return shown(string(a.body))
				}
				return ""
			}))...)
		}},
		{Name: "lists-the-oldest-first", Asks: "the tasks in the order in which they came", Why: contract, Do: func(t *try) {
			u := t.newUser()
			titles := []string{"m", "z", "a", "10", "9", "B", "m"}
			for _, title := range titles {
				t.want(t.send(post("/tasks", `{"title":`+quoted(title)+`}`).as(u.token)), made...)
			}
			t.listIs(u.token, titles...)
		}},
		{Name: "lists-the-oldest-first-after-a-delete", Asks: "the tasks in the order in which they came", Why: "A number that is used again would move the newest up", Do: func(t *try) {
			u := t.newUser()
			for _, title := range []string{"a", "b", "c"} {
				a := t.send(post("/tasks", `{"title":"`+title+`"}`).as(u.token))
				t.want(a, made...)
				if title == "b" {
					t.want(t.send(ask("DELETE", t.path(a.id())).as(u.token)), status(204)...)
				}
			}
			t.want(t.send(post("/tasks", `{"title":"d"}`).as(u.token)), made...)
			t.listIs(u.token, "a", "c", "d")
		}},
		{Name: "lists-what-it-answered", Asks: "the id and the title of the 201", Why: contract, Do: func(t *try) {
			u := t.newUser()
			made := t.send(post("/tasks", `{"title":"Write report"}`).as(u.token))
			list := t.list(u.token)
			if len(list) != 1 || idOf(list[0]) != made.id() || list[0]["title"] != "Write report" {
				t.fail("a list of the one task, with id "+made.id(), "%v", list)
			}
		}},
		{Name: "lists-more-than-a-hundred", Asks: "all of 110 tasks", Why: "The contract has no pages: a list that is cut off loses tasks", Do: func(t *try) {
			u := t.newUser()
			for range 11 {
				var ten []request
				for range 10 {
					ten = append(ten, post("/tasks", `{"title":"x"}`).as(u.token))
				}
				for _, a := range t.sendAll(ten...) {
					t.want(a, made...)
				}
			}
			if got := len(t.list(u.token)); got != 110 {
				t.fail("110 tasks", "%d", got)
			}
		}},

		{Name: "shows-a-task", Asks: "200 and the task", Why: contract, Do: func(t *try) {
			a := t.send(get("/tasks/{task}").as("{token}"))
			t.want(a, wants(status(200), inJSON, holds("title", "A task"))...)
			if a.id() != t.fill("{task}") {
				t.fail(`"id" is `+t.fill("{task}"), "%s", a.id())
			}
		}},
		{Name: "knows-no-task-that-is-not-there", Send: get("/tasks/{no.task}").as("{token}"), Want: notFound, Why: contract},
		{Name: "knows-no-task-of-another-form", Send: get("/tasks/nothing").as("{token}"), Want: notFound, Why: "An id is text: what is no number, or no UUID, is not there"},
		{Name: "knows-no-task-of-a-huge-number", Send: get("/tasks/99999999999999999999999999").as("{token}"), Want: notFound, Why: "CWE-190"},
		{Name: "knows-no-task-of-a-negative-number", Send: get("/tasks/-1").as("{token}"), Want: notFound, Why: "CWE-190"},
		{Name: "takes-an-id-for-text", Asks: "404 for ids with SQL and wildcards", Why: "CWE-89, CWE-155", Do: func(t *try) {
			t.fill("{task}") // so that there is something to be found
			for _, id := range []string{"%", "_", "*", "' OR '1'='1", "x' OR 1=1 --", strings.Repeat("_", len(t.fill("{task}")))} {
				t.want(t.send(get("/tasks/"+url.PathEscape(id)).as("{token}")), notFound...)
			}
		}},
		{Name: "takes-the-id-from-the-path", Send: get("/tasks/{no.task}?id={task}").as("{token}"), Want: notFound, Why: "CWE-639"},
		{Name: "deletes-a-task", Asks: "204 without a body, and then 404", Why: contract, Do: func(t *try) {
			a := t.send(ask("DELETE", "/tasks/{task}").as("{token}"))
			t.want(a, wants(status(204), that("no body (RFC 9110, section 15.3.5)", func(a answer) string {
				if len(a.body) > 0 {
					return shown(string(a.body))
				}
				return ""
			}))...)
			t.want(t.send(get("/tasks/{task}").as("{token}")), notFound...)
		}},
		{Name: "deletes-a-task-once", Asks: "404 the second time", Why: contract, Do: func(t *try) {
			t.want(t.send(ask("DELETE", "/tasks/{task}").as("{token}")), status(204)...)
			t.want(t.send(ask("DELETE", "/tasks/{task}").as("{token}")), notFound...)
		}},
		{Name: "deletes-no-more-than-one", Asks: "the other tasks stay", Why: "CWE-155", Do: func(t *try) {
			u := t.newUser()
			var ids []string
			for _, title := range []string{"a", "b", "c"} {
				a := t.send(post("/tasks", `{"title":"`+title+`"}`).as(u.token))
				t.want(a, made...)
				ids = append(ids, a.id())
			}
			t.want(t.send(ask("DELETE", t.path(ids[1])).as(u.token)), status(204)...)
			for _, id := range []string{"%", "_", strings.Repeat("_", len(ids[0])), "' OR '1'='1", "*"} {
				t.want(t.send(ask("DELETE", "/tasks/"+url.PathEscape(id)).as(u.token)), notFound...)
			}
			t.listIs(u.token, "a", "c")
		}},
		{Name: "deletes-nothing-that-is-not-there", Send: ask("DELETE", "/tasks/{no.task}").as("{token}"), Want: notFound, Why: contract},
		{Name: "deletes-no-whole-list", Asks: "DELETE /tasks is refused, and the tasks stay", Why: "The contract has no such request", Do: func(t *try) {
			u := t.newUser()
			t.want(t.send(post("/tasks", `{"title":"a"}`).as(u.token)), made...)
			t.want(t.send(ask("DELETE", "/tasks").as(u.token)), status(404, 405)...)
			t.want(t.send(ask("DELETE", "/tasks/").as(u.token)), status(301, 307, 308, 404, 405)...)
			t.listIs(u.token, "a")
		}},

		{Name: "ignores-an-id-in-the-body", Asks: "an id of the server's own", Why: assign, Do: func(t *try) {
			for _, field := range []string{"id", "ID", "Id"} {
				a := t.send(create(`{"title":"x","` + field + `":"{task}"}`))
				t.want(a, made...)
				if a.id() == t.fill("{task}") {
					t.fail("an id of the server's own", "the one that was sent, %s", a.id())
				}
			}
		}},
	}
	for _, field := range []string{"owner_id", "OWNER_ID", "ownerId", "OwnerID", "owner", "user_id", "userId"} {
		cases = append(cases, Case{Name: "ignores-" + field + "-in-the-body", Asks: "the task is the caller's, and nobody else's", Why: assign, Do: func(t *try) {
			caller, other := t.newUser(), t.bob()
			a := t.send(post("/tasks", `{"title":"x","`+field+`":`+quoted(other.id)+`}`).as(caller.token))
			t.want(a, made...)
			t.listIs(caller.token, "x")
			t.want(t.send(get(t.path(a.id())).as(other.token)), notFound...)
			for _, task := range t.list(other.token) {
				if idOf(task) == a.id() {
					t.fail("a list without the task", "it is in the list of the user whom %s named", field)
				}
			}
		}})
	}
	for _, odd := range []struct{ name, title string }{
		{"with-quotes", `"O'Hara" said \ and / and ''`}, {"with-SQL", "'); DROP TABLE tasks;--"}, {"with-HTML", "<script>alert(1)</script> & <b>"},
		{"in-other-letters", "Отчёт 报告 🐎 e\u0301 \u202e"}, {"with-spaces-around-it", "  x  "}, {"with-newlines-and-tabs", "a\nb\tc\r\n"},
		{"with-signs-of-formats", "%s %d {0} ${x} ?1 :id @id"}, {"of-10-KB", strings.Repeat("0123456789", 1000)}, {"that-is-called-null", "null"},
	} {
		cases = append(cases, Case{Name: "keeps-a-title-" + odd.name, Asks: "the title as it was sent, in the 201, the task and the list", Why: "What was sent is text (CWE-89, CWE-116)", Do: func(t *try) {
			u := t.newUser()
			a := t.send(post("/tasks", `{"title":`+quoted(odd.title)+`}`).as(u.token))
			t.want(a, wants(made, holds("title", odd.title))...)
			t.want(t.send(get(t.path(a.id())).as(u.token)), wants(status(200), holds("title", odd.title))...)
			t.listIs(u.token, odd.title)
		}})
	}
	for _, wrong := range []string{"null", "true", "1234567890", "[]", `["x"]`, `{"a":"x"}`} {
		cases = append(cases, Case{Name: "refuses-a-title-that-is-" + kind(wrong), Send: create(`{"title":` + wrong + `}`), Want: invalid, Why: row + " (CWE-843)"})
	}
	return cases
}

// path is where a task is.
func (t *try) path(id string) string { return "/tasks/" + url.PathEscape(id) }

// location resolves the header Location of an answer, and returns its path below the base.
func (t *try) location(a answer) string {
	header := a.header.Get("Location")
	to, err := url.Parse(t.server.base + a.to.target)
	if err == nil {
		to, err = t.server.url.ResolveReference(to).Parse(header)
	}
	if err != nil || header == "" {
		t.fail("Location, a URL", "Location: %q", header)
	}
	if to.Host != t.server.host {
		t.fail("Location on this server", "Location: %q", header)
	}
	return strings.TrimPrefix(to.RequestURI(), t.server.base)
}

// list returns a user's tasks.
func (t *try) list(token string) []map[string]any {
	a := t.send(get("/tasks").as(token))
	t.want(a, status(200)...)
	list, ok := a.list()
	if !ok {
		t.fail("a list of tasks", "%s", shown(string(a.body)))
	}
	return list
}

// listIs ends the case unless a user's tasks have these titles, in this order.
func (t *try) listIs(token string, titles ...string) {
	got := []string{}
	for _, task := range t.list(token) {
		got = append(got, fmt.Sprint(task["title"]))
	}
	if fmt.Sprintf("%q", got) != fmt.Sprintf("%q", append([]string{}, titles...)) {
		t.fail(fmt.Sprintf("tasks with the titles %.400q", titles), "%.400q", got)
	}
}

// ownership is the row that a task of somebody else answers like one that is not there.
func ownership() []Case {
	const cost = "Whoever can tell the two apart can look for other people's tasks (CWE-639, CWE-203)"
	// alike is a case in which Bob asks for Ann's task and for one that is not there.
	alike := func(name string, of func(id string) request, statuses ...int) Case {
		return Case{Name: name, Why: cost, Asks: "the answer for a task that is not there, to the byte, headers but Date included", Do: func(t *try) {
			t.want(t.send(get("/tasks/{task}").as("{token}")), status(200)...) // it is there, and Ann has just read it
			missing := of(t.fill("{no.task}")).as("{bob.token}")
			first := t.send(missing)
			t.want(first, status(statuses...)...)
			noise := t.send(missing)
			second := t.send(of(t.fill("{task}")).as("{bob.token}"))
			t.alike(first, noise, second, t.fill("{no.task}"), t.fill("{task}"))
			t.want(t.send(get("/tasks/{task}").as("{token}")), wants(status(200), holds("title", "A task"))...)
		}}
	}
	return []Case{
		alike("hides-a-task-from-GET", func(id string) request { return get("/tasks/" + id) }, 404),
		alike("hides-a-task-from-DELETE", func(id string) request { return ask("DELETE", "/tasks/"+id) }, 404),
		alike("hides-a-task-from-HEAD", func(id string) request { return ask("HEAD", "/tasks/"+id) }, 404, 405, 501),
		alike("hides-a-task-from-PUT", func(id string) request {
			return request{method: "PUT", target: "/tasks/" + id, body: `{"title":"mine"}`, lines: []string{"Content-Type: application/json"}}
		}, 404, 405, 501),
		alike("hides-a-task-from-PATCH", func(id string) request {
			return request{method: "PATCH", target: "/tasks/" + id, body: `{"title":"mine"}`, lines: []string{"Content-Type: application/json"}}
		}, 404, 405, 501),
		alike("hides-a-task-from-OPTIONS", func(id string) request { return ask("OPTIONS", "/tasks/"+id) }, 200, 204, 404, 405, 501),
		alike("hides-a-task-from-a-query", func(id string) request { return get("/tasks/" + id + "?owner_id={id}&user={id}") }, 404),
		alike("hides-a-task-from-headers", func(id string) request {
			return get("/tasks/"+id, "X-User-Id: {id}", "X-Owner-Id: {id}", "X-Forwarded-User: {email}", "X-HTTP-Method-Override: DELETE")
		}, 404),
		alike("hides-a-task-from-an-escaped-path", func(id string) request {
			escaped := ""
			for _, b := range []byte(id) {
				escaped += fmt.Sprintf("%%%02X", b)
			}
			return get("/tasks/" + escaped)
		}, 404),
		alike("hides-a-task-from-a-slash-behind-it", func(id string) request { return get("/tasks/" + id + "/") }, 301, 307, 308, 404),
		alike("hides-a-task-from-If-None-Match", func(id string) request { return get("/tasks/"+id, "If-None-Match: *") }, 404, 412, 304),
		{Name: "shows-in-a-list-what-is-the-callers", Asks: "two lists that have nothing in common", Why: "CWE-639", Do: func(t *try) {
			first, second := t.newUser(), t.newUser()
			for _, title := range []string{"1", "2"} {
				for _, u := range []user{first, second} {
					t.want(t.send(post("/tasks", `{"title":"`+u.email+title+`"}`).as(u.token)), status(201)...)
				}
			}
			t.listIs(first.token, first.email+"1", first.email+"2")
			t.listIs(second.token, second.email+"1", second.email+"2")
		}},
		{Name: "asks-the-token-and-not-the-query-whose-list", Asks: "the caller's own tasks", Why: "CWE-639", Do: func(t *try) {
			u := t.newUser()
			t.fill("{task}")
			for _, name := range []string{"owner_id", "owner", "user_id", "user", "email"} {
				value := t.ann().id
				if name == "email" || name == "user" {
					value = t.ann().email
				}
				a := t.send(get("/tasks?" + name + "=" + url.QueryEscape(value)).as(u.token))
				t.want(a, status(200)...)
				if list, ok := a.list(); !ok || len(list) != 0 {
					t.fail("[]", "%s", shown(string(a.body)))
				}
			}
		}},
		{Name: "deletes-nothing-of-somebody-else", Asks: "after Bob's DELETE, Ann still has her task", Why: "CWE-639", Do: func(t *try) {
			t.fill("{task}")
			t.want(t.send(ask("DELETE", "/tasks/{task}").as("{bob.token}")), problem("not_found", 404)...)
			t.want(t.send(get("/tasks/{task}").as("{token}")), wants(status(200), holds("title", "A task"))...)
		}},
		{Name: "forgets-a-deleted-task-for-everybody", Asks: "404 for the owner and for others, to the byte the same", Why: cost, Do: func(t *try) {
			t.want(t.send(get("/tasks/{task}").as("{token}")), status(200)...)
			t.want(t.send(ask("DELETE", "/tasks/{task}").as("{token}")), status(204)...)
			owner := t.send(get("/tasks/{task}").as("{token}"))
			t.want(owner, problem("not_found", 404)...)
			noise := t.send(get("/tasks/{task}").as("{token}"))
			other := t.send(get("/tasks/{task}").as("{bob.token}"))
			t.alike(owner, noise, other, "", "")
		}},
		{Name: "writes-nothing-over-a-task-of-somebody-else", Asks: "Ann's task stays as it was", Why: "CWE-639, CWE-915", Do: func(t *try) {
			u := t.newUser()
			t.fill("{task}")
			t.want(t.send(post("/tasks", `{"id":"{task}","title":"mine now"}`).as(u.token)), status(201)...)
			t.want(t.send(get("/tasks/{task}").as("{token}")), wants(status(200), holds("title", "A task"))...)
			t.listIs(u.token, "mine now")
		}},
	}
}
