package contract

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// logIn are the rows of POST /auth/token.
func logIn() []Case {
	return slices.Concat(logsIn(), logsInHowever(), refusesPasswords(), knowsNoPatterns(), refusesForms(), refusesOtherMethods())
}

// good is a form that logs Ann in.
const good = "username={email}&password={password}"

var loggedIn = wants(status(200), that("an access_token", func(a answer) string {
	if a.text("access_token") == "" {
		return fmt.Sprintf(`"access_token" is %v`, a.json()["access_token"])
	}
	return ""
}))

// logsIn is the answer to a right password.
func logsIn() []Case {
	return []Case{
		{Name: "logs-in", Send: form(good), Want: wants(loggedIn, inJSON), Why: "RFC 6749, section 5.1"},
		{Name: "says-bearer", Send: form(good), Want: wants(status(200), that(`"token_type" is "bearer", in any case`, func(a answer) string {
			if got := a.text("token_type"); !strings.EqualFold(got, "bearer") {
				return fmt.Sprintf("%v", a.json()["token_type"])
			}
			return ""
		})), Why: "RFC 6749, section 7.1: clients must not use a token of a type that they do not know"},
		{Name: "says-in-seconds-how-long-the-token-lives", Send: form(good), Want: wants(status(200), expiresIn), Why: "RFC 6749, section 5.1: a number of seconds"},
		{Name: "says-how-long-as-the-token-does", Asks: "expires_in is the time until the token's exp", Why: "A client that believes too large a number meets a 401 that it does not expect", Do: func(ctx context.Context, t *try) {
			before := t.suite.now()
			a := t.expect(ctx, form(good), status(200), expiresIn)
			after := t.suite.now()
			exp, ok := claims(a.text("access_token"))["exp"].(json.Number)
			if !ok {
				t.fail("exp in the token, a number", "claims %v", claims(a.text("access_token")))
			}
			at, _ := exp.Float64()
			seconds, _ := a.json()["expires_in"].(json.Number).Float64()
			// The token was issued at some moment between the two.
			if issued := at - seconds; issued < float64(before)-5 || issued > float64(after)+5 {
				t.fail("expires_in within 5 seconds of the time until the token's exp", "expires_in %v, and the token expires in %.0f seconds", a.json()["expires_in"], at-float64(after))
			}
		}},
		{Name: "forbids-caches-to-keep-it", Send: form(good), Want: wants(status(200), header("Cache-Control", "no-store")), Why: "RFC 6749, section 5.1; CWE-525"},
		{Name: "gives-a-token-that-works", Asks: "GET /auth/me answers 200 with it", Why: theContract, Do: func(ctx context.Context, t *try) {
			a := t.expect(ctx, form(good), loggedIn)
			t.expect(ctx, get("/auth/me").as(a.text("access_token")), status(200))
		}},
		{Name: "leaves-older-tokens-good", Asks: "after a second login, the first token still works", Why: "Somebody has a phone and a laptop", Do: func(ctx context.Context, t *try) {
			u := t.newUser(ctx)
			t.expect(ctx, login(u.email, u.password), loggedIn)
			t.expect(ctx, get("/auth/me").as(u.token), status(200))
		}},
	}
}

