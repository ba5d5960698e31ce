// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package scopes

import (
	"context"
	"errors"
	"log/slog"
	"net/http"

	"tokenauth.example/login/api"
	"tokenauth.example/scopes/oauth"
	"tokenauth.example/users"
)

// Client is the client_id in our tokens: there is one kind of client, and it has no secret.
const Client = "tasks"

// Authenticator is what this package needs of a users.Store.
type Authenticator interface {
	Authenticate(ctx context.Context, email, plain string) (users.User, error)
}

// Login serves POST /auth/token, as step 05 does, and takes a scope: it answers with the
// one that was granted. A refused login is 400 here, and not 401. That's what RFC 6749,
// section 5.2, says, and OAuth libraries expect it; step 05 answered as its tutorial
// does.
func Login(accounts Authenticator, roles RoleOf, issuer *Issuer, log *slog.Logger) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		form, ok := oauth.ReadForm(w, r, "username", "password", "grant_type", "scope")
		if !ok {
			return
		}
		if grant := form.Get("grant_type"); grant != "" && grant != "password" {
			api.FailOAuth(w, http.StatusBadRequest, "unsupported_grant_type", "The grant_type must be password")
			return
		}
		username, password, ok := oauth.ReadPassword(w, form)
		if !ok {
			return
		}
		user, err := accounts.Authenticate(r.Context(), username, password)
		if errors.Is(err, users.ErrBadCredentials) {
			log.WarnContext(r.Context(), "refused", "reason", "bad credentials", "method", r.Method, "path", r.URL.Path)
			api.FailOAuth(w, http.StatusBadRequest, "invalid_grant", "invalid credentials")
			return
		}
		if err != nil {
			api.ServerError(w, r, log, err)
			return
		}
		role, err := roles.Of(r.Context(), user.ID)
		if err != nil {
			api.ServerError(w, r, log, err)
			return
		}
		granted, err := Grant(role, form.Get("scope"))
		if errors.Is(err, ErrScope) {
			api.FailOAuth(w, http.StatusBadRequest, "invalid_scope", "There is nothing in this scope that you can be given")
			return
		}
		if err != nil {
			api.ServerError(w, r, log, err)
			return
		}
		signed, lifetime, err := issuer.Issue(Access{Subject: user.ID, Scope: granted, Client: Client})
		if err != nil {
			api.ServerError(w, r, log, err)
			return
		}
		api.Write(w, http.StatusOK, struct {
			AccessToken string `json:"access_token"`
			TokenType   string `json:"token_type"`
			ExpiresIn   int    `json:"expires_in"`
			Scope       string `json:"scope"`
		}{signed, "bearer", int(lifetime.Seconds()), granted.String()})
	})
}
