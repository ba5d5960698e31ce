package elsewhere

import (
	"errors"
	"net/http"

	"tokenauth.example/provider"
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
func (c *Client) Callback(w http.ResponseWriter, r *http.Request) {
	// TODO 9: answer the callback.
	w.WriteHeader(http.StatusNotImplemented)
}

// complete returns who has logged in by a callback, and where they wanted to go.
//
// A callback that names one of its parameters twice is verifier.ErrMalformed. The login
// must be one of this browser, and is used up by this (see Finish). If iss is there, it must
// be our issuer, and it must be there if the metadata says so: otherwise another provider
// could pass its codes off as this one's (RFC 9207): scopes.ErrIssuer. A callback with an
// error, or without a code, is ErrDeclined. Only then is the code exchanged, and only the
// ID token says who it is.
func (c *Client) complete(r *http.Request) (who provider.Identity, next string, err error) {
	// TODO 8: find out who has logged in.
	return provider.Identity{}, "", errors.New("complete is not written yet")
}
