// Package login serves signing up (POST /users) and logging in (POST /auth/token,
// the password grant of OAuth 2.0: RFC 6749, section 4.3).
package login

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"tokenauth.example/login/api"
	"tokenauth.example/users"
)

// maxForm is how long the form at /auth/token may be, in bytes.
const maxForm = 64 << 10

// Accounts is what this package needs of a users.Store.
type Accounts interface {
	Create(ctx context.Context, email, plain string) (users.User, error)
	Authenticate(ctx context.Context, email, plain string) (users.User, error)
}

// Issuer is what this package needs of a token.Issuer.
type Issuer interface {
	Issue(subject string) (signed string, lifetime time.Duration, err error)
}

// New returns a handler for POST /users and POST /auth/token. It logs each refused
// login, and what goes wrong on our side, in a line with reason, method and path.
func New(accounts Accounts, issuer Issuer, log *slog.Logger) http.Handler {
	h := &handler{accounts: accounts, issuer: issuer, log: log}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /users", h.signUp)
	mux.HandleFunc("POST /auth/token", h.issueToken)
	return mux
}

type handler struct {
	accounts Accounts
	issuer   Issuer
	log      *slog.Logger
}

// signUp makes a user of {"email", "password"} and answers 201 with {"id", "email"}: 409
// email_taken for an email that has signed up, and 422 invalid_request for an email or
// a password that is not fit.
func (h *handler) signUp(w http.ResponseWriter, r *http.Request) {
	// TODO 1: read the body, create the user, and answer with it.
	// TODO 2: tell the client what was wrong, if it was the client's mistake.
	w.WriteHeader(http.StatusNotImplemented)
}

// issueToken answers the right username and password with 200 and {"access_token",
// "token_type", "expires_in"}: a token for the user's ID, the word "bearer", and the
// token's lifetime in whole seconds.
//
// A form that readForm refuses gets 400 with the problem's code and detail.
//
// A wrong password, an unknown user and a deactivated one get one and the same 401
// invalid_grant, "invalid credentials", with WWW-Authenticate: Bearer. It's logged in a
// line with reason, method and path: the reason is "bad credentials", and nothing that the
// client typed is in it. Other errors are trouble of ours. All errors are sent by
// api.FailOAuth or api.ServerError.
func (h *handler) issueToken(w http.ResponseWriter, r *http.Request) {
	// TODO 3: answer the right username and password with a token.
	// TODO 4: refuse bad credentials, and log it.
	// TODO 5: what else goes wrong is our trouble: say so.
	w.WriteHeader(http.StatusNotImplemented)
}

// readForm returns the form in the body, in which username and password are there once
// each and are not empty. Otherwise it returns what is wrong, with one of the codes
// "invalid_request" and "unsupported_grant_type" (RFC 6749, section 5.2) and a detail
// that says it in plain ASCII without " and \.
//
// The content type must be application/x-www-form-urlencoded, whatever parameters follow
// it; for another one, the detail says so. A body over maxForm bytes is refused, and not
// read to its end. Username, password and grant_type are refused in the URL, whatever the
// body says. A grant_type may be missing or empty; if there is one, it's "password", once.
// Other parameters are ignored.
func readForm(w http.ResponseWriter, r *http.Request) (form url.Values, problem *api.Problem) {
	// TODO 6: take a form and nothing else, one that can be read, of maxForm
	//   bytes at most.
	// TODO 7: take username and password once each, from the body alone.
	// TODO 8: refuse every grant but ours.
	_ = r.ParseForm()
	return r.Form, nil // takes everything, from everywhere
}

// invalid is a Problem with the code invalid_request. It is given.
func invalid(detail string) *api.Problem {
	return &api.Problem{Code: "invalid_request", Detail: detail}
}
