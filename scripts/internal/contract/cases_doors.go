package contract

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// doors are all the ways in that come to an attacker's mind: every route that needs a token,
// with everything but a good token in the one place where it belongs.
func doors() []Case {
	return slices.Concat(tokensElsewhere(), claimsOfTrust(), badTokensWithHelp(), forgedEverywhere(), otherPaths(), otherMethods())
}

const (
	oneDoor  = "The contract: no other header opens a door. Attackers try each of them on every route, until they find the one that was forgotten (CWE-306)"
	anyone   = "Anybody can write a header (CWE-290)"
	override = "A proxy that lets every GET pass would let this one pass, too (CWE-436)"
)

// closed is a case: with these lines and this query, every route that needs a token answers
// as it must, and changes nothing.
func closed(name, why, query string, wanted want, lines ...string) Case {
	return Case{Name: name, Why: why, Asks: wanted.String() + ", on every route that needs a token", Do: func(ctx context.Context, t *try) {
		t.everywhere(ctx, wanted, query, lines...)
	}}
}

// everywhere asks each route that needs a token. What there is belongs to Ann, and she has
// just been let in, so that what is refused is refused for its credentials.
func (t *try) everywhere(ctx context.Context, wanted want, query string, lines ...string) {
	t.expect(ctx, get("/tasks/{task}").as("{token}"), status(200))
	for _, g := range guarded {
		r := g.send.with(lines...)
		if query != "" {
			r = r.inQuery(query)
		}
		t.expect(ctx, r, wanted)
	}
}

// tokensElsewhere are places where a good token must not be looked for.
func tokensElsewhere() (cases []Case) {
	for _, header := range []string{
		"X-Access-Token", "X-Auth-Token", "X-Token", "Token", "Access-Token", "X-Api-Key", "X-JWT", "X-Id-Token", "X-Authorization", "X-Original-Authorization", "X-Forwarded-Authorization", "X-Forwarded-Access-Token",
		"X-Amzn-Oidc-Data", "X-Goog-Iap-Jwt-Assertion", "Cf-Access-Jwt-Assertion", "Authentication", "Proxy-Authorization", "Sec-WebSocket-Protocol",
	} {
		lines := []string{header + ": {token}"}
		switch header {
		case "Sec-WebSocket-Protocol":
			lines = []string{"Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", header + ": bearer, {token}"}
		case "Authentication", "Proxy-Authorization", "X-Authorization", "X-Original-Authorization", "X-Forwarded-Authorization":
			lines = []string{header + ": Bearer {token}"}
		}
		cases = append(cases, closed("takes-no-token-from-"+header, oneDoor, "", noToken, lines...))
	}
	for name, query := range map[string]string{"access_token": "access_token={token}", "token": "token={token}", "jwt": "jwt={token}&auth={token}&api_key={token}", "authorization": "authorization=Bearer%20{token}&Authorization=Bearer%20{token}"} {
		cases = append(cases, closed("takes-no-token-from-the-query-"+name, "URLs are kept in logs and histories (RFC 6750, section 5.3; CWE-598)", query, noToken))
	}
	for name, cookie := range map[string]string{"access_token": "access_token={token}", "token": "token={token}; jwt={token}; auth={token}", "session": "session={token}; sid={token}; id_token={token}; __Host-token={token}", "Authorization": "Authorization=Bearer%20{token}; authorization=\"Bearer {token}\""} {
		cases = append(cases, closed("takes-no-token-from-the-cookie-"+name, "Browsers send cookies along with what other pages ask for (CWE-352)", "", noToken, "Cookie: "+cookie))
	}
	byName(cases)
	return cases
}

