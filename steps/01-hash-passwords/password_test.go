// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package password_test

import (
	"crypto/md5"
	"encoding/hex"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/bcrypt"

	"tokenauth.example/password"
)

// The cheapest cost there is: these tests are about right and wrong, not about time.
var hasher = password.Hasher{Cost: bcrypt.MinCost}

func hashOf(t *testing.T, plain string) string {
	t.Helper()
	hash, err := hasher.Hash(plain)
	require.NoError(t, err, "before anything else, Hash must hash an ordinary password: %q", plain)
	return hash
}

// printed returns what do writes to the terminal and to the log.
func printed(t *testing.T, do func()) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "printed")
	file, err := os.Create(name)
	require.NoError(t, err)
	defer file.Close()

	stdout, stderr, logged := os.Stdout, os.Stderr, log.Writer()
	defer func() {
		os.Stdout, os.Stderr = stdout, stderr
		log.SetOutput(logged)
	}()
	os.Stdout, os.Stderr = file, file
	log.SetOutput(file) // and slog's, which goes there too
	do()

	text, err := os.ReadFile(name)
	require.NoError(t, err)
	return string(text)
}

// 1. What is stored is a hash, and not the password.
func TestHash_HidesThePassword(t *testing.T) {
	hash := hashOf(t, "correct-horse")

	assert.NotContains(t, hash, "correct-horse",
		"the password must not stand in its hash: whoever steals the database could log in at once")
	assert.Regexp(t, `^\$(2[aby]|argon2id)\$`, hash,
		"the hash must come from bcrypt: one made for speed, such as SHA-256, is tried a billion times a second")
}

// 1. The cost is the one that was asked for.
func TestHash_UsesTheCost(t *testing.T) {
	hash, err := password.Hasher{Cost: bcrypt.MinCost + 1}.Hash("correct-horse")
	require.NoError(t, err, "Hash must hash an ordinary password at cost 5")
	if !strings.HasPrefix(hash, "$2") {
		return // not bcrypt: the cost stands somewhere else
	}

	cost, err := bcrypt.Cost([]byte(hash))
	require.NoError(t, err, "the hash must be bcrypt's, whole and unchanged: %q", hash)
	assert.Equal(t, bcrypt.MinCost+1, cost,
		"the hash must be made at h.Cost: a cost that is fixed in the code cannot grow as computers do")
}

// 1. What bcrypt cannot hash is an error.
func TestHash_ReturnsBcryptsError(t *testing.T) {
	if !strings.HasPrefix(hashOf(t, "correct-horse"), "$2") {
		return // not bcrypt: it has no highest cost
	}

	_, err := password.Hasher{Cost: bcrypt.MaxCost + 1}.Hash("correct-horse")
	assert.Error(t, err,
		"bcrypt refuses the cost 32, so Hash must return an error: otherwise an empty hash is stored, and the user can never log in")
}

// 1. The same password never has the same hash twice.
func TestHash_IsNeverTheSameTwice(t *testing.T) {
	assert.NotEqual(t, hashOf(t, "correct-horse"), hashOf(t, "correct-horse"),
		"two people with one password must have two hashes: otherwise whoever finds out one has both, and tables of known hashes work")
}

// 2. Fewer than 8 bytes are refused.
func TestHash_RefusesAShortPassword(t *testing.T) {
	_, err := hasher.Hash("8 bytes.")
	require.NoError(t, err, "a password of 8 bytes must be hashed: MinBytes is the shortest that is allowed")

	_, err = hasher.Hash("7 bytes")
	assert.ErrorIs(t, err, password.ErrTooShort,
		"a password of 7 bytes must be refused: short ones are guessed first")
}

// 2. More than 72 bytes are refused.
func TestHash_RefusesALongPassword(t *testing.T) {
	_, err := hasher.Hash(strings.Repeat("x", 72))
	require.NoError(t, err, "a password of 72 bytes must be hashed: MaxBytes is the longest that is allowed")

	_, err = hasher.Hash(strings.Repeat("x", 73))
	assert.ErrorIs(t, err, password.ErrTooLong,
		"a password of 73 bytes must be refused: bcrypt would ignore the last one, and never say so")
}

// 2. Bytes are counted, not letters.
func TestHash_CountsBytes(t *testing.T) {
	_, err := hasher.Hash("ééé ñ") // 5 letters, 9 bytes
	require.NoError(t, err, "5 letters of 9 bytes must be hashed: MinBytes counts bytes")

	_, err = hasher.Hash(strings.Repeat("é", 37)) // 37 letters, 74 bytes
	assert.ErrorIs(t, err, password.ErrTooLong,
		"37 times é is 74 bytes and must be refused: bcrypt counts bytes, and so does len")
}

// 2. A NUL byte is refused.
func TestHash_RefusesANULByte(t *testing.T) {
	hashOf(t, "correct-horse")

	for _, nul := range []string{"\x00correct-horse", "correct\x00horse", "correct-horse\x00"} {
		_, err := hasher.Hash(nul)
		assert.ErrorIs(t, err, password.ErrNUL,
			"a NUL byte must be refused wherever it stands: with NULs, two passwords can have one hash: %q", nul)
	}
}

