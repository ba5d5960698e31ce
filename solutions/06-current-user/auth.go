// Package auth lets a request through when it carries a token that can be trusted,
// and tells the handlers behind it who is asking (RFC 6750).
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

// WithUser returns a context that carries user as the one who is asking.
//
//workshop:todo 1 use context.WithValue, with contextKey{} as the key.
//workshop:stub return ctx
func WithUser(ctx context.Context, user users.User) context.Context {
	return context.WithValue(ctx, contextKey{}, user)
}

// CurrentUser returns the user who is asking, and false if that is not known.
//
//workshop:todo 1 get the value out again, with a type assertion of the form that also returns a bool.
//workshop:stub return users.User{}, false
func CurrentUser(ctx context.Context) (users.User, bool) {
	user, ok := ctx.Value(contextKey{}).(users.User)
	return user, ok
}

// Require returns middleware: it wraps a handler so that only requests with a good
// token reach it, with the token's user in their context. It answers the others
// itself, before it reads their body, and logs why in a line with reason, method
// and path. The token is never logged: whoever reads the log could use it.
//
//workshop:todo 2 get the token from bearerToken, verify it, and get the user whose id is its subject. Then call next, with the user in the request's context (WithUser, and r.WithContext).
//workshop:todo 3 if the token is refused, answer 401 invalid_token "Invalid or expired token", with the header WWW-Authenticate: Bearer error="invalid_token". For verifier.ErrNoSubject the detail is "Missing subject claim".
//workshop:todo 4 for users.ErrNotFound and users.ErrInactive answer 401 invalid_token "User not found", with the same header.
//workshop:todo 5 for any other error of the store call api.ServerError: nobody should be logged out because a disk is full.
//workshop:todo 6 log each refusal as a line with reason, method and path. The reason is the error's text, which is one of verifier's or users' short ones.
//workshop:todo 7 if there is no token, answer 401 not_authenticated "Not authenticated", with the header WWW-Authenticate: Bearer, and log the reason "no token".
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

// bearerToken returns the token in the header "Authorization: Bearer TOKEN". The
// word Bearer may be in upper or lower case (RFC 9110, section 11.1). A token
// anywhere else, in the URL or a cookie, does not count.
//
//workshop:todo 8 split the header at its first space. Without the word Bearer in front of it, in any case, or with nothing but spaces behind it, there is no token: return false.
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
// not known, it answers as Require does without a token: should somebody forget to
// put Require in front, the door stays shut.
//
//workshop:todo 9 get the user from CurrentUser, and call serve. If there is none, answer 401 not_authenticated as before.
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

// Me answers GET /auth/me with the user who is asking. It is for ForUser.
//
//workshop:todo 9 answer 200 with the user, by api.Write.
//workshop:stub w.WriteHeader(http.StatusNotImplemented)
func Me(w http.ResponseWriter, r *http.Request, user users.User) {
	api.Write(w, http.StatusOK, user)
}
