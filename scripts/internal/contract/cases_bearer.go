package contract

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// guarded are the requests that need a token.
var guarded = []struct {
	name string
	send request
}{
	{"GET-auth-me", get("/auth/me")},
	{"GET-tasks", get("/tasks")},
	{"POST-tasks", post("/tasks", `{"title":"A task"}`)},
	{"GET-a-task", get("/tasks/{task}")},
	{"DELETE-a-task", ask("DELETE", "/tasks/{task}")},
	{"GET-a-task-that-is-not-there", get("/tasks/nothing")},
	{"DELETE-a-task-that-is-not-there", ask("DELETE", "/tasks/nothing")},
}

// bearerRules are the rows about credentials, as far as they are not about what is in a
// token.
func bearerRules() []Case {
	return slices.Concat(guards(), takesSchemes(), refusesSchemes(), otherPlaces(), beforeTheBody(), saysWhy())
}

// guards are the requests that need a token.
func guards() (cases []Case) {
	for _, g := range guarded {
		cases = append(cases,
			Case{Name: "guards-" + g.name, Send: g.send, Want: noToken, Why: "One way in that was forgotten is open to everybody (CWE-306)"},
			Case{Name: "checks-the-token-of-" + g.name, Send: g.send.as("nonsense"), Want: badToken, Why: "RFC 6750, section 3.1; CWE-287"})
	}
	return cases
}

// authorization asks who is asking, with a header as it is written.
func authorization(line string) request { return get("/auth/me", line) }

// takesSchemes is how a token is shown.
func takesSchemes() []Case {
	const (
		anyCase = "RFC 9110, section 11.1: a scheme has no case"
		space   = "RFC 9110, section 5.5: white space around a value is no part of it"
		free    = "RFC 9110 leaves it open; nothing may break"
	)
	return []Case{
		{Name: "takes-Bearer", Send: authorization("Authorization: Bearer {token}"), Want: ok, Why: "RFC 6750, section 2.1"},
		{Name: "takes-bearer", Send: authorization("Authorization: bearer {token}"), Want: ok, Why: anyCase},
		{Name: "takes-BEARER", Send: authorization("Authorization: BEARER {token}"), Want: ok, Why: anyCase},
		{Name: "takes-bEaReR", Send: authorization("Authorization: bEaReR {token}"), Want: ok, Why: anyCase},
		{Name: "takes-the-header-in-lower-case", Send: authorization("authorization: Bearer {token}"), Want: ok, Why: "RFC 9110, section 5.1: a header's name has no case"},
		{Name: "takes-the-header-in-upper-case", Send: authorization("AUTHORIZATION: Bearer {token}"), Want: ok, Why: "RFC 9110, section 5.1"},
		{Name: "takes-no-space-behind-the-colon", Send: authorization("Authorization:Bearer {token}"), Want: ok, Why: space},
		{Name: "takes-spaces-behind-the-colon", Send: authorization("Authorization:  \t Bearer {token}"), Want: ok, Why: space},
		{Name: "takes-spaces-behind-the-token", Send: authorization("Authorization: Bearer {token}  \t"), Want: ok, Why: space},
		{Name: "survives-two-spaces", Send: authorization("Authorization: Bearer  {token}"), Want: okOrNot, Why: free},
		{Name: "survives-a-tab", Send: authorization("Authorization: Bearer\t{token}"), Want: okOrNot, Why: free},
		{Name: "survives-two-headers-good-and-bad", Send: get("/auth/me", "Authorization: Bearer {token}", "Authorization: Bearer nonsense"), Want: status(200, 400, 401), Why: free},
		{Name: "survives-two-headers-bad-and-good", Send: get("/auth/me", "Authorization: Bearer nonsense", "Authorization: Bearer {token}"), Want: status(200, 400, 401), Why: free},
	}
}

