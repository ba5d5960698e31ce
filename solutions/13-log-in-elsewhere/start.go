package elsewhere

import (
	"crypto/rand"
	"net/http"
	"net/url"
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
//
//workshop:todo 5 send the browser to the provider.
//workshop:stub w.WriteHeader(http.StatusNotImplemented)
func (c *Client) Start(w http.ResponseWriter, r *http.Request) {
	found, err := c.discover(r.Context())
	if err != nil {
		c.fail(w, r, err)
		return
	}
	address, err := url.Parse(found.Authorization)
	if err != nil {
		c.fail(w, r, err)
		return
	}
	browser := c.browser(r)
	if browser == "" {
		browser = rand.Text()
	}
	login, err := c.Logins.Begin(r.Context(), browser, pathHere(r.URL.Query().Get("next")))
	if err != nil {
		c.fail(w, r, err)
		return
	}
	query := address.Query()
	for name, value := range map[string]string{
		"response_type": "code", "client_id": c.ID, "redirect_uri": c.Redirect, "scope": "openid email", "state": login.State, "nonce": login.Nonce,
		"code_challenge": challengeOf(login.Verifier), "code_challenge_method": "S256",
	} {
		query.Set(name, value)
	}
	address.RawQuery = query.Encode()
	http.SetCookie(w, &http.Cookie{
		Name: c.cookie(), Value: browser, Path: "/", MaxAge: int(underWay.Seconds()),
		HttpOnly: true, Secure: c.secure(), SameSite: http.SameSiteLaxMode,
	})
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, address.String(), http.StatusSeeOther)
}
