package contract

import (
	"context"
	"net/url"
	"slices"
	"time"
)

// renew asks for a new pair.
func renew(refresh string) request {
	return form("grant_type=refresh_token&refresh_token=" + url.QueryEscape(refresh))
}

var badRefresh = problem("invalid_grant", 400)

// isOver ends the case unless neither token of a pair works any more.
func (t *try) isOver(ctx context.Context, p pair) {
	t.expect(ctx, get("/auth/me").as(p.access), badToken)
	t.expect(ctx, renew(p.refresh), badRefresh)
}

// works ends the case unless an access token works.
func (t *try) works(ctx context.Context, p pair) {
	t.expect(ctx, get("/auth/me").as(p.access), status(200))
}

// renewals are about grant_type=refresh_token.
func renewals() []Case {
	const once = "RFC 9700, section 2.2.2: a refresh token is used once, or a stolen one works as long as the owner's"
	refuses := func(name, body string, wanted want, why string) Case {
		return Case{Name: name, Send: form(body), Want: wanted, Why: why}
	}
	return []Case{
		{Name: "renews", Why: "RFC 6749, section 6", Asks: "200 with a new pair, and both access tokens work", Do: func(ctx context.Context, t *try) {
			first := t.begin(ctx)
			a := t.expect(ctx, renew(first.refresh), loggedIn, inJSON, expiresIn, header("Cache-Control", "no-store"), scopeIs("tasks:read", "tasks:write", "profile"))
			second := t.pairOf(a)
			if second.refresh == first.refresh || second.access == first.access {
				t.fail("another access token and another refresh token", "one of them is the old one")
			}
			t.works(ctx, first)
			t.works(ctx, second)
		}},
		{Name: "renews-ten-times", Why: "RFC 6749, section 6", Asks: "200 each time", Do: func(ctx context.Context, t *try) {
			p := t.begin(ctx)
			for range 10 {
				p = t.pairOf(t.send(ctx, renew(p.refresh)))
			}
			t.works(ctx, p)
		}},
		{Name: "refuses-a-used-refresh-token", Why: once, Asks: "400 invalid_grant, once and again", Do: func(ctx context.Context, t *try) {
			p := t.begin(ctx)
			t.pairOf(t.send(ctx, renew(p.refresh)))
			for range 2 {
				t.expect(ctx, renew(p.refresh), badRefresh)
			}
		}},
		{Name: "ends-the-family-of-a-used-refresh-token", Why: "RFC 9700, section 4.14.2: one of the two who have it is a thief, and nobody knows which", Asks: "after a used token comes again, ten seconds and more after its use, no token of its session works", Do: func(ctx context.Context, t *try) {
			const grace = 10 * time.Second
			used := t.begin(ctx)
			other := t.begin(ctx)
			now := t.pairOf(t.send(ctx, renew(used.refresh)))
			select {
			case <-time.After(grace + time.Second):
			case <-ctx.Done():
				t.broken(errLate)
			}
			t.works(ctx, now)
			t.expect(ctx, renew(used.refresh), badRefresh)
			t.isOver(ctx, now)
			t.works(ctx, other)
		}},
		{Name: "renews-once-for-eight-at-once", Why: once + " (CWE-367)", Asks: "one 200, and seven times 400 invalid_grant", Do: func(ctx context.Context, t *try) {
			for range 4 {
				p := t.begin(ctx)
				count(t, t.sendAll(ctx, slices.Repeat([]request{renew(p.refresh)}, 8)...), 200, 400)
			}
		}},
		{Name: "narrows", Why: "RFC 6749, section 6: the scope may be smaller than what was granted", Asks: "200 with the scope that was asked for, which is all that the token does", Do: func(ctx context.Context, t *try) {
			p := t.begin(ctx)
			r := renew(p.refresh)
			r.body += "&scope=tasks:read"
			narrow := t.pairOf(t.expect(ctx, r, loggedIn, scopeIs("tasks:read")))
			t.expect(ctx, get("/tasks").as(narrow.access), status(200))
			t.expect(ctx, get("/auth/me").as(narrow.access), tooNarrow("profile"))
		}},
		{Name: "does-not-widen", Why: "RFC 6749, section 6: it must not include what was not granted (CWE-269)", Asks: "400 invalid_scope, and the token can still be used", Do: func(ctx context.Context, t *try) {
			p := t.pairOf(t.send(ctx, form(good+"&scope=tasks:read")))
			r := renew(p.refresh)
			r.body += "&scope=tasks:read+tasks:write"
			t.expect(ctx, r, problem("invalid_scope", 400))
			t.expect(ctx, renew(p.refresh), loggedIn, scopeIs("tasks:read"))
		}},
		{Name: "takes-no-access-token-for-a-refresh-token", Why: "RFC 6749, section 1.5: they are different things", Asks: "400 invalid_grant", Do: func(ctx context.Context, t *try) {
			t.expect(ctx, renew(t.begin(ctx).access), badRefresh)
		}},
		{Name: "takes-no-refresh-token-for-an-access-token", Why: "It would work for weeks", Asks: "401 invalid_token", Do: func(ctx context.Context, t *try) {
			t.expect(ctx, get("/auth/me").as(t.begin(ctx).refresh), badToken)
		}},
		{Name: "takes-a-refresh-token-to-the-letter", Why: "CWE-178", Asks: "400 invalid_grant for the token with another last letter, or a space behind it, and then 200 for the token", Do: func(ctx context.Context, t *try) {
			p := t.begin(ctx)
			last := "A"
			if p.refresh[len(p.refresh)-1] == 'A' {
				last = "B"
			}
			t.expect(ctx, renew(p.refresh[:len(p.refresh)-1]+last), badRefresh)
			t.expect(ctx, renew(p.refresh+" "), badRefresh)
			t.expect(ctx, renew(p.refresh), loggedIn)
		}},
		{Name: "keeps-people-apart", Why: "CWE-639", Asks: "the new token is the one's whose refresh token was sent, whatever else the form says", Do: func(ctx context.Context, t *try) {
			p := t.begin(ctx)
			r := renew(p.refresh)
			r.body += "&username={bob.email}&password=wrong-horse"
			next := t.pairOf(t.send(ctx, r))
			t.expect(ctx, get("/auth/me").as(next.access), status(200), field("email", t.ann().email))
		}},
		refuses("refuses-an-unknown-refresh-token", "grant_type=refresh_token&refresh_token=NOBODYHASTHISONE7777777777", badRefresh, "RFC 6749, section 5.2"),
		refuses("refuses-a-missing-refresh-token", "grant_type=refresh_token", invalid(400), "RFC 6749, section 5.2"),
		refuses("refuses-an-empty-refresh-token", "grant_type=refresh_token&refresh_token=", invalid(400), "RFC 6749, section 3.2: empty is missing"),
		refuses("refuses-two-refresh-tokens", "grant_type=refresh_token&refresh_token=a&refresh_token=b", invalid(400), "RFC 6749, section 3.2: each parameter comes once"),
		{Name: "refuses-a-refresh-token-in-the-query", Send: form("grant_type=refresh_token").inQuery("refresh_token=NOBODYHASTHISONE7777777777"), Want: invalid(400), Why: "URLs are kept in logs and histories (CWE-598)"},
		{Name: "refuses-a-refresh-token-in-json", Send: post("/auth/token", `{"grant_type":"refresh_token","refresh_token":"x"}`), Want: invalid(400), Why: "RFC 6749, section 6: a form, and nothing else (CWE-436)"},
	}
}

