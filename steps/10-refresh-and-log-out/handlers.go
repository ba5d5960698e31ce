package sessions

import (
	"net/http"
)

// renew answers POST /auth/token with a refresh token, by answer: a new access token and
// a new refresh token. The scope is that of Renew, as far as the role that the user has
// now allows it.
//
// These are sent by refuse, with the error's text as the reason: 400 invalid_grant,
// "invalid refresh token", for ErrInvalid; 400 invalid_scope for scopes.ErrScope; 400
// invalid_request without a refresh token. If the role allows nothing of the scope any
// more, the session ends, and it's ErrInvalid, too. Other errors are api.ServerError.
func (p Parts) renew(w http.ResponseWriter, r *http.Request, refresh, requested string) {
	// TODO 10: renew, and answer with a new pair of tokens.
	w.WriteHeader(http.StatusNotImplemented)
}

// Revoke serves POST /auth/revoke (RFC 7009): a form with a token, from anybody
// who has it. A refresh token ends its session, used or not, and so does an access token that
// can be trusted. token_type_hint may say what it is, and may be wrong.
//
// The answer is 200 without a body, whatever the token was: the one who asks wants it not to
// work, and it doesn't. Without a token it's 400 invalid_request. What goes wrong on our side
// is api.ServerError: the token may still work.
func Revoke(p Parts) http.Handler {
	// TODO 11: end the session that a token belongs to, whichever kind it is.
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusNotImplemented)
	})
}

// LogOut serves POST /auth/logout, behind Authenticate: the session of the request's
// token ends, and no other. It answers 204. A token without a session is 403 no_session;
// without Access in the context it's 401 not_authenticated, as Require says it.
func LogOut(p Parts) http.Handler {
	// TODO 12: end the session of the one who asks.
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusNotImplemented)
	})
}
