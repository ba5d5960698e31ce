// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package users_test

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tokenauth.example/password"
	"tokenauth.example/users"
	"tokenauth.example/users/storetest"
)

// longEmail has the length in bytes.
func longEmail(bytes int) string {
	const domain = "@example.com"
	return strings.Repeat("x", bytes-len(domain)) + domain
}

// 2. What can't be an email is refused.
func TestCreate_RefusesWhatIsNoEmail(t *testing.T) {
	f := newStore(t)
	for _, email := range []string{"ann@example.com", "o'brien+shop@example.com", "a@b", "zoé@例え.jp", longEmail(254)} {
		_, err := f.Create(t.Context(), email, plain)
		require.NotErrorIs(t, err, users.ErrEmailInvalid, "%.40q can be an email, and must not be refused as none", email)
	}

	for _, test := range []struct{ email, why string }{
		{"", "has no @: no mail could ever reach its owner"},
		{"ann", "has no @: no mail could ever reach its owner"},
		{"ann.example.com", "has no @: no mail could ever reach its owner"},
		{"@example.com", "has nothing before the @: it is nobody's"},
		{"ann@", "has nothing after the @: no mail could ever reach its owner"},
		{"@", "has nothing on either side of the @"},
		{longEmail(255), "has more than 254 bytes, and mail servers take no more: anybody could fill the database with it (CWE-770)"},
		{"é" + longEmail(253), "has more than 254 bytes, though not more characters"},
		{"ann@example.com\r\nBcc: all@example.com", "holds a line break: in the head of a mail it begins a header of its own (CWE-93)"},
		{"ann\x00@example.com", "holds a NUL: other programs see the end of the text there (CWE-158)"},
		{"ann\t@example.com", "holds a control character, which nobody sees"},
		{"ann\x7f@example.com", "holds a control character, which nobody sees"},
		{"ann\u0085@example.com", "holds a control character beyond ASCII, which some programs take for a line break"},
	} {
		_, err := f.Create(t.Context(), test.email, plain)
		refused(t, err, users.ErrEmailInvalid, "%.40q must get ErrEmailInvalid: it %s", test.email, test.why)
	}
}

// 3. A new user has an id and an email, and no more.
func TestCreate_ReturnsTheUser(t *testing.T) {
	f := newStore(t)
	ann, bob := f.create(t, "ann@example.com"), f.create(t, "Bob@Example.com")

	assert.Equal(t, "ann@example.com", ann.Email, "the user must have the email that was given")
	assert.Equal(t, "bob@example.com", bob.Email, "the email must be returned as it is stored, in lower case: two spellings of one email get compared one day")
	assert.NotEmpty(t, ann.ID, "the user must have an id: it becomes the subject of tokens")
	assert.NotEqual(t, ann.ID, bob.ID, "two users must have two ids: with one, they would share their tokens")
	for _, hash := range f.hasher.made {
		assert.NotContains(t, fmt.Sprintf("%+v", ann), hash, "the user must not carry the password's hash: it would be in every answer and log that shows the user (CWE-200)")
	}
}

// 3. A password that can't be hashed signs nobody up.
func TestCreate_RefusesWhatCannotBeHashed(t *testing.T) {
	f := newStore(t)
	for i, test := range []struct {
		password string
		want     error
	}{
		{"short", password.ErrTooShort},
		{strings.Repeat("x", 73), password.ErrTooLong},
		{"correct\x00horse", password.ErrNUL},
	} {
		email := fmt.Sprintf("user-%d@example.com", i)
		_, err := f.Create(t.Context(), email, test.password)
		refused(t, err, test.want, "the hasher's error must be returned: code that drops it stores an empty hash")
		_, err = f.Create(t.Context(), email, plain)
		assert.NoError(t, err, "a refused password must leave nothing behind: nobody could ever sign up with that email")
	}
}

// 3. The password is nowhere in the database.
func TestCreate_StoresAHash(t *testing.T) {
	f := newStore(t)
	f.create(t, "ann@example.com")

	file := storetest.Look(t, f.db)
	require.Contains(t, file, "ann@example.com", "the user must be in the database")
	assert.False(t, strings.Contains(file, plain), "the password must not be in the database, in no table: copies of it get stolen (CWE-312)")
}

// 3. An id never comes back.
func TestCreate_NeverReusesAnID(t *testing.T) {
	f := newStore(t)
	ann := f.create(t, "ann@example.com")
	require.NoError(t, f.Delete(t.Context(), ann.ID), "Create must store the user under the id that it returns")
	for _, email := range []string{"bob@example.com", "ann@example.com"} {
		assert.NotEqual(t, ann.ID, f.create(t, email).ID,
			"the id of a deleted user must not come back, not even for the same email: an old token would open the new user's account (SQLite uses numbers again)")
	}

	var ids []string
	for i := range 6 {
		ids = append(ids, f.create(t, fmt.Sprintf("user-%d@example.com", i)).ID)
	}
	if !counted(ids) {
		assert.GreaterOrEqual(t, changing(ids), 10, "ids that are not counted must be long and random, and so differ in ten places or more: of short ones, two users soon get the same, and those of deleted users come back with their tokens (CWE-340): %q", ids)
	}
}