// revoke sends a token to where it is ended.
func revoke(body string) request { return form(body).to("/auth/revoke") }

// endings are revocation and logging out.
func endings() []Case {
	const (
		rfc  = "RFC 7009, section 2"
		once = "What has ended has ended (CWE-613)"
	)
	ends := func(name, why string, end func(pair) request, wanted int) Case {
		return Case{Name: name, Why: why, Asks: "then neither token of the session works, and another session goes on", Do: func(ctx context.Context, t *try) {
			p, other := t.begin(ctx), t.begin(ctx)
			t.works(ctx, p)
			t.expect(ctx, end(p), status(wanted))
			t.isOver(ctx, p)
			t.works(ctx, other)
			t.expect(ctx, renew(other.refresh), loggedIn)
		}}
	}
	return []Case{
		ends("revokes-by-the-refresh-token", rfc, func(p pair) request { return revoke("token=" + p.refresh) }, 200),
		ends("revokes-by-the-access-token", rfc, func(p pair) request { return revoke("token=" + p.access) }, 200),
		ends("revokes-a-refresh-token-that-is-called-an-access-token", "RFC 7009, section 2.1: a hint may be wrong", func(p pair) request { return revoke("token_type_hint=access_token&token=" + p.refresh) }, 200),
		ends("revokes-an-access-token-that-is-called-a-refresh-token", "RFC 7009, section 2.1: a hint may be wrong", func(p pair) request { return revoke("token_type_hint=refresh_token&token=" + p.access) }, 200),
		ends("revokes-with-a-hint-that-nobody-knows", "RFC 7009, section 2.1: an unknown hint is ignored", func(p pair) request { return revoke("token_type_hint=cookie&token=" + p.refresh) }, 200),
		ends("revokes-for-a-client-that-says-its-name", "The contract: client_id is ignored", func(p pair) request { return revoke("client_id=tasks&token=" + p.refresh) }, 200),
		ends("logs-out", "The contract: 204, and the access token is refused from the next request on", func(p pair) request { return ask("POST", "/auth/logout").as(p.access) }, 204),
		{Name: "revokes-by-a-used-refresh-token", Why: rfc, Asks: "200, and no token of the session works", Do: func(ctx context.Context, t *try) {
			used := t.begin(ctx)
			now := t.pairOf(t.send(ctx, renew(used.refresh)))
			t.expect(ctx, revoke("token="+used.refresh), status(200))
			t.isOver(ctx, now)
		}},
		{Name: "revokes-twice", Why: "RFC 7009, section 2.2: an invalid token is no error", Asks: "200 both times", Do: func(ctx context.Context, t *try) {
			p := t.begin(ctx)
			for range 2 {
				t.expect(ctx, revoke("token="+p.refresh), status(200))
			}
		}},
		{Name: "revokes-nonsense", Send: revoke("token=nonsense"), Want: status(200), Why: "RFC 7009, section 2.2: an invalid token is no error"},
		{Name: "ends-nothing-by-a-forged-access-token", Why: "Anybody could log everybody out (CWE-347)", Asks: "200, and the session goes on", Do: func(ctx context.Context, t *try) {
			p := t.begin(ctx)
			h, payload, s, _ := parts(p.access)
			t.expect(ctx, revoke("token="+h+"."+payload+"."+flip(s, 3)), status(200))
			t.expect(ctx, revoke("token="+part(`{"alg":"none","typ":"at+jwt"}`)+"."+payload+"."), status(200))
			t.works(ctx, p)
		}},
		{Name: "refuses-a-revocation-without-a-token", Send: revoke(""), Want: invalid(400), Why: rfc + ".1"},
		{Name: "refuses-a-revocation-of-an-empty-token", Send: revoke("token="), Want: invalid(400), Why: "RFC 6749, section 3.2: empty is missing"},
		{Name: "refuses-a-revocation-of-two-tokens", Send: revoke("token=a&token=b"), Want: invalid(400), Why: "The contract: the rules for forms are those of /auth/token"},
		{Name: "refuses-a-revocation-in-the-query", Send: revoke("").inQuery("token=nonsense"), Want: invalid(400), Why: "URLs are kept in logs and histories (CWE-598)"},
		{Name: "refuses-a-revocation-in-json", Send: post("/auth/revoke", `{"token":"x"}`), Want: invalid(400), Why: rfc + ".1: a form"},
		{Name: "knows-no-GET-of-revoke", Send: get("/auth/revoke?token=x"), Want: status(400, 404, 405), Why: "A link must not end a session (CWE-352)"},
		{Name: "logs-strangers-out-of-nothing", Send: ask("POST", "/auth/logout"), Want: noToken, Why: theContract},
		{Name: "logs-nobody-out-by-nonsense", Send: ask("POST", "/auth/logout").as("nonsense"), Want: badToken, Why: theContract},
		{Name: "logs-out-once", Why: once, Asks: "204, and then 401 invalid_token", Do: func(ctx context.Context, t *try) {
			p := t.begin(ctx)
			t.expect(ctx, ask("POST", "/auth/logout").as(p.access), status(204))
			t.expect(ctx, ask("POST", "/auth/logout").as(p.access), badToken)
		}},
		{Name: "logs-out-whatever-the-scope", Why: "The contract: it asks for no scope", Asks: "204 for a token of any one scope", Do: func(ctx context.Context, t *try) {
			for _, scope := range []string{"tasks:read", "tasks:write", "profile"} {
				p := t.pairOf(t.send(ctx, form(good+"&scope="+scope)))
				t.expect(ctx, ask("POST", "/auth/logout").as(p.access), status(204))
			}
		}},
		{Name: "shuts-every-route-to-an-ended-session", Why: once, Asks: "401 invalid_token on every route", Do: func(ctx context.Context, t *try) {
			t.fill(ctx, "{task}")
			p := t.begin(ctx)
			t.expect(ctx, ask("POST", "/auth/logout").as(p.access), status(204))
			for _, r := range scoped {
				t.expect(ctx, r.ask.as(p.access), badToken)
			}
		}},
	}
}

