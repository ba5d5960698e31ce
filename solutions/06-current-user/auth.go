// Package auth lets a request through when it carries a token that can be trusted,
// and tells the handlers after it who is asking (RFC 6750).
package auth

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"

	"tokenauth.example/login/api"
	"tokenauth.example/users"
	"tokenauth.example/verifier"
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
//
//workshop:todo 1 put the user into a context.
//workshop:stub return ctx
func WithUser(ctx context.Context, user users.User) context.Context {
	return context.WithValue(ctx, contextKey{}, user)
}

// CurrentUser returns the user whom WithUser put into the context, and false if there is
// none. It never panics.
//
//workshop:todo 1 get the user out again.
//workshop:stub return users.User{}, false
func CurrentUser(ctx context.Context) (users.User, bool) {
	user, ok := ctx.Value(contextKey{}).(users.User)
	return user, ok
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
//
//workshop:todo 2 let a good token through, with its user.
//workshop:todo 3 refuse a bad token.
//workshop:todo 4 refuse the token of a user who is gone or deactivated.
//workshop:todo 5 tell trouble of ours from a bad token.
//workshop:todo 6 log each refusal, and why.
//workshop:todo 7 refuse a request without a token.
//workshop:stub return func(next http.Handler) http.Handler {
//workshop:stub 	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
//workshop:stub 		w.WriteHeader(http.StatusNotImplemented)
//workshop:stub 	})
//workshop:stub }
func Require(tokens Verifier, accounts Accounts, log *slog.Logger) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			logReason := func(reason string) {
				log.WarnContext(r.Context(), "refused", "reason", reason, "method", r.Method, "path", r.URL.Path)
			}
			signed, ok := bearerToken(r)
			if !ok {
				logReason("no token")
				refuse(w, "not_authenticated", "Not authenticated")
				return
			}
			subject, err := tokens.Verify(signed)
			if err != nil {
				logReason(err.Error())
				detail := "Invalid or expired token"
				if errors.Is(err, verifier.ErrNoSubject) {
					detail = "Missing subject claim"
				}
				refuse(w, "invalid_token", detail)
				return
			}
			user, err := accounts.Get(r.Context(), subject)
			if errors.Is(err, users.ErrNotFound) || errors.Is(err, users.ErrInactive) {
				logReason(err.Error())
				refuse(w, "invalid_token", "User not found")
				return
			}
			if err != nil {
				api.ServerError(w, r, log, err)
				return
			}
			next.ServeHTTP(w, r.WithContext(WithUser(r.Context(), user)))
		})
	}
}

// bearerToken returns the token in the header "Authorization: Bearer TOKEN", and false if
// there is none. The word Bearer may be in upper or lower case (RFC 9110, section 11.1),
// and spaces around the token don't count. A token anywhere else, in the URL, a cookie or
// another header, is none.
//
//workshop:todo 8 read the header strictly.
//workshop:stub signed = strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
//workshop:stub return signed, signed != "" // takes anything for a token
func bearerToken(r *http.Request) (signed string, ok bool) {
	scheme, rest, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	signed = strings.TrimSpace(rest)
	return signed, strings.EqualFold(scheme, "Bearer") && signed != ""
}

// refuse answers 401. The header says which scheme to use and, if a token was sent,
// that something is wrong with it (RFC 6750, section 3).
//
//workshop:solution
func refuse(w http.ResponseWriter, code, detail string) {
	challenge := "Bearer"
	if code == "invalid_token" {
		challenge = `Bearer error="invalid_token"`
	}
	w.Header().Set("WWW-Authenticate", challenge)
	api.Fail(w, http.StatusUnauthorized, code, detail)
}

// ForUser makes a handler of a function that needs to know who is asking. If that is
// not known, it answers as Require does without a token: should somebody forget
// Require, the door stays shut.
//
//workshop:todo 9 call serve with the user, if there is one.
//workshop:stub return func(w http.ResponseWriter, r *http.Request) {
//workshop:stub 	w.WriteHeader(http.StatusNotImplemented)
//workshop:stub }
func ForUser(serve func(w http.ResponseWriter, r *http.Request, user users.User)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		user, ok := CurrentUser(r.Context())
		if !ok {
			refuse(w, "not_authenticated", "Not authenticated")
			return
		}
		serve(w, r, user)
	}
}

// Me answers GET /auth/me with 200 and the user who is asking, as JSON. Pass it to ForUser.
//
//workshop:todo 9 answer with the user.
//workshop:stub w.WriteHeader(http.StatusNotImplemented)
func Me(w http.ResponseWriter, r *http.Request, user users.User) {
	api.Write(w, http.StatusOK, user)
}
