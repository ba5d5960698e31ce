package contract

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// methodNotAllowed is the answer to a method that a path does not have.
func methodNotAllowed(method string, has ...string) want {
	return wants(problem("method_not_allowed", 405), that("Allow with "+strings.Join(has, ", ")+", and without "+method, func(a answer) string {
		var allowed []string
		for part := range strings.SplitSeq(strings.Join(a.header.Values("Allow"), ","), ",") {
			allowed = append(allowed, strings.TrimSpace(part))
		}
		for _, name := range has {
			if !slices.Contains(allowed, name) {
				return fmt.Sprintf("Allow: %q", a.header.Values("Allow"))
			}
		}
		if slices.Contains(allowed, method) {
			return fmt.Sprintf("Allow: %q", a.header.Values("Allow"))
		}
		return ""
	}))
}

// routes are all paths, and the methods that they have.
var routes = []struct {
	path    string
	methods []string
}{
	{"/users", []string{"POST"}}, {"/auth/token", []string{"POST"}}, {"/auth/me", []string{"GET"}}, {"/tasks", []string{"GET", "POST"}}, {"/tasks/{task}", []string{"GET", "DELETE"}},
	{"/healthz", []string{"GET"}}, {"/openapi.json", []string{"GET"}}, {"/docs", []string{"GET"}},
}

func named(path string) string {
	return strings.NewReplacer("/tasks/{task}", "a-task", "/tasks/{no.task}", "a-task-that-is-not-there", "/", "-", ".", "-").Replace(strings.TrimPrefix(path, "/"))
}

// otherMethodsOf are methods that a path does not have.
func otherMethodsOf() (cases []Case) {
	for _, route := range routes {
		for _, method := range []string{"GET", "POST", "PUT", "PATCH", "DELETE"} {
			if slices.Contains(route.methods, method) {
				continue
			}
			send := ask(method, route.path)
			if method != "GET" && method != "DELETE" {
				send = post(route.path, `{"title":"x"}`)
				send.method = method
			}
			cases = append(cases, Case{Name: "knows-no-" + method + "-of-" + strings.TrimPrefix(named(route.path), "-"), Send: send.as("{token}"), Want: methodNotAllowed(method, route.methods...),
				Why: "RFC 9110, section 15.5.6: a client that is told 404 looks for the mistake in the wrong place, and without Allow it doesn't know what to try"})
		}
	}
	return cases
}

// marker is in what is sent, and must not be in what comes back.
const marker = "zqmarker"

var repeatsNothing = wants(that("a status from 400 to 499", func(a answer) string {
	if a.status < 400 || a.status > 499 {
		return fmt.Sprintf("status %d", a.status)
	}
	return ""
}), that("nothing in the answer of what was sent", func(a answer) string {
	if strings.Contains(strings.ToLower(a.raw), marker) {
		return readable(a.raw)
	}
	return ""
}))

