// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package elsewhere_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/bcrypt"

	"tokenauth.example/elsewhere"
	"tokenauth.example/login/apitest"
	"tokenauth.example/password"
	"tokenauth.example/provider"
	"tokenauth.example/provider/idptest"
	"tokenauth.example/users"
	"tokenauth.example/users/storetest"
)

// How the provider knows this site, in the tests.
const (
	id       = "tasks-page"
	secret   = "a-secret-of-a-test-and-of-nothing-else"
	redirect = "https://tasks.example/login/callback"
	tokenURL = idptest.Issuer + "/token"
)

// site is this site and its provider. What the provider does can be changed between requests.
type site struct {
	*elsewhere.Client
	idp    *idptest.Provider
	db     *sql.DB
	faults *storetest.Faults
	log    *apitest.Log

	arrived []arrival // those for whom LoggedIn was called

	mu        sync.Mutex
	exchanges []exchange // what was sent to the token endpoint
	gives     gives
	token     http.HandlerFunc // answers at the token endpoint, in place of the provider, if it isn't nil
}

// exchange is a request to the token endpoint.
type exchange struct {
	form   url.Values
	header http.Header
}

// gives is the login for which the provider has a code.
type gives struct{ code, challenge, nonce string }

// give lets the provider have a code.
func (s *site) give(g gives) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.gives = g
}

// answers lets something else answer at the token endpoint.
func (s *site) answers(token http.HandlerFunc) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.token = token
}

// exchanged returns what was sent to the token endpoint so far.
func (s *site) exchanged() []exchange {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.exchanges)
}

type arrival struct {
	who  provider.Identity
	next string
}

// inTime plays a test with a site, in which time passes as it's told to. See package synctest.
func inTime(t *testing.T, play func(t *testing.T, s *site)) {
	t.Helper()
	folder := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t, folder)
		play(t, s)
		require.NoError(t, s.db.Close(), "the database must be closed, which waits until every query has ended")
		time.Sleep(10 * time.Second) // until the provider has done what it does
	})
}

func newSite(t *testing.T, folder string) *site {
	t.Helper()
	s := &site{idp: idptest.New(t), log: &apitest.Log{}}
	s.db, s.faults = storetest.Open(t, filepath.Join(folder, "test.db"))
	_, err := users.New(s.db, password.Hasher{Cost: bcrypt.MinCost})
	require.NoError(t, err)
	logins, err := elsewhere.NewLogins(s.db)
	require.NoError(t, err)
	trusted, err := provider.New(idptest.Issuer, idptest.Audience, true, s.idp.Client())
	require.NoError(t, err)
	s.idp.Metadata["authorization_endpoint"] = idptest.Issuer + "/authorize"
	s.idp.Metadata["token_endpoint"] = tokenURL
	s.idp.Answer = s.answer
	s.Client = &elsewhere.Client{
		Provider: trusted, Logins: logins, HTTP: s.idp.Client(), ID: id, Secret: secret, Redirect: redirect, Log: s.log.Logger(),
		LoggedIn: func(w http.ResponseWriter, _ *http.Request, who provider.Identity, next string) {
			s.arrived = append(s.arrived, arrival{who, next})
			w.WriteHeader(http.StatusNoContent)
		},
	}
	return s
}

// answer is the provider's token endpoint: it takes its code once, from who has the verifier.
func (s *site) answer(w http.ResponseWriter, r *http.Request) bool {
	if r.URL.Path != "/token" {
		return false
	}
	_ = r.ParseForm()
	form := r.PostForm
	s.mu.Lock()
	s.exchanges = append(s.exchanges, exchange{form, r.Header})
	has, token := s.gives, s.token
	s.gives.code = ""
	s.mu.Unlock()
	if token != nil {
		token(w, r)
		return true
	}
	good := r.Method == "POST" && form.Get("grant_type") == "authorization_code" && has.code != "" && form.Get("code") == has.code && form.Get("redirect_uri") == redirect &&
		form.Get("client_id") == id && form.Get("client_secret") == secret && elsewhere.ChallengeOf(form.Get("code_verifier")) == has.challenge
	if !good {
		reply(w, http.StatusBadRequest, map[string]any{"error": "invalid_grant"})
		return true
	}
	reply(w, http.StatusOK, map[string]any{"access_token": "for others", "token_type": "Bearer", "id_token": s.idToken("e", nil, map[string]any{"nonce": has.nonce})})
	return true
}

