// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package login_test

import (
	"fmt"
	"log/slog"
	"net/http/httptest"
	"strings"
	"time"

	"tokenauth.example/login"
	"tokenauth.example/password"
	"tokenauth.example/token"
	"tokenauth.example/users"
)

func ExampleNew() {
	db, err := users.OpenDatabase("tasks.db")
	if err != nil {
		fmt.Println(err)
		return
	}
	accounts, err := users.New(db, password.Hasher{Cost: 12})
	if err != nil {
		fmt.Println(err)
		return
	}
	issuer, err := token.NewIssuer([]byte("a secret key of 32 bytes or more"), 30*time.Minute)
	if err != nil {
		fmt.Println(err)
		return
	}
	handler := login.New(accounts, issuer, slog.Default())

	// A client that logs in:
	r := httptest.NewRequest("POST", "/auth/token", strings.NewReader("username=ann%40example.com&password=correct-horse"))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r)
	fmt.Println(w.Code, w.Body)
}
