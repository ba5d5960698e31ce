// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package password_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tokenauth.example/password"
)

// refuses shows that Hash refuses plain, with the one error of that name, and makes no hash.
func refuses(t *testing.T, plain, name, why string, args ...any) {
	t.Helper()
	hash, err := hasher.Hash(plain)
	only(t, err, name, why, args...)
	assert.Empty(t, hash, "with an error there must be no hash: a caller who forgets the error would store it")
}

// long is a password of 72 bytes, and of 72 characters.
const long = "the quick brown fox jumps over the lazy dog, and nobody is surprised at."

// 2. Fewer than 8 characters are refused.
func TestHash_RefusesAShortPassword(t *testing.T) {
	_, err := hasher.Hash("8 chars.")
	require.NoError(t, err, "a password of 8 characters must be hashed: MinCharacters is the fewest that are allowed")

	for _, short := range []string{"7 chars", "", "a"} {
		refuses(t, short, "ErrTooShort", "a password of %d characters must be refused: short ones are guessed first", len(short))
	}
}

// 2. The fewest are counted in characters.
func TestHash_CountsCharactersForTheMinimum(t *testing.T) {
	for _, enough := range []string{"пароль-я", "größeres", "龍龍龍龍虎虎虎虎"} {
		_, err := hasher.Hash(enough)
		require.NoError(t, err, "8 characters in any script are enough: %q", enough)
	}

	for _, short := range []string{"пароль", "ééé ñ", "龍虎龍", "🐎🔋🐎🔋"} {
		refuses(t, short, "ErrTooShort",
			"%q has %d characters and %d bytes, and must be refused: people guess characters, whatever script they are in (NIST SP 800-63B-4, 3.1.1.2)", short, len([]rune(short)), len(short))
	}
}

// 2. More than 72 bytes are refused.
func TestHash_RefusesALongPassword(t *testing.T) {
	require.Len(t, long, 72)
	_, err := hasher.Hash(long)
	require.NoError(t, err, "a password of 72 bytes must be hashed: MaxBytes is the longest that is allowed")

	for _, tooLong := range []string{long + "x", strings.Repeat(long, 2)} {
		refuses(t, tooLong, "ErrTooLong",
			"a password of %d bytes must be refused: bcrypt can't use more than the first 72, and other hashers cut the rest off without a word", len(tooLong))
	}
}

// 2. The most are counted in bytes.
func TestHash_CountsBytesForTheMaximum(t *testing.T) {
	_, err := hasher.Hash("größer" + strings.Repeat("é", 32)) // 38 characters
	require.NoError(t, err, "72 bytes must be hashed, however many characters they are")

	for _, tooLong := range []string{"größer" + strings.Repeat("é", 33), strings.Repeat("龍虎", 13), strings.Repeat("🐎🔋", 10)} {
		refuses(t, tooLong, "ErrTooLong",
			"%q has %d characters, and %d bytes: it must be refused, because bcrypt counts bytes", tooLong, len([]rune(tooLong)), len(tooLong))
	}
}

// 2. A NUL byte is refused.
func TestHash_RefusesANULByte(t *testing.T) {
	hashOf(t, "correct-horse")

	for _, nul := range []string{"\x00correct-horse", "correct\x00horse", "correct-horse\x00"} {
		refuses(t, nul, "ErrNUL", "a NUL byte must be refused wherever it is: with NULs, two passwords can have one hash: %q", nul)
	}
}

// 3. Common passwords are refused.
func TestHash_RefusesCommonPasswords(t *testing.T) {
	hashOf(t, "correct-horse")

	for _, common := range []string{
		"password", "password1", "12345678", "123456789", "11111111", "qwerty123", "iloveyou", "sunshine", "princess", "football",
		"Password1", "ILOVEYOU", "SunShine", "qWERTY123",
	} {
		require.True(t, password.IsCommon(common), "the list must know %q; common.go is given, so put it back: git restore", common)
		refuses(t, common, "ErrCommon", "%q must be refused: an attacker tries the most common passwords first, in lower and upper case, and often needs only a handful of guesses", common)
	}
}

// 3. A password that only contains a common one is fine.
func TestHash_LooksAtTheWholePassword(t *testing.T) {
	for _, plain := range []string{"my sunshine eats football", "password is not what I chose", "12345678901234567890 and a half", "the princess of 11111111"} {
		_, err := hasher.Hash(plain)
		assert.NoError(t, err, "a long password must be hashed even if there is a common one in it: nobody guesses the whole of it, and NIST says not to compare parts (SP 800-63B-4, 3.1.1.2): %q", plain)
	}
}