// logsInHowever are the ways to send one.
func logsInHowever() []Case {
	return []Case{
		{Name: "takes-grant-type-password", Send: form("grant_type=password&" + good), Want: loggedIn, Why: "RFC 6749, section 4.3.2"},
		{Name: "takes-no-grant-type", Send: form(good), Want: loggedIn, Why: "The contract: absent is accepted, as users of curl expect"},
		{Name: "takes-parameters-that-it-does-not-know", Send: form("scope=&client_id=cli&" + good + "&x=y"), Want: loggedIn, Why: "RFC 6749, section 3.2: they are ignored; Swagger sends client_id"},
		{Name: "takes-parameters-in-any-order", Send: form("password={password}&username={email}&grant_type=password"), Want: loggedIn, Why: theContract},
		{Name: "takes-a-charset", Send: form(good).retyped("application/x-www-form-urlencoded; charset=UTF-8"), Want: loggedIn, Why: "Spring sends it with every form (keycloak/keycloak#20671)"},
		{Name: "takes-the-media-type-in-any-case", Send: form(good).retyped("Application/X-WWW-Form-URLencoded"), Want: loggedIn, Why: "RFC 9110, section 8.3.1: media types have no case"},
		{Name: "ignores-an-authorization-header", Send: form(good).with("Authorization: Basic Y2xpZW50OnNlY3JldA=="), Want: loggedIn, Why: "It's where clients put their own name and secret, if they have any (RFC 6749, section 2.3.1)"},
		{Name: "ignores-a-bad-token", Send: form(good).as("nonsense"), Want: loggedIn, Why: "Somebody who logs in may still have an old token"},
		{Name: "takes-an-email-in-upper-case", Asks: "200", Why: "An email that is one for signing up is one for logging in (CWE-178)", Do: func(ctx context.Context, t *try) {
			t.expect(ctx, login(strings.ToUpper(t.ann().email), password), loggedIn)
		}},
		{Name: "takes-every-byte-escaped", Asks: "200", Why: "A form may escape whatever it likes", Do: func(ctx context.Context, t *try) {
			escaped := ""
			for _, b := range []byte(t.ann().email) {
				escaped += fmt.Sprintf("%%%02x", b)
			}
			t.expect(ctx, form("username="+escaped+"&password={password}"), loggedIn)
		}},
		{Name: "takes-names-that-are-escaped", Asks: "200", Why: "pass%77ord is password: a form may escape names, too", Do: func(ctx context.Context, t *try) {
			t.expect(ctx, form("user%6eame={email}&pass%77ord={password}&gr%61nt_type=p%61ssword"), loggedIn)
		}},
		{Name: "takes-a-body-in-chunks", Asks: "200", Why: "RFC 9112, section 7.1", Do: func(ctx context.Context, t *try) {
			r := form(t.fill(ctx, good)).inChunks()
			r.body += "0\r\n\r\n"
			t.expect(ctx, r, loggedIn)
		}},
	}
}

// refusesPasswords is the answer to wrong passwords, which is one and the same.
func refusesPasswords() []Case {
	const (
		exact = "Passwords are compared to the byte (CWE-178, CWE-187)"
		alike = "An answer that differs tells who has an account (CWE-204)"
	)
	wrong := func(name, body, why string) Case {
		return Case{Name: name, Send: form(body), Want: badLogin, Why: why}
	}
	return []Case{
		wrong("refuses-a-wrong-password", "username={email}&password=wrong-horse", theContract),
		wrong("refuses-an-unknown-user", "username={new}&password={password}", theContract),
		{Name: "says-invalid-credentials", Send: form("username={email}&password=wrong-horse"), Want: detail("invalid credentials"), Why: "The contract has these words"},
		{Name: "says-no-more-than-that-of-an-unknown-user", Send: form("username={new}&password=wrong-horse"), Want: detail("invalid credentials"), Why: "The contract has these words"},
		answersAlike("answers-an-unknown-user-like-a-wrong-password", "username={new}&password=wrong-horse", alike),
		answersAlike("answers-a-long-password-like-a-wrong-one", "username={email}&password="+strings.Repeat("x", 100), alike),
		answersAlike("answers-a-long-password-of-nobody-like-a-wrong-one", "username={new}&password="+strings.Repeat("x", 100), alike),
		answersAlike("answers-a-short-password-like-a-wrong-one", "username={email}&password=x", alike),
		answersAlike("answers-a-NUL-like-a-wrong-password", "username={email}&password=a%00b", alike),
		answersAlike("answers-a-name-without-an-at-sign-like-a-wrong-password", "username=ann&password=wrong-horse", alike),
		wrong("refuses-the-password-in-upper-case", "username={email}&password=CORRECT-HORSE-BATTERY", exact),
		wrong("refuses-the-password-with-a-space-behind-it", "username={email}&password={password}+", exact),
		wrong("refuses-the-password-with-a-space-before-it", "username={email}&password=%20{password}", exact),
		wrong("refuses-the-password-with-a-newline", "username={email}&password={password}%0A", exact),
		wrong("refuses-the-beginning-of-the-password", "username={email}&password=correct-horse", exact),
		wrong("refuses-the-password-and-more", "username={email}&password={password}x", exact),
		wrong("refuses-the-password-twice-with-a-NUL-between", "username={email}&password={password}%00{password}", "bcrypt repeats a password with a NUL between (CWE-158)"),
		wrong("refuses-the-password-with-a-NUL-behind-it", "username={email}&password={password}%00", "CWE-158"),
		{Name: "refuses-what-follows-72-right-bytes", Asks: "401 for 72 right bytes and one more", Why: "bcrypt looks at 72 bytes and no more (golang/go#36546, CVE-2025-22228)", Do: func(ctx context.Context, t *try) {
			long := strings.Repeat("0123456789", 7) + "ab"
			t.expect(ctx, post("/users", `{"email":"{new}","password":"`+long+`"}`), status(201))
			t.expect(ctx, form("username={new}&password="+long), loggedIn)
			t.expect(ctx, form("username={new}&password="+long+"c"), badLogin)
			t.expect(ctx, form("username={new}&password="+long[:71]), badLogin)
		}},
		{Name: "refuses-letters-that-follow-72-right-bytes", Asks: "401 for 36 right letters of two bytes and one more", Why: "The limit counts bytes, not letters (CVE-2025-22228)", Do: func(ctx context.Context, t *try) {
			long := strings.Repeat("é", 36)
			t.expect(ctx, post("/users", `{"email":"{new}","password":"`+long+`"}`), status(201))
			t.expect(ctx, login(t.fill(ctx, "{new}"), long), loggedIn)
			t.expect(ctx, login(t.fill(ctx, "{new}"), long+"é"), badLogin)
		}},
		wrong("takes-a-username-for-text", "username=%27+OR+1%3D1+--&password={password}", "CWE-89"),
		wrong("knows-no-wildcards", "username=%25&password={password}", "LIKE is not = (CWE-155)"),
		{Name: "shuts-nobody-out-for-the-mistakes-of-others", Asks: "after six wrong passwords of one user, another one logs in", Why: "Anybody could lock everybody out (CWE-645)", Do: func(ctx context.Context, t *try) {
			victim := t.newUser(ctx)
			for range 6 {
				t.expect(ctx, form("username={new}&password=wrong-horse"), badLogin)
			}
			t.expect(ctx, login(victim.email, victim.password), loggedIn)
		}},
	}
}

