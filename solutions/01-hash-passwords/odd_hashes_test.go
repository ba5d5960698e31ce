// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package password_test

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tokenauth.example/password"
)

// fastHashes are what older tables hold: the password itself, and hashes of it that were
// made for speed, in the ways in which people write them.
func fastHashes(plain string) []string {
	all := []string{plain}
	m, s1, s256, s512 := md5.Sum([]byte(plain)), sha1.Sum([]byte(plain)), sha256.Sum256([]byte(plain)), sha512.Sum512([]byte(plain))
	for _, fast := range []struct {
		name string
		sum  []byte
	}{{"md5", m[:]}, {"sha1", s1[:]}, {"sha256", s256[:]}, {"sha512", s512[:]}} {
		name, sum := fast.name, fast.sum
		inHex, in64 := hex.EncodeToString(sum), base64.StdEncoding.EncodeToString(sum)
		all = append(all, inHex, strings.ToUpper(inHex), in64, base64.RawStdEncoding.EncodeToString(sum), string(sum),
			name+":"+inHex, name+"$"+inHex, name+"$$"+inHex, "$"+name+"$"+inHex, "{"+strings.ToUpper(name)+"}"+in64)
	}
	return append(all, "{SHA}"+base64.StdEncoding.EncodeToString(s1[:]))
}

// 4. A broken hash isn't a wrong password.
func TestVerify_TellsABrokenHashFromAWrongPassword(t *testing.T) {
	hash := hashOf(t, "correct-horse")
	require.ErrorIs(t, hasher.Verify(hash, "wrong-horse"), password.ErrMismatch, "first, a wrong password must get ErrMismatch")

	for _, broken := range []string{
		"", " ", "$", "NULL", "*", "!", hash[:30], "$9z" + hash[3:], "$2a$99$" + strings.Repeat("a", 53),
		"$argon2id$v=19$m=8192,t=0,p=1$c29tZS1zYWx0LW9mLW91cg$c29tZS1rZXktb2Ytb3Vycw",
		"$argon2id$v=19$m=8192,t=1,p=0$c29tZS1zYWx0LW9mLW91cg$c29tZS1rZXktb2Ytb3Vycw",
		"$argon2id$v=19$m=8192,t=1,p=1$c29tZS1zYWx0LW9mLW91cg$",
	} {
		for _, plain := range []string{"correct-horse", "wrong-horse"} {
			err := hasher.Verify(broken, plain)
			require.Error(t, err, "what isn't a whole hash must be an error, and never let anybody in: %q", broken)
			assert.NotErrorIs(t, err, password.ErrMismatch,
				"a broken hash must not look like a wrong password: the user would type it again and again, and nobody would look at the database: %q", broken)
		}
	}
}

// 4. A hash that was made for speed opens nothing.
func TestVerify_RefusesFastHashes(t *testing.T) {
	require.NoError(t, hasher.Verify(hashOf(t, "correct-horse"), "correct-horse"), "first, the right password must be accepted")

	for _, fast := range fastHashes("correct-horse") {
		require.Error(t, hasher.Verify(fast, "correct-horse"),
			"a hash without salt and without work must be an error, from however old a table it comes: a thief looks up the passwords of such a table in an afternoon: %q", fast)
	}
}

// 4. A hash that was cut off opens nothing.
func TestVerify_RefusesAHashThatWasCutOff(t *testing.T) {
	hash := hashOf(t, "correct-horse")
	require.NoError(t, hasher.Verify(hash, "correct-horse"), "the whole hash must let the right password in")

	for n := range len(hash) {
		for _, plain := range []string{"wrong-horse", "correct-horse", ""} {
			require.Error(t, hasher.Verify(hash[:n], plain),
				"of the hash there are %d bytes left of %d, as when a column is too narrow: it must let nobody in, because what is missing isn't compared: %q with %q", n, len(hash), hash[:n], plain)
		}
	}
}
