package contract

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// pair is what a login gives at the second server.
type pair struct{ access, refresh string }

// pairOf reads one from an answer, or ends the case.
func (t *try) pairOf(a answer) pair {
	t.want(a, loggedIn, hasRefresh)
	return pair{a.text("access_token"), a.text("refresh_token")}
}

var hasRefresh = that("a refresh_token", func(a answer) string {
	if a.text("refresh_token") == "" {
		return fmt.Sprintf(`"refresh_token" is %v`, a.json()["refresh_token"])
	}
	return ""
})

// begin logs the case's Ann in, for all that she may do.
func (t *try) begin(ctx context.Context) pair { return t.pairOf(t.send(ctx, form(good))) }

// scopeIs is that the answer says which scope was granted, in any order (RFC 6749, section 3.3).
func scopeIs(wanted ...string) want {
	slices.Sort(wanted)
	return that(`"scope" is "`+strings.Join(wanted, " ")+`", in any order`, func(a answer) string {
		got := strings.Fields(a.text("scope"))
		if slices.Sort(got); !slices.Equal(got, wanted) {
			return fmt.Sprintf("%v", a.json()["scope"])
		}
		return ""
	})
}

// tooNarrow is the answer to a good token whose scope does not reach.
func tooNarrow(scope string) want {
	return wants(problem("insufficient_scope", 403), that(`WWW-Authenticate: Bearer error="insufficient_scope", scope="`+scope+`"`, func(a answer) string {
		if parameters, ok := a.challenge(); !ok || parameters["error"] != "insufficient_scope" || parameters["scope"] != scope {
			return fmt.Sprintf("WWW-Authenticate: %q", a.header.Values("WWW-Authenticate"))
		}
		return ""
	}))
}

const (
	leastReason = "A token should do what it is for, and nothing else (RFC 6749, section 3.3; ASVS 5.0, 10.3.2)"
	badScope    = "RFC 6749, sections 3.3 and 5.2"
)

// routes of the second server that want a token, with the scope that they ask for.
var scoped = []struct {
	name, scope string
	ask         request
	good        int
}{
	{"who-is-asking", "profile", get("/auth/me"), 200},
	{"a-list", "tasks:read", get("/tasks"), 200},
	{"a-task", "tasks:read", get("/tasks/{task}"), 200},
	{"a-new-task", "tasks:write", post("/tasks", `{"title":"x"}`), 201},
	{"a-task-to-be-deleted", "tasks:write", ask("DELETE", "/tasks/{task}"), 204},
	{"a-new-password", "profile", post("/auth/password", `{"old":"wrong-horse","new":"correct-horse-staple"}`), 403},
}

func scopeRules() []Case {
	return slices.Concat(grants(), reaches(), admins())
}

// grants are which scope a login gets.
func grants() []Case {
	refuses := func(name, scope, why string) Case {
		return Case{Name: name, Send: form(good + "&scope=" + scope), Want: problem("invalid_scope", 400), Why: why}
	}
	return []Case{
		{Name: "grants-a-member-what-a-member-may-do", Send: form(good), Want: wants(loggedIn, scopeIs("tasks:read", "tasks:write", "profile")), Why: "The contract: without scope a login gets all that the role allows"},
		{Name: "grants-what-was-asked-for", Send: form(good + "&scope=tasks:read"), Want: wants(loggedIn, scopeIs("tasks:read")), Why: leastReason},
		{Name: "grants-two", Send: form(good + "&scope=profile+tasks:read"), Want: wants(loggedIn, scopeIs("tasks:read", "profile")), Why: leastReason},
		{Name: "leaves-out-what-the-role-lacks", Send: form(good + "&scope=tasks:read+users:read"), Want: wants(loggedIn, scopeIs("tasks:read")), Why: "Somebody must not become an admin by asking (CWE-269)"},
		refuses("refuses-a-scope-of-which-nothing-is-left", "users:read+users:write", "The contract: if nothing is left, 400 invalid_scope"),
		refuses("refuses-an-unknown-scope", "everything", badScope),
		refuses("refuses-a-known-scope-beside-an-unknown-one", "tasks:read+everything", badScope),
		refuses("refuses-a-scope-in-upper-case", "TASKS:READ", "RFC 6749, section 3.3: scopes have a case"),
		refuses("refuses-a-scope-with-a-quote", "tasks:read%22", "RFC 6749, section 3.3: a quote would end the header's"),
		refuses("refuses-a-scope-with-a-newline", "tasks:read%0Atasks:write", "RFC 6749, section 3.3; CWE-113"),
		{Name: "refuses-two-scopes", Send: form(good + "&scope=tasks:read&scope=tasks:write"), Want: invalid(400), Why: "RFC 6749, section 3.2: each parameter comes once"},
		{Name: "refuses-a-scope-in-the-query", Send: form(good).inQuery("scope=tasks:read"), Want: invalid(400), Why: "What the form asks for and what the URL asks for may differ (CWE-436)"},
		{Name: "grants-nothing-for-a-wrong-password", Send: form("username={email}&password=wrong-horse&scope=everything"), Want: problem("invalid_grant", 400), Why: "Who may have which scope is nobody's business who has no password"},
	}
}

// reaches are which routes a token reaches.
func reaches() (cases []Case) {
	for _, r := range scoped {
		for _, scope := range []string{"tasks:read", "tasks:write", "profile"} {
			name, wanted := "opens-"+r.name+"-to-"+strings.ReplaceAll(scope, ":", "-"), status(r.good)
			if scope != r.scope {
				name, wanted = "shuts-"+r.name+"-to-"+strings.ReplaceAll(scope, ":", "-"), tooNarrow(r.scope)
			}
			cases = append(cases, Case{Name: name, Why: leastReason, Asks: wanted.String() + " for a token of the scope " + scope, Do: func(ctx context.Context, t *try) {
				t.fill(ctx, r.ask.target)
				token := t.pairOf(t.send(ctx, form(good+"&scope="+scope))).access
				t.expect(ctx, r.ask.as(token), wanted)
			}})
		}
		cases = append(cases, Case{Name: "shuts-" + r.name + "-to-strangers", Send: r.ask, Want: noToken, Why: "The contract: 401 stays 401"},
			Case{Name: "shuts-" + r.name + "-to-nonsense", Send: r.ask.as("nonsense"), Want: badToken, Why: "The contract: 401 stays 401"})
	}
	byName(cases)
	return cases
}

// admins are the routes that a member must not reach.
func admins() (cases []Case) {
	for _, r := range []struct {
		name, scope string
		ask         request
	}{
		{"the-list-of-users", "users:read", get("/admin/users")},
		{"a-role", "users:write", ask("PUT", "/admin/users/{id}/role", "Content-Type: application/json")},
		{"a-deactivation", "users:write", ask("POST", "/admin/users/{bob.id}/deactivate")},
	} {
		if r.ask.method == "PUT" {
			r.ask.body = `{"role":"admin"}`
		}
		cases = append(cases,
			Case{Name: "shuts-" + r.name + "-to-members", Send: r.ask.as("{token}"), Want: tooNarrow(r.scope), Why: "Somebody who may not do it must not find out what is there, either (CWE-862)"},
			Case{Name: "shuts-" + r.name + "-to-strangers", Send: r.ask, Want: noToken, Why: "CWE-306"})
	}
	return cases
}
