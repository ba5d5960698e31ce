// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package auth_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"tokenauth.example/auth"
	"tokenauth.example/login/apitest"
	"tokenauth.example/verifier"
)

// FuzzRequire sends any header Authorization. Only "Bearer" and the one good token
// pass, and no header brings about anything but 200 or 401.
//
//	go test -fuzz=FuzzRequire ./steps/06-current-user
func FuzzRequire(f *testing.F) {
	accounts := apitest.NewAccounts(f)
	ann := accounts.SignUp(f, "ann@example.com")
	tokens, err := verifier.New(key)
	if err != nil {
		f.Skip(err)
	}
	in := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "in") })
	good := tokenFor(ann.ID)
	// GOOD stands for the good token, which is another one each time.
	for _, seed := range []string{"Bearer GOOD", "bearer GOOD", "Bearer  GOOD ", "GOOD", "Basic GOOD", "Bearer", "Bearer ", " Bearer GOOD", "Bearer GOODx", "Bearer\tGOOD", "Bearer GOOD, Bearer GOOD", "\x00", "é", ""} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, header string) {
		var log apitest.Log
		handler := auth.Require(tokens, accounts, log.Logger())(in)
		header = strings.ReplaceAll(header, "GOOD", good)
		send := func() apitest.Answer {
			return apitest.Do(t, handler, apitest.Request("GET", "/tasks", "", "Authorization", header))
		}
		answer := send()
		if again := send(); again.Outcome() != answer.Outcome() {
			t.Fatalf("the same header was answered with %s, then with %s", answer.Outcome(), again.Outcome())
		}
		if !slices.Contains([]string{"200", "401 not_authenticated", "401 invalid_token", "501 without a body"}, answer.Outcome()) {
			t.Fatalf("answered with %s", answer.Outcome())
		}
		scheme, rest, _ := strings.Cut(strings.TrimSpace(header), " ")
		if answer.Status == 200 && !(strings.EqualFold(scheme, "bearer") && strings.TrimSpace(rest) == good) {
			t.Fatalf("let in with the header %q", header)
		}
		if strings.Contains(log.String(), good[len(good)-20:]) {
			t.Fatal("the token stands in the log")
		}
	})
}
