package contract

import (
	"slices"
	"strings"
)

// shapes is the sentence that no request of any shape gets a 500, a panic or a hang. What
// is asked is little: an answer that does not say that the server broke, or, to what is
// hardly HTTP, a closed connection. After each, the server must still serve.
func shapes() []Case {
	cases := slices.Concat(oddPaths(), oddMethods(), oddLines(), oddHeaders(), oddBodies(), oddForms(), oddLengths(), severalInOne(), hangingUp())
	byName(cases)
	return cases
}

const (
	anyShape  = "The contract: no request of any shape gets a 500, a panic or a hang"
	deepShape = "A parser that calls itself runs out of stack (CWE-674)"
)

// answered is a request that HTTP knows: it must be answered, calmly if nothing else is
// wanted.
func answered(name string, send request, why string, wanted ...want) Case {
	if len(wanted) == 0 {
		wanted = []want{calm}
	}
	return Case{Name: name, Send: send, Want: wants(wanted...), Why: why, Alive: true}
}

const parser = "RFC 9112: the parser is where strangers come first (CWE-444)"

// odd is a request that HTTP forbids, or leaves to the server: it may be hung up on.
func odd(name, text string) Case {
	return Case{Name: name, Send: whole(text).soon(), Want: calm, Why: parser, Closing: true, Alive: true}
}

// begun is a request that never comes to its end: the client hangs up.
func begun(name, text string) Case {
	r := whole(text)
	r.hangUp = true
	return Case{Name: name, Send: r, Asks: "the server goes on", Why: parser, Alive: true}
}

// oddPaths are in the first line of a request.
func oddPaths() (cases []Case) {
	clean := wants(calm, that("no header that the request wrote", func(a answer) string {
		if a.header.Get("X-Injected") != "" {
			return "X-Injected: " + a.header.Get("X-Injected")
		}
		return ""
	}))

	for name, path := range map[string]string{
		"a-double-slash": "//tasks", "a-slash-behind-tasks": "/tasks/", "two-slashes-behind-tasks": "/tasks//", "a-dot": "/./tasks", "two-dots": "/../tasks", "dots-behind-tasks": "/tasks/../tasks",
		"escaped-dots": "/tasks/%2e%2e", "escaped-slashes": "/tasks/..%2f..%2fetc%2fpasswd", "a-backslash": `/tasks/..\..\x`, "an-escaped-NUL": "/tasks/%00", "broken-utf-8-in-the-path": "/tasks/%ff%fe",
		"an-overlong-slash": "/tasks/%c0%af", "letters-that-are-not-escaped": "/tasks/é", "a-semicolon": "/tasks;x=1", "a-plus": "/tasks/a+b", "an-id-of-8-KB": "/tasks/" + strings.Repeat("x", 8000),
		"null": "/tasks/null", "undefined": "/tasks/undefined", "NaN": "/tasks/NaN", "1e999": "/tasks/1e999", "minus-zero": "/tasks/-0", "2-to-the-63": "/tasks/9223372036854775808", "a-space-that-is-escaped": "/tasks/%20",
		"__proto__": "/tasks/__proto__", "constructor": "/tasks/constructor", "a-percent-that-is-escaped": "/tasks/%25", "an-emoji": "/tasks/%F0%9F%90%8E", "a-lone-surrogate": "/tasks/%ED%A0%80",
		"an-id-with-a-slash": "/tasks/a%2Fb", "a-path-in-upper-case": "/TASKS", "a-long-unknown-path": "/" + strings.Repeat("a/", 2000), "a-broken-query": "/tasks?%zz=%zz", "a-query-of-ampersands": "/tasks?&&&=&&", "a-query-with-a-NUL": "/tasks?x=%00", "a-query-with-brackets": "/tasks?x[]=1&x[a]=2&__proto__[x]=1",
	} {
		cases = append(cases, answered("survives-a-path-with-"+name, get(path).as("{token}"), anyShape))
	}
	cases = append(cases,
		answered("writes-no-header-from-a-path", get("/tasks/x%0d%0aX-Injected:%201").as("{token}"), "CWE-113", clean),
		answered("writes-no-header-from-a-query", get("/auth/me?x=%0d%0aX-Injected:%201").as("{token}"), "CWE-113", clean),
		answered("writes-no-header-from-an-email", post("/users", `{"email":"{new}\r\nX-Injected: 1","password":"{password}"}`), "CWE-113", clean),
		answered("writes-no-header-from-a-title", post("/tasks", `{"title":"x\r\nX-Injected: 1"}`).as("{token}"), "CWE-113", clean),
	)
	for name, target := range map[string]string{
		"a-broken-escape-in-the-path": "/tasks/%zz", "half-an-escape-in-the-path": "/tasks/%", "no-slash": "tasks", "no-path": "", "a-fragment": "/tasks#x", "a-star": "*", "a-space-in-the-path": "/tasks/a b", "a-whole-url": "http://{host}/tasks", "another-hosts-url": "http://other.example/tasks", "a-bracket": "/tasks/[", "a-quote": `/tasks/"`, "a-tab-in-the-path": "/tasks/\t", "bytes-that-are-no-text": "/tasks/\xff\xfe", "a-port-alone": ":80",
	} {
		cases = append(cases, odd("survives-"+name, "GET "+target+" HTTP/1.1\r\nHost: {host}\r\n\r\n"))
	}
	return cases
}

