// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package sessions

import (
	"errors"
	"net/http"

	"tokenauth.example/auth"
	"tokenauth.example/login/api"
	"tokenauth.example/password"
	"tokenauth.example/scopes"
	"tokenauth.example/users"
)

// ChangePassword serves POST /auth/password, behind Authenticate, for a body {"old",
// "new"}: it answers 204, and the user's other sessions end. A wrong old password is 403
// wrong_password, a new one that isn't fit is 422.
func ChangePassword(p Parts) http.Handler {
	return auth.ForUser(func(w http.ResponseWriter, r *http.Request, user users.User) {
		access, _ := scopes.FromContext(r.Context())
		if access.Session == "" {
			api.Fail(w, http.StatusForbidden, "no_session", "This token belongs to no session here")
			return
		}
		var body struct {
			Old string `json:"old"`
			New string `json:"new"`
		}
		if !api.Read(w, r, &body) {
			return
		}
		if _, err := p.Accounts.Authenticate(r.Context(), user.Email, body.Old); errors.Is(err, users.ErrBadCredentials) {
			p.Log.WarnContext(r.Context(), "refused", "reason", "wrong password", "method", r.Method, "path", r.URL.Path)
			api.Fail(w, http.StatusForbidden, "wrong_password", "The old password is not right")
			return
		} else if err != nil {
			api.ServerError(w, r, p.Log, err)
			return
		}
		err := p.Sessions.setPassword(r.Context(), p.Hasher, user.ID, body.New)
		switch {
		case errors.Is(err, password.ErrTooShort), errors.Is(err, password.ErrTooLong), errors.Is(err, password.ErrNUL), errors.Is(err, password.ErrCommon):
			api.Fail(w, http.StatusUnprocessableEntity, "invalid_request", "The password needs 8 characters or more, 72 bytes at most, no NUL, and must not be a common one")
			return
		case err == nil:
			err = p.Sessions.EndOthers(r.Context(), user.ID, access.Session)
		}
		if err != nil {
			api.ServerError(w, r, p.Log, err)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	})
}
