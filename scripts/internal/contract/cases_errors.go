package contract

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// errorRules is the paragraph about errors.
func errorRules() []Case {
	return slices.Concat(haveAForm(), otherMethodsOf(), tellNothing(), repeatNothing(), describeErrors(), areNotKept(), heads())
}

// haveAForm are errors of every kind.
func haveAForm() []Case {
	const json = "The contract: errors are application/json, with error and detail. A client parses every answer alike"
	return []Case{
		{Name: "has-a-form-for-an-unknown-path", Send: get("/nothing-is-here"), Want: wants(status(401, 404), isProblem), Why: json},
		{Name: "has-a-form-for-an-unknown-path-with-a-token", Send: get("/nothing/is/here").as("{token}"), Want: notFound, Why: json},
		{Name: "has-a-form-for-POST-to-an-unknown-path", Send: post("/nothing", "{}").as("{token}"), Want: notFound, Why: json},
		{Name: "has-a-form-for-DELETE-of-an-unknown-path", Send: ask("DELETE", "/nothing/is/here").as("{token}"), Want: notFound, Why: json},
		{Name: "has-a-form-for-the-root", Send: get("/"), Want: wants(status(200, 301, 302, 303, 307, 308, 401, 404), that("JSON, if it is an error", func(a answer) string {
			if a.status >= 400 {
				return isProblem[0].wrong(a)
			}
			return ""
		})), Why: json},
		{Name: "has-a-form-for-a-path-below-a-task", Send: get("/tasks/{task}/more").as("{token}"), Want: notFound, Why: json},
	}
}

// tellNothing are errors that attackers learn from.
func tellNothing() []Case {
	return []Case{
		{Name: "names-nothing-from-inside", Asks: "no word of a library, a query, a file or a key in any error", Why: "They help an attacker (CWE-209)", Do: func(ctx context.Context, t *try) {
			u := t.newUser(ctx)
			_, payload, signature, _ := parts(u.token)
			for _, r := range []request{
				post("/users", `{"email":17}`), post("/users", `{`), post("/users", `{"email":"{email}","password":"{password}"}`), post("/users", `{"email":"{new}","password":"`+strings.Repeat("x", 73)+`"}`), post("/users", `{"email":"{new}","password":"a\u0000bcdefgh"}`),
				form("username={email}&password=wrong"), form("username=%zz&password=x"), form("username='&password=x"), form("username={email}&password=" + strings.Repeat("x", 80)),
				get("/auth/me"), get("/auth/me").as("nonsense"), get("/auth/me").as(part(`{"alg":"none"}`) + "." + payload + "."), get("/auth/me").as(part(goodHeader) + "." + payload + "." + flip(signature, 0)), get("/auth/me").as("a.b.c"),
				post("/tasks", `{"title":17}`).as(u.token), post("/tasks", `{"title`).as(u.token), get("/tasks/%27").as(u.token), get("/tasks/%25").as(u.token), ask("DELETE", "/tasks/0").as(u.token),
				get("/nothing"), ask("PUT", "/users"),
			} {
				a := t.send(ctx, r)
				t.want(a, that("a status from 400 to 499", func(a answer) string {
					if a.status < 400 || a.status > 499 {
						return fmt.Sprintf("status %d", a.status)
					}
					return ""
				}))
				if found := inside.FindString(string(a.body) + a.header.Get("WWW-Authenticate")); found != "" {
					t.want(a, that("no word from inside", func(answer) string { return fmt.Sprintf("%q", found) }))
				}
			}
		}},
		{Name: "names-the-same-thing-whatever-is-wrong-with-a-token", Asks: "one answer for a bad signature, a bad algorithm and nonsense", Why: "Others would tell an attacker how far they have come (CWE-209)", Do: func(ctx context.Context, t *try) {
			header, payload, signature, ok := parts(t.fill(ctx, "{token}"))
			if !ok {
				t.fail("a token of three parts", "%s", t.fill(ctx, "{token}"))
			}
			first := t.expect(ctx, get("/auth/me").as(header+"."+payload+"."+flip(signature, 0)), badToken)
			for _, token := range []string{part(`{"alg":"none"}`) + "." + payload + ".", "nonsense", header + "." + part("{") + "." + signature} {
				a := t.expect(ctx, get("/auth/me").as(token), badToken)
				if a.text("detail") != first.text("detail") || a.header.Get("WWW-Authenticate") != first.header.Get("WWW-Authenticate") {
					t.fail("the same detail and the same WWW-Authenticate for each", "%q, %s", a.text("detail"), a.header.Get("WWW-Authenticate"))
				}
			}
		}},
	}
}