// newPasswords are about POST /auth/password.
func newPasswords() []Case {
	change := func(body string) request { return post("/auth/password", body) }
	const other = "another-horse-battery"
	refuses := func(name, body string, wanted want, why string) Case {
		return Case{Name: name, Why: why, Asks: wanted.String() + ", and the old password still logs in", Do: func(ctx context.Context, t *try) {
			u := t.stranger(ctx)
			t.expect(ctx, change(body).as(u.token), wanted)
			t.expect(ctx, login(u.email, u.password), loggedIn)
		}}
	}
	return []Case{
		{Name: "changes-it", Why: "ASVS 5.0, 6.2.2 and 7.4.3", Asks: "204; the new password logs in and the old one does not; this session goes on, and the others are over", Do: func(ctx context.Context, t *try) {
			u := t.stranger(ctx)
			phone := t.pairOf(t.send(ctx, login(u.email, u.password)))
			t.expect(ctx, change(`{"old":"`+password+`","new":"`+other+`"}`).as(u.token), status(204))
			t.expect(ctx, get("/auth/me").as(u.token), status(200))
			t.isOver(ctx, phone)
			t.expect(ctx, login(u.email, u.password), badLogin)
			t.expect(ctx, login(u.email, other), loggedIn)
		}},
		{Name: "touches-nobody-else", Why: "CWE-639", Asks: "somebody else's session goes on, and their password logs in", Do: func(ctx context.Context, t *try) {
			u, v := t.stranger(ctx), t.stranger(ctx)
			t.spoiled = true
			t.expect(ctx, change(`{"old":"`+password+`","new":"`+other+`"}`).as(u.token), status(204))
			t.expect(ctx, get("/auth/me").as(v.token), status(200))
			t.expect(ctx, login(v.email, v.password), loggedIn)
		}},
		refuses("refuses-a-wrong-old-password", `{"old":"wrong-horse","new":"`+other+`"}`, problem("wrong_password", 403), "Somebody at an open laptop must not lock its owner out (CWE-620)"),
		refuses("refuses-a-short-new-password", `{"old":"`+password+`","new":"short"}`, invalid(422), "As at sign-up"),
		refuses("refuses-a-common-new-password", `{"old":"`+password+`","new":"iloveyou"}`, invalid(422), "As at sign-up"),
		refuses("refuses-a-new-password-of-73-bytes", `{"old":"`+password+`","new":"0123456789012345678901234567890123456789012345678901234567890123456789xyz"}`, invalid(422), "As at sign-up (CVE-2025-22228)"),
		refuses("refuses-a-new-password-with-a-NUL", `{"old":"`+password+`","new":"correct\u0000horse"}`, invalid(422), "As at sign-up"),
		refuses("refuses-a-missing-new-password", `{"old":"`+password+`"}`, invalid(422), forFields),
		refuses("refuses-a-missing-old-password", `{"new":"`+other+`"}`, status(403, 422), "CWE-620"),
		refuses("refuses-a-number-for-a-new-password", `{"old":"`+password+`","new":12345678}`, invalid(422), forFields),
		refuses("refuses-what-is-no-json", `{"old":`, invalid(400), forJSON),
		refuses("refuses-trailing-data", `{"old":"`+password+`","new":"`+other+`"}{}`, invalid(400), forJSON),
	}
}
