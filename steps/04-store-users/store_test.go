// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package users_test

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tokenauth.example/users"
	"tokenauth.example/users/storetest"
)

// 7. What people type is never taken for SQL, or for a pattern.
func TestStore_TakesTextForText(t *testing.T) {
	f := newStore(t)
	ann := f.create(t, "ann@example.com")
	for _, email := range []string{"o'brien@example.com", "' or 1=1 --@example.com", "%@example.com", "_nn@example.com", "*@example.com",
		"[a]nn@example.com", "?1@example.com", "a#b?c@example.com", `"ann"@example.com`, `ann\@example.com`} {
		_, err := f.Authenticate(t.Context(), email, plain)
		refused(t, err, users.ErrBadCredentials, "nobody has the email %s: it must let nobody in, whatever it means in SQL or in a pattern (CWE-89)", email)
		created, err := f.Create(t.Context(), email, plain)
		if err != nil {
			assert.ErrorIs(t, err, users.ErrEmailInvalid, "%s may be refused as no email, and for no other reason: its letters have a meaning only where values are put into SQL (CWE-89)", email)
			continue
		}
		assert.Equal(t, email, created.Email, "an email must be stored to the letter")
		user, err := f.Authenticate(t.Context(), email, plain)
		assert.NoError(t, err, "%s has signed up, and must be able to log in", email)
		assert.Equal(t, created, user, "%s must log in to its own account, and no other", email)
		got, err := f.Get(t.Context(), created.ID)
		assert.NoError(t, err, "%s has signed up, and must be found", email)
		assert.Equal(t, created, got, "what is found must be what was stored, to the letter")
	}
	_, err := f.Get(t.Context(), ann.ID)
	assert.NoError(t, err, "the other users must still be there (CWE-89)")
}

// 7. What the store takes, it gives back.
func TestStore_GivesBackWhatItTakes(t *testing.T) {
	f := newStore(t)
	ann, bob := f.create(t, "ann@example.com"), f.create(t, "bob@example.com")
	require.NoError(t, f.Deactivate(t.Context(), bob.ID), "Create must store the user under the id that it returns")

	for _, test := range []struct {
		name string
		do   func(i int)
	}{
		{"Create", func(i int) { _, _ = f.Create(t.Context(), fmt.Sprintf("user-%d@example.com", i), plain) }},
		{"Create with a taken email", func(int) { _, _ = f.Create(t.Context(), "bob@example.com", plain) }},
		{"Create with what is no email", func(int) { _, _ = f.Create(t.Context(), "bob", plain) }},
		{"Create with a short password", func(int) { _, _ = f.Create(t.Context(), "carol@example.com", "short") }},
		{"Authenticate", func(int) { _, _ = f.Authenticate(t.Context(), "ann@example.com", plain) }},
		{"Authenticate with a wrong password", func(int) { _, _ = f.Authenticate(t.Context(), "ann@example.com", "wrong-horse") }},
		{"Authenticate with an unknown email", func(int) { _, _ = f.Authenticate(t.Context(), "nobody@example.com", plain) }},
		{"Authenticate of a deactivated user", func(int) { _, _ = f.Authenticate(t.Context(), "bob@example.com", plain) }},
		{"Get", func(int) { _, _ = f.Get(t.Context(), ann.ID) }},
		{"Get with an unknown id", func(int) { _, _ = f.Get(t.Context(), "no-such-id") }},
		{"Get of a deactivated user", func(int) { _, _ = f.Get(t.Context(), bob.ID) }},
	} {
		const rounds = 5
		before := 0
		for i := range rounds {
			ended := make(chan struct{})
			go func() { defer close(ended); test.do(i) }()
			select {
			case <-ended:
			case <-time.After(5 * time.Second):
				require.FailNow(t, "it has not returned", "%s must return the second time as well: a lock that one call doesn't give back, the next one waits for (defer the Unlock)", test.name)
			}
			require.Zero(t, f.db.Stats().InUse, "%s must give its connection back: rows that nobody closes, or a transaction that nobody ends, keep one each time, until there are none left and everybody waits (CWE-772)", test.name)
			if i == 0 {
				before = f.faults.Prepared()
			}
		}
		require.Less(t, f.faults.Prepared(), before+rounds-1, "%s must close what it prepares, or prepare it once for all: a statement left open stays in memory, one for each request (CWE-772)", test.name)
	}
}

