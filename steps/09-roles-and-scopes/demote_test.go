// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package scopes_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/bcrypt"

	"tokenauth.example/login/apitest"
	"tokenauth.example/password"
	"tokenauth.example/scopes"
	"tokenauth.example/users"
	"tokenauth.example/users/storetest"
)

// people are users and their roles.
type people struct {
	apitest.Accounts
	*scopes.Roles
	ann, bob users.User // Ann is an admin
}

func newPeople(t *testing.T) people {
	t.Helper()
	accounts := apitest.NewAccounts(t)
	roles, err := scopes.NewRoles(accounts.DB)
	require.NoError(t, err)
	p := people{accounts, roles, accounts.SignUp(t, "ann@example.com"), accounts.SignUp(t, "bob@example.com")}
	require.NoError(t, p.Promote(t.Context(), p.ann.ID))
	return p
}

func (p people) role(t *testing.T, user users.User) scopes.Role {
	t.Helper()
	role, err := p.Of(t.Context(), user.ID)
	require.NoError(t, err)
	return role
}

// 7. Somebody who is demoted is a member.
// Stays: the stories find it, too, and say less plainly what is wrong.
func TestDemote_TakesTheRole(t *testing.T) {
	p := newPeople(t)
	cat := p.SignUp(t, "cat@example.com")
	require.NoError(t, p.Promote(t.Context(), p.bob.ID))
	require.NoError(t, p.Promote(t.Context(), cat.ID))

	require.NoError(t, p.Demote(t.Context(), p.bob.ID), "there are other admins, so Bob's role can be taken")
	assert.Equal(t, scopes.Member, p.role(t, p.bob), "Bob must be a member now")
	assert.Equal(t, []scopes.Role{scopes.Admin, scopes.Admin}, []scopes.Role{p.role(t, p.ann), p.role(t, cat)}, "nobody else may lose a role by it")
	assert.NoError(t, p.Demote(t.Context(), p.bob.ID), "somebody who is a member already stays one, and that's no error: the answer may have been lost, and somebody asks again")
}

// 7. The last admin stays.
// Stays: the stories find it, too, and say less plainly what is wrong.
func TestDemote_KeepsTheLastAdmin(t *testing.T) {
	p := newPeople(t)
	require.NoError(t, p.Demote(t.Context(), p.bob.ID), "first, a member must stay one without an error")

	assert.ErrorIs(t, p.Demote(t.Context(), p.ann.ID), scopes.ErrLastAdmin, "Ann is the only admin: without her nobody could ever make another one")
	assert.Equal(t, scopes.Admin, p.role(t, p.ann), "Ann must still be an admin")

	require.NoError(t, p.Promote(t.Context(), p.bob.ID))
	require.NoError(t, p.Accounts.Deactivate(t.Context(), p.bob.ID))
	assert.ErrorIs(t, p.Demote(t.Context(), p.ann.ID), scopes.ErrLastAdmin, "Bob is an admin and has been deactivated: an admin who can't log in doesn't count")
	assert.Equal(t, scopes.Admin, p.role(t, p.ann), "Ann must still be an admin")
	assert.NoError(t, p.Demote(t.Context(), p.bob.ID), "Bob's role can be taken: Ann is left, and she is active")
	assert.Equal(t, scopes.Member, p.role(t, p.bob), "Bob must be a member now")
}

// 7. When two admins demote each other, one stays.
func TestDemote_HasOneWinner(t *testing.T) {
	p := newPeople(t)
	for range 40 {
		require.NoError(t, p.Promote(t.Context(), p.ann.ID))
		require.NoError(t, p.Promote(t.Context(), p.bob.ID))
		var both sync.WaitGroup
		var errs [2]error
		for i, user := range []users.User{p.ann, p.bob} {
			both.Go(func() { errs[i] = p.Demote(t.Context(), user.ID) })
		}
		both.Wait()
		require.Contains(t, []scopes.Role{p.role(t, p.ann), p.role(t, p.bob)}, scopes.Admin,
			"two admins took the role from each other at the same moment, and there is none left: look and delete in one statement, because between two of them somebody else gets in (CWE-367)")
		for _, err := range errs {
			if err != nil {
				require.ErrorIs(t, err, scopes.ErrLastAdmin, "the one who comes second must learn that this is the last admin")
			}
		}
		require.False(t, errs[0] == nil && errs[1] == nil, "only one of the two can have got their way")
	}
}

