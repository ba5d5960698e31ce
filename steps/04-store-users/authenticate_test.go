// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package users_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/bcrypt"

	"tokenauth.example/users"
)

// 5. The right password logs in.
func TestAuthenticate_ReturnsTheUser(t *testing.T) {
	f := newStore(t)
	ann := f.create(t, "Ann@Example.com")
	f.create(t, "bob@example.com")

	for _, email := range []string{"ann@example.com", "Ann@Example.com", "ANN@EXAMPLE.COM"} {
		user, err := f.Authenticate(t.Context(), email, plain)
		assert.NoError(t, err, "%s and the right password must log in, whatever the case of the email", email)
		assert.Equal(t, ann.ID, user.ID, "the user who logs in must be the one who signed up")
		assert.Equal(t, "ann@example.com", user.Email, "the user who logs in must have the email as it is stored")
	}
	for _, email := range []string{"carol+news@example.com", " dan@example.com", "eve@example.com ", "sam@example.com", "ſam@example.com", longEmail(254)} {
		created, err := f.Create(t.Context(), email, plain)
		if err != nil {
			continue // to refuse spaces or look-alikes is fine
		}
		user, err := f.Authenticate(t.Context(), email, plain)
		assert.NoError(t, err, "%.40q has signed up, and must log in when it is typed as it was then", email)
		assert.Equal(t, created, user, "the user who logs in must be the one who signed up, and no other")
	}
}

// 5. Signing up again takes nothing over.
func TestAuthenticate_KeepsTheFirstPassword(t *testing.T) {
	f := newStore(t)
	ann := f.create(t, "ann@example.com")
	_, err := f.Create(t.Context(), "Ann@example.com", "another-password")
	require.Error(t, err, "an email that has signed up must be refused")

	user, err := f.Authenticate(t.Context(), "ann@example.com", plain)
	assert.NoError(t, err, "the one who was there first must keep the password: signing up again must not take an account over")
	assert.Equal(t, ann, user, "the one who was there first must keep the account")
	_, err = f.Authenticate(t.Context(), "ann@example.com", "another-password")
	assert.Error(t, err, "the password of the second sign-up must not log in: anybody could have made it")
}

// 6. Every failure is the same error.
func TestAuthenticate_DoesNotTellWhy(t *testing.T) {
	f := newStore(t)
	f.create(t, "ann@example.com")
	_, err := f.Authenticate(t.Context(), "ann@example.com", plain)
	require.NoError(t, err, "before any failure, the right password must log in")
	long := strings.Repeat("0123456789", 8)[:72]
	_, err = f.Create(t.Context(), "long@example.com", long)
	require.NoError(t, err, "a password of 72 bytes must be taken")

	for _, test := range []struct{ name, email, password string }{
		{"a wrong password", "ann@example.com", "wrong-horse"},
		{"an empty password", "ann@example.com", ""},
		{"the password with a space after it", "ann@example.com", plain + " "},
		{"the password in upper case", "ann@example.com", strings.ToUpper(plain)},
		{"all of a long password but its end", "long@example.com", long[:71]},
		{"an over-long password", "ann@example.com", strings.Repeat("x", 1_000)},
		{"an unknown email", "nobody@example.com", plain},
		{"a text that is no email", "nobody", plain},
		{"an empty email", "", plain},
		{"an over-long email", strings.Repeat("x", 10_000) + "@example.com", plain},
	} {
		user, err := f.Authenticate(t.Context(), test.email, test.password)
		refused(t, err, users.ErrBadCredentials, "%s must get ErrBadCredentials, and nothing else: what differs tells whether the email is known, and that is half of what a guesser needs (CWE-204)", test.name)
		assert.Empty(t, user, "%s must return no user", test.name)
	}

	_, unknown := f.Authenticate(t.Context(), "bob@example.com", "wrong-horse")
	require.Error(t, unknown, "an unknown email must be refused")
	f.create(t, "bob@example.com")
	_, known := f.Authenticate(t.Context(), "bob@example.com", "wrong-horse")
	assert.EqualError(t, known, unknown.Error(), "a wrong password must read as an unknown email does: texts end up in answers, and the difference tells who has an account (CWE-204)")
}

// 6. Every failure takes one verification.
func TestAuthenticate_VerifiesOneHashEachTime(t *testing.T) {
	f := newStore(t)
	f.create(t, "ann@example.com")
	bob := f.create(t, "bob@example.com")
	require.NoError(t, f.Deactivate(t.Context(), bob.ID), "Create must store the user under the id that it returns")

	for _, test := range []struct{ name, email, password string }{
		{"the right password", "ann@example.com", plain},
		{"a wrong password", "ann@example.com", "wrong-horse"},
		{"an empty password", "ann@example.com", ""},
		{"an unknown email", "nobody@example.com", plain},
		{"a text that is no email", "nobody", plain},
		{"a deactivated user", "bob@example.com", plain},
	} {
		f.hasher.made, f.hasher.verified = nil, nil
		_, _ = f.Authenticate(t.Context(), test.email, test.password)
		require.Len(t, f.hasher.verified, 1,
			"%s must take exactly one verification: it is nearly all of the time a login takes, and the clock would tell who has an account (CVE-2026-23849)", test.name)
		assert.Empty(t, f.hasher.made, "%s must hash nothing: to make a hash takes as long as to verify one, and the clock tells", test.name)
		cost, err := bcrypt.Cost([]byte(f.hasher.verified[0]))
		assert.NoError(t, err, "%s must verify a real hash: a broken one is refused in no time, and the clock tells", test.name)
		assert.Equal(t, bcrypt.MinCost, cost, "%s must verify a hash of the store's own cost: another one takes another time", test.name)
	}
}

