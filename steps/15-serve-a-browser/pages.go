// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package main

import (
	"bytes"
	"embed"
	"errors"
	"html/template"
	"log/slog"
	"net/http"
	"unicode/utf8"

	"tokenauth.example/door"
	"tokenauth.example/login/api"
	"tokenauth.example/password"
	"tokenauth.example/provider"
	"tokenauth.example/scopes/oauth"
	"tokenauth.example/sessions"
	"tokenauth.example/tasks"
	"tokenauth.example/users"
)

//go:embed pages
var files embed.FS

// templates are the pages. html/template writes what people have typed so that it stays text
// (CWE-79).
var templates = template.Must(template.ParseFS(files, "pages/*.html"))

// pages serve people with a browser. They work without a script.
type pages struct {
	browsers *browsers
	sessions *sessions.Store
	accounts accounts
	tasks    *tasks.Store
	provider bool // whether people can log in at a provider
	log      *slog.Logger
	handler  http.Handler // GET / and /login, and what is below /page/
}

func newPages(browsers *browsers, sessions *sessions.Store, accounts accounts, tasks *tasks.Store, provider bool, log *slog.Logger) *pages {
	p := &pages{browsers: browsers, sessions: sessions, accounts: accounts, tasks: tasks, provider: provider, log: log}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", p.home)
	mux.HandleFunc("GET /login", func(w http.ResponseWriter, r *http.Request) {
		p.show(w, r, http.StatusOK, "login.html", content{Title: "Log in"})
	})
	mux.HandleFunc("GET /page/sign-up", func(w http.ResponseWriter, r *http.Request) {
		p.show(w, r, http.StatusOK, "signup.html", content{Title: "Sign up"})
	})
	mux.HandleFunc("POST /page/sign-up", p.signUp)
	mux.HandleFunc("POST /page/add", p.forVisitor(p.add))
	mux.HandleFunc("POST /page/delete", p.forVisitor(p.delete))
	mux.HandleFunc("GET /page/style.css", func(w http.ResponseWriter, r *http.Request) {
		http.ServeFileFS(w, r, files, "pages/style.css")
	})
	p.handler = mux
	return p
}

// content is what a page shows.
type content struct {
	Title    string
	Email    string // of the one who is logged in, or what was typed
	Typed    string // a title that was typed
	Wrong    string // what is wrong with what was typed
	Tasks    []tasks.Task
	Provider bool
	LoggedIn bool
}

