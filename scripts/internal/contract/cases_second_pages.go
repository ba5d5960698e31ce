package contract

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
)

// entering is the form of the page for logging in.
func entering(email, password string, lines ...string) request {
	r := form("email=" + url.QueryEscape(email) + "&password=" + url.QueryEscape(password)).to("/login")
	return r.with(lines...)
}

// html is a page that says what it may do.
var html = wants(that("text/html", func(a answer) string {
	if a.mediaType() != "text/html" {
		return fmt.Sprintf("Content-Type: %q", a.header.Get("Content-Type"))
	}
	return ""
}), that("a Content-Security-Policy that names no unsafe-inline", func(a answer) string {
	policy := strings.Join(a.header.Values("Content-Security-Policy"), ",")
	if policy == "" || strings.Contains(policy, "unsafe-inline") {
		return fmt.Sprintf("Content-Security-Policy: %q", policy)
	}
	return ""
}))

// enter logs somebody in at the page, and returns the cookie as a browser sends it.
func (t *try) enter(ctx context.Context, u user) (cookie string) {
	a := t.expect(ctx, entering(u.email, u.password), status(302, 303))
	for _, c := range (&http.Response{Header: a.header}).Cookies() {
		if c.MaxAge >= 0 && c.Value != "" {
			if !c.HttpOnly || !c.Secure || c.SameSite != http.SameSiteLaxMode && c.SameSite != http.SameSiteStrictMode {
				t.fail("a cookie with HttpOnly, Secure, and SameSite Lax or Strict", "%s", a.header.Get("Set-Cookie"))
			}
			return "Cookie: " + c.Name + "=" + c.Value
		}
	}
	t.fail("a cookie", "none: %q", a.header.Values("Set-Cookie"))
	return ""
}

