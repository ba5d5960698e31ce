package elsewhere

import (
	"errors"
	"net/http"

	"tokenauth.example/provider"
	"tokenauth.example/scopes"
	"tokenauth.example/verifier"
)

// ErrDeclined is returned for a callback in which the provider says that nobody logged in.
var ErrDeclined = errors.New("provider has logged nobody in")

// Callback takes the browser back from the provider: GET with state and code, or with state
// and error, and with iss if the provider says so. It calls LoggedIn with who has logged in
// and where they wanted to go.
//
// Anybody may be driving the browser: see complete for what is refused. What is refused gets
// 403 by c.refuse, trouble is c.fail's, and neither calls LoggedIn. The address of a callback
// has a code in it, so it's sent to no other site (Referrer-Policy: no-referrer), and the
// answer is kept in no cache.
//
//workshop:todo 9 answer the callback.
//workshop:stub w.WriteHeader(http.StatusNotImplemented)
func (c *Client) Callback(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Referrer-Policy", "no-referrer")
	w.Header().Set("Cache-Control", "no-store")
	who, next, err := c.complete(r)
	switch {
	case err == nil:
		c.LoggedIn(w, r, who, next)
	case isRefusal(err):
		c.refuse(w, r, err)
	default:
		c.fail(w, r, err)
	}
}

// complete returns who has logged in by a callback, and where they wanted to go.
//
// A callback that names one of its parameters twice is verifier.ErrMalformed. The login
// must be one of this browser, and is used up by this (see Finish). If iss is there, it must
// be our issuer, and it must be there if the metadata says so: otherwise another provider
// could pass its codes off as this one's (RFC 9207): scopes.ErrIssuer. A callback with an
// error, or without a code, is ErrDeclined. Only then is the code exchanged, and only the
// ID token says who it is.
//
//workshop:todo 8 find out who has logged in.
//workshop:stub return provider.Identity{}, "", errors.New("complete is not written yet")
func (c *Client) complete(r *http.Request) (who provider.Identity, next string, err error) {
	query := r.URL.Query()
	for _, name := range []string{"state", "code", "error", "iss"} {
		if len(query[name]) > 1 {
			return provider.Identity{}, "", verifier.ErrMalformed
		}
	}
	browser := c.browser(r)
	if browser == "" {
		return provider.Identity{}, "", ErrUnknown
	}
	login, err := c.Logins.Finish(r.Context(), browser, query.Get("state"))
	if err != nil {
		return provider.Identity{}, "", err
	}
	found, err := c.discover(r.Context())
	if err != nil {
		return provider.Identity{}, "", err
	}
	if query.Has("iss") || found.NamesItself {
		if query.Get("iss") != found.Issuer {
			return provider.Identity{}, "", scopes.ErrIssuer
		}
	}
	if query.Has("error") || query.Get("code") == "" {
		return provider.Identity{}, "", ErrDeclined
	}
	signed, err := c.exchange(r.Context(), found.Token, query.Get("code"), login.Verifier)
	if err != nil {
		return provider.Identity{}, "", err
	}
	who, err = c.verifyID(r.Context(), signed, login.Nonce)
	return who, login.Next, err
}
