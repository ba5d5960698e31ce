package contract

import (
	"fmt"
	"strings"
)

// shapes is the sentence that no request of any shape gets a 500, a panic or a hang. What
// is asked is little: an answer that does not say that the server broke, or, to what is
// hardly HTTP, a closed connection. After each, the server must still serve.
func shapes() []Case {
	const (
		why   = "The contract: no request of any shape gets a 500, a panic or a hang"
		parse = "RFC 9112: the parser is where strangers come first (CWE-444)"
		deep  = "A parser that calls itself runs out of stack (CWE-674)"
	)
	var cases []Case
	// http is a request that HTTP knows: it must be answered.
	http := func(name string, send request, why string, wanted ...check) {
		if len(wanted) == 0 {
			wanted = calm
		}
		cases = append(cases, Case{Name: name, Send: send, Want: wanted, Why: why, Alive: true})
	}
	// odd is one that HTTP forbids, or leaves to the server: it may be hung up on.
	odd := func(name, text string) {
		cases = append(cases, Case{Name: name, Send: whole(text).within(soon), Want: calm, Why: parse, Closing: true, Alive: true})
	}
	// begun is one that never comes to its end: the client hangs up.
	begun := func(name, text string) {
		r := whole(text)
		r.hangUp = true
		cases = append(cases, Case{Name: name, Send: r, Asks: "the server goes on", Why: parse, Alive: true})
	}
	clean := wants(calm, that("no header that the request wrote", func(a answer) string {
		if a.header.Get("X-Injected") != "" {
			return "X-Injected: " + a.header.Get("X-Injected")
		}
		return ""
	}))

	// Paths.
	for name, path := range map[string]string{
		"a-double-slash": "//tasks", "a-slash-behind-tasks": "/tasks/", "two-slashes-behind-tasks": "/tasks//", "a-dot": "/./tasks", "two-dots": "/../tasks", "dots-behind-tasks": "/tasks/../tasks",
		"escaped-dots": "/tasks/%2e%2e", "escaped-slashes": "/tasks/..%2f..%2fetc%2fpasswd", "a-backslash": `/tasks/..\..\x`, "an-escaped-NUL": "/tasks/%00", "broken-utf-8-in-the-path": "/tasks/%ff%fe",
		"an-overlong-slash": "/tasks/%c0%af", "letters-that-are-not-escaped": "/tasks/é", "a-semicolon": "/tasks;x=1", "a-plus": "/tasks/a+b", "an-id-of-8-KB": "/tasks/" + strings.Repeat("x", 8000),
		"null": "/tasks/null", "undefined": "/tasks/undefined", "NaN": "/tasks/NaN", "1e999": "/tasks/1e999", "minus-zero": "/tasks/-0", "2-to-the-63": "/tasks/9223372036854775808", "a-space-that-is-escaped": "/tasks/%20",
		"__proto__": "/tasks/__proto__", "constructor": "/tasks/constructor", "a-percent-that-is-escaped": "/tasks/%25", "an-emoji": "/tasks/%F0%9F%90%8E", "a-lone-surrogate": "/tasks/%ED%A0%80",
		"an-id-with-a-slash": "/tasks/a%2Fb", "a-path-in-upper-case": "/TASKS", "a-long-unknown-path": "/" + strings.Repeat("a/", 2000), "a-broken-query": "/tasks?%zz=%zz", "a-query-of-ampersands": "/tasks?&&&=&&", "a-query-with-a-NUL": "/tasks?x=%00", "a-query-with-brackets": "/tasks?x[]=1&x[a]=2&__proto__[x]=1",
	} {
		http("survives-a-path-with-"+name, get(path).as("{token}"), why)
	}
	http("writes-no-header-from-a-path", get("/tasks/x%0d%0aX-Injected:%201").as("{token}"), "CWE-113", clean...)
	http("writes-no-header-from-a-query", get("/auth/me?x=%0d%0aX-Injected:%201").as("{token}"), "CWE-113", clean...)
	http("writes-no-header-from-an-email", post("/users", `{"email":"{new}\r\nX-Injected: 1","password":"{password}"}`), "CWE-113", clean...)
	http("writes-no-header-from-a-title", post("/tasks", `{"title":"x\r\nX-Injected: 1"}`).as("{token}"), "CWE-113", clean...)
	for name, target := range map[string]string{
		"a-broken-escape-in-the-path": "/tasks/%zz", "half-an-escape-in-the-path": "/tasks/%", "no-slash": "tasks", "no-path": "", "a-fragment": "/tasks#x", "a-star": "*", "a-space-in-the-path": "/tasks/a b", "a-whole-url": "http://{host}/tasks", "another-hosts-url": "http://other.example/tasks", "a-bracket": "/tasks/[", "a-quote": `/tasks/"`, "a-tab-in-the-path": "/tasks/\t", "bytes-that-are-no-text": "/tasks/\xff\xfe", "a-port-alone": ":80",
	} {
		odd("survives-"+name, "GET "+target+" HTTP/1.1\r\nHost: {host}\r\n\r\n")
	}

	// Methods.
	for _, method := range []string{"HEAD", "OPTIONS", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND", "BREW", "get", "M-SEARCH"} {
		for _, target := range []string{"/users", "/auth/token", "/auth/me", "/tasks", "/tasks/x", "/healthz", "/nothing"} {
			if method == "DELETE" && target == "/tasks/x" || len(method) > 5 && method != "OPTIONS" && target != "/tasks" {
				continue
			}
			send := ask(method, target).as("{token}")
			c := Case{Name: "survives-" + method + strings.ReplaceAll(target, "/", "-"), Send: send, Want: calm, Why: why, Alive: true}
			c.Closing = method != "HEAD" && method != "OPTIONS" && method != "PUT" && method != "PATCH" && method != "DELETE"
			cases = append(cases, c)
		}
	}
	odd("survives-OPTIONS-for-all", "OPTIONS * HTTP/1.1\r\nHost: {host}\r\n\r\n")
	odd("survives-CONNECT", "CONNECT {host} HTTP/1.1\r\nHost: {host}\r\n\r\n")
	odd("survives-a-method-of-1-KB", strings.Repeat("A", 1024)+" / HTTP/1.1\r\nHost: {host}\r\n\r\n")
	http("answers-a-preflight", ask("OPTIONS", "/tasks", "Origin: https://other.example", "Access-Control-Request-Method: POST", "Access-Control-Request-Headers: authorization"), why)

	// Versions, lines and headers.
	for name, text := range map[string]string{
		"a-word":                    "hello\r\n\r\n",
		"no-version":                "GET /tasks\r\n\r\n",
		"HTTP-2":                    "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
		"HTTP-9":                    "GET /tasks HTTP/9.9\r\nHost: {host}\r\n\r\n",
		"a-version-in-lower-case":   "GET /tasks http/1.1\r\nHost: {host}\r\n\r\n",
		"no-number-in-the-version":  "GET /tasks HTTP/x\r\nHost: {host}\r\n\r\n",
		"two-spaces":                "GET  /tasks  HTTP/1.1\r\nHost: {host}\r\n\r\n",
		"bare-newlines":             "GET /tasks HTTP/1.1\nHost: {host}\n\n",
		"bare-carriage-returns":     "GET /tasks HTTP/1.1\rHost: {host}\r\r\r\n\r\n",
		"an-empty-line-first":       "\r\nGET /auth/me HTTP/1.1\r\nHost: {host}\r\n\r\n",
		"no-host":                   "GET /auth/me HTTP/1.1\r\n\r\n",
		"an-empty-host":             "GET /auth/me HTTP/1.1\r\nHost:\r\n\r\n",
		"two-hosts":                 "GET /auth/me HTTP/1.1\r\nHost: {host}\r\nHost: other.example\r\n\r\n",
		"a-host-that-is-none":       "GET /auth/me HTTP/1.1\r\nHost: <script>\r\n\r\n",
		"another-host":              "GET /auth/me HTTP/1.1\r\nHost: other.example\r\n\r\n",
		"a-header-without-a-colon":  "GET /auth/me HTTP/1.1\r\nHost: {host}\r\nAuthorization\r\n\r\n",
		"a-header-without-a-name":   "GET /auth/me HTTP/1.1\r\nHost: {host}\r\n: x\r\n\r\n",
		"a-space-before-a-colon":    "GET /auth/me HTTP/1.1\r\nHost: {host}\r\nAuthorization : Bearer x\r\n\r\n",
		"a-space-before-a-header":   "GET /auth/me HTTP/1.1\r\nHost: {host}\r\n Authorization: Bearer x\r\n\r\n",
		"a-folded-header":           "GET /auth/me HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer\r\n x\r\n\r\n",
		"a-NUL-in-a-header":         "GET /auth/me HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer \x00x\r\n\r\n",
		"control-characters":        "GET /auth/me HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer \x01\x02\x7f\r\n\r\n",
		"other-bytes-in-a-header":   "GET /auth/me HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer \xff\xfe\r\n\r\n",
		"a-header-name-with-spaces": "GET /auth/me HTTP/1.1\r\nHost: {host}\r\nX Y: z\r\n\r\n",
		"TLS":                       "\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03\x00\x00\x00\x00\r\n\r\n",
		"SSH":                       "SSH-2.0-OpenSSH_9.6\r\n\r\n",
		"SMTP":                      "EHLO there\r\nQUIT\r\n\r\n",
		"zeros":                     strings.Repeat("\x00", 100) + "\r\n\r\n",
		"thirty-authorizations":     "GET /auth/me HTTP/1.1\r\nHost: {host}\r\n" + strings.Repeat("Authorization: Bearer x\r\n", 30) + "\r\n",
		"HTTP-1.0-without-a-host":   "GET /auth/me HTTP/1.0\r\n\r\n",
		"HTTP-1.0-and-keep-alive":   "GET /auth/me HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
	} {
		odd("survives-"+name, text)
	}
	for name, lines := range map[string][]string{
		"Accept-HTML": {"Accept: text/html"}, "Accept-nothing": {"Accept: application/x-nothing;q=1, */*;q=0"}, "a-broken-Accept": {"Accept: ;;;,,,"}, "Accept-Encoding": {"Accept-Encoding: gzip, br, zstd"},
		"a-Range": {"Range: bytes=5-2,-9999999999"}, "If-Match": {`If-Match: "x"`}, "If-Modified-Since": {"If-Modified-Since: nonsense"}, "an-Upgrade": {"Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Key: x", "Sec-WebSocket-Version: 13"}, "h2c": {"Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAAQAAP__"},
		"an-Origin": {"Origin: null"}, "cookies": {"Cookie: ;=;;a=b; c", "Cookie: " + strings.Repeat("a=b; ", 300)}, "a-forwarded-host": {"X-Forwarded-Host: evil.example", "X-Forwarded-For: ' OR 1=1", "Forwarded: for=x;;"}, "another-method-in-a-header": {"X-HTTP-Method-Override: DELETE"}, "a-Connection-header-that-names-Authorization": {"Connection: close, Authorization"},
	} {
		http("survives-"+name, get("/tasks", lines...).as("{token}"), why)
	}
	http("answers-HTTP-1.0", request{method: "GET", target: "/auth/me", version: "HTTP/1.0", lines: []string{"Authorization: Bearer {token}"}}, "RFC 9110, section 2.5: the older version is understood", status(200)...)

	// Bodies.
	nested := strings.Repeat("[", 100_000)
	for name, body := range map[string]string{
		"a-hundred-thousand-brackets": nested, "brackets-that-close-again": nested + strings.Repeat("]", 100_000), "deep-fields": `{"title":"x","password":"x","email":"x@y","x":` + strings.Repeat(`{"a":`, 20_000) + "1" + strings.Repeat("}", 20_000) + "}",
		"a-huge-exponent": `{"title":"x","x":1e999999999}`, "a-long-number": `{"title":"x","x":` + strings.Repeat("9", 100_000) + `}`, "a-field-twice": `{"title":"a","title":"b","email":"x","email":"y"}`, "__proto__": `{"__proto__":{"title":"x","email":"x@y"},"constructor":{"prototype":{"x":1}}}`,
		"a-NUL-between": "{\"title\":\x00\"x\"}", "a-NUL-in-a-text": "{\"title\":\"\x00\"}", "an-escape-that-is-none": `{"title":"\x"}`, "a-lone-surrogate": `{"title":"\ud800","email":"\udfff@x","password":"\ud800aaaaaaaa"}`, "a-byte-order-mark": "\xef\xbb\xbf{\"title\":\"x\"}",
		"UTF-16": "\xff\xfe{\x00\"\x00t\x00", "keys-that-are-no-text": `{title:"x",17:18}`, "an-empty-key": `{"":"x"}`, "NaN": `{"title":NaN,"email":Infinity}`, "a-newline-in-a-text": "{\"title\":\"a\nb\"}", "XML": `<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>`, "YAML": "title: x\nemail: x@y\n",
		"broken-utf-8": "{\"title\":\"\xc3\x28\"}", "only-spaces": strings.Repeat(" ", 1000), "fifty-thousand-fields": "{" + strings.TrimSuffix(strings.Repeat(`"k":1,`, 50_000), ",") + "}",
	} {
		http("survives-a-task-of-"+name, post("/tasks", body).as("{token}"), deep)
		http("survives-a-sign-up-of-"+name, post("/users", body), deep)
	}
	http("survives-a-NUL-in-a-title", post("/tasks", `{"title":"a\u0000b"}`).as("{token}"), why)
	http("survives-a-NUL-in-an-email", post("/users", `{"email":"a\u0000b@x","password":"{password}"}`), why)
	http("survives-an-email-of-100-KB", post("/users", `{"email":"`+strings.Repeat("x", 100_000)+`@x","password":"{password}"}`), why)
	http("survives-an-email-of-signs", post("/users", `{"email":"@","password":"{password}"}`), why)
	http("survives-a-title-without-an-end", post("/tasks", `{"title":"`+strings.Repeat("x", 500_000)+`"}`).as("{token}"), why)
	for name, body := range map[string]string{
		"ampersands": strings.Repeat("&", 1000), "equals-signs": "=&=&==", "brackets": "username[]=x&username[a]=y&password[x]=z", "semicolons": "username=a;password=b", "broken-utf-8": "username=%ff%fe&password=%c3%28", "NULs": "username=%00&password=%00",
		"ten-thousand-parameters": strings.Repeat("a=b&", 10_000), "no-equals-sign": "username", "JSON": `{"username":"a"}`, "__proto__": "__proto__=x&constructor=y&username=a&password=b", "a-percent": "%", "raw-bytes": "username=\xff&password=\x00\x01", "spaces": "username = a & password = b", "plus-signs": "username=+&password=+",
	} {
		http("survives-a-form-of-"+name, form(body), why)
	}
	for name, contentType := range map[string]string{"nothing": " ", "a-slash": "/", "semicolons": ";;;", "a-boundary-that-is-missing": "multipart/form-data", "a-charset-that-is-unknown": "application/x-www-form-urlencoded; charset=klingon", "a-parameter-that-is-broken": "application/x-www-form-urlencoded; charset=\"", "other-bytes": "\xff\xfe"} {
		http("survives-a-content-type-of-"+name, form("username=a&password=b").retyped(contentType), why)
		http("survives-a-task-with-a-content-type-of-"+name, post("/tasks", `{"title":"x"}`).retyped(contentType).as("{token}"), why)
	}
	http("survives-a-body-that-says-gzip", post("/tasks", `{"title":"x"}`, "Content-Encoding: gzip").as("{token}"), why)
	http("survives-GET-with-a-body", request{method: "GET", target: "/tasks", body: `{"title":"x"}`, lines: []string{"Authorization: Bearer {token}"}}, why)
	http("survives-DELETE-with-a-body", request{method: "DELETE", target: "/tasks/x", body: `{"title":"x"}`, lines: []string{"Authorization: Bearer {token}"}}, why)
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
		odd("survives-"+name, "POST /users HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n"+text)
	}
	cases = append(cases, Case{Name: "takes-a-task-in-chunks", Asks: "201", Why: "RFC 9112, section 7.1: every server must understand them", Do: func(t *try) {
		r := post("/tasks", "")
		r.length, r.body = "-", "1\r\n{\r\n7;x=y\r\n\"title\"\r\n5\r\n:\"a\"}\r\n0\r\n\r\n"
		t.want(t.send(r.with("Transfer-Encoding: chunked").as("{token}")), wants(status(201), holds("title", "a"))...)
	}}, Case{Name: "takes-a-task-after-100-continue", Send: post("/tasks", `{"title":"x"}`, "Expect: 100-continue").as("{token}"), Want: status(201), Why: "RFC 9110, section 10.1.1"},
		Case{Name: "answers-requests-that-come-together", Asks: "two answers, in order, on one connection", Why: "RFC 9112, section 9.3.2", Do: func(t *try) {
			token := t.fill("{token}")
			answers, err := t.askFor(whole("GET {base}/auth/me HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer "+token+"\r\n\r\nGET {base}/auth/me HTTP/1.1\r\nHost: {host}\r\n\r\n"), 2)
			if err != nil {
				t.broken(err)
			}
			if answers[0].status != 200 || answers[1].status != 401 {
				t.fail("200 for the first, which has a token, and 401 for the second, which has none", "%d and %d", answers[0].status, answers[1].status)
			}
		}}, Case{Name: "takes-no-body-for-a-request", Asks: "one answer, to the one request", Why: "What a refused request has in its body must not be carried out (CWE-444)", Do: func(t *try) {
			token := t.fill("{token}")
			body := "DELETE {base}/tasks/" + t.fill("{task}") + " HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer " + token + "\r\n\r\n"
			_, body = "", strings.NewReplacer("{host}", t.server.host, "{base}", t.server.base).Replace(body)
			t.want(t.send(whole(fmt.Sprintf("POST {base}/tasks HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(body), body))), noToken...)
			t.want(t.send(get("/tasks/{task}").as("{token}")), status(200)...)
		}})

	// Clients that hang up.
	begun("survives-a-client-that-says-nothing", " ")
	begun("survives-nothing-but-a-line-end", "\r\n\r\n")
	begun("survives-a-client-that-hangs-up-in-its-first-line", "GET /tas")
	begun("survives-a-client-that-hangs-up-in-a-header", "GET /tasks HTTP/1.1\r\nHost: {host}\r\nAuthori")
	begun("survives-a-client-that-hangs-up-in-a-body", "POST /users HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{\"email\"")
	begun("survives-a-client-that-hangs-up-in-a-form", "POST /auth/token HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000\r\n\r\nusername=a&pass")
	begun("survives-a-client-that-hangs-up-in-a-chunk", "POST /users HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n100\r\n{\"email\"")
	begun("survives-a-client-that-does-not-wait-for-its-answer", "GET /auth/me HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\n\r\n")
	byName(cases)
	return cases
}
