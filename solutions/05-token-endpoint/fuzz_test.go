// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package login_test

import (
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"tokenauth.example/login"
	"tokenauth.example/login/apitest"
	"tokenauth.example/token"
)

// FuzzToken sends any form. A token is given only for the right username and password,
// once each, and every answer is one of the contract's.
//
//	go test -fuzz=FuzzToken ./steps/05-token-endpoint
func FuzzToken(f *testing.F) {
	accounts := apitest.NewAccounts(f)
	accounts.SignUp(f, "ann@example.com")
	issuer, err := token.NewIssuer([]byte("for-tests-only-not-a-secret-at-all"), time.Minute)
	if err != nil {
		f.Skip(err)
	}
	for _, seed := range []string{
		annsForm, annsForm + "&grant_type=password", annsForm + "&grant_type=x", annsForm + "&password=", "", "=", "&&", "%", "%zz", ";", "+",
		"username=ann%40example.com", "password=correct-horse", "username=ann%40example.com&password=correct-horse%00", strings.Repeat("username=a&", 50),
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, form string) {
		var log apitest.Log
		handler := login.New(accounts, issuer, log.Logger())
		answer := apitest.Do(t, handler, apitest.Form("/auth/token", form))
		if again := apitest.Do(t, handler, apitest.Form("/auth/token", form)); again.Outcome() != answer.Outcome() {
			t.Fatalf("the same form was answered with %s, then with %s", answer.Outcome(), again.Outcome())
		}
		allowed := []string{"200", "400 invalid_request", "400 unsupported_grant_type", "401 invalid_grant", "413 invalid_request", "501 without a body"}
		if !slices.Contains(allowed, answer.Outcome()) {
			t.Fatalf("answered with %s", answer.Outcome())
		}
		values, err := url.ParseQuery(form)
		right := err == nil && slices.Equal(values["password"], []string{"correct-horse"}) &&
			len(values["username"]) == 1 && strings.EqualFold(values.Get("username"), "ann@example.com")
		if answer.Status == 200 && !right {
			t.Fatalf("a token was given for the form %q", form)
		}
		if strings.Contains(log.String(), "correct-horse") {
			t.Fatal("the password stands in the log")
		}
	})
}
