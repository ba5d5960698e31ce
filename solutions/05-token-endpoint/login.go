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

// signUp makes a user of {"email", "password"} and answers 201 with {"id", "email"}.
//
//workshop:todo 1 read the body with api.Read into a struct with the two fields. If that returns false, it has answered already: return. Create the user, and answer 201 with api.Write.
//workshop:todo 2 answer an error with api.Fail: 409 email_taken for users.ErrEmailTaken; 422 invalid_request for an email or a password that is not fit (users.ErrEmailInvalid and the three errors of package password). For any other call api.ServerError: its text goes to the log, never to the client.
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
		api.Fail(w, http.StatusUnprocessableEntity, "invalid_request", "The email needs an @")
	case errors.Is(err, password.ErrTooShort), errors.Is(err, password.ErrTooLong), errors.Is(err, password.ErrNUL):
		api.Fail(w, http.StatusUnprocessableEntity, "invalid_request", "The password needs 8 to 72 bytes, none of them NUL")
	default:
		api.ServerError(w, r, h.log, err)
	}
}

// issueToken answers the right username and password with a token for that user.
//
//workshop:todo 3 get the form from readForm; if it returns a problem, answer 400 with that as the code. Authenticate the user, issue a token for the user's ID, and answer 200 with access_token, token_type "bearer" and expires_in, the lifetime in whole seconds. The header Cache-Control: no-store keeps the token out of caches.
//workshop:todo 4 for users.ErrBadCredentials answer 401 invalid_grant "invalid credentials", with the header WWW-Authenticate: Bearer. Log a line with reason "bad credentials", method and path, and nothing else that the client sent.
//workshop:todo 5 for any other error call api.ServerError.
//workshop:stub w.WriteHeader(http.StatusNotImplemented)
func (h *handler) issueToken(w http.ResponseWriter, r *http.Request) {
	form, problem := readForm(w, r)
	if problem != "" {
		api.Fail(w, http.StatusBadRequest, problem, "Send username and password, once each, as a form in the body")
		return
	}
	user, err := h.accounts.Authenticate(r.Context(), form.Get("username"), form.Get("password"))
	if errors.Is(err, users.ErrBadCredentials) {
		h.log.WarnContext(r.Context(), "refused", "reason", "bad credentials", "method", r.Method, "path", r.URL.Path)
		w.Header().Set("WWW-Authenticate", "Bearer")
		api.Fail(w, http.StatusUnauthorized, "invalid_grant", "invalid credentials")
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
	w.Header().Set("Cache-Control", "no-store")
	api.Write(w, http.StatusOK, struct {
		AccessToken string `json:"access_token"`
		TokenType   string `json:"token_type"`
		ExpiresIn   int    `json:"expires_in"`
	}{signed, "bearer", int(lifetime.Seconds())})
}

// readForm returns the form in the body, in which username and password stand once
// each and are not empty. Otherwise it returns the code of what is wrong:
// "invalid_request" or "unsupported_grant_type" (RFC 6749, section 5.2).
//
//workshop:todo 6 the content type must be application/x-www-form-urlencoded (mime.ParseMediaType splits off its parameters). Read at most maxForm bytes: put an http.MaxBytesReader around r.Body. Let r.ParseForm parse, and check its error.
//workshop:todo 7 look in r.PostForm, which holds the body alone. Refuse a username or password that is missing, empty or repeated. Refuse both, and grant_type, in the URL, whatever the body says: URLs end up in logs.
//workshop:todo 8 a grant_type may be missing or empty. If there is one, it must be "password", and only one.
//workshop:stub _ = r.ParseForm()
//workshop:stub return r.Form, "" // takes everything, from everywhere
func readForm(w http.ResponseWriter, r *http.Request) (form url.Values, problem string) {
	mediaType, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || mediaType != "application/x-www-form-urlencoded" {
		return nil, "invalid_request"
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if err := r.ParseForm(); err != nil {
		return nil, "invalid_request"
	}
	for _, name := range []string{"username", "password", "grant_type"} {
		if r.URL.Query().Has(name) || len(r.PostForm[name]) > 1 {
			return nil, "invalid_request"
		}
	}
	if r.PostForm.Get("username") == "" || r.PostForm.Get("password") == "" {
		return nil, "invalid_request"
	}
	if grant := r.PostForm.Get("grant_type"); grant != "" && grant != "password" {
		return nil, "unsupported_grant_type"
	}
	return r.PostForm, ""
}
