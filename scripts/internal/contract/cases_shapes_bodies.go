package contract

import (
	"context"
	"fmt"
	"strings"
)

// oddBodies are sent where JSON is wanted.
func oddBodies() (cases []Case) {
	nested := strings.Repeat("[", 100_000)
	for name, body := range map[string]string{
		"a-hundred-thousand-brackets": nested, "brackets-that-close-again": nested + strings.Repeat("]", 100_000), "deep-fields": `{"title":"x","password":"x","email":"x@y","x":` + strings.Repeat(`{"a":`, 20_000) + "1" + strings.Repeat("}", 20_000) + "}",
		"a-huge-exponent": `{"title":"x","x":1e999999999}`, "a-long-number": `{"title":"x","x":` + strings.Repeat("9", 100_000) + `}`, "a-field-twice": `{"title":"a","title":"b","email":"x","email":"y"}`, "__proto__": `{"__proto__":{"title":"x","email":"x@y"},"constructor":{"prototype":{"x":1}}}`,
		"a-NUL-between": "{\"title\":\x00\"x\"}", "a-NUL-in-a-text": "{\"title\":\"\x00\"}", "an-escape-that-is-none": `{"title":"\x"}`, "a-lone-surrogate": `{"title":"\ud800","email":"\udfff@x","password":"\ud800aaaaaaaa"}`, "a-byte-order-mark": "\xef\xbb\xbf{\"title\":\"x\"}",
		"UTF-16": "\xff\xfe{\x00\"\x00t\x00", "keys-that-are-no-text": `{title:"x",17:18}`, "an-empty-key": `{"":"x"}`, "NaN": `{"title":NaN,"email":Infinity}`, "a-newline-in-a-text": "{\"title\":\"a\nb\"}", "XML": `<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>`, "YAML": "title: x\nemail: x@y\n",
		"broken-utf-8": "{\"title\":\"\xc3\x28\"}", "only-spaces": strings.Repeat(" ", 1000), "fifty-thousand-fields": "{" + strings.TrimSuffix(strings.Repeat(`"k":1,`, 50_000), ",") + "}",
	} {
		cases = append(cases, answered("survives-a-task-of-"+name, post("/tasks", body).as("{token}"), deepShape))
		cases = append(cases, answered("survives-a-sign-up-of-"+name, post("/users", body), deepShape))
	}
	cases = append(cases,
		answered("survives-a-NUL-in-a-title", post("/tasks", `{"title":"a\u0000b"}`).as("{token}"), anyShape),
		answered("survives-a-NUL-in-an-email", post("/users", `{"email":"a\u0000b@x","password":"{password}"}`), anyShape),
		answered("survives-an-email-of-100-KB", post("/users", `{"email":"`+strings.Repeat("x", 100_000)+`@x","password":"{password}"}`), anyShape),
		answered("survives-an-email-of-signs", post("/users", `{"email":"@","password":"{password}"}`), anyShape),
		answered("survives-a-title-without-an-end", post("/tasks", `{"title":"`+strings.Repeat("x", 500_000)+`"}`).as("{token}"), anyShape),
		answered("survives-a-body-that-says-gzip", post("/tasks", `{"title":"x"}`, "Content-Encoding: gzip").as("{token}"), anyShape),
		answered("survives-GET-with-a-body", request{method: "GET", target: "/tasks", body: `{"title":"x"}`, lines: []string{"Authorization: Bearer {token}"}}, anyShape),
		answered("survives-DELETE-with-a-body", request{method: "DELETE", target: "/tasks/x", body: `{"title":"x"}`, lines: []string{"Authorization: Bearer {token}"}}, anyShape),
	)
	return cases
}

// oddForms are sent where a form is wanted, and odd content types with them.
func oddForms() (cases []Case) {
	for name, body := range map[string]string{
		"ampersands": strings.Repeat("&", 1000), "equals-signs": "=&=&==", "brackets": "username[]=x&username[a]=y&password[x]=z", "semicolons": "username=a;password=b", "broken-utf-8": "username=%ff%fe&password=%c3%28", "NULs": "username=%00&password=%00",
		"ten-thousand-parameters": strings.Repeat("a=b&", 10_000), "no-equals-sign": "username", "JSON": `{"username":"a"}`, "__proto__": "__proto__=x&constructor=y&username=a&password=b", "a-percent": "%", "raw-bytes": "username=\xff&password=\x00\x01", "spaces": "username = a & password = b", "plus-signs": "username=+&password=+",
	} {
		cases = append(cases, answered("survives-a-form-of-"+name, form(body), anyShape))
	}
	for name, contentType := range map[string]string{"nothing": " ", "a-slash": "/", "semicolons": ";;;", "a-boundary-that-is-missing": "multipart/form-data", "a-charset-that-is-unknown": "application/x-www-form-urlencoded; charset=klingon", "a-parameter-that-is-broken": "application/x-www-form-urlencoded; charset=\"", "other-bytes": "\xff\xfe"} {
		cases = append(cases, answered("survives-a-content-type-of-"+name, form("username=a&password=b").retyped(contentType), anyShape))
		cases = append(cases, answered("survives-a-task-with-a-content-type-of-"+name, post("/tasks", `{"title":"x"}`).retyped(contentType).as("{token}"), anyShape))
	}
	return cases
}