// refusesSchemes is how it is not.
func refusesSchemes() []Case {
	const another = "The contract: another scheme is no token"
	return []Case{
		{Name: "refuses-an-empty-header", Send: authorization("Authorization:"), Want: noToken, Why: "The contract: none"},
		{Name: "refuses-a-header-of-spaces", Send: authorization("Authorization:    "), Want: noToken, Why: "The contract: none"},
		{Name: "refuses-Bearer-alone", Send: authorization("Authorization: Bearer"), Want: either, Why: "There is nothing that could be good (CWE-287)"},
		{Name: "refuses-Bearer-and-a-space", Send: authorization("Authorization: Bearer "), Want: either, Why: "There is nothing that could be good (CWE-287)"},
		{Name: "refuses-Basic", Send: authorization("Authorization: Basic dXNlcjpwYXNzd29yZA=="), Want: noToken, Why: another},
		{Name: "refuses-Basic-with-a-good-token", Send: authorization("Authorization: Basic {token}"), Want: noToken, Why: another},
		{Name: "refuses-Token", Send: authorization("Authorization: Token {token}"), Want: noToken, Why: another},
		{Name: "refuses-JWT", Send: authorization("Authorization: JWT {token}"), Want: noToken, Why: another},
		{Name: "refuses-Bear", Send: authorization("Authorization: Bear {token}"), Want: noToken, Why: another},
		{Name: "refuses-Bearers", Send: authorization("Authorization: Bearers {token}"), Want: noToken, Why: another},
		{Name: "refuses-a-short-word", Send: authorization("Authorization: x"), Want: noToken, Why: "Code that cuts off seven bytes must first check that there are seven"},
		{Name: "refuses-a-token-without-a-scheme", Send: authorization("Authorization: {token}"), Want: either, Why: another},
		{Name: "refuses-a-token-glued-to-its-scheme", Send: authorization("Authorization: Bearer{token}"), Want: either, Why: another},
		{Name: "refuses-a-colon-behind-the-scheme", Send: authorization("Authorization: Bearer: {token}"), Want: either, Why: another},
		{Name: "refuses-the-scheme-twice", Send: authorization("Authorization: Bearer Bearer {token}"), Want: either, Why: "RFC 6750, section 2.1: one token"},
		{Name: "refuses-a-word-behind-the-token", Send: authorization("Authorization: Bearer {token} x"), Want: either, Why: "RFC 6750, section 2.1: one token"},
		{Name: "refuses-a-list", Send: authorization("Authorization: Bearer {token}, Basic eA=="), Want: either, Why: "RFC 6750, section 2.1: one token"},
		{Name: "refuses-a-token-in-quotes", Send: authorization(`Authorization: Bearer "{token}"`), Want: either, Why: "RFC 6750, section 2.1: no quotes"},
		{Name: "refuses-a-token-as-a-parameter", Send: authorization("Authorization: Bearer token={token}"), Want: either, Why: "RFC 6750, section 2.1"},
	}
}

// otherPlaces are where a token must not be looked for.
func otherPlaces() []Case {
	const (
		noURL  = "URLs are kept in logs and histories (RFC 6750, section 5.3; CWE-598)"
		cookie = "Browsers send cookies along with what other pages ask for (CWE-352)"
	)
	return []Case{
		{Name: "ignores-access_token-in-the-query", Send: get("/auth/me?access_token={token}"), Want: noToken, Why: noURL},
		{Name: "ignores-token-in-the-query", Send: get("/tasks?token={token}"), Want: noToken, Why: noURL},
		{Name: "ignores-a-whole-header-in-the-query", Send: get("/tasks?authorization=Bearer%20{token}"), Want: noToken, Why: noURL},
		{Name: "ignores-access_token-in-a-cookie", Send: get("/auth/me", "Cookie: access_token={token}"), Want: noToken, Why: cookie},
		{Name: "ignores-token-in-a-cookie", Send: get("/tasks", "Cookie: token={token}; session={token}; jwt={token}; auth={token}"), Want: noToken, Why: cookie},
		{Name: "ignores-Authorization-in-a-cookie", Send: get("/tasks", "Cookie: Authorization=\"Bearer {token}\""), Want: noToken, Why: cookie},
		{Name: "ignores-a-token-in-a-form", Send: form("access_token={token}&title=x").to("/tasks"), Want: noToken, Why: "The contract: a header, and nothing else; the body has not been read yet"},
		{Name: "ignores-a-token-in-other-headers", Send: get("/auth/me", "X-Access-Token: {token}", "X-Authorization: Bearer {token}", "Proxy-Authorization: Bearer {token}", "Authentication: Bearer {token}"), Want: noToken, Why: "The contract: a header, and nothing else"},
		{Name: "believes-no-header-that-names-a-user", Send: get("/auth/me", "X-Forwarded-User: {id}", "X-User: {id}", "X-User-Id: {id}", "X-Remote-User: {id}", "Remote-User: {id}"), Want: noToken, Why: "Anybody can write a header (CWE-290)"},
		{Name: "believes-no-header-that-names-an-email", Send: get("/auth/me", "X-Forwarded-User: {email}", "X-Forwarded-Email: {email}", "X-User: {email}", "Remote-User: {email}", "From: {email}"), Want: noToken, Why: "Anybody can write a header (CWE-290)"},
	}
}

