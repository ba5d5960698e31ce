package scopes

import (
	"context"
	"log/slog"
	"net/http"
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
func Require(scope string, roles RoleOf, log *slog.Logger) func(http.Handler) http.Handler {
	// TODO 8: let through who may use the scope, by their token and by their
	//   role.
	// TODO 9: refuse the others, and say what it is that they lack.
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(http.StatusNotImplemented)
		})
	}
}
