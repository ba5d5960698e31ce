// Package login serves signing up (POST /users) and logging in (POST /auth/token,
// the password grant of OAuth 2.0: RFC 6749, section 4.3).
package login

import (
	"context"
	"errors"
	"log/slog"
	"mime"
	"net/http"
	"net/url"
	"time"

	"tokenauth.example/login/api"
	"tokenauth.example/password"
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
//
//workshop:todo 1 read the body, create the user, and answer with it.
//workshop:todo 2 tell the client what was wrong, if it was the client's mistake.
//workshop:stub w.WriteHeader(http.StatusNotImplemented)
func (h *handler) signUp(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Email    string `json:"email"`
		Password string `json:"password"`
	}
	if !api.Read(w, r, &body) {
		return
	}
	user, err := h.accounts.Create(r.Context(), body.Email, body.Password)
	switch {
	case err == nil:
		api.Write(w, http.StatusCreated, user)
	case errors.Is(err, users.ErrEmailTaken):
		api.Fail(w, http.StatusConflict, "email_taken", "Somebody has signed up with this email")
	case errors.Is(err, users.ErrEmailInvalid):
		api.Fail(w, http.StatusUnprocessableEntity, "invalid_request", "The email needs an @ with something on both sides of it")
	case errors.Is(err, password.ErrTooShort), errors.Is(err, password.ErrTooLong), errors.Is(err, password.ErrNUL), errors.Is(err, password.ErrCommon):
		api.Fail(w, http.StatusUnprocessableEntity, "invalid_request", "The password needs 8 characters or more, 72 bytes at most, no NUL, and must not be a common one")
	default:
		api.ServerError(w, r, h.log, err)
	}
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
//
//workshop:todo 3 answer the right username and password with a token.
//workshop:todo 4 refuse bad credentials, and log it.
//workshop:todo 5 what else goes wrong is our trouble: say so.
//workshop:stub w.WriteHeader(http.StatusNotImplemented)
func (h *handler) issueToken(w http.ResponseWriter, r *http.Request) {
	form, problem := readForm(w, r)
	if problem != nil {
		api.FailOAuth(w, http.StatusBadRequest, problem.Code, problem.Detail)
		return
	}
	user, err := h.accounts.Authenticate(r.Context(), form.Get("username"), form.Get("password"))
	if errors.Is(err, users.ErrBadCredentials) {
		h.log.WarnContext(r.Context(), "refused", "reason", "bad credentials", "method", r.Method, "path", r.URL.Path)
		w.Header().Set("WWW-Authenticate", "Bearer")
		api.FailOAuth(w, http.StatusUnauthorized, "invalid_grant", "invalid credentials")
		return
	}
	if err != nil {
		api.ServerError(w, r, h.log, err)
		return
	}
	signed, lifetime, err := h.issuer.Issue(user.ID)
	if err != nil {
		api.ServerError(w, r, h.log, err)
		return
	}
	api.Write(w, http.StatusOK, struct {
		AccessToken string `json:"access_token"`
		TokenType   string `json:"token_type"`
		ExpiresIn   int    `json:"expires_in"`
	}{signed, "bearer", int(lifetime.Seconds())})
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
//
//workshop:todo 6 take a form and nothing else, one that can be read, of maxForm bytes at most.
//workshop:todo 7 take username and password once each, from the body alone.
//workshop:todo 8 refuse every grant but ours.
//workshop:stub _ = r.ParseForm()
//workshop:stub return r.Form, nil // takes everything, from everywhere
func readForm(w http.ResponseWriter, r *http.Request) (form url.Values, problem *api.Problem) {
	mediaType, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || mediaType != "application/x-www-form-urlencoded" {
		return nil, invalid("The content type must be application/x-www-form-urlencoded")
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if err := r.ParseForm(); err != nil {
		return nil, invalid("The form is too large or cannot be decoded")
	}
	for _, name := range []string{"username", "password", "grant_type"} {
		if r.URL.Query().Has(name) || len(r.PostForm[name]) > 1 {
			return nil, invalid("Send " + name + " once, and in the body")
		}
	}
	if r.PostForm.Get("username") == "" || r.PostForm.Get("password") == "" {
		return nil, invalid("Send a username and a password")
	}
	if grant := r.PostForm.Get("grant_type"); grant != "" && grant != "password" {
		return nil, &api.Problem{Code: "unsupported_grant_type", Detail: "The grant_type must be password"}
	}
	return r.PostForm, nil
}

// invalid is a Problem with the code invalid_request. It is given.
func invalid(detail string) *api.Problem {
	return &api.Problem{Code: "invalid_request", Detail: detail}
}
