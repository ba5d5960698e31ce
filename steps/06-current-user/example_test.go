// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package auth_test

import (
	"fmt"
	"log/slog"
	"net/http"

	"tokenauth.example/auth"
	"tokenauth.example/users"
	"tokenauth.example/verifier"
)

func ExampleRequire() {
	tokens, err := verifier.New([]byte("a secret key of 32 bytes or more"))
	if err != nil {
		fmt.Println(err)
		return
	}
	var accounts *users.Store // that of step 04
	require := auth.Require(tokens, accounts, slog.Default())

	mux := http.NewServeMux()
	mux.Handle("GET /auth/me", require(auth.ForUser(auth.Me)))
	mux.Handle("GET /hello", require(auth.ForUser(func(w http.ResponseWriter, _ *http.Request, user users.User) {
		fmt.Fprintln(w, "hello", user.Email)
	})))
	fmt.Println(http.ListenAndServe("127.0.0.1:8000", mux))
}
