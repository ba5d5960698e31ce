// Package auth lets a request through when it carries a token that can be trusted,
// and tells the handlers after it who is asking (RFC 6750).
package auth

import (
	"context"
	"log/slog"
	"net/http"
	"strings"

	"tokenauth.example/users"
)

// Verifier is what this package needs of a verifier.Verifier.
type Verifier interface {
	Verify(signed string) (subject string, err error)
}

// Accounts is what this package needs of a users.Store.
type Accounts interface {
	Get(ctx context.Context, id string) (users.User, error)
}

// contextKey is of a type that no other package can name, so that nothing but
// WithUser can put a user where CurrentUser looks.
type contextKey struct{}

// WithUser returns a context that carries user as the one who is asking, and is
// otherwise the same as ctx.
func WithUser(ctx context.Context, user users.User) context.Context {
	// TODO 1: put the user into a context.
	return ctx
}

// CurrentUser returns the user whom WithUser put into the context, and false if there is
// none. It never panics.
func CurrentUser(ctx context.Context) (users.User, bool) {
	// TODO 1: get the user out again.
	return users.User{}, false
}

// Require returns middleware: it wraps a handler so that only requests with a good
// token reach it, with the token's user in their context. Other requests never
// reach it. They are answered before their body is read:
//
//   - no token: 401 not_authenticated, "Not authenticated", with WWW-Authenticate: Bearer
//   - a bad token: 401 invalid_token, "Invalid or expired token", or "Missing subject
//     claim" for verifier.ErrNoSubject, with WWW-Authenticate: Bearer error="invalid_token"
//   - a user who is unknown or inactive: the same, with "User not found"
//   - trouble of the store: api.ServerError
//
// Each 401 is logged in one line with reason, method and path, at Info or above. The
// reason is the error's text, or "no token". The token is never logged: anybody who
// reads the log could use it. Nothing is remembered from one request to the next.
func Require(tokens Verifier, accounts Accounts, log *slog.Logger) func(http.Handler) http.Handler {
	// TODO 2: let a good token through, with its user.
	// TODO 3: refuse a bad token.
	// TODO 4: refuse the token of a user who is gone or deactivated.
	// TODO 5: tell trouble of ours from a bad token.
	// TODO 6: log each refusal, and why.
	// TODO 7: refuse a request without a token.
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(http.StatusNotImplemented)
		})
	}
}

// bearerToken returns the token in the header "Authorization: Bearer TOKEN", and false if
// there is none. The word Bearer may be in upper or lower case (RFC 9110, section 11.1),
// and spaces around the token don't count. A token anywhere else, in the URL, a cookie or
// another header, is none.
func bearerToken(r *http.Request) (signed string, ok bool) {
	// TODO 8: read the header strictly.
	signed = strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	return signed, signed != "" // takes anything for a token
}

// ForUser makes a handler of a function that needs to know who is asking. If that is
// not known, it answers as Require does without a token: should somebody forget
// Require, the door stays shut.
func ForUser(serve func(w http.ResponseWriter, r *http.Request, user users.User)) http.HandlerFunc {
	// TODO 9: call serve with the user, if there is one.
	return func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusNotImplemented)
	}
}

// Me answers GET /auth/me with 200 and the user who is asking, as JSON. Pass it to ForUser.
func Me(w http.ResponseWriter, r *http.Request, user users.User) {
	// TODO 9: answer with the user.
	w.WriteHeader(http.StatusNotImplemented)
}
