package contract

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// tasks are the rows about /tasks, for one user alone.
func tasks() []Case {
	return slices.Concat(makesTasks(), listsTasks(), endsLists(), findsTasks(), assignsNothing(), keepsTitles(), endsTitles())
}

var (
	madeTask = wants(status(201), inJSON, hasID)
	notFound = problem("not_found", 404)
)

// makeTask is Ann's request to make a task.
func makeTask(body string) request { return post("/tasks", body).as("{token}") }

// makesTasks is POST /tasks.
func makesTasks() []Case {
	return []Case{
		{Name: "creates-a-task", Send: makeTask(`{"title":"Write report"}`), Want: wants(madeTask, field("title", "Write report")), Why: "The contract: 201 {id, title}"},
		{Name: "says-where-the-task-is", Asks: "Location, which leads to the task", Why: "RFC 9110, section 15.3.2", Do: func(ctx context.Context, t *try) {
			a := t.expect(ctx, makeTask(`{"title":"Write report"}`), madeTask)
			found := t.expect(ctx, get(location(t, a)).as("{token}"), status(200), field("title", "Write report"))
			if found.id() != a.id() {
				t.fail("the task with the id "+a.id(), "the id %s", found.id())
			}
		}},
		{Name: "takes-json-whatever-it-is-called", Asks: "201 for any content type, or none", Why: "The contract: the Content-Type of a JSON body is not looked at", Do: func(ctx context.Context, t *try) {
			for _, contentType := range []string{"", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=b"} {
				t.expect(ctx, makeTask(`{"title":"x"}`).retyped(contentType), madeTask)
			}
		}},
		{Name: "takes-a-charset", Send: makeTask(`{"title":"x"}`).retyped("application/json; charset=utf-8"), Want: madeTask, Why: "RFC 9110, section 8.3.1"},
		{Name: "ignores-fields-that-it-does-not-know", Send: makeTask(`{"title":"x","done":true,"tags":["a"]}`), Want: madeTask, Why: theContract},
		{Name: "gives-every-task-an-id-of-its-own", Asks: "two tasks with one title are two", Why: "CWE-694", Do: func(ctx context.Context, t *try) {
			if first, second := t.fill(ctx, "{task}"), t.newTask(ctx, t.ann().token); first == second {
				t.fail("two ids that differ", "%s twice", first)
			}
		}},
		{Name: "refuses-an-empty-body", Send: makeTask(""), Want: invalid(400), Why: forJSON},
		{Name: "refuses-text", Send: makeTask("hello"), Want: invalid(400), Why: forJSON},
		{Name: "refuses-half-an-object", Send: makeTask(`{"title":"x"`), Want: invalid(400), Why: forJSON},
		{Name: "refuses-a-second-object", Send: makeTask(`{"title":"x"}{"title":"y"}`), Want: invalid(400), Why: forJSON + " (CWE-436)"},
		{Name: "refuses-a-brace-too-many", Send: makeTask(`{"title":"x"}}`), Want: invalid(400), Why: forJSON + " (golang/go#36225)"},
		{Name: "refuses-a-form", Send: makeTask("title=x"), Want: invalid(400), Why: forJSON},
		{Name: "refuses-a-missing-title", Send: makeTask(`{}`), Want: invalid(422), Why: forFields},
		{Name: "refuses-another-field-alone", Send: makeTask(`{"name":"x"}`), Want: invalid(422), Why: forFields},
		{Name: "refuses-null", Send: makeTask(`null`), Want: invalid(400, 422), Why: forFields},
		{Name: "refuses-a-list", Send: makeTask(`["x"]`), Want: invalid(400, 422), Why: forFields},
		{Name: "makes-nothing-of-what-it-refuses", Asks: "the list stays empty", Why: "Half a request is none (CWE-390)", Do: func(ctx context.Context, t *try) {
			u := t.newUser(ctx)
			for _, body := range []string{`{"title":"x"`, `{"title":"x"}}`, `{"title":17}`, `{}`} {
				t.expect(ctx, post("/tasks", body).as(u.token), invalid(400, 422))
			}
			t.listIs(ctx, u.token)
		}},
	}
}