// oddLengths do not say how long the body is, or say it twice.
func oddLengths() (cases []Case) {
	for name, text := range map[string]string{
		"a-length-below-zero":         "Content-Length: -1\r\n\r\n{}",
		"a-length-that-is-no-number":  "Content-Length: many\r\n\r\n{}",
		"a-length-in-hex":             "Content-Length: 0x10\r\n\r\n{}",
		"a-length-beyond-64-bits":     "Content-Length: 99999999999999999999999\r\n\r\n{}",
		"two-lengths":                 "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}x",
		"a-length-and-chunks":         "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
		"an-encoding-that-is-unknown": "Transfer-Encoding: gzip\r\n\r\n{}",
		"chunked-twice":               "Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n",
		"chunked-and-identity":        "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
		"a-chunk-of-a-broken-size":    "Transfer-Encoding: chunked\r\n\r\nxyz\r\n{}\r\n0\r\n\r\n",
		"a-chunk-of-a-huge-size":      "Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n{}\r\n0\r\n\r\n",
		"a-chunk-below-zero":          "Transfer-Encoding: chunked\r\n\r\n-1\r\n{}\r\n0\r\n\r\n",
		"a-chunk-that-is-too-long":    "Transfer-Encoding: chunked\r\n\r\n1\r\n{}{}{}{}\r\n0\r\n\r\n",
		"a-chunk-with-an-extension":   "Transfer-Encoding: chunked\r\n\r\n2;a=b;c\r\n{}\r\n0\r\n\r\n",
		"a-trailer":                   "Transfer-Encoding: chunked\r\nTrailer: Authorization\r\n\r\n2\r\n{}\r\n0\r\nAuthorization: Bearer x\r\n\r\n",
		"a-body-that-is-longer":       "Content-Length: 2\r\n\r\n{}{}{}{}",
		"an-expectation":              "Content-Length: 2\r\nExpect: 200-miracle\r\n\r\n{}",
		"no-length-at-all":            "\r\n",
	} {
		cases = append(cases, odd("survives-"+name, "POST /users HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n"+text))
	}
	return cases
}

// severalInOne are bodies and requests of several pieces.
func severalInOne() (cases []Case) {
	cases = append(cases, Case{Name: "takes-a-task-in-chunks", Asks: "201", Why: "RFC 9112, section 7.1: every server must understand them", Do: func(ctx context.Context, t *try) {
		r := post("/tasks", "")
		r.length, r.body = "-", "1\r\n{\r\n7;x=y\r\n\"title\"\r\n5\r\n:\"a\"}\r\n0\r\n\r\n"
		t.expect(ctx, r.with("Transfer-Encoding: chunked").as("{token}"), status(201), field("title", "a"))
	}}, Case{Name: "takes-a-task-after-100-continue", Send: post("/tasks", `{"title":"x"}`, "Expect: 100-continue").as("{token}"), Want: status(201), Why: "RFC 9110, section 10.1.1"},
		Case{Name: "answers-requests-that-come-together", Asks: "two answers, in order, on one connection", Why: "RFC 9112, section 9.3.2", Do: func(ctx context.Context, t *try) {
			token := t.fill(ctx, "{token}")
			answers, err := t.askFor(ctx, whole("GET {base}/auth/me HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer "+token+"\r\n\r\nGET {base}/auth/me HTTP/1.1\r\nHost: {host}\r\n\r\n"), 2)
			if err != nil {
				t.broken(err)
			}
			if answers[0].status != 200 || answers[1].status != 401 {
				t.fail("200 for the first, which has a token, and 401 for the second, which has none", "%d and %d", answers[0].status, answers[1].status)
			}
		}}, Case{Name: "takes-no-body-for-a-request", Asks: "one answer, to the one request", Why: "What a refused request has in its body must not be carried out (CWE-444)", Do: func(ctx context.Context, t *try) {
			token := t.fill(ctx, "{token}")
			body := "DELETE {base}/tasks/" + t.fill(ctx, "{task}") + " HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer " + token + "\r\n\r\n"
			_, body = "", strings.NewReplacer("{host}", t.suite.at.host, "{base}", t.suite.at.base).Replace(body)
			t.expect(ctx, whole(fmt.Sprintf("POST {base}/tasks HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(body), body)), noToken)
			t.expect(ctx, get("/tasks/{task}").as("{token}"), status(200))
		}})
	return cases
}

// hangingUp are clients that go away.
func hangingUp() []Case {
	return []Case{
		begun("survives-a-client-that-says-nothing", " "),
		begun("survives-nothing-but-a-line-end", "\r\n\r\n"),
		begun("survives-a-client-that-hangs-up-in-its-first-line", "GET /tas"),
		begun("survives-a-client-that-hangs-up-in-a-header", "GET /tasks HTTP/1.1\r\nHost: {host}\r\nAuthori"),
		begun("survives-a-client-that-hangs-up-in-a-body", "POST /users HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{\"email\""),
		begun("survives-a-client-that-hangs-up-in-a-form", "POST /auth/token HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000\r\n\r\nusername=a&pass"),
		begun("survives-a-client-that-hangs-up-in-a-chunk", "POST /users HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n100\r\n{\"email\""),
		begun("survives-a-client-that-does-not-wait-for-its-answer", "GET /auth/me HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\n\r\n"),
	}
}
