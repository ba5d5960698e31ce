// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package provider_test

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/bcrypt"

	"tokenauth.example/auth"
	"tokenauth.example/login/apitest"
	"tokenauth.example/password"
	"tokenauth.example/provider"
	"tokenauth.example/provider/idptest"
	"tokenauth.example/scopes"
	"tokenauth.example/users"
	"tokenauth.example/users/storetest"
)

// town is where people live: a database with Bob in it, who has signed up here.
type town struct {
	*provider.People
	accounts *users.Store
	db       *sql.DB
	faults   *storetest.Faults
	bob      users.User
}

func newTown(t *testing.T) *town {
	t.Helper()
	db, faults := storetest.Open(t, filepath.Join(t.TempDir(), "test.db"))
	accounts, err := users.New(db, password.Hasher{Cost: bcrypt.MinCost})
	require.NoError(t, err)
	people, err := provider.NewPeople(db, accounts)
	require.NoError(t, err)
	bob, err := accounts.Create(t.Context(), "bob@example.com", apitest.Password)
	require.NoError(t, err)
	return &town{people, accounts, db, faults, bob}
}

// of is somebody whom the provider knows.
func of(subject, email string) provider.Identity {
	return provider.Identity{Issuer: idptest.Issuer, Subject: subject, Email: email}
}

func (w *town) user(t *testing.T, identity provider.Identity) users.User {
	t.Helper()
	user, err := w.User(t.Context(), identity)
	require.NoError(t, err, "first, User must find or make the user of %s", identity.Subject)
	return user
}

// rows counts the rows of a table.
func (w *town) rows(t *testing.T, table string) int {
	t.Helper()
	var n int
	require.NoError(t, w.db.QueryRowContext(t.Context(), "SELECT count(*) FROM "+table).Scan(&n))
	return n
}

// 7. Somebody is their issuer and their subject.
func TestUser_IsIssuerAndSubject(t *testing.T) {
	w := newTown(t)
	ann := w.user(t, of("ann", ""))
	assert.NotEqual(t, w.bob.ID, ann.ID, "somebody who comes for the first time gets a user of their own")
	assert.Equal(t, ann, w.user(t, of("ann", "")), "somebody who comes again is the same user")
	assert.Equal(t, ann, w.user(t, of("ann", "new@example.com")), "somebody who has a new email is the same user: people change them, and companies give them to others")
	assert.Equal(t, ann, w.user(t, of("ann", "bob@example.com")), "somebody who is known already is no longer found by an email: it may be Bob's")
	for _, other := range []provider.Identity{of("Ann", ""), of("ann ", ""), of("%", ""), of("a", ""), {Issuer: "https://other.example", Subject: "ann"}, {Issuer: idptest.Issuer + "/", Subject: "ann"}} {
		assert.NotEqual(t, ann.ID, w.user(t, other).ID, "%q at %s is somebody else: another issuer may have the same subject, and both are compared to the letter", other.Subject, other.Issuer)
	}
}

// 7. A verified email joins.
func TestUser_JoinsByAVerifiedEmail(t *testing.T) {
	w := newTown(t)
	for i, email := range []string{"bob@example.com", "Bob@Example.COM"} {
		user, err := w.User(t.Context(), of([]string{"bob", "robert"}[i], email))
		require.NoError(t, err, "the provider has verified that %s is theirs, and Bob has signed up here with it", email)
		assert.Equal(t, w.bob, user, "the provider has verified that %s is theirs, and Bob has signed up here with it", email)
	}
	ann := w.user(t, of("ann", "Ann@example.com"))
	assert.Equal(t, "ann@example.com", ann.Email, "somebody who is new here gets the email that the provider has verified")
	hash := sha256.Sum256([]byte(idptest.Issuer + "\ncat"))
	for _, guess := range []string{"cat", hex.EncodeToString(hash[:]), idptest.Issuer + "/cat"} {
		_, err := w.accounts.Create(t.Context(), guess+"@identities.invalid", apitest.Password)
		require.NoError(t, err)
	}
	before := w.rows(t, "users")
	cat := w.user(t, of("cat", ""))
	assert.Equal(t, before+1, w.rows(t, "users"), "without a verified email nobody may become somebody who is here already, not even somebody who has signed up with an email that one could guess (CWE-290)")
	assert.True(t, strings.HasSuffix(cat.Email, "@identities.invalid"), "an email that isn't known is made up, at a domain that no mail reaches (RFC 2606)")
}

