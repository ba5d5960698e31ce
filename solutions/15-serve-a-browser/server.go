package main

import (
	"net/http"

	"tokenauth.example/door"
	"tokenauth.example/scopes"
	"tokenauth.example/sessions"
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
//
//workshop:todo 10 give each request to its part, and send what tries a secret through the door first.
//workshop:stub mux := http.NewServeMux()
//workshop:stub p.addTo(mux) // health, metadata and docs
//workshop:stub return mux
func newHandler(p *parts) http.Handler {
	mux := http.NewServeMux()
	p.addTo(mux) // health, metadata and docs
	api := scopes.NewHandler(scopes.Parts{
		SignUp:       p.signUp,
		Login:        p.door.Protect(sessions.Token(p.login), door.FormValue("username")),
		Tasks:        p.tasks,
		Admin:        p.admin,
		Authenticate: p.authenticate,
		Roles:        p.roles,
		Log:          p.log,
	})
	for _, path := range []string{"/users", "/auth/token", "/auth/me", "/tasks", "/tasks/", "/admin/users", "/admin/users/"} {
		mux.Handle(path, api)
	}
	mux.Handle("GET /.well-known/jwks.json", p.keys)
	mux.Handle("POST /auth/revoke", sessions.Revoke(p.login))
	mux.Handle("POST /auth/logout", p.authenticate(sessions.LogOut(p.login)))
	changes := p.door.Protect(sessions.ChangePassword(p.login), p.mine)
	mux.Handle("POST /auth/password", p.authenticate(scopes.Require(scopes.Profile, p.roles, p.log)(changes)))

	page := func(pattern string, serve http.HandlerFunc) { mux.Handle(pattern, p.pages.guard(serve)) }
	page("GET /{$}", p.pages.handler.ServeHTTP)
	page("GET /login", p.pages.handler.ServeHTTP)
	page("/page/", p.pages.handler.ServeHTTP)
	page("POST /login", p.door.Protect(http.HandlerFunc(p.pages.logIn), door.FormValue("email")).ServeHTTP)
	page("POST /logout", p.pages.logOut)
	if p.elsewhere != nil {
		page("GET /login/provider", p.elsewhere.Start)
		page("GET /login/callback", p.elsewhere.Callback)
	}
	return mux
}