// pageRules are about the pages: what is on them is free.
func pageRules() (cases []Case) {
	const foreign = "Browsers send the cookie whichever site asked (CWE-352; ASVS 5.0, 3.5.1)"
	cases = []Case{
		{Name: "have-a-beginning", Send: get("/"), Want: wants(status(200, 303), isPageIfOK), Why: theContract},
		{Name: "have-a-form-to-log-in", Send: get("/login"), Want: wants(status(200), html), Why: theContract},
		{Name: "log-in-with-a-cookie-that-no-script-sees", Why: "ASVS 5.0, 3.3.1, 3.3.2 and 3.3.4", Asks: "a redirect with a cookie that is HttpOnly, Secure and SameSite, and the page knows who it is", Do: func(ctx context.Context, t *try) {
			u := t.ann()
			cookie := t.enter(ctx, u)
			a := t.expect(ctx, get("/", cookie), status(200), html)
			if !strings.Contains(string(a.body), u.email) {
				t.fail("a page with the email of somebody who is logged in", "%.200s", a.body)
			}
		}},
		{Name: "give-another-cookie-at-each-login", Why: "A cookie that somebody else has put there must not become a session (CWE-384)", Asks: "another value, though an old one was sent, which is worth nothing then", Do: func(ctx context.Context, t *try) {
			u := t.ann()
			first := t.enter(ctx, u)
			a := t.expect(ctx, entering(u.email, u.password, first), status(302, 303))
			_, value, _ := strings.Cut(first, "=")
			if strings.Contains(strings.Join(a.header.Values("Set-Cookie"), "\n"), value) {
				t.fail("another cookie", "the same one")
			}
			t.lacksIn(ctx, get("/", first), u.email)
		}},
		{Name: "log-out", Why: "CWE-613", Asks: "a redirect, and the cookie is worth nothing, even to somebody who has kept it", Do: func(ctx context.Context, t *try) {
			u := t.ann()
			cookie := t.enter(ctx, u)
			t.expect(ctx, form("", cookie).to("/logout"), status(302, 303))
			t.lacksIn(ctx, get("/", cookie), u.email)
		}},
		{Name: "end-with-the-session", Why: "People change a password to throw somebody out (ASVS 5.0, 7.4.3)", Asks: "after a new password, the cookie that was there before is worth nothing", Do: func(ctx context.Context, t *try) {
			u := t.stranger(ctx)
			t.spoiled = true
			cookie := t.enter(ctx, u)
			t.expect(ctx, post("/auth/password", `{"old":"`+password+`","new":"another-horse-battery"}`).as(u.token), status(204))
			t.lacksIn(ctx, get("/", cookie), u.email)
		}},
		{Name: "open-nothing-of-the-API", Why: "A form cannot add a token, and can send a cookie (CWE-352)", Asks: "401 not_authenticated for the cookie alone, on every route", Do: func(ctx context.Context, t *try) {
			t.fill(ctx, "{task}")
			cookie := t.enter(ctx, t.ann())
			for _, r := range scoped {
				t.expect(ctx, r.ask.with(cookie), noToken)
			}
		}},
		{Name: "let-nobody-in-with-a-wrong-password", Why: theContract, Asks: "no redirect, and no cookie", Do: func(ctx context.Context, t *try) {
			a := t.expect(ctx, entering(t.ann().email, "wrong-horse"), status(200, 400, 401, 403, 422), html)
			for _, c := range (&http.Response{Header: a.header}).Cookies() {
				if c.Value != "" && c.MaxAge >= 0 {
					t.fail("no cookie", "%s", c)
				}
			}
		}},
		{Name: "take-no-password-from-the-query", Send: request{method: "POST", target: "/login?email={email}&password={password}", lines: []string{"Content-Type: application/x-www-form-urlencoded"}}, Want: wants(status(400, 403, 422), calm), Why: "URLs are kept in logs and histories (CWE-598)"},
		{Name: "log-nobody-in-by-a-link", Send: get("/login?email={email}&password={password}"), Want: wants(status(200), html, lacks("no cookie", "Set-Cookie")), Why: "URLs are kept in logs and histories (CWE-598)"},
	}
	for _, from := range []struct{ name, line string }{
		{"another-origin", "Origin: https://evil.example"},
		{"another-port", "Origin: https://{host}1"},
		{"nowhere", "Origin: null"},
		{"another-site", "Sec-Fetch-Site: cross-site"},
		{"a-neighbour", "Sec-Fetch-Site: same-site"},
	} {
		cases = append(cases,
			Case{Name: "take-no-login-from-" + from.name, Why: foreign, Asks: "403, and no cookie", Do: func(ctx context.Context, t *try) {
				u := t.ann()
				t.expect(ctx, entering(u.email, u.password, from.line), status(403), lacks("no cookie", "Set-Cookie"))
			}},
			Case{Name: "take-no-logout-from-" + from.name, Why: foreign, Asks: "403, and the session goes on", Do: func(ctx context.Context, t *try) {
				u := t.ann()
				cookie := t.enter(ctx, u)
				t.expect(ctx, form("", cookie, from.line).to("/logout"), status(403))
				a := t.expect(ctx, get("/", cookie), status(200))
				if !strings.Contains(string(a.body), u.email) {
					t.fail("a page with the email of somebody who is still logged in", "%.200s", a.body)
				}
			}})
	}
	cases = append(cases, Case{Name: "take-a-login-from-the-page-itself", Why: "Browsers say where a form comes from", Asks: "a redirect", Do: func(ctx context.Context, t *try) {
		u := t.ann()
		t.expect(ctx, entering(u.email, u.password, "Origin: https://{host}", "Sec-Fetch-Site: same-origin"), status(302, 303))
	}})
	return cases
}

var isPageIfOK = that("a page, if it is one", func(a answer) string {
	if a.status != http.StatusOK {
		return ""
	}
	for _, c := range html {
		if got := c.wrong(a); got != "" {
			return got
		}
	}
	return ""
})

// lacksIn ends the case if a text is in the answer.
func (t *try) lacksIn(ctx context.Context, r request, text string) {
	t.want(t.send(ctx, r), calm, lacks("nothing that somebody who is logged out would see", text))
}

