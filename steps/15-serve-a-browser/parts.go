// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package main

import (
	"context"
	"database/sql"
	_ "embed"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"tokenauth.example/auth"
	"tokenauth.example/browser/front"
	"tokenauth.example/door"
	"tokenauth.example/elsewhere"
	"tokenauth.example/login"
	"tokenauth.example/password"
	"tokenauth.example/provider"
	"tokenauth.example/scopes"
	"tokenauth.example/server/docs"
	"tokenauth.example/sessions"
	"tokenauth.example/tasks"
	"tokenauth.example/users"
)

// openapi describes the API (OpenAPI 3.1).
//
//go:embed openapi.json
var openapi []byte

// parts are what your steps have built, each made and given its settings.
type parts struct {
	signUp       http.Handler                    // POST /users (05), with the first admin (09)
	login        sessions.Parts                  // for the handlers of step 10
	tasks        http.Handler                    // /tasks and /tasks/{id} (07)
	admin        http.Handler                    // /admin/users and what is below it (09)
	keys         *ring                           // GET /.well-known/jwks.json (11)
	authenticate func(http.Handler) http.Handler // tokens of ours (09, 10), and of the provider (12)
	elsewhere    *elsewhere.Client               // logs in at the provider (13); nil without one
	door         *door.Door                      // (14)
	mine         func(*http.Request) string      // for the door: the email of the user who asks
	roles        *scopes.Roles
	pages        *pages
	health       http.Handler
	metadata     http.Handler

	db  *sql.DB
	max time.Duration
	log *slog.Logger
}

// sizeOfDoor is how many accounts, and how many addresses, the door keeps count of.
const sizeOfDoor = 100_000

// newParts makes all parts. The issuer must be set. The provider is asked by the client outside.
func newParts(db *sql.DB, s settings, outside *http.Client, log *slog.Logger) (*parts, error) {
	failed := func(name string, err error) (*parts, error) { return nil, fmt.Errorf("%s: %w", name, err) }
	hasher := password.Hasher{Cost: s.bcryptCost}
	store, err := users.New(db, hasher)
	if err != nil {
		return failed("DATABASE", err)
	}
	roles, err := scopes.NewRoles(db)
	if err != nil {
		return failed("DATABASE", err)
	}
	kept, err := sessions.New(db, s.idle, s.max)
	if err != nil {
		return failed("DATABASE", err)
	}
	list, err := tasks.NewStore(db)
	if err != nil {
		return failed("DATABASE", err)
	}
	keys, err := newRing(s.keys, s.lifetime, log)
	if err != nil {
		return failed("KEYS", err)
	}
	accounts := front.NewAccounts(scopes.FirstAdmin{Store: store, Roles: roles, Email: s.firstAdmin})
	browsers, err := newBrowsers(db, accounts, roles, kept, s.idle)
	if err != nil {
		return failed("DATABASE", err)
	}
	issuer := &scopes.Issuer{Name: s.issuer, Audience: s.audience, Lifetime: s.lifetime, Keys: keys}
	known, live := scopes.Authenticate(issuer, accounts, log), kept.Require(log)
	p := &parts{
		signUp:       login.New(accounts, nil, log), // its login is not served
		login:        sessions.Parts{Sessions: kept, Accounts: accounts, Roles: roles, Issuer: issuer, Hasher: hasher, Log: log},
		tasks:        tasks.New(list, log),
		admin:        scopes.NewAdmin(roles, log),
		keys:         keys,
		authenticate: func(next http.Handler) http.Handler { return known(live(next)) },
		door: &door.Door{Trusted: s.trusted, Log: log,
			Addresses: door.NewLimit(s.addressFailures, s.window, sizeOfDoor), Accounts: door.NewLimit(s.accountFailures, s.window, sizeOfDoor)},
		mine: func(r *http.Request) string {
			user, _ := auth.CurrentUser(r.Context())
			return user.Email
		},
		roles:    roles,
		health:   front.Health(db, log),
		metadata: metadata(s.issuer),
		db:       db, max: s.max, log: log,
	}
	p.pages = newPages(browsers, kept, accounts, list, s.provider.issuer != "", log)
	if s.provider.issuer != "" {
		if err := p.addProvider(s, outside); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// addProvider adds what takes the provider's tokens, and what logs in there.
func (p *parts) addProvider(s settings, outside *http.Client) error {
	people, err := provider.NewPeople(p.db, p.pages.accounts)
	if err != nil {
		return fmt.Errorf("DATABASE: %w", err)
	}
	logins, err := elsewhere.NewLogins(p.db)
	if err != nil {
		return fmt.Errorf("DATABASE: %w", err)
	}
	theirs, err := provider.New(s.provider.issuer, s.provider.audience, s.provider.typed, outside)
	if err != nil {
		return fmt.Errorf("PROVIDER_ISSUER: %w", err)
	}
	own := p.authenticate
	p.authenticate = provider.Authenticate(theirs, people, own, p.log)
	p.elsewhere = &elsewhere.Client{
		Provider: theirs, Logins: logins, HTTP: outside, ID: s.provider.id, Secret: s.provider.secret,
		Redirect: s.issuer + "/login/callback", Log: p.log, LoggedIn: p.pages.loggedIn(people),
	}
	return nil
}

// tidy deletes each hour what is over for good: sessions, with their refresh tokens and their
// browsers.
func (p *parts) tidy(ctx context.Context) {
	for {
		if _, err := p.db.ExecContext(ctx, "DELETE FROM sessions WHERE started <= ?", time.Now().Add(-p.max).UnixMilli()); err != nil && ctx.Err() == nil {
			p.log.Error("old sessions stay", "reason", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(time.Hour):
		}
	}
}

// addTo adds what is for everybody, and no step's: GET /healthz, the metadata, and the docs.
func (p *parts) addTo(mux *http.ServeMux) {
	mux.Handle("GET /healthz", p.health)
	mux.Handle("GET /.well-known/oauth-authorization-server", p.metadata)
	docs.Add(mux, openapi)
}

// around returns the whole handler: newHandler, with what goes around all of it.
func around(p *parts, configured bool) http.Handler {
	handler := front.Errors(p.pages.problems(newHandler(p)), p.log)
	if configured {
		handler = strict(handler)
	}
	return handler
}
