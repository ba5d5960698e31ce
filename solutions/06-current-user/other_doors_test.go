// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package auth_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tokenauth.example/login/apitest"
)

// methods and paths are what a request may ask for. None of them is an exception.
var (
	methods = []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "QUERY"}
	paths   = []string{"/tasks", "/tasks/1", "/tasks/app.js", "/tasks/..", "//tasks", "/", "/auth/me", "/auth/token", "/users", "/healthz", "/health", "/livez", "/readyz", "/ping", "/metrics", "/debug/pprof/",
		"/docs", "/openapi.json", "/favicon.ico", "/robots.txt", "/static/x.css", "/.well-known/x", "/public/x", "/internal/x", "/admin", "/login", "/tasks%2f1", "/TASKS", "/tasks;x=1"}
)

// 8. There are no exceptions.
func TestRequire_ProtectsEveryMethodAndPath(t *testing.T) {
	f := newFixture(t)
	f.letsAnnIn(t)
	deleted, inactive := f.accounts.SignUp(t, "cid@example.com"), f.accounts.SignUp(t, "dot@example.com")
	require.NoError(t, f.accounts.Delete(t.Context(), deleted.ID))
	require.NoError(t, f.accounts.Deactivate(t.Context(), inactive.ID))
	for _, shown := range []struct{ name, header, outcome, challenge string }{
		{"no token", "", "401 not_authenticated", "bearer"},
		{"another scheme", "Basic eA==", "401 not_authenticated", "bearer"},
		{"a bad token", "Bearer x", "401 invalid_token", "bearer error=invalid_token"},
		{"an expired token", "Bearer " + f.badTokens()[0].signed, "401 invalid_token", "bearer error=invalid_token"},
		{"a deleted user's token", "Bearer " + tokenFor(deleted.ID), "401 invalid_token", "bearer error=invalid_token"},
		{"a deactivated user's token", "Bearer " + tokenFor(inactive.ID), "401 invalid_token", "bearer error=invalid_token"},
	} {
		for _, method := range methods {
			for _, path := range paths {
				r := apitest.Request(method, path, "", "Authorization", shown.header)
				answer := apitest.Ask(f, r)
				if answer.Outcome() != shown.outcome || answer.Challenge() != shown.challenge || f.ran.Load() != 1 {
					answer = apitest.Do(t, f, r)
				}
				require.Equal(t, shown.outcome, answer.Outcome(), "%s %s with %s must get 401: whatever is after Require is protected, and each exception has been a way in (CVE-2026-0650)", method, path, shown.name)
				require.Equal(t, shown.challenge, answer.Challenge(), "%s %s with %s must get the same header WWW-Authenticate as any other request", method, path, shown.name)
				require.EqualValues(t, 1, f.ran.Load(), "%s %s with %s was refused, and the handler ran: what it wanted has been done, and only the answer was thrown away (CWE-863)", method, path, shown.name)
			}
		}
	}
	assert.Equal(t, "ann@example.com true", get(t, f, tokenFor(f.ann.ID)).Body, "after many bad requests from one address, a good token must still pass: behind a proxy, everybody has one address (CWE-645)")
}

// Words that headers, parameters and cookies are named with, when somebody opens a door.
var (
	before = []string{"", "X-", "X-Forwarded-", "X-Auth-", "X-Auth-Request-", "X-Original-", "X-Internal-", "X-Remote-", "Remote-", "X-Real-", "X-Proxy-", "Proxy-", "X-Client-", "X-Service-", "X-Goog-", "X-Amz-", "X-Middleware-", "X-Is-", "X-No-", "X-Skip-", "X-Bypass-", "X-Test-", "X-Debug-"}
	words  = []string{"User", "User-Id", "Userid", "Username", "Email", "Name", "Id", "Subject", "Sub", "Principal", "Identity", "Account", "Role", "Roles", "Groups", "Admin", "Token", "Access-Token", "Id-Token", "Auth-Token", "Auth", "Authorization", "Authentication", "Authenticated", "Authorized",
		"Verified", "Trusted", "Internal", "Internal-Request", "Request", "Subrequest", "Api-Key", "Apikey", "Key", "Secret", "Jwt", "Bearer", "Session", "Session-Id", "Cookie", "Csrf-Token", "Debug", "Test", "Testing", "Skip-Auth", "No-Auth", "Bypass", "Public", "Local", "Health", "Health-Check", "Healthcheck", "Probe", "Monitoring",
		"For", "Host", "Proto", "Ip", "Url", "Uri", "Path", "Method", "Http-Method", "Http-Method-Override", "Method-Override", "Client-Cert", "Ssl-Client-Verify", "Certificate", "Service", "Proxy", "Gateway", "Env", "Mode", "Preview", "Check", "Override"}
	known = []string{"User-Agent", "Upgrade", "Connection", "Origin", "Referer", "From", "Via", "Forwarded", "Accept", "Content-Type", "Content-Encoding", "Range", "Expect", "If-None-Match", "Cf-Connecting-Ip", "True-Client-Ip", "Cf-Access-Jwt-Assertion", "X-Ms-Client-Principal", "X-Rewrite-Url", "X-Requested-With", "Sec-Websocket-Protocol",
		"Sec-Websocket-Key", "Sec-Fetch-Site", "Sec-Fetch-Mode", "Sec-Purpose", "Purpose", "Access-Control-Request-Method", "Access-Control-Request-Headers", "Te", "Early-Data", "X-Cloud-Trace-Context", "X-B3-Flags", "X-Csrf-Token", "X-Xsrf-Token", "Www-Authenticate"}
)