func reply(w http.ResponseWriter, status int, value any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(value)
}

// idToken returns an ID token for "ann", signed with the provider's key. Changes are put over
// its header and its claims; nil takes one away.
func (s *site) idToken(kid string, header, changes map[string]any) string {
	all := map[string]any{"aud": id, "client_id": nil, "scope": nil, "jti": nil, "nonce": "a nonce", "email": "ann@example.com", "email_verified": true}
	maps.Copy(all, changes)
	h := map[string]any{"typ": "JWT"}
	maps.Copy(h, header)
	return s.idp.Token(kid, h, idptest.Claims(all))
}

// browser is somebody's browser, with the cookies that it got from the site.
type browser struct {
	*site
	cookies map[string]*http.Cookie
}

func (s *site) browser() *browser { return &browser{s, map[string]*http.Cookie{}} }

// send sends a request, as a browser does that follows a link.
func (b *browser) send(t *testing.T, handler http.HandlerFunc, target string) apitest.Answer {
	t.Helper()
	return b.keep(apitest.Do(t, handler, b.request(target)))
}

// keep keeps the cookies of an answer.
func (b *browser) keep(answer apitest.Answer) apitest.Answer {
	for _, cookie := range (&http.Response{Header: answer.Header}).Cookies() {
		b.cookies[cookie.Name] = cookie
	}
	return answer
}

func (b *browser) request(target string) *http.Request {
	r := httptest.NewRequest("GET", target, nil)
	for _, cookie := range b.cookies {
		r.AddCookie(&http.Cookie{Name: cookie.Name, Value: cookie.Value})
	}
	return r
}

// start begins a login, and returns the query of the address that the browser is sent to.
func (b *browser) start(t *testing.T, next string) url.Values {
	t.Helper()
	answer := b.keep(apitest.Ask(http.HandlerFunc(b.Start), b.request("/login/provider?"+url.Values{"next": {next}}.Encode())))
	sentOn(t, answer, "first, Start must send the browser to the provider, by 302 or 303")
	address, err := url.Parse(answer.Header.Get("Location"))
	require.NoError(t, err, "the address must be one")
	return address.Query()
}

// sentOn asserts that a browser was sent on.
func sentOn(t *testing.T, answer apitest.Answer, why string) {
	t.Helper()
	want := http.StatusSeeOther
	if answer.Status == http.StatusFound {
		want = answer.Status
	}
	require.Equal(t, want, answer.Status, why)
}

// logIn is what happens at the provider: Ann logs in, and gets a code. It returns the query
// with which her browser is sent back.
func (b *browser) logIn(t *testing.T, asked url.Values, code string) url.Values {
	t.Helper()
	b.give(gives{code, asked.Get("code_challenge"), asked.Get("nonce")})
	return url.Values{"state": {asked.Get("state")}, "code": {code}}
}

// back comes back with a query.
func (b *browser) back(t *testing.T, query url.Values) apitest.Answer {
	t.Helper()
	return b.send(t, b.Callback, "/login/callback?"+query.Encode())
}

// begin notes a login of a browser.
func (s *site) begin(t *testing.T, browser string) elsewhere.Login {
	t.Helper()
	login, err := s.Logins.Begin(t.Context(), browser, "/tasks")
	require.NoError(t, err, "first, Begin must note a login")
	return login
}

// rows counts the logins under way.
func (s *site) rows(t *testing.T) int {
	t.Helper()
	var n int
	require.NoError(t, s.db.QueryRowContext(t.Context(), "SELECT count(*) FROM logins").Scan(&n))
	return n
}

var errFull = errors.New("disk full")

// failing calls do once for each call that it makes to the database, which fails at that one,
// and then asks after.
func (s *site) failing(t *testing.T, do func(ctx context.Context) error, after func(t *testing.T)) {
	t.Helper()
	for call := 1; ; call++ {
		s.faults.At(call, func() error { return errFull })
		err := do(t.Context())
		if !s.faults.Happened() {
			break
		}
		assert.ErrorIs(t, err, errFull, "the database's error must be returned, at whichever call it fails")
		assert.NotErrorIs(t, err, elsewhere.ErrUnknown, "what the database could not do says nothing about a login")
		after(t)
	}
	over, cancel := context.WithCancel(t.Context())
	cancel()
	assert.ErrorIs(t, do(over), context.Canceled, "work must end with its request: pass ctx to the database")
	after(t)
}
