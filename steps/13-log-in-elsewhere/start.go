package elsewhere

import (
	"net/http"
)

// Start sends a browser to the provider's authorization endpoint, by 302 or 303, to log
// somebody in who wants to go to the path in ?next=.
//
// To the endpoint's own query it adds response_type (code), client_id, redirect_uri, scope
// ("openid email"), state, nonce, and the code_challenge of the method S256. The answer is
// kept in no cache.
//
// The login belongs to the browser, which is known by a secret in a cookie: its name is
// c.cookie(), no script can read it, it's sent on a link from another site and on no form
// (a callback is such a link), over https it never goes over plain http, and it lasts as
// long as a login may. A browser that has one keeps it, so that two tabs can log in; the
// login of a browser without one begins with a new secret, which nobody can guess.
//
// If the provider doesn't answer, that's 503, and no login has begun.
func (c *Client) Start(w http.ResponseWriter, r *http.Request) {
	// TODO 5: send the browser to the provider.
	w.WriteHeader(http.StatusNotImplemented)
}