// refusesForms is the answer to what is no good form.
func refusesForms() []Case {
	const (
		noTwice  = "RFC 6749, section 3.2: each parameter comes once. A filter before the server may have judged the other one (CWE-235)"
		noURL    = "URLs are kept in logs and histories (CWE-598)"
		onlyForm = "RFC 6749, section 4.3.2: a form, and nothing else (CWE-436)"
	)
	grant := problem("unsupported_grant_type", 400)
	refuses := func(name, body, why string) Case {
		return Case{Name: name, Send: form(body), Want: invalid(400), Why: why}
	}
	return []Case{
		refuses("refuses-a-missing-password", "username={email}", theContract),
		refuses("refuses-a-missing-username", "password={password}", theContract),
		refuses("refuses-an-empty-password", "username={email}&password=", "RFC 6749, section 3.2: empty is missing"),
		refuses("refuses-an-empty-username", "username=&password={password}", "RFC 6749, section 3.2: empty is missing"),
		refuses("refuses-an-empty-form", "", theContract),
		refuses("does-not-take-email-for-username", "email={email}&password={password}", "Two names for one thing: what looks at one of them misses the other (CWE-436)"),
		refuses("refuses-two-usernames", "username={new}&"+good, noTwice),
		refuses("refuses-two-passwords", good+"&password=wrong-horse", noTwice),
		refuses("refuses-the-same-password-twice", good+"&password={password}", noTwice),
		refuses("refuses-two-grant-types", "grant_type=password&grant_type=password&"+good, noTwice),
		refuses("refuses-a-password-in-two-spellings", good+"&pass%77ord=wrong-horse", noTwice),
		refuses("refuses-a-password-in-two-spellings-the-right-one-last", "username={email}&pass%77ord=wrong-horse&password={password}", noTwice),
		refuses("refuses-the-same-password-in-two-spellings", good+"&%70assword={password}", noTwice),
		refuses("refuses-a-username-in-two-spellings", good+"&user%6Eame={new}", noTwice),
		{Name: "refuses-all-in-the-query", Send: request{method: "POST", target: "/auth/token?" + good, lines: []string{"Content-Type: application/x-www-form-urlencoded"}}, Want: invalid(400), Why: noURL},
		{Name: "refuses-a-password-in-the-query", Send: form("username={email}").inQuery("password={password}"), Want: invalid(400), Why: noURL},
		{Name: "refuses-a-password-in-the-query-as-well", Send: form(good).inQuery("password={password}"), Want: invalid(400), Why: noURL},
		{Name: "refuses-a-username-in-the-query-as-well", Send: form(good).inQuery("username={email}"), Want: invalid(400), Why: noURL},
		{Name: "refuses-a-grant-type-in-the-query", Send: form(good).inQuery("grant_type=password"), Want: invalid(400), Why: noURL},
		{Name: "refuses-a-password-in-the-query-in-another-spelling", Send: form("username={email}").inQuery("pass%77ord={password}"), Want: invalid(400), Why: noURL},
		{Name: "refuses-json", Send: post("/auth/token", `{"username":"{email}","password":"{password}"}`), Want: invalid(400), Why: onlyForm},
		{Name: "refuses-a-form-that-is-called-json", Send: form(good).retyped("application/json"), Want: invalid(400), Why: onlyForm},
		{Name: "refuses-a-form-that-is-called-text", Send: form(good).retyped("text/plain"), Want: invalid(400), Why: "RFC 6749, section 4.3.2, names one content type, and what guesses differs from what stood before it (CWE-436)"},
		{Name: "refuses-a-form-that-is-called-nothing", Send: form(good).retyped(""), Want: invalid(400), Why: onlyForm},
		{Name: "refuses-multipart", Send: form("--b\r\nContent-Disposition: form-data; name=\"username\"\r\n\r\n{email}\r\n--b\r\nContent-Disposition: form-data; name=\"password\"\r\n\r\n{password}\r\n--b--\r\n").retyped("multipart/form-data; boundary=b"), Want: invalid(400), Why: onlyForm},
		refuses("refuses-a-broken-escape", "username={email}&password=%zz", "A form of which a part cannot be read must not log in with the rest (CWE-252)"),
		refuses("refuses-half-an-escape", "username={email}&password={password}%4", "CWE-252"),
		refuses("refuses-a-broken-escape-elsewhere", good+"&scope=%zz", "CWE-252"),
		{Name: "refuses-the-grant-client-credentials", Send: form("grant_type=client_credentials&" + good), Want: grant, Why: "RFC 6749, section 5.2"},
		{Name: "refuses-the-grant-refresh-token", Send: form("grant_type=refresh_token&" + good), Want: grant, Why: "RFC 6749, section 5.2"},
		{Name: "refuses-the-grant-authorization-code", Send: form("grant_type=authorization_code&" + good), Want: grant, Why: "RFC 6749, section 5.2"},
		{Name: "refuses-the-grant-PASSWORD", Send: form("grant_type=PASSWORD&" + good), Want: grant, Why: "RFC 6749, section 1.9: values have a case"},
		{Name: "refuses-the-grant-password-and-a-space", Send: form("grant_type=password+&" + good), Want: grant, Why: "RFC 6749, section 1.9"},
		{Name: "refuses-the-grant-client-credentials-in-another-spelling", Send: form("grant%5Ftype=client%5Fcredentials&" + good), Want: grant, Why: "RFC 6749, section 5.2"},
		{Name: "tells-a-multipart-form-about-its-content-type", Send: form("--b\r\nContent-Disposition: form-data; name=\"username\"\r\n\r\nx\r\n--b--\r\n").retyped("multipart/form-data; boundary=b"), Want: wants(invalid(400), tells("the content type", `content.?type|media.?type|urlencoded`)), Why: toldWhy},
		{Name: "tells-json-about-its-content-type", Send: post("/auth/token", `{"username":"x","password":"x"}`), Want: wants(invalid(400), tells("the content type", `content.?type|media.?type|urlencoded`)), Why: toldWhy},
		{Name: "tells-a-foreign-grant-about-its-grant-type", Send: form("grant_type=client_credentials&" + good), Want: wants(grant, tells("grant_type", `grant.?type`)), Why: toldWhy},
		{Name: "tells-a-form-without-a-password-about-it", Send: form("username={email}"), Want: wants(invalid(400), tells("password", `password`)), Why: toldWhy},
	}
}