// listsTasks is GET /tasks.
func listsTasks() []Case {
	return []Case{
		{Name: "lists-none-as-an-empty-list", Asks: "200 and []", Why: "A client that loops over null crashes", Do: func(ctx context.Context, t *try) {
			u := t.newUser(ctx)
			a := t.send(ctx, get("/tasks").as(u.token))
			t.want(a, status(200), inJSON, that("[]", func(a answer) string {
				if list, ok := a.list(); !ok || len(list) > 0 {
					return readable(string(a.body))
				}
				return ""
			}))
		}},
		{Name: "lists-the-oldest-first", Asks: "the tasks in the order in which they came", Why: theContract, Do: func(ctx context.Context, t *try) {
			u := t.newUser(ctx)
			titles := []string{"m", "z", "a", "10", "9", "B", "m"}
			for _, title := range titles {
				t.expect(ctx, post("/tasks", `{"title":`+quoted(title)+`}`).as(u.token), madeTask)
			}
			t.listIs(ctx, u.token, titles...)
		}},
		{Name: "lists-the-oldest-first-after-a-delete", Asks: "the tasks in the order in which they came", Why: "A number that is used again would move the newest up", Do: func(ctx context.Context, t *try) {
			u := t.newUser(ctx)
			for _, title := range []string{"a", "b", "c"} {
				a := t.expect(ctx, post("/tasks", `{"title":"`+title+`"}`).as(u.token), madeTask)
				if title == "b" {
					t.expect(ctx, ask("DELETE", taskPath(a.id())).as(u.token), status(204))
				}
			}
			t.expect(ctx, post("/tasks", `{"title":"d"}`).as(u.token), madeTask)
			t.listIs(ctx, u.token, "a", "c", "d")
		}},
		{Name: "lists-what-it-answered", Asks: "the id and the title of the 201", Why: theContract, Do: func(ctx context.Context, t *try) {
			u := t.newUser(ctx)
			made := t.send(ctx, post("/tasks", `{"title":"Write report"}`).as(u.token))
			list := t.list(ctx, u.token)
			if len(list) != 1 || idOf(list[0]) != made.id() || list[0]["title"] != "Write report" {
				t.fail("a list of the one task, with id "+made.id(), "%v", list)
			}
		}},
		{Name: "lists-more-than-a-hundred", Asks: "all of 110 tasks", Why: "The contract has no pages: a list that is cut off loses tasks", Do: func(ctx context.Context, t *try) {
			u := t.newUser(ctx)
			for range 11 {
				var ten []request
				for range 10 {
					ten = append(ten, post("/tasks", `{"title":"x"}`).as(u.token))
				}
				for _, a := range t.sendAll(ctx, ten...) {
					t.want(a, madeTask)
				}
			}
			if got := len(t.list(ctx, u.token)); got != 110 {
				t.fail("110 tasks", "%d", got)
			}
		}},
	}
}

