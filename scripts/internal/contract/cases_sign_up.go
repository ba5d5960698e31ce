package contract

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// signUp is the row POST /users.
func signUp() []Case {
	return slices.Concat(signsUp(), refusesToSignUp(), passwordsByTheRules(), emailsByTheRules(), afterSigningUp(), signsUpWith())
}

// bcrypt72 is what a limit of 72 bytes is about.
const bcrypt72 = "bcrypt looks at 72 bytes and no more (golang/go#36546, CVE-2025-22228)"

// withPassword and withEmail sign somebody new up, with a value that is written in JSON.
func withPassword(password string) request {
	return post("/users", `{"email":"{new}","password":`+password+`}`)
}

func withEmail(email string) request {
	return post("/users", `{"email":`+email+`,"password":"{password}"}`)
}

// signsUp is what must be taken.
func signsUp() []Case {
	return []Case{
		{Name: "creates-a-user", Send: withPassword(`"{password}"`), Want: wants(status(201), inJSON, hasEmail("{new}"), hasID), Why: "The contract: 201 {id, email}"},
		{Name: "needs-no-token", Send: withPassword(`"{password}"`).as("nonsense"), Want: status(201), Why: "The contract asks for a token at /auth/me and /tasks only"},
		{Name: "keeps-the-password-to-itself", Send: withPassword(`"a-password-that-is-seen"`), Want: wants(status(201), lacks("no password in the answer", "a-password-that-is-seen"), lacks("no hash in the answer", "$2"), lacks("no hash in the answer", "$argon2")), Why: "Whatever keeps answers on their way would keep it (CWE-201)"},
		{Name: "ignores-fields-that-it-does-not-know", Send: post("/users", `{"email":"{new}","password":"{password}","admin":true,"roles":["admin"]}`), Want: status(201), Why: "A client that is newer than the server must not be shut out"},
		{Name: "ignores-an-id-in-the-body", Send: post("/users", `{"id":"chosen-by-me","email":"{new}","password":"{password}"}`), Want: wants(status(201), that("an id of the server's own", func(a answer) string {
			if a.id() == "chosen-by-me" {
				return `"id" is "chosen-by-me"`
			}
			return ""
		})), Why: "People who may choose an id may choose somebody else's (CWE-915)"},
		{Name: "takes-json-whatever-it-is-called", Asks: "201 for any content type, or none", Why: "The contract: the Content-Type of a JSON body is not looked at", Do: func(ctx context.Context, t *try) {
			for _, contentType := range []string{"", "text/plain", "application/x-www-form-urlencoded"} {
				t.expect(ctx, post("/users", `{"email":`+quoted(newEmail())+`,"password":"{password}"}`).retyped(contentType), status(201))
			}
		}},
		{Name: "takes-a-charset", Send: post("/users", `{"email":"{new}","password":"{password}"}`).retyped("application/json; charset=utf-8"), Want: status(201), Why: "RFC 9110, section 8.3.1: a media type has parameters; axios sends this one"},
		{Name: "takes-white-space-around-json", Send: post("/users", "\r\n\t {\"email\" : \"{new}\" ,\n\"password\":\"{password}\"} \n\n"), Want: status(201), Why: "RFC 8259, section 2"},
		{Name: "takes-fields-in-any-order", Send: post("/users", `{"password":"{password}","email":"{new}"}`), Want: status(201), Why: "RFC 8259, section 4: an object has no order"},
	}
}