const toldWhy = "The contract: a detail says what was wrong with this request. Told anything else, people look for the mistake in the wrong place"

// tells is that the detail is about something. Its words are free.
func tells(about, pattern string) want {
	of := regexp.MustCompile("(?i)" + pattern)
	return that(`a "detail" about `+about, func(a answer) string {
		if !of.MatchString(a.text("detail")) {
			return fmt.Sprintf("%q", a.text("detail"))
		}
		return ""
	})
}

// knowsNoPatterns are usernames that would match Ann's email if they were patterns.
func knowsNoPatterns() (cases []Case) {
	for name, change := range map[string]func(string) string{
		"an-underscore-for-a-letter":        func(s string) string { return "_" + s[1:] },
		"underscores-for-the-name":          func(s string) string { at := strings.Index(s, "@"); return strings.Repeat("_", at) + s[at:] },
		"a-percent-sign-for-the-host":       func(s string) string { return s[:strings.Index(s, "@")] + "%" },
		"a-star-for-the-host":               func(s string) string { return s[:strings.Index(s, "@")] + "*" },
		"a-question-mark-for-a-letter":      func(s string) string { return "?" + s[1:] },
		"a-dot-for-a-letter":                func(s string) string { return "." + s[1:] },
		"the-beginning-of-the-email":        func(s string) string { return s[:len(s)-3] },
		"a-semicolon-and-more":              func(s string) string { return s + "; --" },
		"a-quote-and-a-condition":           func(s string) string { return s + "' OR '1'='1" },
		"a-NUL-and-more":                    func(s string) string { return s + "\x00@x" },
		"the-email-in-an-address-with-name": func(s string) string { return "Ann <" + s + ">" },
	} {
		cases = append(cases, Case{Name: "takes-no-pattern-for-a-username-" + name, Why: "LIKE is not =: a__@x.org would log in with Ann's password (CWE-155, CWE-89)", Asks: "the answer to a wrong password", Do: func(ctx context.Context, t *try) {
			t.expect(ctx, login(change(t.ann().email), password), badLogin)
		}})
	}
	byName(cases)
	return cases
}