// 7. Trouble is trouble.
func TestDemote_TellsTrouble(t *testing.T) {
	db, faults := storetest.Open(t, filepath.Join(t.TempDir(), "test.db"))
	store, err := users.New(db, password.Hasher{Cost: bcrypt.MinCost})
	require.NoError(t, err)
	roles, err := scopes.NewRoles(db)
	require.NoError(t, err)
	ann, err := store.Create(t.Context(), "ann@example.com", apitest.Password)
	require.NoError(t, err)
	require.NoError(t, roles.Promote(t.Context(), ann.ID))
	require.ErrorIs(t, roles.Demote(t.Context(), ann.ID), scopes.ErrLastAdmin, "first, the last admin must stay")

	for call := 1; ; call++ {
		faults.At(call, func() error { return errFull })
		err := roles.Demote(t.Context(), ann.ID)
		if !faults.Happened() {
			break
		}
		assert.ErrorIs(t, err, errFull, "the database's error must be returned as it is: 409 would say that somebody is the last admin, and nobody has looked")
		assert.NotErrorIs(t, err, scopes.ErrLastAdmin, "what wasn't read is no answer")
	}
	over, cancel := context.WithCancel(t.Context())
	cancel()
	assert.ErrorIs(t, roles.Demote(over, ann.ID), context.Canceled, "somebody who has gone needs no answer: pass ctx to the database")
}

var errFull = errors.New("disk full")

// change is one thing that happens to somebody.
type change struct{ what, who string }

func (c change) String() string { return c.what + " " + c.who }

// 7. Whatever happens, there's an admin.
func TestDemote_NeverLeavesNobody(t *testing.T) {
	p := newPeople(t)
	names := []string{"ann", "bob", "cat"}
	ids := map[string]string{"ann": p.ann.ID, "bob": p.bob.ID, "cat": p.SignUp(t, "cat@example.com").ID}
	whats := []string{"promote", "demote", "demote", "deactivate", "activate"}
	invent := func(chance *rand.Rand) change {
		return change{whats[chance.IntN(len(whats))], names[chance.IntN(len(names))]}
	}
	storetest.Stories(t, 60, invent, func(story []change) *storetest.Wrong {
		admin, inactive := map[string]bool{"ann": true}, map[string]bool{}
		for _, name := range names {
			p.set(t, ids[name], admin[name], true)
		}
		for _, event := range story {
			id := ids[event.who]
			switch event.what {
			case "promote":
				require.NoError(t, p.Promote(t.Context(), id))
				admin[event.who] = true
			case "deactivate", "activate":
				inactive[event.who] = event.what == "deactivate"
				p.set(t, id, admin[event.who], !inactive[event.who])
			case "demote":
				want := error(nil)
				if admin[event.who] {
					want = scopes.ErrLastAdmin
					for _, other := range names {
						if other != event.who && admin[other] && !inactive[other] {
							want, admin[event.who] = nil, false
						}
					}
				}
				if err := p.Demote(t.Context(), id); !errors.Is(err, want) {
					return &storetest.Wrong{Why: "as long as another admin is active a role can be taken, and no longer", Got: storetest.Answer(err), Want: storetest.Answer(want)}
				}
			}
			for _, name := range names {
				if p.role(t, users.User{ID: ids[name]}) == scopes.Admin != admin[name] {
					return &storetest.Wrong{Why: "Demote changes one person's role, and only if it returns no error", Got: name + " is " + string(p.role(t, users.User{ID: ids[name]})), Want: "the other role"}
				}
			}
		}
		return nil
	})
}

// set makes somebody what they are in a story, past all rules.
func (p people) set(t *testing.T, id string, admin, active bool) {
	t.Helper()
	statements := []string{"DELETE FROM admins WHERE user = ?"}
	if admin {
		statements = append(statements, "INSERT INTO admins VALUES (?)")
	}
	statements = append(statements, "UPDATE users SET active = "+map[bool]string{true: "1", false: "0"}[active]+" WHERE id = ?")
	for _, statement := range statements {
		_, err := p.DB.ExecContext(t.Context(), statement, id)
		require.NoError(t, err, strings.ToLower(statement))
	}
}