// claimsOfTrust are headers with which somebody says that they need no token.
func claimsOfTrust() (cases []Case) {
	for name, lines := range map[string][]string{
		"the-health-check-of-Kubernetes":  {"User-Agent: kube-probe/1.31"},
		"the-health-check-of-AWS":         {"User-Agent: ELB-HealthChecker/2.0"},
		"the-health-check-of-Google":      {"User-Agent: GoogleHC/1.0"},
		"the-health-check-of-Consul":      {"User-Agent: Consul Health Check", "X-Health-Check: true"},
		"Prometheus":                      {"User-Agent: Prometheus/2.53.0", "Accept: application/openmetrics-text"},
		"a-page-of-our-own":               {"Origin: http://{host}", "Referer: http://{host}/docs", "Sec-Fetch-Site: same-origin", "X-Requested-With: XMLHttpRequest"},
		"somebody-inside":                 {"X-Internal: true", "X-Internal-Request: 1", "X-Internal-Token: 1", "X-From-Gateway: 1"},
		"this-machine":                    {"X-Forwarded-For: 127.0.0.1", "X-Real-IP: 127.0.0.1", "X-Client-IP: 127.0.0.1", "True-Client-IP: 127.0.0.1", "Forwarded: for=127.0.0.1;host=localhost;proto=https"},
		"another-host":                    {"X-Forwarded-Host: localhost", "X-Forwarded-Proto: https", "X-Forwarded-Port: 443"},
		"another-path":                    {"X-Original-URL: /healthz", "X-Rewrite-URL: /healthz", "X-Forwarded-Uri: /healthz", "X-Forwarded-Prefix: /healthz"},
		"a-middleware-that-has-run":       {"X-Middleware-Subrequest: middleware:middleware:middleware:middleware:middleware"},
		"somebody-who-may-skip-it":        {"X-Skip-Auth: 1", "X-No-Auth: 1", "X-Bypass: true", "X-Authenticated: true", "X-Auth-Status: ok"},
		"somebody-who-looks-for-mistakes": {"X-Debug: 1", "X-Test: 1", "X-Dev: true", "X-Env: test"},
		"an-administrator":                {"X-Admin: true", "X-Role: admin", "X-Is-Admin: 1", "X-Groups: admin"},
		"a-user-by-id":                    {"X-User: {id}", "X-User-Id: {id}", "X-Forwarded-User: {id}", "X-Remote-User: {id}", "Remote-User: {id}", "X-Auth-Request-User: {id}", "X-Subject: {id}", "X-Owner-Id: {id}"},
		"a-user-by-email":                 {"X-User: {email}", "X-Forwarded-User: {email}", "X-Forwarded-Email: {email}", "X-Auth-Request-Email: {email}", "Remote-User: {email}", "X-WEBAUTH-USER: {email}", "From: {email}"},
		"a-certificate":                   {"X-SSL-Client-Verify: SUCCESS", "X-Client-Verify: SUCCESS", "X-SSL-Client-S-DN: CN={email}", "X-Forwarded-Client-Cert: Subject=\"CN={email}\""},
		"a-websocket":                     {"Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="},
		"HTTP-2":                          {"Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAAQAAP__"},
		"a-preflight":                     {"Origin: http://{host}", "Access-Control-Request-Method: GET", "Access-Control-Request-Headers: authorization", "X-HTTP-Method-Override: OPTIONS"},
		"a-prefetch":                      {"Purpose: prefetch", "Sec-Purpose: prefetch", "X-Moz: prefetch"},
	} {
		cases = append(cases, closed("believes-no-header-of-"+name, anyone, "", noToken, lines...))
	}
	byName(cases)
	return cases
}

// badTokensWithHelp are bad tokens, and beside them something that must not make up for it.
func badTokensWithHelp() []Case {
	const both = "A server that has found one token bad must not go looking for a better one"
	bad := "Authorization: Bearer nonsense"
	return []Case{
		closed("looks-for-no-better-token-in-other-headers", both, "", badToken, bad, "X-Access-Token: {token}", "X-Authorization: Bearer {token}", "Proxy-Authorization: Bearer {token}", "X-Auth-Token: {token}"),
		closed("looks-for-no-better-token-in-a-cookie", both, "", badToken, bad, "Cookie: access_token={token}; token={token}; session={token}"),
		closed("looks-for-no-better-token-in-the-query", both, "access_token={token}&token={token}", badToken, bad),
		closed("believes-no-header-beside-a-bad-token", anyone, "", badToken, bad, "User-Agent: kube-probe/1.31", "X-Internal: true", "X-Forwarded-For: 127.0.0.1", "X-User-Id: {id}", "X-Forwarded-User: {email}", "X-Debug: 1", "X-Admin: true"),
		closed("believes-no-upgrade-beside-a-bad-token", anyone, "", badToken, bad, "Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="),
		closed("asks-for-a-token-beside-Basic", oneDoor, "", noToken, "Authorization: Basic dXNlcjpwYXNzd29yZA==", "X-Access-Token: {token}", "Cookie: token={token}"),
	}
}