// refusesOtherMethods are methods that give no token, whatever is sent with them.
func refusesOtherMethods() (cases []Case) {
	for _, method := range []string{"GET", "PUT", "PATCH", "DELETE"} {
		r := form(good)
		r.method = method
		cases = append(cases, Case{Name: "gives-no-token-for-" + method, Send: r, Want: wants(methodNotAllowed(method, "POST"), lacks("no token", `"access_token"`)), Why: "The contract has POST. What a filter or a cache takes for harmless must give no token (CWE-436)"})
		r.target += "?" + good
		cases = append(cases, Case{Name: "gives-no-token-for-" + method + "-with-all-in-the-query", Send: r, Want: wants(status(400, 405), isProblem, lacks("no token", `"access_token"`)), Why: "URLs are kept in logs and histories (CWE-598)"})
	}
	cases = append(cases, Case{Name: "gives-no-token-for-GET-that-says-POST", Send: get("/auth/token?"+good, "X-HTTP-Method-Override: POST", "X-HTTP-Method: POST"), Want: wants(status(400, 405), lacks("no token", `"access_token"`)), Why: override})
	return cases
}

// expiresIn is a whole number of seconds, at least a minute and at most a day.
var expiresIn = that(`"expires_in" is a whole number from 60 to 86400`, func(a answer) string {
	number, ok := a.json()["expires_in"].(json.Number)
	if !ok {
		return fmt.Sprintf("%#v", a.json()["expires_in"])
	}
	if seconds, err := number.Int64(); err != nil || seconds < 60 || seconds > 86_400 {
		return number.String()
	}
	return ""
})

// answersAlike is a case: the form gets the very answer that a wrong password gets.
func answersAlike(name, other, why string) Case {
	return Case{Name: name, Why: why, Asks: "the answer to a wrong password, to the byte, headers but Date included", Do: func(ctx context.Context, t *try) {
		wrong := form("username={email}&password=wrong-horse")
		first := t.expect(ctx, wrong, badLogin)
		noise := t.send(ctx, wrong)
		second := t.send(ctx, form(other))
		t.alike(first, noise, second, "", "")
	}}
}
