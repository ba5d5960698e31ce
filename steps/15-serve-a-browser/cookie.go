package main

import "net/http"

// cookieName is the name of the cookie that knows who is logged in in a browser. A name that
// begins like this is taken by browsers only from this very host, over https, for all its
// paths (RFC 6265bis, section 4.1.3.2): neither another program at a host below ours nor
// somebody on the way can put one there.
const cookieName = "__Host-session"

// setCookie gives a browser the secret by which it's known from now on, under cookieName.
//
// No script can read it. It's sent over https alone, to this host alone, with a link from
// another site but not with a form from one, and it goes when the browser is closed: how long
// it's good for is decided here, not there.
func setCookie(w http.ResponseWriter, secret string) {
	// TODO 1: set the cookie.
	_ = secret
}

// dropCookie has a browser forget the cookie, now.
func dropCookie(w http.ResponseWriter) {
	// TODO 1: drop the cookie.
	_ = w
}

// secretIn returns the secret in a request's cookie, or "" if there is none. If there are
// several, nobody knows which is ours, so there's none.
func secretIn(r *http.Request) string {
	// TODO 1: read the cookie.
	return ""
}