// forgedEverywhere are Ann's token, spoilt. A server that does the work before it judges the
// token does it for Ann.
func forgedEverywhere() []Case {
	const first = "A server that does the work first and judges the token afterwards answers 401, but the work is done (CWE-696)"
	forged := func(name string, key bool, spoil func(t *try, header, payload, signature string) string) Case {
		return Case{Name: "changes-nothing-for-" + name, Key: key, Why: first, Asks: badToken.String() + ", and nothing changes, on every route that needs a token", Do: func(ctx context.Context, t *try) {
			header, payload, signature, ok := parts(t.fill(ctx, "{token}"))
			if !ok {
				t.fail("a token of three parts", "%s", t.fill(ctx, "{token}"))
			}
			t.everywhere(ctx, badToken, "", "Authorization: Bearer "+spoil(t, header, payload, signature))
		}}
	}
	claiming := func(name, header, payload string) Case {
		return forged(name, true, func(t *try, _, _, _ string) string { return hs256(t.suite.Key, t.claims(header), t.claims(payload)) })
	}
	return []Case{
		forged("a-token-with-another-signature", false, func(_ *try, h, p, s string) string { return h + "." + p + "." + flip(s, 20) }),
		forged("a-token-without-a-signature", false, func(_ *try, h, p, _ string) string { return h + "." + p + "." }),
		forged("a-token-that-says-none", false, func(_ *try, _, p, _ string) string { return part(`{"alg":"none","typ":"JWT"}`) + "." + p + "." }),
		forged("a-token-of-another-key", false, func(_ *try, h, p, _ string) string {
			return hs256("another-key-of-more-than-32-bytes-0123456789", unpart(h), unpart(p))
		}),
		claiming("an-expired-token", goodHeader, `{"sub":SUB,"exp":NOW-60}`),
		claiming("a-token-without-exp", goodHeader, `{"sub":SUB}`),
		claiming("a-token-that-is-not-good-yet", goodHeader, `{"sub":SUB,"exp":NOW+600,"nbf":NOW+300}`),
		claiming("a-token-with-crit", `{"alg":"HS256","typ":"JWT","crit":["exp"]}`, `{"sub":SUB,"exp":NOW+600}`),
		claiming("a-token-of-nobody", goodHeader, `{"sub":"nobody","exp":NOW+600}`),
		claiming("a-token-without-a-subject", goodHeader, `{"id":SUB,"exp":NOW+600}`),
	}
}

// otherPaths are paths that mean one thing to what guards and another to what answers.
func otherPaths() []Case {
	const around = "The code that guards a path and the code that answers it must read it in the same way (CWE-436, CWE-22)"
	ways := func(to string) []string {
		name := strings.TrimPrefix(to, "/")
		return []string{
			"//" + name, "/./" + name, "/x/../" + name, "/healthz/../" + name, "/docs/../" + name, "/openapi.json/../" + name, "/auth/token/../../" + name, "/healthz/%2e%2e/" + name, "/healthz%2f..%2f" + name, "/healthz/..;/" + name,
			to + "/", to + "//", to + "/.", to + "%2f", to + "%00", to + "%20", to + "%09", to + ".json", to + ";x=/healthz", to + "?/healthz", to + "?x=/healthz", to + "/../" + name, to + "/%2e", "/%" + fmt.Sprintf("%02x", name[0]) + name[1:], "/" + strings.ToUpper(name[:5]) + name[5:], "http://{host}" + to, "http://{host}/healthz/../" + name,
		}
	}
	var cases []Case
	for _, at := range []struct{ name, method, to, body string }{
		{"the-list", "GET", "/tasks", ""}, {"a-task", "GET", "/tasks/{task}", ""}, {"who-is-asking", "GET", "/auth/me", ""}, {"deleting", "DELETE", "/tasks/{task}", ""}, {"making", "POST", "/tasks", `{"title":"Around the guard"}`},
	} {
		cases = append(cases, Case{Name: "has-no-path-around-the-token-to-" + at.name, Why: around, Asks: "no success, and nothing of Ann's, for any way to write the path", Do: func(ctx context.Context, t *try) {
			t.expect(ctx, get("/tasks/{task}").as("{token}"), status(200))
			id, mine := t.fill(ctx, "{task}"), t.ann()
			for _, target := range ways(at.to) {
				r := request{method: at.method, target: target, body: at.body}
				if at.body != "" {
					r = r.with("Content-Type: application/json")
				}
				r.target = strings.ReplaceAll(r.target, "{host}", t.suite.at.host)
				a, err := t.ask(ctx, r)
				if err == errNoAnswer {
					continue // it is hardly a path
				} else if err != nil {
					t.broken(err)
				}
				t.want(a, calm, that("no success without a token, and nothing that is Ann's", func(a answer) string {
					switch body := string(a.body); {
					case a.status < 300 && at.method != "GET":
						return fmt.Sprintf("status %d", a.status)
					case a.status < 300 && (strings.Contains(body, id) || strings.Contains(body, mine.email)):
						return fmt.Sprintf("status %d, and %s", a.status, readable(body))
					}
					return ""
				}))
			}
		}})
	}
	cases = append(cases, Case{Name: "deletes-a-task-by-its-own-path-alone", Why: "A router that looks at the end of a path, or at its beginning, deletes what nobody has asked to delete (CWE-436)", Asks: "404 for other paths with the id in them, and the task stays", Do: func(ctx context.Context, t *try) {
		for _, target := range []string{"/tasks/not/there/{task}", "/tasks/x/{task}", "/x/tasks/{task}", "/api/tasks/{task}", "/tasks/{task}/x", "/tasks/{task}/title", "/tasks{task}", "/TASKS/{task}", "/tasks/{task}.json", "/tasks/{task}%00", "/tasks/x%2F{task}", "/tasks/{task}%2Fx", "/users/{task}", "/auth/me/{task}"} {
			a := t.send(ctx, ask("DELETE", target).as("{token}"))
			t.want(a, status(400, 404, 405))
			t.expect(ctx, get("/tasks/{task}").as("{token}"), status(200))
		}
	}})
	return cases
}

