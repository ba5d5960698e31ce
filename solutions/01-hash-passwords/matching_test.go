// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package password_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/bcrypt"

	"tokenauth.example/password"
)

// 4. The right password is accepted.
func TestVerify_AcceptsTheRightPassword(t *testing.T) {
	for _, plain := range []string{"correct-horse", " spaces count ", "CaSe counts", "pässwörd-is-long", `<b>&"50%+\`, long} {
		assert.NoError(t, hasher.Verify(hashOf(t, plain), plain),
			"the password that was hashed must be accepted: %q", plain)
	}
}

// 4. A wrong password is refused.
func TestVerify_RefusesAWrongPassword(t *testing.T) {
	hash := hashOf(t, "correct-horse")
	require.NoError(t, hasher.Verify(hash, "correct-horse"), "before any wrong password, the right one must be accepted")

	for _, wrong := range []string{"wrong-horse", "Correct-horse", "correct-hors", "correct-horse ", "correct-horse\n", "\u00a0correct-horse", "", hash} {
		only(t, hasher.Verify(hash, wrong), "ErrMismatch",
			"a wrong password must get ErrMismatch, so that the caller knows whose mistake it is: %q", wrong)
	}
}

// 4. Every byte counts, at every length.
func TestVerify_LooksAtEveryByte(t *testing.T) {
	for n := 8; n <= len(long); n++ {
		plain := long[len(long)-n:]
		hash, err := hasher.Hash(plain)
		require.NoError(t, err, "a password of %d bytes must be hashed: %q", n, plain)
		require.NoError(t, hasher.Verify(hash, plain), "a password of %d bytes must be accepted: %q", n, plain)

		for _, at := range []int{0, n / 2, n - 1} {
			wrong := plain[:at] + string(plain[at]^1) + plain[at+1:]
			require.ErrorIs(t, hasher.Verify(hash, wrong), password.ErrMismatch,
				"byte %d of %d is another one, so the password must be refused: an attacker doesn't have to guess what nobody looks at: hashed %q, sent %q", at+1, n, plain, wrong)
		}
	}
}

// 4. Each question is answered anew.
func TestVerify_RemembersNothing(t *testing.T) {
	people := []struct{ name, plain string }{{"ann", "correct-horse"}, {"bob", "battery-staple"}, {"cleo", "correct-horse"}}
	var hashes []string
	for _, p := range people {
		hashes = append(hashes, hashOf(t, p.plain))
	}
	asked := 0
	for range 2 {
		for _, plain := range []string{"wrong-horse", "correct-horse", "battery-staple", "wrong-horse"} {
			for i, p := range people {
				asked++
				err := hasher.Verify(hashes[i], plain)
				if plain == p.plain {
					require.NoError(t, err, "question %d: %s has hashed %q and must be let in, whatever was asked before", asked, p.name, plain)
				} else {
					require.ErrorIs(t, err, password.ErrMismatch, "question %d: %s has hashed %q, so %q must be refused, whoever was let in with it before", asked, p.name, p.plain, plain)
				}
			}
		}
	}
}

// 4. Hashes of other costs keep working.
func TestVerify_ReadsHashesOfOtherCosts(t *testing.T) {
	for _, cost := range []int{4, 5, 6} {
		hash, err := bcrypt.GenerateFromPassword([]byte("correct-horse"), cost)
		require.NoError(t, err)
		for _, now := range []int{4, 5, 12} {
			h := password.Hasher{Cost: now}
			assert.NoError(t, h.Verify(string(hash), "correct-horse"),
				"a hash of cost %d must be understood though the cost is %d now: the cost is in the hash, and nobody signs up again because you changed yours", cost, now)
			assert.ErrorIs(t, h.Verify(string(hash), "wrong-horse"), password.ErrMismatch,
				"a wrong password must be refused by a hash of cost %d, too, though the cost is %d now", cost, now)
		}
	}
}

// 4. Hashes of other programs are understood.
func TestVerify_ReadsHashesMadeElsewhere(t *testing.T) {
	// From the tests of crypt_blowfish, which bcrypt's other implementations follow.
	for _, test := range []struct{ hash, plain string }{
		{"$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW", "U*U"},
		{"$2b$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW", "U*U"},
		{"$2y$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW", "U*U"},
		{"$2y$05$/OK.fbVrR/bpIqNJ5ianF.CE5elHaaO4EbggVDjb8P19RukzXSM3e", "\xff\xff\xa3"},
	} {
		assert.NoError(t, hasher.Verify(test.hash, test.plain),
			"a hash made by another program must be understood, whatever its version is: $2a$, $2b$ and $2y$ are the same bcrypt, and the users of an older server bring theirs along: %.7s", test.hash)
	}
}

// 4. Passwords from before the rules still work.
func TestVerify_LetsOldPasswordsIn(t *testing.T) {
	for _, old := range []string{"short", "password1", "四字熟語"} {
		hash, err := bcrypt.GenerateFromPassword([]byte(old), bcrypt.MinCost)
		require.NoError(t, err)
		assert.NoError(t, hasher.Verify(string(hash), old),
			"a password that was hashed before short and common ones were refused must be accepted: its owner has to log in to choose a better one: %q", old)
	}
}

// 4. One Hasher serves many requests at once.
func TestVerify_ServesManyAtOnce(t *testing.T) {
	require.NoError(t, hasher.Verify(hashOf(t, "correct-horse"), "correct-horse"), "first, the right password must be accepted")

	const people, rounds = 6, 8
	wrong := make([]error, people)
	var group sync.WaitGroup
	for i := range people {
		group.Go(func() {
			mine, other := fmt.Sprintf("correct-horse-%d", i), fmt.Sprintf("correct-horse-%d", (i+1)%people)
			for range rounds {
				hash, err := hasher.Hash(mine)
				if err == nil {
					err = hasher.Verify(hash, mine)
				}
				if err == nil && hasher.Verify(hash, other) == nil {
					err = fmt.Errorf("a hash of %q let %q in", mine, other)
				}
				if err != nil {
					wrong[i] = err
					return
				}
			}
		})
	}
	group.Wait()
	for i, err := range wrong {
		assert.NoError(t, err,
			"six people sign up and log in at the same moment, and each must get in with their own password alone: whatever requests share gets mixed up: person %d", i)
	}
}

// 5. A password that goes on after byte 72 is a wrong one.
func TestVerify_RefusesWhatBcryptCutsOff(t *testing.T) {
	for _, plain := range []string{long, "größer" + strings.Repeat("é", 32)} {
		hash := hashOf(t, plain)
		require.NoError(t, hasher.Verify(hash, plain), "72 bytes can be hashed, so they must be accepted")

		for _, more := range []string{"x", "é", " ", strings.Repeat("x", 72)} {
			only(t, hasher.Verify(hash, plain+more), "ErrMismatch",
				"72 right bytes and more after them must be refused: bcrypt compares the first 72 bytes, and never looks at the rest: %q", plain+more)
		}
	}
}

// 5. A password with a NUL is a wrong one.
func TestVerify_RefusesANULByte(t *testing.T) {
	hash := hashOf(t, "correct-horse")
	require.NoError(t, hasher.Verify(hash, "correct-horse"), "without the NUL, the password must be accepted")

	only(t, hasher.Verify(hash, "correct-horse\x00correct-horse"), "ErrMismatch",
		"the password, a NUL, and the password again must be refused: to bcrypt that is the same as the password alone")
	only(t, hasher.Verify(hash, "correct-horse\x00"), "ErrMismatch",
		"the password with a NUL after it must be refused: it isn't what was hashed")
}