// oddMethods are asked of every path.
func oddMethods() (cases []Case) {
	for _, method := range []string{"HEAD", "OPTIONS", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND", "BREW", "get", "M-SEARCH"} {
		for _, target := range []string{"/users", "/auth/token", "/auth/me", "/tasks", "/tasks/x", "/healthz", "/nothing"} {
			if method == "DELETE" && target == "/tasks/x" || len(method) > 5 && method != "OPTIONS" && target != "/tasks" {
				continue
			}
			send := ask(method, target).as("{token}")
			c := Case{Name: "survives-" + method + strings.ReplaceAll(target, "/", "-"), Send: send, Want: calm, Why: anyShape, Alive: true}
			c.Closing = method != "HEAD" && method != "OPTIONS" && method != "PUT" && method != "PATCH" && method != "DELETE"
			cases = append(cases, c)
		}
	}
	cases = append(cases,
		odd("survives-OPTIONS-for-all", "OPTIONS * HTTP/1.1\r\nHost: {host}\r\n\r\n"),
		odd("survives-CONNECT", "CONNECT {host} HTTP/1.1\r\nHost: {host}\r\n\r\n"),
		odd("survives-a-method-of-1-KB", strings.Repeat("A", 1024)+" / HTTP/1.1\r\nHost: {host}\r\n\r\n"),
		answered("answers-a-preflight", ask("OPTIONS", "/tasks", "Origin: https://other.example", "Access-Control-Request-Method: POST", "Access-Control-Request-Headers: authorization"), anyShape),
	)
	return cases
}

// oddLines are hardly HTTP.
func oddLines() (cases []Case) {
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
		cases = append(cases, odd("survives-"+name, text))
	}
	return cases
}

// oddHeaders are HTTP, and nothing that the server waits for.
func oddHeaders() (cases []Case) {
	for name, lines := range map[string][]string{
		"Accept-HTML": {"Accept: text/html"}, "Accept-nothing": {"Accept: application/x-nothing;q=1, */*;q=0"}, "a-broken-Accept": {"Accept: ;;;,,,"}, "Accept-Encoding": {"Accept-Encoding: gzip, br, zstd"},
		"a-Range": {"Range: bytes=5-2,-9999999999"}, "If-Match": {`If-Match: "x"`}, "If-Modified-Since": {"If-Modified-Since: nonsense"}, "an-Upgrade": {"Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Key: x", "Sec-WebSocket-Version: 13"}, "h2c": {"Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAAQAAP__"},
		"an-Origin": {"Origin: null"}, "cookies": {"Cookie: ;=;;a=b; c", "Cookie: " + strings.Repeat("a=b; ", 300)}, "a-forwarded-host": {"X-Forwarded-Host: evil.example", "X-Forwarded-For: ' OR 1=1", "Forwarded: for=x;;"}, "another-method-in-a-header": {"X-HTTP-Method-Override: DELETE"}, "a-Connection-header-that-names-Authorization": {"Connection: close, Authorization"},
	} {
		cases = append(cases, answered("survives-"+name, get("/tasks", lines...).as("{token}"), anyShape))
	}
	cases = append(cases, answered("answers-HTTP-1.0", request{method: "GET", target: "/auth/me", version: "HTTP/1.0", lines: []string{"Authorization: Bearer {token}"}}, "RFC 9110, section 2.5: the older version is understood", status(200)))
	return cases
}
