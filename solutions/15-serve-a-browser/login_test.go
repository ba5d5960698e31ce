// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package main

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tokenauth.example/login/apitest"
	"tokenauth.example/scopes/ordered"
	"tokenauth.example/users"
)

// arrives lets somebody arrive in a browser, without any route.
func (b *browser) arrives(t *testing.T, user users.User, next string) apitest.Answer {
	t.Helper()
	return b.directly(t, "", func(w http.ResponseWriter, r *http.Request) { b.s.pages.arrive(w, r, user, next) })
}

// directly sends a form to a handler, past all routes.
func (b *browser) directly(t *testing.T, form string, serve http.HandlerFunc) apitest.Answer {
	t.Helper()
	r := apitest.Form(home+"/login", form)
	if b.secret() != "" {
		r.AddCookie(&http.Cookie{Name: cookieName, Value: b.secret()})
	}
	answer := apitest.Do(t, serve, r)
	b.take(answer.Header)
	return answer
}

// 4. Logged in.
func TestArrive_LogsIn(t *testing.T) {
	inTime(t, func(t *testing.T, s *site) {
		b := s.browser()
		answer := b.arrives(t, s.bob, "/tasks?done=1")
		assert.Equal(t, "303 to /tasks?done=1", where(answer), "somebody who arrives must be sent on with 303, so that reloading the page doesn't send the password again")
		require.NotEmpty(t, b.secret(), "the browser must have a cookie that it takes")
		s.found(t, b.secret(), s.bob, "by this cookie Bob must be logged in")
		assert.Len(t, answer.Header.Values("Set-Cookie"), 1, "there must be one cookie")
	})
}

// 4. What somebody has planted.
func TestArrive_TakesNoSecretFromBefore(t *testing.T) {
	inTime(t, func(t *testing.T, s *site) {
		victim := s.browser()
		victim.cookies[cookieName] = "PLANTEDPLANTEDPLANTEDPLANT"
		victim.arrives(t, s.ann, "/")
		s.found(t, victim.secret(), s.ann, "Ann must be logged in")
		assert.NotEqual(t, "PLANTEDPLANTEDPLANTEDPLANT", victim.secret(), "a secret from before the login must not be one from after it: the attacker who put it there would be Ann, too (CWE-384)")
		s.nobody(t, "PLANTEDPLANTEDPLANTEDPLANT", "a secret that an attacker has made up must log nobody in")
		attacker := s.browser()
		attacker.arrives(t, s.bob, "/")
		planted := attacker.secret()
		victim = s.browser()
		victim.cookies[cookieName] = planted
		victim.arrives(t, s.ann, "/")
		who, err := s.pages.browsers.find(t.Context(), planted)
		require.False(t, err == nil && who.User == s.ann, "the attacker's own secret must not become Ann's (CWE-384)")
	})
}

// 4. What was before.
func TestArrive_EndsWhatWasBefore(t *testing.T) {
	inTime(t, func(t *testing.T, s *site) {
		b, other := s.browser(), s.browser()
		other.arrives(t, s.bob, "/")
		b.arrives(t, s.bob, "/")
		before := b.secret()
		session := s.found(t, before, s.bob, "first, Bob must be logged in").Session
		b.arrives(t, s.ann, "/")
		s.found(t, b.secret(), s.ann, "now it's Ann")
		s.nobody(t, before, "the session that was there before must end: nobody can log out of it any more")
		live, err := s.pages.sessions.Live(t.Context(), session)
		require.NoError(t, err)
		assert.False(t, live, "the session that was there before must end: nobody can log out of it any more")
		s.found(t, other.secret(), s.bob, "another browser of Bob's must stay logged in")
	})
}