// endsLists is how many tasks a user may have.
func endsLists() []Case {
	return []Case{{Name: "keeps-a-thousand-tasks-and-no-more", Why: "The contract: a list is whole, and no user can make one answer larger than a few megabytes (CWE-770)", Asks: "201 for a thousand tasks, all of them in the list; 409 too_many_tasks for one more; and room again once one is deleted", Do: func(ctx context.Context, t *try) {
		const most, beforehand, batch = 1000, 960, 60
		u := t.newUser(ctx)
		make := func(n int) (requests []request) {
			for i := range n {
				requests = append(requests, post("/tasks", fmt.Sprintf(`{"title":"task %d"}`, i)).as(u.token))
			}
			return requests
		}
		for range beforehand / batch {
			for _, a := range t.sendAll(ctx, make(batch)...) {
				t.want(a, madeTask)
			}
		}
		// Of more at once than there is room for, so many are made as there is room for.
		made := 0
		for _, a := range t.sendAll(ctx, make(batch)...) {
			if a.status != 201 {
				t.want(a, tooMany)
				continue
			}
			made++
		}
		if made != most-beforehand {
			t.fail(fmt.Sprintf("of %d requests at once %d times 201, as there was room for so many, and otherwise 409", batch, most-beforehand), "%d times 201", made)
		}
		list := t.list(ctx, u.token)
		if len(list) != most {
			t.fail(fmt.Sprintf("a list of %d tasks", most), "%d", len(list))
		}
		t.expect(ctx, post("/tasks", `{"title":"one too many"}`).as(u.token), tooMany)
		t.expect(ctx, post("/tasks", `{"title":"of somebody else"}`).as("{bob.token}"), madeTask)
		t.expect(ctx, ask("DELETE", taskPath(idOf(list[most/2]))).as(u.token), status(204))
		t.expect(ctx, post("/tasks", `{"title":"in the place of another"}`).as(u.token), madeTask)
		t.expect(ctx, post("/tasks", `{"title":"one too many"}`).as(u.token), tooMany)
		if got := len(t.list(ctx, u.token)); got != most {
			t.fail(fmt.Sprintf("a list of %d tasks", most), "%d", got)
		}
	}}}
}

var tooMany = problem("too_many_tasks", 409)

// endsTitles is how long a title may be.
func endsTitles() (cases []Case) {
	const long = "The contract: 1 to 500 characters. One that is cut off is not what was sent, and off by one is CWE-193"
	for name, title := range map[string]string{
		"of-one-character": "x", "of-500-letters-with-accents": strings.Repeat("é", 500), "of-500-characters-of-four-bytes": strings.Repeat("🐎", 500), "of-500-quotes": strings.Repeat(`"`, 500), "of-500-line-separators": strings.Repeat("\u2028", 500),
	} {
		cases = append(cases, Case{Name: "keeps-a-title-" + name, Why: long, Asks: "201, and the whole title in the task", Do: func(ctx context.Context, t *try) {
			a := t.expect(ctx, makeTask(`{"title":`+quoted(title)+`}`), madeTask, field("title", title))
			t.expect(ctx, get(taskPath(a.id())).as("{token}"), status(200), field("title", title))
		}})
	}
	for name, title := range map[string]string{
		"of-501-characters": strings.Repeat("x", 501), "of-501-letters-with-accents": strings.Repeat("é", 501), "of-501-characters-of-four-bytes": strings.Repeat("🐎", 501), "of-60-KB": strings.Repeat("x", 60_000),
	} {
		cases = append(cases, Case{Name: "refuses-a-title-" + name, Send: makeTask(`{"title":` + quoted(title) + `}`), Want: invalid(422), Why: long})
	}
	cases = append(cases, Case{Name: "refuses-an-empty-title", Send: makeTask(`{"title":""}`), Want: invalid(422), Why: long})
	byName(cases)
	return cases
}

