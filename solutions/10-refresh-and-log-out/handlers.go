package sessions

import (
	"errors"
	"net/http"

	"tokenauth.example/login/api"
	"tokenauth.example/scopes"
	"tokenauth.example/scopes/oauth"
)

// renew answers POST /auth/token with a refresh token, by answer: a new access token and
// a new refresh token. The scope is that of Renew, as far as the role that the user has
// now allows it.
//
// These are sent by refuse, with the error's text as the reason: 400 invalid_grant,
// "invalid refresh token", for ErrInvalid; 400 invalid_scope for scopes.ErrScope; 400
// invalid_request without a refresh token. If the role allows nothing of the scope any
// more, the session ends, and it's ErrInvalid, too. Other errors are api.ServerError.
//
//workshop:todo 10 renew, and answer with a new pair of tokens.
//workshop:stub w.WriteHeader(http.StatusNotImplemented)
func (p Parts) renew(w http.ResponseWriter, r *http.Request, refresh, requested string) {
	if refresh == "" {
		p.refuse(w, r, "no refresh token", "invalid_request", "Send a refresh_token")
		return
	}
	session, next, err := p.Sessions.Renew(r.Context(), refresh, requested)
	switch {
	case errors.Is(err, ErrInvalid):
		p.refuse(w, r, err.Error(), "invalid_grant", "invalid refresh token")
		return
	case errors.Is(err, scopes.ErrScope):
		p.refuse(w, r, err.Error(), "invalid_scope", "The scope is larger than what was granted")
		return
	case err != nil:
		api.ServerError(w, r, p.Log, err)
		return
	}
	role, err := p.Roles.Of(r.Context(), session.User)
	if err != nil {
		api.ServerError(w, r, p.Log, err)
		return
	}
	session.Scope = session.Scope.And(role.Allows())
	if len(session.Scope) == 0 {
		if err := p.Sessions.End(r.Context(), session.ID); err != nil {
			api.ServerError(w, r, p.Log, err)
			return
		}
		p.refuse(w, r, ErrInvalid.Error(), "invalid_grant", "invalid refresh token")
		return
	}
	p.answer(w, r, session, next)
}

// Revoke serves POST /auth/revoke (RFC 7009): a form with a token, from anybody
// who has it. A refresh token ends its session, used or not, and so does an access token that
// can be trusted. token_type_hint may say what it is, and may be wrong.
//
// The answer is 200 without a body, whatever the token was: the one who asks wants it not to
// work, and it doesn't. Without a token it's 400 invalid_request. What goes wrong on our side
// is api.ServerError: the token may still work.
//
//workshop:todo 11 end the session that a token belongs to, whichever kind it is.
//workshop:stub return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
//workshop:stub 	w.WriteHeader(http.StatusNotImplemented)
//workshop:stub })
func Revoke(p Parts) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		form, ok := oauth.ReadForm(w, r, "token", "token_type_hint")
		if !ok {
			return
		}
		token := form.Get("token")
		if token == "" {
			api.FailOAuth(w, http.StatusBadRequest, "invalid_request", "Send a token")
			return
		}
		err := p.Sessions.EndByToken(r.Context(), token)
		if access, bad := p.Issuer.Verify(token); err == nil && bad == nil && access.Session != "" {
			err = p.Sessions.End(r.Context(), access.Session)
		}
		if err != nil {
			api.ServerError(w, r, p.Log, err)
			return
		}
		w.WriteHeader(http.StatusOK)
	})
}

// LogOut serves POST /auth/logout, behind Authenticate: the session of the request's
// token ends, and no other. It answers 204. A token without a session is 403 no_session;
// without Access in the context it's 401 not_authenticated, as Require says it.
//
//workshop:todo 12 end the session of the one who asks.
//workshop:stub return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
//workshop:stub 	w.WriteHeader(http.StatusNotImplemented)
//workshop:stub })
func LogOut(p Parts) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		access, ok := scopes.FromContext(r.Context())
		if !ok {
			w.Header().Set("WWW-Authenticate", "Bearer")
			api.Fail(w, http.StatusUnauthorized, "not_authenticated", "Not authenticated")
			return
		}
		if access.Session == "" {
			api.Fail(w, http.StatusForbidden, "no_session", "This token belongs to no session here")
			return
		}
		if err := p.Sessions.End(r.Context(), access.Session); err != nil {
			api.ServerError(w, r, p.Log, err)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	})
}
