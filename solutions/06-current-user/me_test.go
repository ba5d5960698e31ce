// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package auth_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"

	"tokenauth.example/auth"
	"tokenauth.example/login/apitest"
	"tokenauth.example/users"
)

// 9. A handler can ask for its user.
func TestForUser_PassesTheUserOn(t *testing.T) {
	ann := users.User{ID: "1", Email: "ann@example.com"}
	handler := auth.ForUser(func(w http.ResponseWriter, _ *http.Request, user users.User) { fmt.Fprint(w, "for ", user.Email) })
	r := apitest.Request("GET", "/", "")
	answer := apitest.Do(t, handler, r.WithContext(auth.WithUser(r.Context(), ann)))

	assert.Equal(t, "200", answer.Outcome(), "with a user in the context, the handler must be called")
	assert.Equal(t, "for ann@example.com", answer.Body, "the handler must be given the user from the context")
}

// 9. Where Require was forgotten, the door stays shut.
func TestForUser_StaysShutWithoutAUser(t *testing.T) {
	called := false
	handler := auth.ForUser(func(http.ResponseWriter, *http.Request, users.User) { called = true })
	answer := apitest.Do(t, handler, apitest.Request("GET", "/", ""))

	assert.False(t, called, "without a user, the handler must not be called: somebody forgot Require, and strangers would get in. Is a return missing after the answer?")
	assert.Equal(t, "401 not_authenticated", answer.Outcome(), "without a user, the answer must be the one that Require gives without a token")
	assert.Equal(t, "bearer", answer.Challenge(), "the header WWW-Authenticate must say Bearer: every 401 says which scheme it wants (RFC 9110, section 15.5.2)")
}

// 9. GET /auth/me answers with the user.
func TestMe_AnswersWithTheUser(t *testing.T) {
	for _, ann := range []users.User{
		{ID: "1", Email: "ann@example.com"}, {ID: "2", Email: `x","id":"1","email":"ann@example.com`}, {ID: "3", Email: `back\slash@example.com`}, {ID: "4", Email: "100%!s(int=7)%d@example.com"},
		{ID: "5", Email: "<b>&ann@example.com"}, {ID: "6", Email: "zo\u00eb\u2028@example.com"}, {ID: "7", Email: "\u200bann'--@example.com"}, {ID: "8", Email: "\U000e0001ann@example.com"},
	} {
		handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { auth.Me(w, r, ann) })
		r := apitest.Request("GET", "/auth/me", "")
		answer := apitest.Do(t, handler, r.WithContext(auth.WithUser(r.Context(), ann)))

		assert.Equal(t, "200", answer.Outcome(), "somebody who is logged in must be told who they are")
		want, _ := json.Marshal(map[string]string{"id": ann.ID, "email": ann.Email})
		assert.Equal(t, apitest.Compact(string(want)), apitest.Compact(answer.Body), "the answer must hold the user's id and email, and nothing else, whatever the email is made of: leave the writing to encoding/json, as api.Write does")
	}
}