// findsTasks is GET and DELETE of /tasks/{id}.
func findsTasks() []Case {
	return []Case{
		{Name: "shows-a-task", Asks: "200 and the task", Why: theContract, Do: func(ctx context.Context, t *try) {
			a := t.expect(ctx, get("/tasks/{task}").as("{token}"), status(200), inJSON, field("title", "A task"))
			if a.id() != t.fill(ctx, "{task}") {
				t.fail(`"id" is `+t.fill(ctx, "{task}"), "%s", a.id())
			}
		}},
		{Name: "knows-no-task-that-is-not-there", Send: get("/tasks/{no.task}").as("{token}"), Want: notFound, Why: theContract},
		{Name: "knows-no-task-of-another-form", Send: get("/tasks/nothing").as("{token}"), Want: notFound, Why: "An id is text: what is no number, or no UUID, is not there"},
		{Name: "knows-no-task-of-a-huge-number", Send: get("/tasks/99999999999999999999999999").as("{token}"), Want: notFound, Why: "CWE-190"},
		{Name: "knows-no-task-of-a-negative-number", Send: get("/tasks/-1").as("{token}"), Want: notFound, Why: "CWE-190"},
		{Name: "takes-an-id-for-text", Asks: "404 for ids with SQL and wildcards", Why: "CWE-89, CWE-155", Do: func(ctx context.Context, t *try) {
			t.fill(ctx, "{task}") // so that there is something to be found
			for _, id := range []string{"%", "_", "*", "' OR '1'='1", "x' OR 1=1 --", strings.Repeat("_", len(t.fill(ctx, "{task}")))} {
				t.expect(ctx, get("/tasks/"+url.PathEscape(id)).as("{token}"), notFound)
			}
		}},
		{Name: "takes-the-id-from-the-path", Send: get("/tasks/{no.task}?id={task}").as("{token}"), Want: notFound, Why: "CWE-639"},
		{Name: "deletes-a-task", Asks: "204 without a body, and then 404", Why: theContract, Do: func(ctx context.Context, t *try) {
			a := t.send(ctx, ask("DELETE", "/tasks/{task}").as("{token}"))
			t.want(a, status(204), that("no body (RFC 9110, section 15.3.5)", func(a answer) string {
				if len(a.body) > 0 {
					return readable(string(a.body))
				}
				return ""
			}))
			t.expect(ctx, get("/tasks/{task}").as("{token}"), notFound)
		}},
		{Name: "deletes-a-task-once", Asks: "404 the second time", Why: theContract, Do: func(ctx context.Context, t *try) {
			t.expect(ctx, ask("DELETE", "/tasks/{task}").as("{token}"), status(204))
			t.expect(ctx, ask("DELETE", "/tasks/{task}").as("{token}"), notFound)
		}},
		{Name: "deletes-no-more-than-one", Asks: "the other tasks stay", Why: "CWE-155", Do: func(ctx context.Context, t *try) {
			u := t.newUser(ctx)
			var ids []string
			for _, title := range []string{"a", "b", "c"} {
				a := t.expect(ctx, post("/tasks", `{"title":"`+title+`"}`).as(u.token), madeTask)
				ids = append(ids, a.id())
			}
			t.expect(ctx, ask("DELETE", taskPath(ids[1])).as(u.token), status(204))
			for _, id := range []string{"%", "_", strings.Repeat("_", len(ids[0])), "' OR '1'='1", "*"} {
				t.expect(ctx, ask("DELETE", "/tasks/"+url.PathEscape(id)).as(u.token), notFound)
			}
			t.listIs(ctx, u.token, "a", "c")
		}},
		{Name: "deletes-nothing-that-is-not-there", Send: ask("DELETE", "/tasks/{no.task}").as("{token}"), Want: notFound, Why: theContract},
		{Name: "deletes-no-whole-list", Asks: "DELETE /tasks is refused, and the tasks stay", Why: "The contract has no such request", Do: func(ctx context.Context, t *try) {
			u := t.newUser(ctx)
			t.expect(ctx, post("/tasks", `{"title":"a"}`).as(u.token), madeTask)
			t.expect(ctx, ask("DELETE", "/tasks").as(u.token), methodNotAllowed("DELETE", "GET", "POST"))
			t.expect(ctx, ask("DELETE", "/tasks/").as(u.token), status(301, 307, 308, 404, 405))
			t.listIs(ctx, u.token, "a")
		}},
	}
}

// assignsNothing are fields that a client must not write.
func assignsNothing() []Case {
	const assign = "If any field may be written, so may the owner (CWE-915)"
	cases := []Case{
		{Name: "ignores-an-id-in-the-body", Asks: "an id of the server's own", Why: assign, Do: func(ctx context.Context, t *try) {
			for _, field := range []string{"id", "ID", "Id"} {
				a := t.expect(ctx, makeTask(`{"title":"x","`+field+`":"{task}"}`), madeTask)
				if a.id() == t.fill(ctx, "{task}") {
					t.fail("an id of the server's own", "the one that was sent, %s", a.id())
				}
			}
		}},
	}
	for _, field := range []string{"owner_id", "OWNER_ID", "ownerId", "OwnerID", "owner", "user_id", "userId"} {
		cases = append(cases, Case{Name: "ignores-" + field + "-in-the-body", Asks: "the task is the caller's, and nobody else's", Why: assign, Do: func(ctx context.Context, t *try) {
			caller, other := t.newUser(ctx), t.bob()
			a := t.expect(ctx, post("/tasks", `{"title":"x","`+field+`":`+quoted(other.id)+`}`).as(caller.token), madeTask)
			t.listIs(ctx, caller.token, "x")
			t.expect(ctx, get(taskPath(a.id())).as(other.token), notFound)
			for _, task := range t.list(ctx, other.token) {
				if idOf(task) == a.id() {
					t.fail("a list without the task", "it is in the list of the user whom %s named", field)
				}
			}
		}})
	}
	return cases
}