// otherMethods are requests that say that they are others.
func otherMethods() []Case {
	overrides := []string{"X-HTTP-Method-Override: DELETE", "X-HTTP-Method: DELETE", "X-Method-Override: DELETE", "X-Original-Method: DELETE"}
	return []Case{
		{Name: "reads-and-deletes-nothing-whatever-a-header-says", Why: override, Asks: "GET and HEAD answer 200, and the task stays", Do: func(ctx context.Context, t *try) {
			for _, line := range overrides {
				t.expect(ctx, get("/tasks/{task}", line).as("{token}"), status(200))
				t.expect(ctx, ask("HEAD", "/tasks/{task}", line).as("{token}"), status(200))
				t.expect(ctx, get("/tasks/{task}").as("{token}"), status(200))
			}
		}},
		{Name: "reads-and-deletes-nothing-whatever-the-query-says", Why: override, Asks: "200, and the task stays", Do: func(ctx context.Context, t *try) {
			for _, query := range []string{"_method=DELETE", "method=delete", "_method=delete&x=1", "action=delete", "http_method=DELETE"} {
				t.expect(ctx, get("/tasks/{task}").inQuery(query).as("{token}"), status(200))
				t.expect(ctx, get("/tasks/{task}").as("{token}"), status(200))
			}
		}},
		{Name: "posts-to-a-task-and-deletes-nothing", Why: override, Asks: "405, and the task stays", Do: func(ctx context.Context, t *try) {
			for _, line := range overrides {
				t.expect(ctx, post("/tasks/{task}", `{"_method":"DELETE"}`, line).as("{token}"), status(404, 405))
				t.expect(ctx, get("/tasks/{task}").as("{token}"), status(200))
			}
			t.expect(ctx, request{method: "POST", target: "/tasks/{task}", body: "_method=DELETE", lines: []string{"Content-Type: application/x-www-form-urlencoded"}}.as("{token}"), status(404, 405))
			t.expect(ctx, get("/tasks/{task}").as("{token}"), status(200))
		}},
		{Name: "lists-and-makes-nothing-whatever-a-header-says", Why: override, Asks: "GET answers with the list, and makes no task", Do: func(ctx context.Context, t *try) {
			r := get("/tasks", "X-HTTP-Method-Override: POST", "X-HTTP-Method: POST", "Content-Type: application/json").as("{token}")
			r.body = `{"title":"Made by a GET"}`
			t.expect(ctx, get("/tasks/{task}").as("{token}"), status(200))
			before := len(t.list(ctx, t.ann().token))
			t.expect(ctx, r, status(200, 400))
			if after := len(t.list(ctx, t.ann().token)); after != before {
				t.fail(fmt.Sprintf("%d tasks, as before", before), "%d", after)
			}
		}},
	}
}
