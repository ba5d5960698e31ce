package main

import (
	"net/http"
)

// newHandler gives each request to the part that serves it: those that are named here, and no
// others.
//
// For programs there's the API. scopes.NewHandler serves /users, /auth/token (with the login
// of step 10), /auth/me, /tasks and /admin/users, and all below these two. GET
// /.well-known/jwks.json (p.keys) and POST /auth/revoke are for everybody, POST /auth/logout
// is for those with a token (p.authenticate), and POST /auth/password for those with the scope
// profile. A cookie opens nothing of it.
//
// For people there are the pages, all of them behind guard: GET /, GET /login and all below
// /page/ are p.pages.handler, POST /login is logIn, POST /logout is logOut. With a provider
// (p.elsewhere isn't nil), GET /login/provider is its Start, GET /login/callback its Callback.
//
// What tries a password or a refresh token passes the door first (p.door): POST /auth/token,
// about the account that the form has as username; POST /login, about that in the form's email;
// and POST /auth/password, about the user who asks (p.mine), whom p.authenticate has to know.
func newHandler(p *parts) http.Handler {
	// TODO 10: give each request to its part, and send what tries a secret
	//   through the door first.
	mux := http.NewServeMux()
	p.addTo(mux) // health, metadata and docs
	return mux
}