// keepsTitles are titles of all kinds.
func keepsTitles() (cases []Case) {
	for _, odd := range []struct{ name, title string }{
		{"with-quotes", `"O'Hara" said \ and / and ''`}, {"with-SQL", "'); DROP TABLE tasks;--"}, {"with-HTML", "<script>alert(1)</script> & <b>"},
		{"in-other-letters", "Отчёт 报告 🐎 e\u0301 \u202e"}, {"with-spaces-around-it", "  x  "}, {"with-newlines-and-tabs", "a\nb\tc\r\n"},
		{"with-signs-of-formats", "%s %d {0} ${x} ?1 :id @id"}, {"of-500-characters", strings.Repeat("0123456789", 50)}, {"that-is-called-null", "null"},
	} {
		cases = append(cases, Case{Name: "keeps-a-title-" + odd.name, Asks: "the title as it was sent, but for white space around it, in the 201, the task and the list", Why: "What was sent is text (CWE-89, CWE-116)", Do: func(ctx context.Context, t *try) {
			u := t.newUser(ctx)
			a := t.expect(ctx, post("/tasks", `{"title":`+quoted(odd.title)+`}`).as(u.token), madeTask)
			title := odd.title
			if trimmed := strings.TrimSpace(title); a.text("title") == trimmed {
				title = trimmed // white space around it is the server's to keep or to drop
			}
			t.want(a, field("title", title))
			t.expect(ctx, get(taskPath(a.id())).as(u.token), status(200), field("title", title))
			t.listIs(ctx, u.token, title)
		}})
	}
	for _, wrong := range []string{"null", "true", "1234567890", "[]", `["x"]`, `{"a":"x"}`} {
		cases = append(cases, Case{Name: "refuses-a-title-that-is-" + kind(wrong), Send: makeTask(`{"title":` + wrong + `}`), Want: invalid(422), Why: forFields + " (CWE-843)"})
	}
	return cases
}

// taskPath is the path of a task.
func taskPath(id string) string { return "/tasks/" + url.PathEscape(id) }

// location resolves the header Location of an answer, and returns its path below the base.
func location(t *try, a answer) string {
	header := a.header.Get("Location")
	to, err := url.Parse(t.suite.at.base + a.to.target)
	if err == nil {
		to, err = t.suite.at.url.ResolveReference(to).Parse(header)
	}
	if err != nil || header == "" {
		t.fail("Location, a URL", "Location: %q", header)
	}
	if to.Host != t.suite.at.host {
		t.fail("Location on this server", "Location: %q", header)
	}
	return strings.TrimPrefix(to.RequestURI(), t.suite.at.base)
}

// list returns a user's tasks.
func (t *try) list(ctx context.Context, token string) []map[string]any {
	a := t.expect(ctx, get("/tasks").as(token), status(200))
	list, ok := a.list()
	if !ok {
		t.fail("a list of tasks", "%s", readable(string(a.body)))
	}
	return list
}

// listIs ends the case unless a user's tasks have these titles, in this order.
func (t *try) listIs(ctx context.Context, token string, titles ...string) {
	got := []string{}
	for _, task := range t.list(ctx, token) {
		got = append(got, fmt.Sprint(task["title"]))
	}
	if fmt.Sprintf("%q", got) != fmt.Sprintf("%q", append([]string{}, titles...)) {
		t.fail(fmt.Sprintf("tasks with the titles %.400q", titles), "%.400q", got)
	}
}
