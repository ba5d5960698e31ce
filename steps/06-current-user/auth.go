// Package auth lets a request through when it carries a token that can be trusted,
// and tells the handlers behind it who is asking (RFC 6750).
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

// WithUser returns a context that carries user as the one who is asking.
func WithUser(ctx context.Context, user users.User) context.Context {
	// TODO 1: use context.WithValue, with contextKey{} as the key.
	return ctx
}

// CurrentUser returns the user who is asking, and false if that is not known.
func CurrentUser(ctx context.Context) (users.User, bool) {
	// TODO 1: get the value out again, with a type assertion of the form that
	//   also returns a bool.
	return users.User{}, false
}

// Require returns middleware: it wraps a handler so that only requests with a good
// token reach it, with the token's user in their context. It answers the others
// itself, before it reads their body, and logs why in a line with reason, method
// and path. The token is never logged: whoever reads the log could use it.
func Require(tokens Verifier, accounts Accounts, log *slog.Logger) func(http.Handler) http.Handler {
	// TODO 2: get the token from bearerToken, verify it, and get the user whose
	//   id is its subject. Then call next, with the user in the request's
	//   context (WithUser, and r.WithContext).
	// TODO 3: if the token is refused, answer 401 invalid_token "Invalid or
	//   expired token", with the header WWW-Authenticate: Bearer
	//   error="invalid_token". For verifier.ErrNoSubject the detail is "Missing
	//   subject claim".
	// TODO 4: for users.ErrNotFound and users.ErrInactive answer 401
	//   invalid_token "User not found", with the same header.
	// TODO 5: for any other error of the store call api.ServerError: nobody
	//   should be logged out because a disk is full.
	// TODO 6: log each refusal as a line with reason, method and path. The
	//   reason is the error's text, which is one of verifier's or users' short
	//   ones.
	// TODO 7: if there is no token, answer 401 not_authenticated "Not
	//   authenticated", with the header WWW-Authenticate: Bearer, and log the
	//   reason "no token".
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(http.StatusNotImplemented)
		})
	}
}

// bearerToken returns the token in the header "Authorization: Bearer TOKEN". The
// word Bearer may be in upper or lower case (RFC 9110, section 11.1). A token
// anywhere else, in the URL or a cookie, does not count.
func bearerToken(r *http.Request) (signed string, ok bool) {
	// TODO 8: split the header at its first space. Without the word Bearer in
	//   front of it, in any case, or with nothing but spaces behind it, there is
	//   no token: return false.
	signed = strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	return signed, signed != "" // takes anything for a token
}

// ForUser makes a handler of a function that needs to know who is asking. If that is
// not known, it answers as Require does without a token: should somebody forget to
// put Require in front, the door stays shut.
func ForUser(serve func(w http.ResponseWriter, r *http.Request, user users.User)) http.HandlerFunc {
	// TODO 9: get the user from CurrentUser, and call serve. If there is none,
	//   answer 401 not_authenticated as before.
	return func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusNotImplemented)
	}
}

// Me answers GET /auth/me with the user who is asking. It is for ForUser.
func Me(w http.ResponseWriter, r *http.Request, user users.User) {
	// TODO 9: answer 200 with the user, by api.Write.
	w.WriteHeader(http.StatusNotImplemented)
}