// 4. Trouble.
func TestArrive_LeavesTheBrowserInTrouble(t *testing.T) {
	inTime(t, func(t *testing.T, s *site) {
		b := s.browser()
		b.arrives(t, s.ann, "/")
		require.Equal(t, "303 to /", where(b.arrives(t, s.bob, "/")), "first, Bob must arrive")
		before := b.secret()
		var answer apitest.Answer
		s.failing(t, func() { answer = b.arrives(t, s.ann, "/") }, func(t *testing.T) {
			assert.Equal(t, "500 server_error", answer.Outcome(), "what the database can't do is trouble, at whichever call it fails")
			assert.Empty(t, answer.Header.Values("Set-Cookie"), "in trouble the browser must keep the cookie that it has")
			s.found(t, before, s.bob, "in trouble Bob must stay logged in")
		})
	})
}

// 5. The right ones.
// Stays: all that comes after it needs it.
func TestLogIn_LetsTheRightOneIn(t *testing.T) {
	inTime(t, func(t *testing.T, s *site) {
		b := s.browser()
		answer := b.directly(t, form("email", "Bob@Example.com", "password", apitest.Password), s.pages.logIn)
		assert.Equal(t, "303 to /", where(answer), "somebody who has logged in must be sent to their tasks")
		s.found(t, b.secret(), s.bob, "it must be the user with this email, in whatever case")
	})
}

// 5. Everybody else.
func TestLogIn_RefusesAllOthersAlike(t *testing.T) {
	inTime(t, func(t *testing.T, s *site) {
		b := s.browser()
		require.Equal(t, "303 to /", where(b.directly(t, form("email", "ann@example.com", "password", apitest.Password), s.pages.logIn)), "first, Ann must get in with the right password")
		before, state := b.secret(), s.state(t)
		require.NoError(t, s.roles.Deactivate(t.Context(), s.bob.ID))
		var first string
		for name, sent := range ordered.Map(map[string][2]string{
			"a wrong password":   {"ann@example.com", "wrong-horse"},
			"an unknown email":   {"eve@example.com", apitest.Password},
			"a deactivated user": {"bob@example.com", apitest.Password},
			"no password":        {"ann@example.com", ""},
			"no email":           {"", apitest.Password},
			"a pattern":          {"%", apitest.Password},
		}) {
			answer := b.directly(t, form("email", sent[0], "password", sent[1]), s.pages.logIn)
			require.Equal(t, http.StatusForbidden, answer.Status, "with %s it must be p.refused", name)
			page := strings.ReplaceAll(answer.Body, `value="`+sent[0]+`"`, `value=""`)
			if first == "" {
				first = page
			}
			assert.Equal(t, first, page, "with %s the page must be the one of a wrong password: guessing must not tell who has an account (CWE-204)", name)
			assert.Empty(t, answer.Header.Values("Set-Cookie"), "with %s nobody may get a cookie, and nobody may lose theirs", name)
			assert.NotContains(t, s.logged.String(), "horse", "what somebody typed must not be in the log (CWE-532)")
		}
		assert.Equal(t, state, s.state(t), "refused means that nothing has happened")
		s.found(t, before, s.ann, "somebody who is logged in in this browser must stay so")
	})
}

// 5. One reading of a form.
func TestLogIn_ReadsFormsAsTheDoorDoes(t *testing.T) {
	inTime(t, func(t *testing.T, s *site) {
		good := form("email", "bob@example.com", "password", apitest.Password)
		require.Equal(t, "303 to /", where(s.browser().directly(t, good, s.pages.logIn)), "first, a good form must be taken")
		state := s.state(t)
		multipart := "--x\r\nContent-Disposition: form-data; name=\"email\"\r\n\r\nbob@example.com\r\n--x\r\nContent-Disposition: form-data; name=\"password\"\r\n\r\n" + apitest.Password + "\r\n--x--\r\n"
		for name, r := range ordered.Map(map[string]*http.Request{
			"multipart/form-data":   apitest.Request("POST", home+"/login", multipart, "Content-Type", "multipart/form-data; boundary=x"),
			"a query":               apitest.Form(home+"/login?"+good, ""),
			"email in a query":      apitest.Form(home+"/login?email=bob@example.com", form("password", apitest.Password)),
			"two emails":            apitest.Form(home+"/login", "email=eve%40example.com&"+good),
			"JSON":                  apitest.Request("POST", home+"/login", `{"email":"bob@example.com","password":"`+apitest.Password+`"}`),
			"a form of 100 KB":      apitest.Form(home+"/login", good+"&more="+strings.Repeat("x", 100_000)),
			"what can't be decoded": apitest.Form(home+"/login", good+"&more=%zz"),
		}) {
			answer := apitest.Do(t, http.HandlerFunc(s.pages.logIn), r)
			assert.Equal(t, "400 invalid_request", answer.Outcome(), "the email in %s is none that the door has seen, so each guess would be the first (CWE-436)", name)
			assert.Empty(t, answer.Header.Values("Set-Cookie"), "with %s nobody may be logged in", name)
		}
		assert.Equal(t, state, s.state(t), "refused means that nothing has happened")
	})
}