// inside are words that come from a library, a database, a file or a stack.
var inside = regexp.MustCompile(`(?i)sqlite|sql:|sql syntax|\bselect .* from\b|insert into|no such (table|column)|unique constraint|jsonwebtoken|\bjwt\b|golang|bcrypt|argon2|scrypt|\.go:\d|\.js:\d|\.py\b|\.rb:\d|traceback|goroutine|node:internal|node_modules|invalid character|unmarshal|unexpected token|unexpected end|secret_key|\bhmac\b|/usr/|/home/|/var/|/tmp/|c:\\\\|stack trace|exception|illegal base64|signature is invalid|segments|panic|eof\b|nil pointer|\$2[aby]\$`)

// padded closes an object so that it has a length, once the names in it are filled in.
func padded(object string, length int) string {
	names := map[string]string{"{new}": newEmail(), "{password}": password}
	for name, value := range names {
		length -= strings.Count(object, name) * (len(value) - len(name))
	}
	const field = `,"x":"`
	return object + field + strings.Repeat("y", length-len(object)-len(field)-2) + `"}`
}

// limits are the rows about bodies that are too large.
func limits() []Case {
	const (
		size   = "The contract: without reading it all. One client must not fill the memory of all (CWE-770)"
		almost = "The contract: only what is over the limit is refused"
	)
	kilobyte := strings.Repeat("x", 1024)
	tooLarge := problem("invalid_request", 413)
	tooLargeForm := problem("invalid_request", 400, 413)
	formType := "Content-Type: application/x-www-form-urlencoded"
	big := func(target, contentType, body string) request {
		return request{method: "POST", target: target, body: body, lines: []string{contentType}}
	}
	return []Case{
		{Name: "takes-a-form-of-60-KB", Send: form("username={email}&password={password}&x=" + strings.Repeat("y", 60_000)), Want: status(200), Why: almost},
		{Name: "refuses-a-form-of-70-KB", Send: form("username={email}&password={password}&x=" + strings.Repeat("y", 70_000)), Want: tooLargeForm, Why: size},
		{Name: "refuses-a-password-of-70-KB", Send: form("username={email}&password=" + strings.Repeat("y", 70_000)), Want: tooLargeForm, Why: size},
		{Name: "answers-a-password-of-60-KB-soon", Send: form("username={email}&password=" + strings.Repeat("y", 60_000)).soon(), Want: status(400, 401), Why: "Hashing must not take as long as the client likes (CWE-400)"},
		{Name: "refuses-a-form-of-2-MB", Send: big("/auth/token", formType, "username={email}&password={password}&x="+strings.Repeat(kilobyte, 2048)), Want: tooLargeForm, Why: size},
		{Name: "reads-no-form-to-its-end", Send: big("/auth/token", formType, "username=a&password="+strings.Repeat(kilobyte, 1024)).announcing("104857600").soon(), Want: tooLargeForm, Why: size},
		{Name: "reads-no-form-in-chunks-to-its-end", Send: big("/auth/token", formType, "username=a&password="+strings.Repeat(kilobyte, 1024)).inChunks().soon(), Want: tooLargeForm, Why: size},
		{Name: "reads-no-form-of-many-chunks-to-its-end", Send: big("/auth/token", formType, kilobyte).inChunks().times(1024).soon(), Want: tooLargeForm, Why: size},
		{Name: "takes-a-task-of-60-KB", Send: post("/tasks", `{"title":"x","note":"`+strings.Repeat("x", 60_000)+`"}`).as("{token}"), Want: status(201), Why: almost},
		{Name: "refuses-a-task-of-more-than-a-megabyte", Send: post("/tasks", `{"title":"`+strings.Repeat(kilobyte, 1100)+`"}`).as("{token}"), Want: tooLarge, Why: "The contract: 413"},
		{Name: "refuses-a-task-with-a-megabyte-behind-it", Send: post("/tasks", `{"title":"x"}`+strings.Repeat(" ", 1100<<10)).as("{token}"), Want: tooLarge, Why: "The contract: 413 for the body, not for what is in it"},
		{Name: "reads-no-task-to-its-end", Send: post("/tasks", `{"title":"`+strings.Repeat(kilobyte, 2048)).as("{token}").announcing("104857600").soon(), Want: tooLarge, Why: size},
		{Name: "reads-no-task-in-chunks-to-its-end", Send: post("/tasks", `{"title":"`+strings.Repeat(kilobyte, 2048)).as("{token}").inChunks().soon(), Want: tooLarge, Why: size},
		{Name: "keeps-no-task-that-is-too-large", Asks: "413, and the list stays empty", Why: "CWE-390", Do: func(ctx context.Context, t *try) {
			u := t.newUser(ctx)
			t.expect(ctx, post("/tasks", `{"title":"`+strings.Repeat(kilobyte, 1100)+`"}`).as(u.token), tooLarge)
			t.listIs(ctx, u.token)
		}},
		{Name: "refuses-a-sign-up-of-2-MB", Send: post("/users", `{"email":"{new}","password":"{password}","x":"`+strings.Repeat(kilobyte, 2048)+`"}`), Want: tooLarge, Alive: true, Why: "The contract: 413"},
		{Name: "reads-no-sign-up-to-its-end", Send: post("/users", `{"email":"`+strings.Repeat(kilobyte, 2048)).announcing("104857600").soon(), Want: tooLarge, Alive: true, Why: size},
		{Name: "reads-no-sign-up-in-chunks-to-its-end", Send: post("/users", `{"email":"`+strings.Repeat(kilobyte, 2048)).inChunks().soon(), Want: tooLarge, Alive: true, Why: size},
		{Name: "takes-a-sign-up-of-64-KB", Send: post("/users", padded(`{"email":"{new}","password":"{password}"`, 64<<10)), Want: status(201), Why: almost},
		{Name: "refuses-a-sign-up-of-64-KB-and-a-byte", Free: true, Send: post("/users", padded(`{"email":"{new}","password":"{password}"`, 64<<10+1)), Want: tooLarge, Why: size},
		{Name: "takes-a-task-of-64-KB", Send: post("/tasks", padded(`{"title":"x"`, 64<<10)).as("{token}"), Want: status(201), Why: almost},
		{Name: "refuses-a-task-of-64-KB-and-a-byte", Send: post("/tasks", padded(`{"title":"x"`, 64<<10+1)).as("{token}"), Want: tooLarge, Why: size},
		{Name: "refuses-a-task-with-64-KB-behind-it", Send: post("/tasks", `{"title":"x"}`+strings.Repeat(" ", 64<<10)).as("{token}"), Want: tooLarge, Why: "The contract: 413 for the body, not for what is in it"},
		{Name: "refuses-a-title-of-100-KB", Send: post("/tasks", `{"title":"`+strings.Repeat("x", 100_000)+`"}`).as("{token}"), Want: tooLarge, Why: "The contract: it's refused, and not cut off"},
		{Name: "survives-a-header-of-a-megabyte", Send: get("/auth/me", "X-Large: "+strings.Repeat(kilobyte, 1024)), Want: status(400, 413, 431), Closing: true, Alive: true, Why: "RFC 6585, section 5; CWE-770"},
		{Name: "survives-a-token-of-a-megabyte", Send: get("/auth/me").as(strings.Repeat(kilobyte, 1024)), Want: status(400, 401, 413, 431), Closing: true, Alive: true, Why: "CWE-770"},
		{Name: "survives-ten-thousand-headers", Send: get("/auth/me", strings.Split(strings.TrimSuffix(strings.Repeat("X-A: b\n", 10_000), "\n"), "\n")...), Want: wants(calm, status(400, 401, 413, 431)), Closing: true, Alive: true, Why: "CWE-770"},
		{Name: "survives-a-path-of-100-KB", Send: get("/tasks/" + strings.Repeat("x", 100_000)).as("{token}"), Want: status(400, 404, 413, 414, 431), Closing: true, Alive: true, Why: "RFC 9110, section 15.5.15"},
		{Name: "survives-a-query-of-100-KB", Send: get("/auth/me?x=" + strings.Repeat("x", 100_000)), Want: status(400, 401, 404, 413, 414, 431), Closing: true, Alive: true, Why: "RFC 9110, section 15.5.15"},
	}
}
