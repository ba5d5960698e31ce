// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package verifier_test

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tokenauth.example/token"
	"tokenauth.example/token/forge"
	"tokenauth.example/verifier"
)

var key = []byte("for-tests-only-not-a-secret-at-all")

func newVerifier(t *testing.T, key []byte) *verifier.Verifier {
	t.Helper()
	v, err := verifier.New(bytes.Clone(key))
	require.NoError(t, err, "New must take a key of %d bytes", len(key))
	require.NotNil(t, v, "New must return a Verifier when it returns no error")
	return v
}

// payload is that of a token for user-1, with an exp so many seconds from now.
func payload(seconds int) string {
	return fmt.Sprintf(`{"sub":"user-1","exp":%d}`, time.Now().Unix()+int64(seconds))
}

// fixed returns a token from testdata/tokens, whose README says what each one is.
func fixed(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "testdata", "tokens", name))
	require.NoError(t, err, "the workshop's fixed tokens must be there: git restore testdata/tokens")
	return strings.TrimSpace(string(text))
}

// fixedVerifier returns a Verifier for the fixed tokens, which has shown that it
// accepts the good one.
func fixedVerifier(t *testing.T) *verifier.Verifier {
	t.Helper()
	v := newVerifier(t, []byte(fixed(t, "hmac-key-for-tests-only.txt")))
	accepts(t, v, fixed(t, "valid.jwt"))
	return v
}

// accepts shows that v is fit to be tested, because what refuses every token refuses the bad
// ones, too.
func accepts(t *testing.T, v *verifier.Verifier, good string) {
	t.Helper()
	subject, err := v.Verify(good)
	require.NoError(t, err, "before any bad token, its good twin must be accepted: %s", good)
	require.Equal(t, "user-1", subject, "before any bad token, its good twin must give its subject: %s", good)
}

// sentinels are the errors that say why a token is refused.
var sentinels = map[string]error{
	"ErrMalformed": verifier.ErrMalformed, "ErrAlgorithm": verifier.ErrAlgorithm, "ErrSignature": verifier.ErrSignature, "ErrNoExpiry": verifier.ErrNoExpiry,
	"ErrExpired": verifier.ErrExpired, "ErrNotYetValid": verifier.ErrNotYetValid, "ErrNoSubject": verifier.ErrNoSubject,
}