// beforeTheBody are requests whose body must not be waited for.
func beforeTheBody() []Case {
	const before = "A stranger must not make the server read and parse what they send (CWE-770)"
	waiting := post("/tasks", "").announcing("1000").soon()
	return []Case{
		{Name: "refuses-before-it-judges-json", Send: post("/tasks", "{{{"), Want: noToken, Why: "The contract: checked before the body is read"},
		{Name: "refuses-a-bad-token-before-it-judges-json", Send: post("/tasks", "{{{").as("nonsense"), Want: badToken, Why: "The contract: checked before the body is read"},
		{Name: "refuses-before-it-judges-fields", Send: post("/tasks", `{"title":17}`), Want: noToken, Why: "The contract: checked before the body is read"},
		{Name: "does-not-wait-for-the-body-of-a-stranger", Send: waiting, Want: noToken, Why: before},
		{Name: "does-not-wait-for-the-body-behind-a-bad-token", Send: waiting.as("nonsense"), Want: badToken, Why: before},
		{Name: "does-not-wait-for-a-body-in-chunks", Send: post("/tasks", `{"title"`).inChunks().soon(), Want: noToken, Why: before},
		{Name: "does-not-ask-a-stranger-to-go-on", Send: waiting.with("Expect: 100-continue"), Want: wants(noToken, that("no 100 Continue before it", func(a answer) string {
			if strings.Contains(a.raw, " 100 ") {
				return "100 Continue, and then " + fmt.Sprint(a.status)
			}
			return ""
		})), Why: before},
		{Name: "does-not-wait-for-a-hundred-gigabytes", Send: post("/tasks", `{"title":"`).announcing("107374182400").soon(), Want: noToken, Why: before},
	}
}

// saysWhy are the words of a refusal.
func saysWhy() []Case {
	return []Case{
		{Name: "says-Not-authenticated", Send: get("/auth/me"), Want: detail("Not authenticated"), Why: "The contract has these words"},
		{Name: "says-Not-authenticated-for-another-scheme", Send: authorization("Authorization: Basic eA=="), Want: detail("Not authenticated"), Why: "The contract has these words"},
		{Name: "says-Invalid-or-expired-token", Send: get("/tasks").as("nonsense"), Want: detail("Invalid or expired token"), Why: "The contract has these words, for whatever is wrong: others would tell an attacker how far they have come"},
		{Name: "does-not-repeat-a-bad-token", Send: get("/auth/me").as("abcdefgh.ijklmnop.qrstuvwx"), Want: wants(badToken, lacks("nothing of the token in the answer", "ijklmnop")), Why: "What a stranger sends must not come back from us (CWE-116)"},
		{Name: "puts-nothing-of-a-token-into-a-header", Send: get("/auth/me").as(`x",error="none`), Want: badToken, Why: "CWE-113"},
	}
}

// me is the row GET /auth/me.
func me() []Case {
	return []Case{
		{Name: "says-who-is-asking", Send: get("/auth/me").as("{token}"), Want: wants(status(200), inJSON, hasIDOf("{id}"), hasEmailOf("{email}")), Why: "The contract: 200 {id, email}"},
		{Name: "tells-users-apart", Asks: "Ann's token gives Ann, Bob's gives Bob", Why: "CWE-639", Do: func(ctx context.Context, t *try) {
			for range 2 {
				for _, u := range []user{t.ann(), t.bob()} {
					a := t.expect(ctx, get("/auth/me").as(u.token), status(200))
					if a.id() != u.id || !strings.EqualFold(a.text("email"), u.email) {
						t.fail("id "+u.id+" and email "+u.email, "id %s and email %s", a.id(), a.text("email"))
					}
				}
			}
		}},
		{Name: "shows-no-hash", Send: get("/auth/me").as("{token}"), Want: wants(status(200), lacks("no hash in the answer", "$2"), lacks("no hash in the answer", "$argon2")), Why: "A hash can be tried at home (CWE-200)"},
		{Name: "asks-the-token-and-not-the-query", Send: get("/auth/me?id={bob.id}&sub={bob.id}&user={bob.id}&email={bob.email}").as("{token}"), Want: wants(status(200), hasIDOf("{id}")), Why: "CWE-639"},
		{Name: "changes-nothing-by-POST", Send: post("/auth/me", `{"email":"{new}"}`).as("{token}"), Want: status(401, 404, 405), Why: "The contract has no such request"},
	}
}

// hasIDOf is that the id is the one of Ann or Bob.
func hasIDOf(id string) want {
	return that(`"id" is `+id, func(a answer) string {
		if got := a.id(); got == "" || got != a.to.filled[id] {
			return fmt.Sprintf(`"id" is %q`, got)
		}
		return ""
	})
}

func hasEmailOf(email string) want {
	return that(`"email" is `+email, func(a answer) string {
		if got := a.text("email"); got == "" || got != a.to.filled[email] {
			return fmt.Sprintf(`"email" is %q`, got)
		}
		return ""
	})
}