// headerNames are some thousand names of headers: all but the one that counts.
func headerNames() (names []string) {
	for _, prefix := range before {
		for _, word := range words {
			names = append(names, http.CanonicalHeaderKey(prefix+word))
		}
	}
	names = append(names, known...)
	slices.Sort(names)
	names = slices.Compact(names)
	return slices.DeleteFunc(names, func(name string) bool { return name == "Authorization" })
}

// claims are what somebody could write there.
func (f fixture) claims() []string {
	good := tokenFor(f.ann.ID)
	return []string{good, "Bearer " + good, "bearer, " + good, f.ann.ID, f.ann.Email, "1", "true", "yes", "on", "ok", "admin", "internal", "SUCCESS", "127.0.0.1", "::1", "localhost", "localhost:8000", "http://localhost", "for=127.0.0.1", "same-origin",
		"websocket", "h2c", "Upgrade", "GET", "OPTIONS", "POST", "/healthz", "kube-probe/1.34", "GoogleHC/1.0", "ELB-HealthChecker/2.0", "Prometheus/3.0", "Amazon-Route53-Health-Check-Service", "Consul Health Check", "UptimeRobot/2.0", "Googlebot/2.1", "curl/8.0", "Go-http-client/1.1",
		"application/grpc", "text/event-stream", "XMLHttpRequest", "prefetch", "middleware:middleware:middleware:middleware:middleware"}
}

// 7. No other header opens the door.
func TestRequire_BelievesNoOtherHeader(t *testing.T) {
	f := newFixture(t)
	f.letsAnnIn(t)
	names := headerNames()
	for _, from := range []string{"192.0.2.1:50000", "127.0.0.1:50000", "[::1]:50000", "10.0.0.7:50000", "192.168.0.7:50000", "172.17.0.1:50000", "@"} {
		for _, value := range f.claims() {
			ask := func(names []string) *http.Request {
				r := withHeaders(apitest.Request("GET", "/tasks", ""), names, value)
				r.RemoteAddr = from
				if strings.HasPrefix(value, "localhost") {
					r.Host = value
				}
				return r
			}
			opens := func(names []string) bool {
				ran := f.ran.Load()
				return apitest.Ask(f, ask(names)).Outcome() != "401 not_authenticated" || f.ran.Load() != ran
			}
			if !opens(names) {
				continue
			}
			names = smallest(names, opens)
			answer := apitest.Do(t, f, ask(names))
			require.Equal(t, "401 not_authenticated", answer.Outcome(), "without a token, the header %s: %.60s from %s must change nothing: anybody can write a header (CWE-290, CWE-807)", strings.Join(names, " and "), value, from)
		}
	}

	signed := tokenFor(f.ann.ID)
	for _, value := range []string{f.bob.ID, f.bob.Email, tokenFor(f.bob.ID), "Bearer " + tokenFor(f.bob.ID), "1"} {
		answer := apitest.Ask(f, withHeaders(bearer(signed), names, value))
		assert.Equal(t, "ann@example.com true", answer.Body, "with Ann's token, the handler must get Ann, and not whom another header names: %.60s", value)
	}
}

// withHeaders gives the request a header of each name, which are canonical.
func withHeaders(r *http.Request, names []string, value string) *http.Request {
	values := []string{value}
	for _, name := range names {
		r.Header[name] = values
	}
	return r
}

// smallest returns a part of names that is as small as can be found and still opens.
func smallest(names []string, opens func([]string) bool) []string {
	for size := len(names) / 2; size >= 1; size /= 2 {
		for begin := 0; begin+size <= len(names) && len(names) > size; {
			if rest := slices.Concat(names[:begin], names[begin+size:]); opens(rest) {
				names = rest
			} else {
				begin += size
			}
		}
	}
	return names
}

// 7. The token comes in the header, or not at all.
func TestRequire_TakesTheTokenFromTheHeaderAlone(t *testing.T) {
	f := newFixture(t)
	f.letsAnnIn(t)
	good := tokenFor(f.ann.ID)

	var cookies []*http.Cookie
	query := "user=" + f.ann.ID + "&debug=1"
	for _, word := range words {
		for _, name := range []string{word, strings.ToLower(word), strings.ReplaceAll(strings.ToLower(word), "-", "_"), "__Host-" + word} {
			cookies = append(cookies, &http.Cookie{Name: name, Value: good})
			query += fmt.Sprintf("&%s=%s", name, good)
		}
	}
	cookie := apitest.Request("GET", "/tasks", "")
	for _, c := range cookies {
		cookie.AddCookie(c)
	}
	withUser := apitest.Request("GET", "/tasks", "")
	withUser.SetBasicAuth(f.ann.Email, apitest.Password)
	trailer := apitest.Request("POST", "/tasks", "x")
	trailer.Trailer = http.Header{"Authorization": {"Bearer " + good}}
	local := apitest.Request("GET", "/tasks", "", "X-Forwarded-For", "127.0.0.1")
	local.RemoteAddr, local.Host = "127.0.0.1:50000", "localhost"
	for _, test := range []struct {
		name string
		r    *http.Request
	}{
		{"a token in the URL", apitest.Request("GET", "/tasks?"+query, "")},
		{"a token in the path", apitest.Request("GET", "/tasks/"+good, "")},
		{"a token in a form", apitest.Form("/tasks", query+"&access_token="+good)},
		{"a token in JSON", apitest.Request("POST", "/tasks", `{"access_token":"`+good+`","token":"`+good+`"}`)},
		{"a token in a cookie", cookie},
		{"a token in a trailer", trailer},
		{"a password in the header", withUser},
		{"a request from the same machine (behind a proxy, all come from there)", local},
	} {
		f.refuses(t, test.r, "401 not_authenticated", test.name+" must count as no token: URLs are logged, cookies are sent by a browser that was tricked, and addresses are a proxy's (CWE-598, CWE-352, CWE-291)")
	}
}
