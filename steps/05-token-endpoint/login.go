// Package login serves signing up (POST /users) and logging in (POST /auth/token,
// the password grant of OAuth 2.0: RFC 6749, section 4.3).
package login

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"time"

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

// signUp makes a user of {"email", "password"} and answers 201 with {"id", "email"}.
func (h *handler) signUp(w http.ResponseWriter, r *http.Request) {
	// TODO 1: read the body with api.Read into a struct with the two fields. If
	//   that returns false, it has answered already: return. Create the user,
	//   and answer 201 with api.Write.
	// TODO 2: answer an error with api.Fail: 409 email_taken for
	//   users.ErrEmailTaken; 422 invalid_request for an email or a password that
	//   is not fit (users.ErrEmailInvalid and the three errors of package
	//   password). For any other call api.ServerError: its text goes to the log,
	//   never to the client.
	w.WriteHeader(http.StatusNotImplemented)
}

// issueToken answers the right username and password with a token for that user.
func (h *handler) issueToken(w http.ResponseWriter, r *http.Request) {
	// TODO 3: get the form from readForm; if it returns a problem, answer 400
	//   with that as the code. Authenticate the user, issue a token for the
	//   user's ID, and answer 200 with access_token, token_type "bearer" and
	//   expires_in, the lifetime in whole seconds. The header Cache-Control:
	//   no-store keeps the token out of caches.
	// TODO 4: for users.ErrBadCredentials answer 401 invalid_grant "invalid
	//   credentials", with the header WWW-Authenticate: Bearer. Log a line with
	//   reason "bad credentials", method and path, and nothing else that the
	//   client sent.
	// TODO 5: for any other error call api.ServerError.
	w.WriteHeader(http.StatusNotImplemented)
}

// readForm returns the form in the body, in which username and password stand once
// each and are not empty. Otherwise it returns the code of what is wrong:
// "invalid_request" or "unsupported_grant_type" (RFC 6749, section 5.2).
func readForm(w http.ResponseWriter, r *http.Request) (form url.Values, problem string) {
	// TODO 6: the content type must be application/x-www-form-urlencoded
	//   (mime.ParseMediaType splits off its parameters). Read at most maxForm
	//   bytes: put an http.MaxBytesReader around r.Body. Let r.ParseForm parse,
	//   and check its error.
	// TODO 7: look in r.PostForm, which holds the body alone. Refuse a username
	//   or password that is missing, empty or repeated. Refuse both, and
	//   grant_type, in the URL, whatever the body says: URLs end up in logs.
	// TODO 8: a grant_type may be missing or empty. If there is one, it must be
	//   "password", and only one.
	_ = r.ParseForm()
	return r.Form, "" // takes everything, from everywhere
}