// show answers with a page.
func (p *pages) show(w http.ResponseWriter, r *http.Request, status int, name string, what content) {
	what.Provider = p.provider
	var page bytes.Buffer
	if err := templates.ExecuteTemplate(&page, name, what); err != nil {
		p.trouble(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(page.Bytes())
}

// home shows somebody's tasks, and to others how to log in.
func (p *pages) home(w http.ResponseWriter, r *http.Request) {
	who, err := p.browsers.find(r.Context(), secretIn(r))
	switch {
	case err == nil:
		p.list(w, r, who, http.StatusOK, "", "")
	case errors.Is(err, errNobody):
		p.show(w, r, http.StatusOK, "welcome.html", content{Title: "Your tasks"})
	default:
		p.trouble(w, r, err)
	}
}

func (p *pages) list(w http.ResponseWriter, r *http.Request, who visitor, status int, typed, wrong string) {
	all, err := p.tasks.List(r.Context(), who.User.ID)
	if err != nil {
		p.trouble(w, r, err)
		return
	}
	p.show(w, r, status, "tasks.html", content{Title: "Your tasks", Email: who.User.Email, Tasks: all, Typed: typed, Wrong: wrong, LoggedIn: true})
}

// forVisitor makes a handler of a function that needs to know who is logged in. Where nobody
// is, it sends the browser to log in.
func (p *pages) forVisitor(serve func(w http.ResponseWriter, r *http.Request, who visitor)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		who, err := p.browsers.find(r.Context(), secretIn(r))
		switch {
		case err == nil:
			serve(w, r, who)
		case errors.Is(err, errNobody):
			http.Redirect(w, r, "/login", http.StatusSeeOther)
		default:
			p.trouble(w, r, err)
		}
	}
}

func (p *pages) add(w http.ResponseWriter, r *http.Request, who visitor) {
	form, ok := oauth.ReadForm(w, r, "title")
	if !ok {
		return
	}
	title := form.Get("title")
	if title == "" || utf8.RuneCountInString(title) > tasks.MaxTitle {
		p.list(w, r, who, http.StatusUnprocessableEntity, title, "A task needs 1 to 500 characters.")
		return
	}
	switch _, err := p.tasks.Create(r.Context(), who.User.ID, title); {
	case errors.Is(err, tasks.ErrTooMany):
		p.list(w, r, who, http.StatusConflict, title, "There is no room for more than 1000 tasks: delete one first.")
	case err != nil:
		p.trouble(w, r, err)
	default:
		http.Redirect(w, r, "/", http.StatusSeeOther)
	}
}

func (p *pages) delete(w http.ResponseWriter, r *http.Request, who visitor) {
	form, ok := oauth.ReadForm(w, r, "id")
	if !ok {
		return
	}
	err := p.tasks.Delete(r.Context(), who.User.ID, form.Get("id"))
	if err != nil && !errors.Is(err, tasks.ErrNotFound) { // it's gone already, perhaps in another tab
		p.trouble(w, r, err)
		return
	}
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

func (p *pages) signUp(w http.ResponseWriter, r *http.Request) {
	form, ok := oauth.ReadForm(w, r, "email", "password")
	if !ok {
		return
	}
	again := func(status int, wrong string) {
		p.show(w, r, status, "signup.html", content{Title: "Sign up", Email: form.Get("email"), Wrong: wrong})
	}
	user, err := p.accounts.Create(r.Context(), form.Get("email"), form.Get("password"))
	switch {
	case err == nil:
		p.arrive(w, r, user, "/")
	case errors.Is(err, users.ErrEmailTaken):
		again(http.StatusConflict, "Somebody has signed up with this email.")
	case errors.Is(err, users.ErrEmailInvalid):
		again(http.StatusUnprocessableEntity, "The email needs an @ with something on both sides of it.")
	case errors.Is(err, password.ErrTooShort), errors.Is(err, password.ErrTooLong), errors.Is(err, password.ErrNUL):
		again(http.StatusUnprocessableEntity, "The password needs 8 characters or more, and 72 bytes at most.")
	case errors.Is(err, password.ErrCommon):
		again(http.StatusUnprocessableEntity, "So many people have this password that it's tried first. Choose another one.")
	default:
		p.trouble(w, r, err)
	}
}

// refused answers a login that is refused: the form again, with the email in it. The door
// counts it.
func (p *pages) refused(w http.ResponseWriter, r *http.Request, email string) {
	door.Failed(w)
	p.log.WarnContext(r.Context(), "refused", "reason", "bad credentials", "method", r.Method, "path", r.URL.Path)
	p.show(w, r, http.StatusForbidden, "login.html", content{Title: "Log in", Email: email, Wrong: "Email and password don't belong together."})
}

// foreign answers what another site has sent.
func (p *pages) foreign(w http.ResponseWriter, r *http.Request) {
	p.log.WarnContext(r.Context(), "refused", "reason", "from another site", "method", r.Method, "path", r.URL.Path)
	api.Fail(w, http.StatusForbidden, "cross_site", "This was sent by another site, so nothing was done")
}

// trouble answers what is nobody's fault who has a browser.
func (p *pages) trouble(w http.ResponseWriter, r *http.Request, err error) {
	api.ServerError(w, r, p.log, err)
}

// loggedIn returns what answers somebody who has logged in at the provider.
func (p *pages) loggedIn(people *provider.People) func(http.ResponseWriter, *http.Request, provider.Identity, string) {
	return func(w http.ResponseWriter, r *http.Request, who provider.Identity, next string) {
		user, err := people.User(r.Context(), who)
		switch {
		case err == nil:
			p.arrive(w, r, user, next)
		case errors.Is(err, users.ErrInactive):
			p.log.WarnContext(r.Context(), "refused", "reason", err.Error(), "method", r.Method, "path", r.URL.Path)
			api.Fail(w, http.StatusForbidden, "login_failed", "This account is closed")
		default:
			p.trouble(w, r, err)
		}
	}
}