// throttles are about too many failures.
func throttles() []Case {
	const (
		accountLimit = 10
		addressLimit = 50
	)
	stopped := wants(problem("too_many_requests", 429), that("Retry-After, a number of seconds", func(a answer) string {
		if seconds := a.header.Get("Retry-After"); seconds == "" || strings.Trim(seconds, "0123456789") != "" {
			return fmt.Sprintf("Retry-After: %q", seconds)
		}
		return ""
	}))
	guess := func(email string) request { return login(email, "wrong-horse") }
	return []Case{
		{Name: "stops-guessing-one-password", Alone: true, Why: "ASVS 5.0, 6.3.1; CWE-307", Asks: "after ten failures, 429 too_many_requests with Retry-After, for the right password too", Do: func(ctx context.Context, t *try) {
			u := t.stranger(ctx)
			for range accountLimit {
				t.expect(ctx, guess(u.email), badLogin)
			}
			t.expect(ctx, guess(u.email), stopped)
			t.expect(ctx, login(u.email, u.password), stopped)
			t.expect(ctx, login(strings.ToUpper(u.email), u.password), stopped)
			t.expect(ctx, entering(u.email, u.password), status(429))
			t.expect(ctx, get("/auth/me").as(u.token), status(200))
		}},
		{Name: "stops-guessing-at-three-doors", Alone: true, Why: "One counter for all, or a thief takes turns (CWE-307)", Asks: "failures at /auth/token, /login and /auth/password count together", Do: func(ctx context.Context, t *try) {
			u := t.stranger(ctx)
			for range 4 {
				t.expect(ctx, guess(u.email), badLogin)
			}
			for range 3 {
				t.send(ctx, entering(u.email, "wrong-horse"))
				t.expect(ctx, post("/auth/password", `{"old":"wrong-horse","new":"correct-horse-staple"}`).as(u.token), problem("wrong_password", 403))
			}
			t.expect(ctx, login(u.email, u.password), stopped)
		}},
		{Name: "answers-alike-for-an-email-that-nobody-has", Alone: true, Why: "An answer that differs tells who has an account (CWE-204)", Asks: "429 after ten failures, as for an email that somebody has", Do: func(ctx context.Context, t *try) {
			email := newEmail()
			for range accountLimit {
				t.expect(ctx, guess(email), badLogin)
			}
			t.expect(ctx, guess(email), stopped)
		}},
		{Name: "stops-nobody-else", Alone: true, Why: "Anybody could lock everybody out (CWE-645)", Asks: "after eleven failures of one person, another one logs in", Do: func(ctx context.Context, t *try) {
			email := newEmail()
			for range accountLimit + 1 {
				t.send(ctx, guess(email))
			}
			t.expect(ctx, login(t.bob().email, password), loggedIn)
		}},
		{Name: "counts-failures-alone", Alone: true, Why: "Somebody who logs in often has done nothing wrong", Asks: "twelve logins, one after the other", Do: func(ctx context.Context, t *try) {
			u := t.newUser(ctx)
			for range accountLimit + 2 {
				t.expect(ctx, login(u.email, u.password), loggedIn)
			}
		}},
		{Name: "stops-an-address-that-guesses-many", Alone: true, Why: "One password for everybody is guessing, too (CWE-307)", Asks: "after fifty failures for fifty people, 429, whatever X-Forwarded-For says, and somebody elsewhere logs in", Do: func(ctx context.Context, t *try) {
			from := t.ownAddress()
			for range addressLimit {
				r := guess(newEmail())
				r.from = from
				t.expect(ctx, r, badLogin)
			}
			for _, line := range []string{"X-Test: 1", "X-Forwarded-For: 203.0.113.9", "X-Real-IP: 203.0.113.9", "Forwarded: for=203.0.113.9", "X-Client-IP: 203.0.113.9", "CF-Connecting-IP: 203.0.113.9"} {
				r := login(t.bob().email, password).with(line)
				r.from = from
				t.expect(ctx, r, stopped)
			}
			r := login(t.bob().email, password)
			r.from = another()
			t.expect(ctx, r, loggedIn)
		}},
	}
}

// ownAddress returns an address for the case alone, or ends the case where there is but one.
func (t *try) ownAddress() net.IP {
	if !t.suite.at.spread {
		t.unclear("it needs many addresses: ask a server at 127.0.0.1, on Linux")
	}
	return another()
}
