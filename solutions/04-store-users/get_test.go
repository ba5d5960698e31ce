// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package users_test

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tokenauth.example/users"
)

// 7. The id finds the user.
// Stays: it asks for the plainest case, and so says most plainly what is wrong.
func TestGet_ReturnsTheUser(t *testing.T) {
	f := newStore(t)
	f.create(t, "ann@example.com")
	bob := f.create(t, "bob@example.com")

	user, err := f.Get(t.Context(), bob.ID)
	assert.NoError(t, err, "a user who signed up must be found")
	assert.Equal(t, bob, user, "the id must find its own user, and no other")
}

// 7. An id of nobody finds nobody.
func TestGet_RefusesAnUnknownID(t *testing.T) {
	f := newStore(t)
	ann := f.create(t, "ann@example.com")
	_, err := f.Get(t.Context(), ann.ID)
	require.NoError(t, err, "before an unknown id, a known one must be found")

	other := strings.ToLower(ann.ID) // where ids have letters
	if other == ann.ID {
		other = strings.ToUpper(ann.ID) + "x"
	}
	for _, id := range []string{other, "", "0", "-1", "no-such-id", "x" + ann.ID, ann.ID + "%", "%", "_%", "*", "ann@example.com", "' or 1=1 --", "\x00"} {
		user, err := f.Get(t.Context(), id)
		refused(t, err, users.ErrNotFound, "nobody has the id %q, so it must get ErrNotFound", id)
		assert.Empty(t, user, "with an error there must be no user")
	}
}

// 7. A deactivated user is told apart, also after being found.
// Stays: the stories find it too, and say less plainly what is wrong.
func TestGet_RefusesADeactivatedUser(t *testing.T) {
	f := newStore(t)
	ann, bob := f.create(t, "ann@example.com"), f.create(t, "bob@example.com")
	for _, user := range []users.User{ann, bob} {
		_, err := f.Get(t.Context(), user.ID)
		require.NoError(t, err, "until then, the user must be found")
	}
	require.NoError(t, f.Deactivate(t.Context(), ann.ID), "Create must store the user under the id that it returns")
	require.NoError(t, f.Delete(t.Context(), bob.ID), "Create must store the user under the id that it returns")

	user, err := f.Get(t.Context(), ann.ID)
	refused(t, err, users.ErrInactive, "Get must ask the database each time, and return ErrInactive for a deactivated user: tokens live on, and only this look-up stops them (CWE-613)")
	assert.Empty(t, user, "with an error there must be no user")
	_, err = f.Get(t.Context(), bob.ID)
	refused(t, err, users.ErrNotFound, "Get must ask the database each time, and return ErrNotFound for a deleted user: tokens live on, and only this look-up stops them (CWE-613)")
}

// 7. Trouble of ours is not an unknown user.
func TestGet_TellsTroubleFromAnUnknownUser(t *testing.T) {
	f := newStore(t)
	ann := f.create(t, "ann@example.com")
	_, err := f.Get(t.Context(), ann.ID)
	require.NoError(t, err, "first, the user must be found")

	ask := func(f fixture) error {
		user, err := f.Get(t.Context(), f.ann.ID)
		if err == nil {
			assert.Equal(t, f.ann, user, "without an error, the user must be returned, whatever the database did")
		}
		return err
	}
	failsOnce(t, ask, ask, ask)

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = f.Get(ctx, ann.ID)
	require.Error(t, err, "when the request is over, the query must be too: pass ctx on to the database")
	refused(t, err, context.Canceled, "the database's error must be in the one that is returned (%%w, not %%v): callers tell by it that the request was over")
}