// refusesToSignUp is what must not.
func refusesToSignUp() []Case {
	return []Case{
		{Name: "refuses-a-missing-password", Free: true, Send: post("/users", `{"email":"{new}"}`), Want: invalid(422), Why: forFields},
		{Name: "refuses-a-missing-email", Send: post("/users", `{"password":"{password}"}`), Want: invalid(422), Why: forFields},
		{Name: "refuses-an-empty-object", Send: post("/users", `{}`), Want: invalid(422), Why: forFields},
		{Name: "refuses-an-empty-body", Send: post("/users", ""), Want: invalid(400), Why: forJSON},
		{Name: "refuses-text", Send: post("/users", "hello"), Want: invalid(400), Why: forJSON},
		{Name: "refuses-half-an-object", Free: true, Send: post("/users", `{"email":"{new}","password":"{password}"`), Want: invalid(400), Why: forJSON},
		{Name: "refuses-single-quotes", Send: post("/users", `{'email':'{new}','password':'{password}'}`), Want: invalid(400), Why: forJSON},
		{Name: "refuses-a-comma-at-the-end", Send: post("/users", `{"email":"{new}","password":"{password}",}`), Want: invalid(400), Why: forJSON},
		{Name: "refuses-a-comment", Send: post("/users", `{"email":"{new}","password":"{password}"} // Ann`), Want: invalid(400), Why: forJSON},
		{Name: "refuses-a-second-object", Free: true, Send: post("/users", `{"email":"{new}","password":"{password}"}{"email":"x"}`), Want: invalid(400), Why: forJSON + ": a filter before the server may judge one of the two, and the server take the other (CWE-436)"},
		{Name: "refuses-a-brace-too-many", Free: true, Send: post("/users", `{"email":"{new}","password":"{password}"}}`), Want: invalid(400), Why: forJSON + " (golang/go#36225)"},
		{Name: "refuses-a-bracket-too-many", Send: post("/users", `{"email":"{new}","password":"{password}"}]`), Want: invalid(400), Why: forJSON + " (golang/go#36225)"},
		{Name: "refuses-a-form", Send: post("/users", "email={new}&password={password}"), Want: invalid(400), Why: forJSON},
		{Name: "refuses-broken-utf-8", Send: withPassword("\"correct\xff\xfe-horse\""), Want: invalid(400, 422), Why: "RFC 8259, section 8.1: JSON is UTF-8. A server that repairs it takes two passwords for one"},
		{Name: "refuses-a-list", Send: post("/users", `[{"email":"{new}","password":"{password}"}]`), Want: invalid(400, 422), Why: forFields},
		{Name: "refuses-null", Send: post("/users", `null`), Want: invalid(400, 422), Why: forFields},
		{Name: "refuses-a-text-in-quotes", Send: post("/users", `"{new}"`), Want: invalid(400, 422), Why: forFields},
		{Name: "refuses-a-number-alone", Send: post("/users", `17`), Want: invalid(400, 422), Why: forFields},
	}
}

// afterSigningUp is what a sign-up leaves behind, and one that was refused does not.
func afterSigningUp() []Case {
	return []Case{
		{Name: "gives-everybody-an-id-of-their-own", Why: "CWE-694", Asks: "two ids that differ", Do: func(ctx context.Context, t *try) {
			first, second := t.stranger(ctx), t.stranger(ctx)
			if first.id == second.id {
				t.fail("two ids that differ", "%q twice", first.id)
			}
		}},
		{Name: "refuses-an-email-that-is-taken", Send: post("/users", `{"email":"{email}","password":"{password}"}`), Want: problem("email_taken", 409), Why: "The contract: 409 email_taken"},
		{Name: "refuses-an-email-that-is-taken-in-upper-case", Asks: "409 email_taken", Why: "Mail goes to the same person: two accounts would be one (CWE-178)", Do: func(ctx context.Context, t *try) {
			t.expect(ctx, post("/users", `{"email":`+quoted(strings.ToUpper(t.ann().email))+`,"password":"{password}"}`), problem("email_taken", 409))
		}},
		{Name: "refuses-an-email-that-is-taken-in-lower-case", Asks: "409 email_taken", Why: "CWE-178", Do: func(ctx context.Context, t *try) {
			email := newEmail()
			t.expect(ctx, post("/users", `{"email":`+quoted(strings.ToUpper(email))+`,"password":"{password}"}`), status(201))
			t.expect(ctx, post("/users", `{"email":`+quoted(email)+`,"password":"{password}"}`), problem("email_taken", 409))
		}},
		{Name: "refuses-an-email-that-is-taken-in-other-letters", Asks: "409 email_taken", Why: "Lower case is more than a to z (CWE-178)", Do: func(ctx context.Context, t *try) {
			email := newEmail()
			t.expect(ctx, post("/users", `{"email":`+quoted("ÄNN-"+email)+`,"password":"{password}"}`), status(201), hasEmail("ÄNN-"+email))
			t.expect(ctx, post("/users", `{"email":`+quoted("änn-"+email)+`,"password":"{password}"}`), problem("email_taken", 409))
			t.expect(ctx, login("äNN-"+email, password), loggedIn)
		}},
		{Name: "shows-an-email-in-lower-case", Asks: "lower case in the 201 and in GET /auth/me", Why: "The contract: answers show it in lower case", Do: func(ctx context.Context, t *try) {
			email := newEmail()
			t.expect(ctx, post("/users", `{"email":`+quoted(strings.ToUpper(email))+`,"password":"{password}"}`), status(201), hasEmail(email))
			a := t.expect(ctx, login(strings.ToUpper(email), password), loggedIn)
			t.expect(ctx, get("/auth/me").as(a.text("access_token")), status(200), field("email", email))
		}},
		{Name: "changes-nothing-when-it-refuses", Asks: "the old password still logs in, and the new one does not", Why: "Anybody who knows the email could take over the account (CWE-620)", Do: func(ctx context.Context, t *try) {
			u := t.newUser(ctx)
			t.expect(ctx, post("/users", `{"email":`+quoted(u.email)+`,"password":"another-password"}`), problem("email_taken", 409))
			t.expect(ctx, login(u.email, "another-password"), badLogin)
			t.expect(ctx, login(u.email, u.password), status(200))
		}},
		{Name: "makes-no-user-of-what-it-refuses", Asks: "who was refused cannot log in", Why: "Half a sign-up is none (CWE-390)", Do: func(ctx context.Context, t *try) {
			t.expect(ctx, post("/users", `{"email":"{new}","password":"{password}"}}`), invalid(400))
			t.expect(ctx, form("username={new}&password={password}"), badLogin)
		}},
		{Name: "has-the-user-when-it-answers", Asks: "who has got 201 can log in at once", Why: "A 201 is a promise (RFC 9110, section 15.3.2)", Do: func(ctx context.Context, t *try) {
			for range 3 {
				t.stranger(ctx)
			}
		}},
		{Name: "keeps-a-plus-apart", Asks: "ann+shop@ and ann@ are two people", Why: "That they are one is a rule of one provider's (CWE-182)", Do: func(ctx context.Context, t *try) {
			name, domain, _ := strings.Cut(newEmail(), "@")
			for _, email := range []string{name + "@" + domain, name + "+shop@" + domain} {
				t.expect(ctx, post("/users", `{"email":`+quoted(email)+`,"password":"{password}"}`), status(201))
			}
		}},
		{Name: "takes-an-email-for-text", Asks: "an email with SQL in it comes back as it is", Why: "CWE-89", Do: func(ctx context.Context, t *try) {
			// All of it is allowed in an address without quotes (RFC 5322, section 3.2.3), so
			// that a server that parses them takes it too.
			email := "o'hara'||'1'='1'--" + newEmail()
			t.expect(ctx, post("/users", `{"email":`+quoted(email)+`,"password":"{password}"}`), status(201), hasEmail(email))
			t.expect(ctx, login(email, password), status(200))
			t.expect(ctx, login("' OR 1=1 --", password), badLogin)
		}},
		{Name: "decodes-json-escapes", Asks: "a password with JSON escapes is the text that they stand for", Why: "RFC 8259, section 7", Do: func(ctx context.Context, t *try) {
			t.expect(ctx, post("/users", `{"\u0065mail":"{new}","password":"\u0063orrect\/h\u00f6rse"}`), status(201))
			t.expect(ctx, login(t.fill(ctx, "{new}"), "correct/hörse"), status(200))
		}},
	}
}

