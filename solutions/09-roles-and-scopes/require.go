package scopes

import (
	"context"
	"log/slog"
	"net/http"

	"tokenauth.example/login/api"
)

// RoleOf is what this package needs of Roles.
type RoleOf interface {
	Of(ctx context.Context, id string) (Role, error)
}

// Require returns middleware that goes behind Authenticate. It lets a request through if it
// may use the scope now: the token has it, and the role that the user has at this moment
// allows it. Nobody else reaches the handler:
//
//   - without Access in the context: 401 not_authenticated, "Not authenticated", with
//     WWW-Authenticate: Bearer. Somebody has forgotten Authenticate, and the door stays shut.
//   - token or role lack the scope: 403 insufficient_scope, with
//     WWW-Authenticate: Bearer error="insufficient_scope", scope="tasks:read"
//     (RFC 6750, section 3.1), and a detail that names the scope. It's one line in the log, with the reason "insufficient scope",
//     method and path.
//   - the role cannot be read: api.ServerError. What we don't know is not a no.
//
//workshop:todo 8 let through who may use the scope, by their token and by their role.
//workshop:todo 9 refuse the others, and say what it is that they lack.
//workshop:stub return func(next http.Handler) http.Handler {
//workshop:stub 	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
//workshop:stub 		w.WriteHeader(http.StatusNotImplemented)
//workshop:stub 	})
//workshop:stub }
func Require(scope string, roles RoleOf, log *slog.Logger) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			access, ok := FromContext(r.Context())
			if !ok {
				w.Header().Set("WWW-Authenticate", "Bearer")
				api.Fail(w, http.StatusUnauthorized, "not_authenticated", "Not authenticated")
				return
			}
			role, err := roles.Of(r.Context(), access.Subject)
			if err != nil {
				api.ServerError(w, r, log, err)
				return
			}
			if !access.Scope.And(role.Allows()).Has(scope) {
				log.WarnContext(r.Context(), "refused", "reason", "insufficient scope", "method", r.Method, "path", r.URL.Path)
				w.Header().Set("WWW-Authenticate", `Bearer error="insufficient_scope", scope="`+scope+`"`)
				api.Fail(w, http.StatusForbidden, "insufficient_scope", "This needs the scope "+scope)
				return
			}
			next.ServeHTTP(w, r)
		})
	}
}