// 6. The dummy lets nobody in.
func TestAuthenticate_NeverAcceptsTheDummy(t *testing.T) {
	f := newStore(t)
	f.create(t, "ann@example.com")
	_, err := f.Authenticate(t.Context(), "ann@example.com", plain)
	require.NoError(t, err, "before any failure, the right password must log in")

	fooled := newStoreOn(t, f.db, verifying{f.hasher, func(string, string) error { return nil }})
	user, err := fooled.Authenticate(t.Context(), "nobody@example.com", plain)
	refused(t, err, users.ErrBadCredentials, "if there is no user, nobody must get in, even if the password fits the dummy: it only takes up the time")
	assert.Empty(t, user, "if there is no user, none must be returned")
}

// verifying is a hasher that verifies in its own way.
type verifying struct {
	users.Hasher
	verify func(hash, plain string) error
}

func (v verifying) Verify(hash, plain string) error { return v.verify(hash, plain) }

// 6. Trouble of ours is not a wrong password.
func TestAuthenticate_TellsTroubleFromAWrongPassword(t *testing.T) {
	f := newStore(t)
	f.create(t, "ann@example.com")
	_, err := f.Authenticate(t.Context(), "ann@example.com", "wrong-horse")
	refused(t, err, users.ErrBadCredentials, "first, a wrong password must get ErrBadCredentials")

	errBroken := errors.New("broken on purpose")
	broken := newStoreOn(t, f.db, verifying{f.hasher, func(string, string) error { return errBroken }})
	_, err = broken.Authenticate(t.Context(), "ann@example.com", plain)
	refused(t, err, errBroken, "an error of the hasher that is not ErrMismatch must be returned: the stored hash is broken, and somebody must look at it")

	ask := func(f fixture) error {
		user, err := f.Authenticate(t.Context(), "ann@example.com", plain)
		if err == nil {
			assert.Equal(t, f.ann, user, "without an error, the user must be returned, whatever the database did")
		}
		return err
	}
	failsOnce(t, ask, ask, ask)

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = f.Authenticate(ctx, "ann@example.com", plain)
	require.Error(t, err, "when the request is over, the query must be too: pass ctx on to the database")
	refused(t, err, context.Canceled, "the database's error must be in the one that is returned (%%w, not %%v): callers tell by it that the request was over")
}

// 6. A mismatch is one, however the hasher says it.
func TestAuthenticate_KnowsAWrappedMismatch(t *testing.T) {
	f := newStore(t)
	f.create(t, "ann@example.com")
	store := newStoreOn(t, f.db, verifying{f.hasher, func(hash, plain string) error {
		if err := f.hasher.Verify(hash, plain); err != nil {
			return fmt.Errorf("verify: %w", err)
		}
		return nil
	}})
	_, err := store.Authenticate(t.Context(), "ann@example.com", plain)
	require.NoError(t, err, "before any failure, the right password must log in")

	for _, email := range []string{"ann@example.com", "nobody@example.com"} {
		_, err := store.Authenticate(t.Context(), email, "wrong-horse")
		refused(t, err, users.ErrBadCredentials, "a hasher may wrap password.ErrMismatch, so ask for it with errors.Is: with ==, every wrong password is a broken server (CWE-697)")
	}
}

// 6. A deactivated user cannot log in.
// Stays: the stories find it too, and say less plainly what is wrong.
func TestAuthenticate_RefusesADeactivatedUser(t *testing.T) {
	f := newStore(t)
	ann := f.create(t, "ann@example.com")
	_, err := f.Authenticate(t.Context(), "ann@example.com", plain)
	require.NoError(t, err, "until then, the user must be able to log in")
	require.NoError(t, f.Deactivate(t.Context(), ann.ID), "Create must store the user under the id that it returns")

	for _, password := range []string{plain, "wrong-horse"} {
		user, err := f.Authenticate(t.Context(), "ann@example.com", password)
		refused(t, err, users.ErrBadCredentials, "a deactivated user must get ErrBadCredentials, whatever the password: locked out means locked out, and nobody else needs to know")
		assert.Empty(t, user, "a deactivated user must not be returned")
	}
	_, err = f.Create(t.Context(), "ann@example.com", plain)
	assert.Error(t, err, "a deactivated user's email must stay taken: signing up again is no way back in")
}

// 6. Two who log in at once get one account each.
func TestAuthenticate_KeepsUsersApart(t *testing.T) {
	f := newStore(t)
	ann, bob := f.create(t, "ann@example.com"), f.create(t, "bob@example.com")
	between := 0
	var store *users.Store
	store = newStoreOn(t, f.db, verifying{f.hasher, func(hash, plain string) error {
		if between++; between == 1 { // while ann's password is verified, bob logs in
			user, err := store.Authenticate(t.Context(), "bob@example.com", plain)
			assert.NoError(t, err, "bob must be able to log in while ann does")
			assert.Equal(t, bob, user, "bob must get his own account, while ann logs in")
		}
		return f.hasher.Verify(hash, plain)
	}})

	user, err := store.Authenticate(t.Context(), "ann@example.com", plain)
	require.NoError(t, err, "ann must be able to log in while bob does")
	assert.Equal(t, ann, user, "ann must get her own account, while bob logs in: what is kept in the Store is everybody's (CWE-488)")
}