// repeatNothing are errors about values that are a secret, or an attacker's.
func repeatNothing() (cases []Case) {
	for name, send := range map[string]request{
		"a-password-that-is-too-long":     withPassword(`"` + marker + strings.Repeat("x", 80) + `"`),
		"a-password-that-is-too-short":    post("/users", `{"email":"{new}","password":"zqmarke"}`),
		"a-password-with-a-NUL":           withPassword(`"` + marker + `\u0000` + marker + `"`),
		"a-password-of-another-type":      withPassword(`{"` + marker + `":"` + marker + `"}`),
		"an-email-without-an-at-sign":     withEmail(`"` + marker + `"`),
		"an-email-with-a-newline":         withEmail(`"` + marker + `\n@x.example"`),
		"an-email-that-is-too-long":       withEmail(`"` + strings.Repeat(marker, 40) + `@x.example"`),
		"an-email-of-another-type":        withEmail(`["` + marker + `"]`),
		"a-sign-up-that-is-no-json":       post("/users", `{"email":`+marker+`}`),
		"a-sign-up-with-more-behind-it":   post("/users", `{"email":"{new}","password":"{password}"}`+marker),
		"a-wrong-password":                form("username={email}&password=" + marker),
		"an-unknown-username":             form("username=" + marker + "&password={password}"),
		"a-foreign-grant":                 form("grant_type=" + marker + "&" + good),
		"a-broken-form":                   form("username=" + marker + "&password=" + marker + "%zz"),
		"a-parameter-that-is-there-twice": form("username=" + marker + "&password=" + marker + "&password=" + marker),
		"a-query":                         form(good).inQuery("password=" + marker),
		"a-content-type":                  form(good).retyped("application/" + marker),
		"a-scheme":                        authorization("Authorization: " + marker + " " + marker),
		"a-token":                         authorization("Authorization: Bearer " + marker + "." + marker + "." + marker),
		"a-title-that-is-too-long":        makeTask(`{"title":"` + strings.Repeat(marker, 100) + `"}`),
		"a-title-of-another-type":         makeTask(`{"title":["` + marker + `"]}`),
		"a-task-that-is-no-json":          makeTask(`{"title":` + marker + `}`),
		"an-id":                           get("/tasks/" + marker).as("{token}"),
		"an-id-with-HTML":                 get("/tasks/%3Cscript%3E" + marker + "%3C%2Fscript%3E").as("{token}"),
		"an-unknown-path":                 get("/" + marker + "/" + marker).as("{token}"),
		"a-query-of-an-unknown-path":      get("/nothing?x=" + marker).as("{token}"),
	} {
		wanted := repeatsNothing
		if name == "a-password-that-is-too-short" {
			wanted = wants(status(422), lacks("nothing in the answer of what was sent", "zqmarke"))
		}
		cases = append(cases, Case{Name: "repeat-nothing-of-" + name, Send: send, Want: wanted, Why: "The contract: a detail never repeats what was sent. It may be a password, or a script (CWE-209, CWE-79)"})
	}
	cases = append(cases, Case{Name: "repeat-nothing-of-an-email-that-is-taken", Asks: "409, without the email", Why: "The contract: a detail never repeats what was sent", Do: func(ctx context.Context, t *try) {
		name, _, _ := strings.Cut(t.ann().email, "@")
		t.expect(ctx, post("/users", `{"email":"{email}","password":"{password}"}`), status(409), lacks("nothing in the answer of what was sent", name))
	}})
	byName(cases)
	return cases
}

// described is the text where OAuth libraries look for it.
var describedForOAuth = that(`"error_description", the same text as "detail", in ASCII without " and \`, func(a answer) string {
	text := a.text("error_description")
	if text == "" || text != a.text("detail") || !regexp.MustCompile(`^[ !#-\[\]-~]+$`).MatchString(text) {
		return fmt.Sprintf(`"error_description" is %v, and "detail" is %q`, a.json()["error_description"], a.text("detail"))
	}
	return ""
})

// describeErrors are the errors of POST /auth/token.
func describeErrors() (cases []Case) {
	for _, e := range []struct {
		name   string
		send   request
		wanted want
	}{
		{"a-wrong-password", form("username={email}&password=wrong-horse"), badLogin},
		{"an-unknown-user", form("username={new}&password=wrong-horse"), badLogin},
		{"a-missing-password", form("username={email}"), invalid(400)},
		{"two-passwords", form(good + "&password=x"), invalid(400)},
		{"another-grant", form("grant_type=%22quoted%5C%C3%A9&" + good), problem("unsupported_grant_type", 400)},
		{"a-broken-form", form("username=%zz"), invalid(400)},
		{"a-password-in-the-query", form("username={email}").inQuery("password=x"), invalid(400)},
		{"JSON", post("/auth/token", `{"username":"x"}`), invalid(400)},
		{"a-form-of-70-KB", form("username=a&password=" + strings.Repeat("y", 70_000)), invalid(400, 413)},
	} {
		cases = append(cases, Case{Name: "describe-" + e.name + "-for-OAuth-libraries", Send: e.send, Want: wants(e.wanted, describedForOAuth), Why: "RFC 6749, section 5.2: libraries show error_description, and nothing but ASCII without \" and \\ may be in it"})
	}
	return cases
}

// isNotKept is that neither a cache nor a browser that guesses does anything with the answer.
var isNotKept = wants(header("Cache-Control", "no-store"), noSniff)

var noSniff = that("X-Content-Type-Options: nosniff, if it is JSON", func(a answer) string {
	if a.isJSON() && !strings.EqualFold(a.header.Get("X-Content-Type-Options"), "nosniff") {
		return fmt.Sprintf("X-Content-Type-Options: %q", a.header.Get("X-Content-Type-Options"))
	}
	return ""
})

