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
//
//workshop:todo 1 set the cookie.
//workshop:stub _ = secret
func setCookie(w http.ResponseWriter, secret string) {
	http.SetCookie(w, &http.Cookie{Name: cookieName, Value: secret, Path: "/", Secure: true, HttpOnly: true, SameSite: http.SameSiteLaxMode})
}

// dropCookie has a browser forget the cookie, now.
//
//workshop:todo 1 drop the cookie.
//workshop:stub _ = w
func dropCookie(w http.ResponseWriter) {
	http.SetCookie(w, &http.Cookie{Name: cookieName, Path: "/", MaxAge: -1, Secure: true, HttpOnly: true, SameSite: http.SameSiteLaxMode})
}

// secretIn returns the secret in a request's cookie, or "" if there is none. If there are
// several, nobody knows which is ours, so there's none.
//
//workshop:todo 1 read the cookie.
//workshop:stub return ""
func secretIn(r *http.Request) string {
	cookies := r.CookiesNamed(cookieName)
	if len(cookies) != 1 {
		return ""
	}
	return cookies[0].Value
}