// 7. Somebody who is out stays out.
func TestUser_KeepsOutWhoIsOut(t *testing.T) {
	w := newTown(t)
	ann := w.user(t, of("ann", "ann@example.com"))
	require.NoError(t, w.accounts.Deactivate(t.Context(), ann.ID))
	require.NoError(t, w.accounts.Deactivate(t.Context(), w.bob.ID))
	for range 2 {
		user, err := w.User(t.Context(), of("ann", "ann@example.com"))
		assert.ErrorIs(t, err, users.ErrInactive, "Ann was deactivated here, however good her token is: the provider doesn't know")
		assert.Empty(t, user.ID, "with an error there must be no user")
		_, err = w.User(t.Context(), of("bob", "bob@example.com"))
		assert.ErrorIs(t, err, users.ErrInactive, "Bob was deactivated here, and a login elsewhere must not be a way in")
	}
	require.NoError(t, w.accounts.Delete(t.Context(), ann.ID))
	again := w.user(t, of("ann", "ann@example.com"))
	assert.NotEqual(t, ann.ID, again.ID, "Ann was deleted, and what was hers is gone: she comes as a new user")
}

// 7. Nobody knows the password.
func TestUser_HasNoPasswordThatAnybodyKnows(t *testing.T) {
	w := newTown(t)
	ann := w.user(t, of("ann-at-the-provider", "ann@example.com"))
	for _, guess := range []string{"ann-at-the-provider", "ann@example.com", idptest.Issuer, idptest.Issuer + "ann-at-the-provider", ann.ID, "password", "changeme", strings.Repeat("x", 26)} {
		_, err := w.accounts.Authenticate(t.Context(), "ann@example.com", guess)
		assert.ErrorIs(t, err, users.ErrBadCredentials, "somebody who comes by a provider has no password here, and %q must not be one", guess)
	}
	assert.Equal(t, w.bob, w.user(t, of("bob", "bob@example.com")), "first, Bob must be joined")
	_, err := w.accounts.Authenticate(t.Context(), "bob@example.com", apitest.Password)
	assert.NoError(t, err, "Bob's password still works: he has two ways in now")
}

// 7. Twenty requests at once are one person.
// Stays: two that meet show it, too, and this one shows that they may be many.
func TestUser_IsOneForManyRequests(t *testing.T) {
	w := newTown(t)
	for _, identity := range []provider.Identity{of("ann", "ann@example.com"), of("cat", ""), of("bob", "bob@example.com")} {
		before := w.rows(t, "identities")
		ids, errs := make([]string, 20), make([]error, 20)
		var crowd sync.WaitGroup
		for i := range ids {
			crowd.Go(func() {
				user, err := w.User(t.Context(), identity)
				ids[i], errs[i] = user.ID, err
			})
		}
		crowd.Wait()
		require.NoError(t, errors.Join(errs...), "%s opens twenty tabs, and each must work", identity.Subject)
		for _, id := range ids {
			require.Equal(t, ids[0], id, "%s opened twenty tabs, and became two people: tasks made in one tab are gone in the next", identity.Subject)
		}
		require.Equal(t, before+1, w.rows(t, "identities"), "one identity is one row")
	}
}

// 7. Two requests meet.
// Stays: the crowd finds it by chance alone.
func TestUser_IsOneWhenTwoMeet(t *testing.T) {
	ann := newTown(t).user(t, of("ann", ""))
	require.NotEmpty(t, ann.ID, "first, somebody who comes alone must get a user")
	for _, email := range []string{"ann@example.com", ""} {
		for call := 1; ; call++ {
			w := newTown(t)
			var second users.User
			var err error
			w.faults.At(call, func() error {
				soon, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
				defer cancel()
				second, err = w.User(soon, of("ann", email))
				return nil
			})
			first, errFirst := w.User(t.Context(), of("ann", email))
			if !w.faults.Happened() {
				break
			}
			require.NoError(t, errFirst, "a second request came before call %d of the first to the database, and the first must find its user", call)
			if err == nil {
				require.Equal(t, first.ID, second.ID, "a second request came before call %d of the first to the database, and the two became two people", call)
			}
			require.Equal(t, first.ID, w.user(t, of("ann", email)).ID, "somebody who comes again must be the same user")
		}
	}
}