// areNotKept are answers of all kinds.
func areNotKept() (cases []Case) {
	large := strings.Repeat("x", 70_000)
	for name, e := range map[string]struct {
		send     request
		statuses int
	}{
		"a-sign-up": {withPassword(`"{password}"`), 201}, "a-sign-up-that-is-no-json": {post("/users", "{"), 400}, "an-email-that-is-taken": {post("/users", `{"email":"{email}","password":"{password}"}`), 409}, "a-sign-up-that-is-too-large": {post("/users", large), 413},
		"a-sign-up-without-fields": {post("/users", "{}"), 422}, "another-method-of-users": {ask("DELETE", "/users").as("{token}"), 405},
		"a-token": {form(good), 200}, "a-form-without-a-password": {form("username=x"), 400}, "another-grant": {form("grant_type=x&" + good), 400}, "another-method-of-auth-token": {ask("DELETE", "/auth/token").as("{token}"), 405},
		"who-is-asking": {get("/auth/me").as("{token}"), 200}, "HEAD-of-who-is-asking": {ask("HEAD", "/auth/me").as("{token}"), 200}, "a-stranger": {get("/auth/me"), 401}, "a-bad-token": {get("/auth/me").as("nonsense"), 401}, "another-method-of-auth-me": {ask("PUT", "/auth/me").as("{token}"), 405},
		"a-list": {get("/tasks").as("{token}"), 200}, "a-stranger-at-the-list": {get("/tasks"), 401}, "a-new-task": {makeTask(`{"title":"x"}`), 201}, "a-task-that-is-no-json": {makeTask("{"), 400}, "a-task-without-a-title": {makeTask("{}"), 422}, "a-task-that-is-too-large": {makeTask(large), 413}, "another-method-of-tasks": {ask("PUT", "/tasks").as("{token}"), 405},
		"a-task": {get("/tasks/{task}").as("{token}"), 200}, "a-task-that-is-not-there": {get("/tasks/{no.task}").as("{token}"), 404}, "a-stranger-at-a-task": {get("/tasks/{task}"), 401}, "a-task-that-is-deleted": {ask("DELETE", "/tasks/{task}").as("{token}"), 204}, "another-method-of-a-task": {ask("PUT", "/tasks/{task}").as("{token}"), 405},
	} {
		cases = append(cases, Case{Name: "let-no-cache-keep-" + name, Send: e.send, Want: wants(status(e.statuses), isNotKept), Why: "A cache gives what it keeps to the next person who asks, and a browser that guesses at types may run what it was sent (CWE-525)"})
	}
	cases = append(cases,
		Case{Name: "let-no-cache-keep-a-wrong-password", Send: form("username={email}&password=wrong-horse"), Want: wants(badLogin, isNotKept), Why: "The next person at the cache may have mistyped nothing (CWE-525)"},
		Case{Name: "let-nobody-guess-the-type-of-an-unknown-path", Send: get("/nothing").as("{token}"), Want: wants(notFound, noSniff), Why: "The contract: JSON has nosniff"},
		Case{Name: "let-nobody-guess-the-type-of-the-description", Send: get("/openapi.json"), Guarded: true, Want: wants(status(200), noSniff), Why: "The contract: JSON has nosniff"})
	byName(cases)
	return cases
}

// heads are answers without a body.
func heads() (cases []Case) {
	for _, path := range []string{"/auth/me", "/tasks", "/tasks/{task}", "/tasks/{no.task}", "/healthz", "/openapi.json", "/docs"} {
		for _, lines := range [][]string{{"Authorization: Bearer {token}"}, nil} {
			name := "answer-HEAD-as-GET-of-" + named(path)
			if lines == nil {
				name += "-for-a-stranger"
			}
			cases = append(cases, Case{Name: name, Why: "RFC 9110, section 9.3.2: HEAD is GET without the body. A path that is guarded for GET alone is open", Asks: "the status and the content type of GET, and no body", Do: func(ctx context.Context, t *try) {
				a := t.send(ctx, get(path, lines...))
				b := t.send(ctx, ask("HEAD", path, lines...))
				kind, length := a.header.Get("Content-Type"), b.header.Get("Content-Length")
				t.want(b, status(a.status), that("Content-Type: "+kind, func(b answer) string {
					if got := b.header.Get("Content-Type"); got != kind {
						return fmt.Sprintf("Content-Type: %q", got)
					}
					return ""
				}), that("no Content-Length, or that of GET", func(answer) string {
					if length != "" && length != fmt.Sprint(len(a.body)) && a.header.Get("Content-Length") != length {
						return fmt.Sprintf("Content-Length: %s, and GET has %d bytes", length, len(a.body))
					}
					return ""
				}))
			}})
		}
	}
	for _, path := range []string{"/users", "/auth/token"} {
		cases = append(cases, Case{Name: "know-no-HEAD-of-" + named(path), Send: ask("HEAD", path).as("{token}"), Want: status(405), Why: "The contract: HEAD answers as GET, which is not there"})
	}
	return cases
}
