// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package elsewhere_test

import (
	"fmt"
	"log/slog"
	"net/http"

	"tokenauth.example/elsewhere"
	"tokenauth.example/provider"
)

func Example() {
	var (
		trusted *provider.Provider // of step 12
		logins  *elsewhere.Logins  // from NewLogins
	)
	client := &elsewhere.Client{
		Provider: trusted, Logins: logins, HTTP: http.DefaultClient, Log: slog.Default(),
		ID: "tasks-page", Secret: "from a setting", Redirect: "https://tasks.example/login/callback",
		LoggedIn: func(w http.ResponseWriter, r *http.Request, who provider.Identity, next string) {
			fmt.Fprintf(w, "Welcome, %s at %s", who.Subject, who.Issuer)
		},
	}
	http.HandleFunc("GET /login/provider", client.Start)
	http.HandleFunc("GET /login/callback", client.Callback)
}