// counted reports whether the numbers at the end of the ids grow.
func counted(ids []string) bool {
	last := int64(-1)
	for _, id := range ids {
		digits := strings.TrimLeftFunc(id, func(r rune) bool { return r < '0' || r > '9' })
		number, err := strconv.ParseInt(digits, 10, 64)
		if err != nil || number <= last {
			return false
		}
		last = number
	}
	return true
}

// changing is in how many places texts differ.
func changing(texts []string) int {
	places := 0
	for i := range texts[0] {
		for _, text := range texts {
			if i < len(text) && text[i] != texts[0][i] {
				places++
				break
			}
		}
	}
	return places
}

// 4. An email can sign up once.
func TestCreate_RefusesATakenEmail(t *testing.T) {
	f := newStore(t)
	f.db.SetMaxIdleConns(-1) // a busy pool: each statement gets another connection
	f.create(t, "zoé@example.com")
	f.create(t, "ann@example.com")
	_, err := f.Create(t.Context(), "ann+shop@example.com", plain)
	assert.NoError(t, err, "ann+shop@example.com is another mailbox, and must be free: only its owner's provider knows who reads it")

	for _, email := range []string{"ann@example.com", "ANN@example.com", "Ann@Example.COM", "ZOÉ@example.com"} {
		_, err := f.Create(t.Context(), email, "another-password")
		refused(t, err, users.ErrEmailTaken,
			"%s has signed up already, whatever the case, and must get ErrEmailTaken: two accounts with one mailbox are one person's way into the other", email)
	}
}

// 4. Many at once are no trouble.
func TestCreate_TakesManyAtOnce(t *testing.T) {
	for call, between := 1, true; between; call++ {
		f, done := newStore(t), make(chan error, 1)
		f.faults.At(call, func() error { // another request runs between two of its calls to the database
			finished := make(chan struct{})
			go func() {
				defer close(finished)
				_, err := f.Create(t.Context(), "ANN@example.com", plain)
				done <- err
			}()
			select {
			case <-finished:
			case <-time.After(time.Second): // it waits for the first one, which is fine
			}
			return nil
		})
		_, first := f.Create(t.Context(), "ann@example.com", plain)
		if between = f.faults.Happened(); !between {
			require.NoError(t, first, "Create must sign ann@example.com up")
			break
		}
		second := <-done
		if first == nil {
			first, second = second, first
		}
		refused(t, first, users.ErrEmailTaken, "of two sign-ups at once with one email, one must get ErrEmailTaken: between a look and an insert is a gap in which somebody else can sign up (CWE-367)")
		assert.NoError(t, second, "of two sign-ups at once with one email, one must succeed: between a look and an insert is a gap in which somebody else can sign up (CWE-367)")
	}

	f := newStore(t)
	var group sync.WaitGroup
	got, errs := make([]users.User, 8), make([]error, 8)
	for i := range got {
		group.Go(func() {
			got[i], errs[i] = f.Create(t.Context(), fmt.Sprintf("user-%d@example.com", i), plain)
		})
	}
	group.Wait()
	for i := range got {
		require.NoError(t, errs[i], "sign-ups at once with different emails must all succeed")
		assert.Equal(t, fmt.Sprintf("user-%d@example.com", i), got[i].Email, "each of many sign-ups at once must get its own user")
	}
}

// 4. Trouble of ours is not a taken email.
func TestCreate_TellsTroubleFromATakenEmail(t *testing.T) {
	failsOnce(t, func(f fixture) error {
		_, err := f.Create(t.Context(), "bob@example.com", plain)
		return err
	}, func(f fixture) error {
		_, err := f.Create(t.Context(), "bob@example.com", plain)
		if errors.Is(err, users.ErrEmailTaken) { // if it is because bob is there, it's fine
			_, err = f.Authenticate(t.Context(), "bob@example.com", plain)
		}
		return err
	}, func(f fixture) error {
		_, err := f.Authenticate(t.Context(), "bob@example.com", plain)
		return err
	})

	f := newStore(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := f.Create(ctx, "bob@example.com", plain)
	require.Error(t, err, "when the request is over, the insert must be too: pass ctx on to the database")
	assert.ErrorIs(t, err, context.Canceled, "the database's error must be in the one that is returned (%%w, not %%v): callers tell by it that the request was over")
	_, err = f.Create(t.Context(), "bob@example.com", plain)
	assert.NoError(t, err, "when the request is over, nobody must be signed up: pass ctx on to the database")
}