// 5. Trouble.
func TestLogIn_TellsTroubleFromARefusal(t *testing.T) {
	inTime(t, func(t *testing.T, s *site) {
		good := form("email", "bob@example.com", "password", apitest.Password)
		require.Equal(t, "303 to /", where(s.browser().directly(t, good, s.pages.logIn)), "first, a good form must be taken")
		s.faults.At(1, func() error { return errFull })
		answer := s.browser().directly(t, good, s.pages.logIn)
		require.True(t, s.faults.Happened(), "the database must be asked each time")
		assert.Equal(t, "500 server_error", answer.Outcome(), "a full disk is not a wrong password")
	})
}

// 6. Logged out.
func TestLogOut_EndsTheSession(t *testing.T) {
	inTime(t, func(t *testing.T, s *site) {
		b, other := s.browser(), s.browser()
		b.arrives(t, s.bob, "/")
		other.arrives(t, s.bob, "/")
		before := b.secret()
		session := s.found(t, before, s.bob, "first, Bob must be logged in").Session
		answer := b.directly(t, "", s.pages.logOut)
		assert.Equal(t, "303 to /", where(answer), "after logging out the browser must be sent to the first page")
		assert.Empty(t, b.secret(), "the browser must forget the cookie")
		s.nobody(t, before, "dropping the cookie alone ends nothing: somebody who has copied it would stay logged in (CWE-613)")
		live, err := s.pages.sessions.Live(t.Context(), session)
		require.NoError(t, err)
		assert.False(t, live, "the session itself must end")
		s.found(t, other.secret(), s.bob, "another browser of Bob's must stay logged in")
	})
}

// 6. Nobody.
func TestLogOut_IsTheSameForNobody(t *testing.T) {
	inTime(t, func(t *testing.T, s *site) {
		s.begin(t, s.bob)
		state := s.state(t)
		for _, secret := range []string{"", "UNKNOWN"} {
			b := s.browser()
			b.cookies[cookieName] = secret
			answer := b.directly(t, "", s.pages.logOut)
			assert.Equal(t, "303 to /", where(answer), "to log out where nobody is logged in must be no error: it's as it should be")
			assert.Empty(t, b.secret(), "a cookie that's good for nothing must go")
		}
		assert.Equal(t, state, s.state(t), "nobody else's session may end")
	})
}

// 6. Trouble.
func TestLogOut_KeepsTheCookieInTrouble(t *testing.T) {
	inTime(t, func(t *testing.T, s *site) {
		b := s.browser()
		b.arrives(t, s.bob, "/")
		before := b.secret()
		var answer apitest.Answer
		s.failing(t, func() { answer = b.directly(t, "", s.pages.logOut) }, func(t *testing.T) {
			if answer.Status < 400 {
				s.nobody(t, before, "somebody who is told that they are logged out must be logged out, at whichever call the database fails")
				return
			}
			assert.Equal(t, "500 server_error", answer.Outcome(), "what the database can't do is trouble, at whichever call it fails")
			assert.Empty(t, answer.Header.Values("Set-Cookie"), "in trouble the browser must keep the cookie, so that one can try again")
			s.found(t, before, s.bob, "nothing has ended")
		})
		s.nobody(t, before, "without trouble it must end")
	})
}