// 7. A deleted user is gone.
func TestStore_ForgetsADeletedUser(t *testing.T) {
	f := newStore(t)
	ann := f.create(t, "ann@example.com")
	hash := f.hasher.made[len(f.hasher.made)-1]
	_, err := f.Authenticate(t.Context(), "ann@example.com", plain)
	require.NoError(t, err, "first, the user must be able to log in")
	_, err = f.Get(t.Context(), ann.ID)
	require.NoError(t, err, "first, the user must be found")
	file := storetest.Look(t, f.db)
	require.Contains(t, file, hash, "first, the hash must be in the database")
	require.NoError(t, f.Delete(t.Context(), ann.ID), "Create must store the user under the id that it returns")

	file = storetest.Look(t, f.db)
	assert.False(t, strings.Contains(file, hash), "a deleted user's hash must be gone from every table: people who asked to be forgotten would be in the next copy that gets stolen (GDPR, article 17)")
	assert.False(t, strings.Contains(file, "ann@example.com"), "a deleted user's email must be gone from every table: people who asked to be forgotten would be in the next copy that gets stolen (GDPR, article 17)")
}

// 7. Passwords and hashes are never written anywhere.
func TestStore_KeepsSecretsToItself(t *testing.T) {
	const child = "STEP_04_WRITES_ALL_IT_CAN"
	if os.Getenv(child) != "" {
		useEverything(t)
		return
	}
	newStore(t).create(t, "ann@example.com")

	program, err := os.Executable()
	require.NoError(t, err)
	command := exec.CommandContext(t.Context(), program, "-test.run=^"+t.Name()+"$", "-test.v")
	command.Env = append(os.Environ(), child+"=1")
	output, err := command.CombinedOutput() // all that the process writes, by log, print, println or otherwise
	require.NoError(t, err, "a program that signs people up and logs them in must end well")
	require.Contains(t, string(output), "ann@example.com signed up", "first, it must be seen what the program writes")

	hash := regexp.MustCompile(`\$2[abxy]?\$[0-9]{2}\$[./A-Za-z0-9]+`)
	for line := range strings.Lines(string(output)) {
		shown := strings.TrimSpace(hash.ReplaceAllString(line, "A-HASH"))
		for _, secret := range []string{plain, "wrong-horse", "another-password"} {
			for _, written := range []string{secret, hex.EncodeToString([]byte(secret)), base64.StdEncoding.EncodeToString([]byte(secret)), fmt.Sprint([]byte(secret))} {
				require.NotContains(t, shown, written, "a password must never be written, nor be in an error: whoever reads the log could log in (CWE-532)")
			}
		}
		for _, written := range []string{hex.EncodeToString([]byte("$2a$04$")), base64.StdEncoding.EncodeToString([]byte("$2a$04")), "36 50 97 36 48 52 36"} {
			shown = strings.ReplaceAll(shown, written, "A-HASH")
		}
		require.NotContains(t, shown, "A-HASH", "a hash must never be written, nor be in an error: whoever reads the log can try passwords on it at leisure (CWE-532)")
	}
}

// useEverything uses the store in all ways, and writes each error that it gets.
func useEverything(t *testing.T) {
	f := newStore(t)
	note := func(what string, result any, err error) { fmt.Printf("%s: %+v %+v\n", what, result, err) }
	use := func() {
		for _, email := range []string{"ann@example.com", "ann@example.com", "ann"} {
			user, err := f.Create(t.Context(), email, plain)
			note(email+" signed up", user, err)
			for _, password := range []string{plain, "wrong-horse"} {
				again, err := f.Authenticate(t.Context(), email, password)
				note("logged in", again, err)
			}
			found, err := f.Get(t.Context(), user.ID)
			note("found", found, err)
		}
	}
	use()
	for call := range 4 {
		f.Store = newStoreOn(t, f.db, f.hasher)
		f.faults.At(call+1, func() error { return fmt.Errorf("disk I/O error") })
		user, err := f.Create(t.Context(), fmt.Sprintf("user-%d@example.com", call), "another-password")
		note("signed up on a bad disk", user, err)
		f.faults.At(call+1, func() error { return fmt.Errorf("disk I/O error") })
		user, err = f.Authenticate(t.Context(), "ann@example.com", "another-password")
		note("logged in on a bad disk", user, err)
		f.faults.Happened()
	}
	f.Store = newStoreOn(t, f.db, verifying{f.hasher, func(string, string) error { return fmt.Errorf("the hash is broken") }})
	use()
	require.NoError(t, f.db.Close())
	use()
}
