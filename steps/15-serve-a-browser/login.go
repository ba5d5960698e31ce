package main

import (
	"net/http"

	"tokenauth.example/users"
)

// arrive answers the request of somebody who has just logged in, in whatever way: it begins a
// new session in their browser, with a new secret, and sends them on to the path next by 303.
//
// If somebody was logged in in this browser, that session ends. A secret from before the
// login is never one from after it: somebody else may have put it there, and would be logged
// in, too (session fixation, CWE-384).
//
// Trouble is p.trouble's, and leaves the browser as it was.
func (p *pages) arrive(w http.ResponseWriter, r *http.Request, user users.User, next string) {
	// TODO 4: begin anew, and end what was before.
	w.WriteHeader(http.StatusNotImplemented)
}

// logIn serves POST /login, a form with email and password, which is read as strictly as those
// of step 09 (oauth.ReadForm): the door has read it, too, and what it takes for the email must
// be what is tried here.
//
// Somebody with the right ones arrives at "/". For everybody else it's p.refused, the same for
// a wrong password and for an email that nobody has, and somebody who is logged in in this
// browser stays logged in.
func (p *pages) logIn(w http.ResponseWriter, r *http.Request) {
	// TODO 5: log in with email and password.
	w.WriteHeader(http.StatusNotImplemented)
}

// logOut serves POST /logout: the session of this browser ends, the browser forgets its
// cookie, and goes to "/" by 303. For a browser in which nobody is logged in the answer is
// the same. If it can't be ended that's p.trouble, and the browser keeps its cookie: nobody
// must believe that they are logged out and be wrong.
func (p *pages) logOut(w http.ResponseWriter, r *http.Request) {
	// TODO 6: log out.
	w.WriteHeader(http.StatusNotImplemented)
}