// 7. Trouble is told, and leaves nothing that's wrong.
func TestUser_TellsTrouble(t *testing.T) {
	for _, identity := range []provider.Identity{of("ann", "ann@example.com"), of("cat", ""), of("bob", "bob@example.com")} {
		for call := 1; ; call++ {
			w := newTown(t)
			w.faults.At(call, func() error { return errFull })
			user, err := w.User(t.Context(), identity)
			if !w.faults.Happened() {
				break
			}
			found := w.user(t, identity)
			if err == nil { // a statement may be tried again
				assert.Equal(t, user, found, "somebody who was found while the database had trouble must be the right one")
				continue
			}
			assert.ErrorIs(t, err, errFull, "the database's error must be returned, at whichever call it fails")
			assert.Empty(t, user.ID, "with an error there must be no user")
			assert.Equal(t, found, w.user(t, identity), "once the database works again, %s must be one user", identity.Subject)
		}
	}
	w := newTown(t)
	over, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := w.User(over, of("ann", ""))
	assert.ErrorIs(t, err, context.Canceled, "work must end with its request: pass ctx to the database")
}

var errFull = errors.New("disk full")

// 7. Over HTTP, each token goes to the one who can judge it.
// Stays: Authenticate is given, and shows what the other tasks are for.
func TestAuthenticate_AsksTheRightOne(t *testing.T) {
	w := newTown(t)
	log := &apitest.Log{}
	own := &scopes.Issuer{Name: "https://tasks.example", Audience: "tasks", Lifetime: time.Minute, Keys: scopes.Secret("for-tests-only-not-a-secret-at-all")}
	synctest.Test(t, func(t *testing.T) {
		idp := idptest.New(t)
		p, err := provider.New(idptest.Issuer, idptest.Audience, true, idp.Client())
		require.NoError(t, err, "first, New must take an issuer and an audience")
		handler := provider.Authenticate(p, w.People, scopes.Authenticate(own, w.accounts, log.Logger()), log.Logger())(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			user, _ := auth.CurrentUser(r.Context())
			access, _ := scopes.FromContext(r.Context())
			w.Header().Set("Who", user.Email+" for "+access.Scope.String())
			w.WriteHeader(http.StatusNoContent)
		}))
		ask := func(token string) apitest.Answer {
			return apitest.Do(t, handler, apitest.Request("GET", "/", "", "Authorization", "Bearer "+token))
		}
		bobs, _, err := own.Issue(scopes.Access{Subject: w.bob.ID, Client: "x", Scope: scopes.SetOf("profile")})
		require.NoError(t, err)
		assert.Equal(t, "bob@example.com for profile", ask(bobs).Header.Get("Who"), "a token of our own is judged by our own")
		anns := idptest.Claims(map[string]any{"email": "ann@example.com", "email_verified": true})
		assert.Equal(t, "ann@example.com for tasks:read", ask(idp.Token("e", nil, anns)).Header.Get("Who"), "a token of the provider is judged by its keys, and Ann is a user now")
		answer := ask(idp.Token("e", nil, idptest.Claims(map[string]any{"aud": "x"})))
		assert.Equal(t, "401 invalid_token", answer.Outcome(), "a bad token is 401, no matter who issued it")
		assert.Equal(t, `Bearer error="invalid_token"`, answer.Header.Get("WWW-Authenticate"), "each 401 needs the header")
		assert.Contains(t, log.String(), "another audience", "the log says why")
		idp.Answer = func(w http.ResponseWriter, _ *http.Request) bool { w.WriteHeader(500); return true }
		time.Sleep(2 * time.Minute)
		answer = ask(idp.Token("e", map[string]any{"kid": "new"}, anns))
		assert.Equal(t, "503 overloaded", answer.Outcome(), "the provider is down, and the token may be good: at a 401 its client would throw it away")
		time.Sleep(10 * time.Second)
	})
}