// 2. Neither an error nor the log repeats the password.
func TestHash_KeepsThePasswordOutOfErrorsAndLogs(t *testing.T) {
	hashOf(t, "correct-horse")

	said := printed(t, func() {
		for _, plain := range []string{"hunter2", "hunter2\x00hunter2", strings.Repeat("hunter2", 11), "hunter2hunter2"} {
			_, err := hasher.Hash(plain)
			fmt.Println(err)
		}
	})
	assert.NotContains(t, said, "hunter2",
		"neither an error nor the log must repeat the password: many people read logs, and nobody deletes them (CWE-532)")
}

// 3. The right password is accepted.
func TestVerify_AcceptsTheRightPassword(t *testing.T) {
	for _, plain := range []string{"correct-horse", " spaces count ", "CaSe counts", "pässwörd", `<b>&"50%+\`, strings.Repeat("x", 72)} {
		assert.NoError(t, hasher.Verify(hashOf(t, plain), plain),
			"the password that was hashed must be accepted: %q", plain)
	}
}

// 3. A wrong password is refused.
func TestVerify_RefusesAWrongPassword(t *testing.T) {
	hash := hashOf(t, "correct-horse")
	require.NoError(t, hasher.Verify(hash, "correct-horse"), "before any wrong password, the right one must be accepted")

	for _, wrong := range []string{"wrong-horse", "Correct-horse", "correct-hors", "correct-horse ", "correct-horse\n", "", hash} {
		assert.ErrorIs(t, hasher.Verify(hash, wrong), password.ErrMismatch,
			"a wrong password must get ErrMismatch, so that the caller knows whose mistake it is: %q", wrong)
	}
}

// 3. Hashes of other programs and of other costs are understood.
func TestVerify_ReadsHashesMadeElsewhere(t *testing.T) {
	// From the tests of crypt_blowfish, which bcrypt's other implementations follow.
	for _, test := range []struct{ hash, plain string }{
		{"$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW", "U*U"},
		{"$2y$05$/OK.fbVrR/bpIqNJ5ianF.CE5elHaaO4EbggVDjb8P19RukzXSM3e", "\xff\xff\xa3"},
	} {
		assert.NoError(t, hasher.Verify(test.hash, test.plain),
			"a hash made by another program at cost 5 must be understood: the cost is in the hash, and users do not sign up again because you changed yours")
	}
}

// 3. A broken hash is not a wrong password.
func TestVerify_TellsABrokenHashFromAWrongPassword(t *testing.T) {
	hash := hashOf(t, "correct-horse")
	require.ErrorIs(t, hasher.Verify(hash, "wrong-horse"), password.ErrMismatch, "first, a wrong password must get ErrMismatch")

	old := md5.Sum([]byte("correct-horse"))
	for _, broken := range []string{"", "correct-horse", hash[:30], "$9z" + hash[3:], hex.EncodeToString(old[:])} {
		err := hasher.Verify(broken, "correct-horse")
		require.Error(t, err, "what is not a bcrypt hash must be an error, and never let anybody in: %q", broken)
		assert.NotErrorIs(t, err, password.ErrMismatch,
			"a broken hash must not look like a wrong password: the user would type it again and again, and nobody would look at the database: %q", broken)
	}
}

// 3. Neither an error nor the log repeats the password or the hash.
func TestVerify_KeepsSecretsOutOfErrorsAndLogs(t *testing.T) {
	hash := hashOf(t, "correct-horse")
	require.NoError(t, hasher.Verify(hash, "correct-horse"), "first, the right password must be accepted")

	said := printed(t, func() {
		for _, stored := range []string{hash, hash[:40], "$9z" + hash[3:]} {
			fmt.Println(hasher.Verify(stored, "correct-horse"), hasher.Verify(stored, "wrong-horse"))
		}
	})
	assert.NotContains(t, said, "-horse",
		"neither an error nor the log must repeat the password: even a wrong one is nearly the right one (CWE-532)")
	assert.NotContains(t, said, hash[30:40],
		"neither an error nor the log must repeat the hash: whoever reads it can try passwords against it (CWE-532)")
}

// 4. A password that goes on behind byte 72 is a wrong one.
func TestVerify_RefusesWhatBcryptCutsOff(t *testing.T) {
	for _, letter := range []string{"x", "é"} {
		plain := strings.Repeat(letter, 72/len(letter))
		hash := hashOf(t, plain)
		require.NoError(t, hasher.Verify(hash, plain), "72 bytes can be hashed, so they must be accepted")

		assert.ErrorIs(t, hasher.Verify(hash, plain+letter), password.ErrMismatch,
			"72 right bytes and one letter more must be refused: bcrypt compares the first 72 bytes, and never looks at the rest: %q", plain+letter)
	}
}

// 4. A password with a NUL is a wrong one.
func TestVerify_RefusesANULByte(t *testing.T) {
	hash := hashOf(t, "correct-horse")
	require.NoError(t, hasher.Verify(hash, "correct-horse"), "without the NUL, the password must be accepted")

	assert.ErrorIs(t, hasher.Verify(hash, "correct-horse\x00correct-horse"), password.ErrMismatch,
		"the password, a NUL, and the password again must be refused: to bcrypt that is the same as the password alone")
}