// signsUpWith are values of all kinds.
func signsUpWith() (cases []Case) {
	for _, wrong := range []string{"null", "true", "17", "[]", `["x@example.com"]`, `{"a":"b@c"}`} {
		cases = append(cases, Case{Name: "refuses-an-email-that-is-" + kind(wrong), Send: withEmail(wrong), Want: invalid(422), Why: forFields})
	}
	for _, wrong := range []string{"null", "true", "1234567890", "[]", `["correct-horse"]`, `{"a":"correct-horse"}`} {
		cases = append(cases, Case{Name: "refuses-a-password-that-is-" + kind(wrong), Send: withPassword(wrong), Want: invalid(422), Why: forFields + " (CWE-843)"})
	}
	for _, odd := range []struct{ name, password string }{
		{"with-spaces-around-it", "  correct horse  "}, {"of-special-characters", `<&"'>%+=\/;#?@`}, {"with-other-letters", "Пароль-密码-🐎"},
		{"with-a-newline-at-its-end", "correct-horse\n"}, {"in-two-cases", "Correct-HORSE"},
	} {
		cases = append(cases, Case{Name: "takes-a-password-" + odd.name, Asks: "it signs up, and logs in, to the byte", Why: "What was typed is what must be compared (CWE-178, CWE-182)", Do: func(ctx context.Context, t *try) {
			t.expect(ctx, withPassword(quoted(odd.password)), status(201))
			t.expect(ctx, login(t.fill(ctx, "{new}"), odd.password), status(200))
		}})
	}
	return cases
}

// kind is what a JSON value is, in a case's name.
func kind(value string) string {
	switch {
	case value == "null":
		return "null"
	case value == "true":
		return "true"
	case value == "[]":
		return "an-empty-list"
	case value[0] == '[':
		return "a-list"
	case value[0] == '{':
		return "an-object"
	}
	return "a-number"
}

var hasID = that("an id", func(a answer) string {
	if a.id() == "" {
		return fmt.Sprintf(`"id" is %v`, a.json()["id"])
	}
	return ""
})

// hasEmail is the email that was sent, in lower case.
func hasEmail(email string) want {
	return that(`"email" is the one that was sent, in lower case`, func(a answer) string {
		wanted := email
		if email == "{new}" {
			object := object(a.to.body)
			wanted, _ = object["email"].(string)
		}
		if got := a.text("email"); got != strings.ToLower(wanted) {
			return fmt.Sprintf(`"email" is %q`, got)
		}
		return ""
	})
}