// named returns the names of the package's errors that are in err.
func named(err error) []string {
	var names []string
	for name, sentinel := range sentinels {
		if errors.Is(err, sentinel) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// distinct shows that the package's errors are seven errors, and none of them is nil.
func distinct(t *testing.T) {
	t.Helper()
	for name, sentinel := range sentinels {
		require.Error(t, sentinel, "%s must be an error: it is nil, so a caller takes a refusal for a good token", name)
		require.Equal(t, []string{name}, named(sentinel), "%s must be an error of its own: the log couldn't say which of them was meant", name)
		require.NotErrorIs(t, sentinel, errors.New("an error of somebody else"), "%s must be itself and not every error at once: errors.Is must be able to say no", name)
	}
}

// refuses shows that v refuses a token for this reason and no other, and returns no subject.
func refuses(t *testing.T, v *verifier.Verifier, signed, reason, why string, args ...any) {
	t.Helper()
	distinct(t)
	subject, err := v.Verify(signed)
	if assert.ErrorIs(t, err, sentinels[reason], fmt.Sprintf(why, args...)) {
		assert.Equal(t, []string{reason}, named(err), "what gets %s must get no other error, too: the log couldn't say which of them was meant", reason)
	}
	assert.Empty(t, subject, "with an error there must be no subject: a caller who forgets the error would let an attacker in")
}

// refusesSomehow shows that v refuses a token with one of the package's errors, whichever:
// step 06 logs what it finds in them, so the library's own must stay inside.
func refusesSomehow(t *testing.T, v *verifier.Verifier, signed, why string, args ...any) {
	t.Helper()
	distinct(t)
	subject, err := v.Verify(signed)
	if assert.Error(t, err, fmt.Sprintf(why, args...)) {
		assert.NotEmpty(t, named(err), "what is refused must be refused with one of this package's errors, or the log can't say why: %v", err)
	}
	assert.Empty(t, subject, "with an error there must be no subject: a caller who forgets the error would let an attacker in")
}

// 1. A key under 32 bytes is refused.
func TestNew_RefusesAShortKey(t *testing.T) {
	newVerifier(t, make([]byte, 32))
	newVerifier(t, []byte(strings.Repeat("é", 16))) // 32 bytes, 16 letters

	for _, short := range [][]byte{nil, []byte("change-me"), make([]byte, 31)} {
		_, err := verifier.New(short)
		require.Error(t, token.ErrShortKey, "ErrShortKey of step 02 must be an error")
		assert.ErrorIs(t, err, token.ErrShortKey,
			"a key of %d bytes must be refused: with an empty one, anybody can sign", len(short))
	}
}

// 2. A good token gives its subject.
func TestVerify_ReturnsTheSubject(t *testing.T) {
	for _, text := range []string{
		string(key), "\t" + string(key) + "\n", // a key is any bytes,
		strings.Repeat("c2VjcmV0", 6), strings.Repeat("c0ffee", 11), // and stays as it is, base64 or hex or not
	} {
		shared := []byte(text)
		issuer, err := token.NewIssuer(shared, time.Minute)
		require.NoError(t, err)
		v, err := verifier.New(shared)
		require.NoError(t, err, "New must take a key of %d bytes", len(shared))
		assert.Equal(t, text, string(shared), "New must leave the key as it is: the issuer may have the very same slice")
		for _, want := range []string{"user-1", "1000000", " User-1 ", "Zoë \"Z\" 王", strings.Repeat("user-1/", 40)} {
			signed, _, err := issuer.Issue(want)
			require.NoError(t, err)

			subject, err := v.Verify(signed)
			assert.NoError(t, err, "a token that our own issuer has just issued must be accepted: both have the key %q", text)
			assert.Equal(t, want, subject, "Verify must return the token's subject to the letter: it decides whose data is shown")
		}
	}
	fixedVerifier(t)
}

// 2. The Verifier has a key of its own.
func TestVerify_HasItsOwnCopyOfTheKey(t *testing.T) {
	callers := bytes.Clone(key)
	v, err := verifier.New(callers)
	require.NoError(t, err, "New must take a key of %d bytes", len(callers))
	accepts(t, v, forge.HS256(key, payload(60)))

	zeros := forge.HS256(make([]byte, len(key)), payload(60))
	_, err = v.Verify(zeros)
	require.Error(t, err, "a token that is signed with another key must be refused: does Verify look at the error of ParseWithClaims?")
	clear(callers) // as a careful caller does
	_, err = v.Verify(zeros)
	assert.Error(t, err, "the Verifier must have a copy of the key: its caller cleared the slice, and now tokens that anybody signs with zeros are good")
}

// 2. What is not a token is malformed.
func TestVerify_RefusesGarbage(t *testing.T) {
	v := newVerifier(t, key)
	good := forge.HS256(key, payload(60))
	accepts(t, v, good)
	parts := strings.Split(good, ".")
	noPayload := parts[0] + ".%"

	for _, garbage := range []string{
		"", " ", ".", "..", "...", "x", "a.b.c", "null", "{}", "Bearer " + good,
		good + ".", good + ".x", "." + good, " " + good, "%65" + good[1:], parts[0] + "." + parts[1],
		"%." + parts[1] + "." + parts[2], noPayload + "." + forge.Part(string(forge.MAC(sha256.New, key, noPayload))),
		forge.HS256(key, `{"sub":`), forge.HS256(key, `[]`), forge.HS256(key, `"user-1"`),
		forge.Sign(sha256.New, key, `{"alg":"HS256"`, payload(60)), forge.Sign(sha256.New, key, `[]`, payload(60)),
		strings.Repeat(".", 10_000), strings.Repeat("x", 100_000), "\x00", "é.é.é",
	} {
		refuses(t, v, garbage, "ErrMalformed",
			"what is not a token must get ErrMalformed: people send anything, and it must never be more than a refusal: %.60q", garbage)
	}
	refusesSomehow(t, v, parts[0]+"."+parts[1]+".%", "a token whose signature is not even base64 must be refused")
}
