// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package sessions

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"

	"golang.org/x/crypto/bcrypt"

	"tokenauth.example/login/api"
	"tokenauth.example/password"
	"tokenauth.example/scopes"
	"tokenauth.example/scopes/oauth"
	"tokenauth.example/users"
)

// Parts are what the handlers of this package need.
type Parts struct {
	Sessions *Store
	Accounts scopes.Authenticator
	Roles    scopes.RoleOf
	Issuer   *scopes.Issuer
	Hasher   password.Hasher
	Log      *slog.Logger
}

// Token serves POST /auth/token: the password grant, as step 09 does, which starts a session,
// and the refresh_token grant, which is renew.
func Token(p Parts) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		form, ok := oauth.ReadForm(w, r, "username", "password", "grant_type", "scope", "refresh_token")
		if !ok {
			return
		}
		switch form.Get("grant_type") {
		case "", "password":
			if username, plain, ok := oauth.ReadPassword(w, form); ok {
				p.logIn(w, r, username, plain, form.Get("scope"))
			}
		case "refresh_token":
			p.renew(w, r, form.Get("refresh_token"), form.Get("scope"))
		default:
			api.FailOAuth(w, http.StatusBadRequest, "unsupported_grant_type", "The grant_type must be password or refresh_token")
		}
	})
}

func (p Parts) logIn(w http.ResponseWriter, r *http.Request, email, plain, requested string) {
	user, err := p.Accounts.Authenticate(r.Context(), email, plain)
	if errors.Is(err, users.ErrBadCredentials) {
		p.refuse(w, r, "bad credentials", "invalid_grant", "invalid credentials")
		return
	}
	var role scopes.Role
	if err == nil {
		role, err = p.Roles.Of(r.Context(), user.ID)
	}
	if err != nil {
		api.ServerError(w, r, p.Log, err)
		return
	}
	granted, err := scopes.Grant(role, requested)
	if errors.Is(err, scopes.ErrScope) {
		p.refuse(w, r, "invalid scope", "invalid_scope", "There is nothing in this scope that you can be given")
		return
	}
	if err == nil {
		err = p.Sessions.hashAnew(r.Context(), p.Hasher, user.ID, plain)
	}
	if err != nil {
		api.ServerError(w, r, p.Log, err)
		return
	}
	session, refresh, err := p.Sessions.Start(r.Context(), user.ID, granted)
	if err != nil {
		api.ServerError(w, r, p.Log, err)
		return
	}
	p.answer(w, r, session, refresh)
}

// answer answers with an access token for the session and the refresh token.
func (p Parts) answer(w http.ResponseWriter, r *http.Request, session Session, refresh string) {
	signed, lifetime, err := p.Issuer.Issue(scopes.Access{Subject: session.User, Scope: session.Scope, Client: scopes.Client, Session: session.ID})
	if err != nil {
		api.ServerError(w, r, p.Log, err)
		return
	}
	api.Write(w, http.StatusOK, struct {
		AccessToken  string `json:"access_token"`
		TokenType    string `json:"token_type"`
		ExpiresIn    int    `json:"expires_in"`
		RefreshToken string `json:"refresh_token"`
		Scope        string `json:"scope"`
	}{signed, "bearer", int(lifetime.Seconds()), refresh, session.Scope.String()})
}

// refuse answers 400 with a problem of OAuth (RFC 6749, section 5.2), and logs the reason.
func (p Parts) refuse(w http.ResponseWriter, r *http.Request, reason, code, detail string) {
	p.Log.WarnContext(r.Context(), "refused", "reason", reason, "method", r.Method, "path", r.URL.Path)
	api.FailOAuth(w, http.StatusBadRequest, code, detail)
}

// hashAnew stores a new hash of a password that was right, if the old one was made at
// another cost.
func (s *Store) hashAnew(ctx context.Context, hasher password.Hasher, user, plain string) error {
	var hash string
	if err := s.db.QueryRowContext(ctx, "SELECT hash FROM users WHERE id = ?", user).Scan(&hash); err != nil {
		return fmt.Errorf("select hash: %w", err)
	}
	if cost, err := bcrypt.Cost([]byte(hash)); err != nil || cost == hasher.Cost {
		return nil // a hash of another kind stays as it is
	}
	return s.setPassword(ctx, hasher, user, plain)
}

// setPassword gives a user a new password. The error may be the hasher's, for one that
// isn't fit.
func (s *Store) setPassword(ctx context.Context, hasher password.Hasher, user, plain string) error {
	hash, err := hasher.Hash(plain)
	if err != nil {
		return err
	}
	if _, err := s.db.ExecContext(ctx, "UPDATE users SET hash = ? WHERE id = ?", hash, user); err != nil {
		return fmt.Errorf("update hash: %w", err)
	}
	return nil
}
