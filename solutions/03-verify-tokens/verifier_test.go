// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package verifier_test

import (
	"bytes"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
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

// accepts shows that v is fit to be tested: what refuses every token refuses the bad
// ones too.
func accepts(t *testing.T, v *verifier.Verifier, good string) {
	t.Helper()
	subject, err := v.Verify(good)
	require.NoError(t, err, "before any bad token, its good twin must be accepted: %s", good)
	require.Equal(t, "user-1", subject, "before any bad token, its good twin must give its subject: %s", good)
}

// isOurs tells whether err is one of the package's errors: step 06 logs what it finds
// in them, so the library's own must stay inside.
func isOurs(err error) bool {
	return slices.ContainsFunc([]error{
		verifier.ErrMalformed, verifier.ErrAlgorithm, verifier.ErrSignature, verifier.ErrNoExpiry,
		verifier.ErrExpired, verifier.ErrNotYetValid, verifier.ErrNoSubject,
	}, func(ours error) bool { return errors.Is(err, ours) })
}

// 1. A key under 32 bytes is refused.
func TestNew_RefusesAShortKey(t *testing.T) {
	newVerifier(t, make([]byte, 32))
	newVerifier(t, []byte(strings.Repeat("é", 16))) // 32 bytes, 16 letters

	for _, short := range [][]byte{nil, []byte("change-me"), make([]byte, 31)} {
		_, err := verifier.New(short)
		assert.ErrorIs(t, err, token.ErrShortKey,
			"a key of %d bytes must be refused: with an empty one, everybody can sign", len(short))
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
		subject, err := v.Verify(garbage)
		assert.ErrorIs(t, err, verifier.ErrMalformed,
			"what is not a token must get ErrMalformed: people send anything, and it must never be more than a refusal: %.60q", garbage)
		assert.Empty(t, subject, "with an error there must be no subject")
	}
	_, err := v.Verify(parts[0] + "." + parts[1] + ".%")
	assert.True(t, isOurs(err), "a token whose signature is not even base64 must be refused with one of this package's errors: %v", err)
}

// 2. A token that says alg none is refused, in every spelling.
func TestVerify_RefusesAlgNone(t *testing.T) {
	v := fixedVerifier(t)
	for _, name := range []string{"none-lower.jwt", "none-capital.jwt", "none-upper.jwt", "none-mixed.jwt", "none-with-signature.jwt"} {
		_, err := v.Verify(fixed(t, name))
		assert.ErrorIs(t, err, verifier.ErrAlgorithm,
			"%s says that it needs no signature, and must be refused for that: anybody could write it (CVE-2022-23540)", name)
	}

	v = newVerifier(t, key)
	accepts(t, v, forge.HS256(key, payload(60)))
	for _, header := range []string{`{"alg":"none"}`, `{"alg":"None"}`, `{"alg":"NONE"}`, `{"alg":""}`, `{"alg":null}`, `{}`} {
		_, err := v.Verify(forge.Unsigned(header, payload(60)))
		assert.ErrorIs(t, err, verifier.ErrAlgorithm,
			"a token without a signature must be refused: its header is %s, and anybody could write it", header)
	}
	for _, header := range []string{`{"alg":0}`, `{"alg":["HS256"]}`} {
		_, err := v.Verify(forge.Unsigned(header, payload(60)))
		assert.True(t, isOurs(err), "an alg that is not text must be refused with one of this package's errors: the header is %s, the error %v", header, err)
	}
}

// 2. No other algorithm is taken, even with the right key.
func TestVerify_RefusesOtherAlgorithms(t *testing.T) {
	v := newVerifier(t, key)
	accepts(t, v, forge.HS256(key, payload(60)))
	for _, test := range []struct {
		alg     string
		newHash func() hash.Hash
	}{
		{"HS512", sha512.New},
		{"HS384", sha512.New384},
		{"hs256", sha256.New},
		{"RS256", sha256.New},
		{"ES256", sha256.New},
	} {
		_, err := v.Verify(forge.Sign(test.newHash, key, `{"alg":"`+test.alg+`"}`, payload(60)))
		assert.ErrorIs(t, err, verifier.ErrAlgorithm,
			"a token signed with %s must be refused, though the key is right: we issue HS256 alone, and the sender must not choose (RFC 8725, section 3.1)", test.alg)
	}
}

// 2. The token does not choose the key.
func TestVerify_LetsNoTokenChooseItsKey(t *testing.T) {
	v := fixedVerifier(t)
	theirs := []byte("a-key-that-the-attacker-has-chosen")
	file := filepath.Join(t.TempDir(), "upload.txt")
	require.NoError(t, os.WriteFile(file, theirs, 0o600))

	for _, test := range []struct {
		name, signed string
		want         error
	}{
		{"rs256.jwt", fixed(t, "rs256.jwt"), verifier.ErrAlgorithm},
		{"embedded-jwk.jwt", fixed(t, "embedded-jwk.jwt"), verifier.ErrAlgorithm},
		{"rs256-as-hs256.jwt", fixed(t, "rs256-as-hs256.jwt"), verifier.ErrSignature},
		{"rs256-signature-under-hs256.jwt", fixed(t, "rs256-signature-under-hs256.jwt"), verifier.ErrSignature},
		{"a token with its own secret in the header", forge.Sign(sha256.New, theirs, fmt.Sprintf(`{"alg":"HS256","jwk":{"kty":"oct","k":%q}}`, forge.Part(string(theirs))), payload(60)), verifier.ErrSignature},
		{"a token whose kid is a file that the attacker could write", forge.Sign(sha256.New, theirs, fmt.Sprintf(`{"alg":"HS256","kid":%q}`, file), payload(60)), verifier.ErrSignature},
		{"a token whose kid no key has", forge.Sign(sha256.New, nil, `{"alg":"HS256","kid":"none-of-ours"}`, payload(60)), verifier.ErrSignature},
	} {
		_, err := v.Verify(test.signed)
		assert.ErrorIs(t, err, test.want,
			"%s must be refused: it tries to have its signature checked with a key, or in a way, that is not ours (RFC 8725, sections 2.1 and 3.10)", test.name)
	}
}

// 2. The signature must be the one that our key makes.
func TestVerify_RefusesAWrongSignature(t *testing.T) {
	v := newVerifier(t, key)
	good := forge.HS256(key, payload(60))
	accepts(t, v, good)
	parts := strings.Split(good, ".")
	stolen := forge.Part(strings.Replace(payload(60), "user-1", "user-2", 1))

	for _, test := range []struct{ name, signed string }{
		{"signed with another key", forge.HS256([]byte("another-key-that-is-long-enough-too"), payload(60))},
		{"signed with an empty key", forge.HS256(nil, payload(60))},
		{"whose subject was changed after signing", parts[0] + "." + stolen + "." + parts[2]},
		{"whose header was changed after signing", forge.Part(`{"alg":"HS256"}`) + "." + parts[1] + "." + parts[2]},
		{"whose signature was taken away", parts[0] + "." + parts[1] + "."},
		{"whose signature has something behind it", good + "x"},
		{"whose signature was cut short", parts[0] + "." + parts[1] + "." + parts[2][:20]},
		{"whose signature is its HMAC-SHA512, cut to 32", parts[0] + "." + parts[1] + "." + forge.Part(string(forge.MAC(sha512.New, key, parts[0]+"."+parts[1])[:32]))},
	} {
		subject, err := v.Verify(test.signed)
		assert.ErrorIs(t, err, verifier.ErrSignature,
			"a token %s must be refused: the signature is all that keeps people from writing their own", test.name)
		assert.Empty(t, subject, "with an error there must be no subject: whoever forgets the error would let an attacker in")
	}
}

// 3. An expired token is refused.
func TestVerify_RefusesAnExpiredToken(t *testing.T) {
	_, err := fixedVerifier(t).Verify(fixed(t, "expired.jwt"))
	assert.ErrorIs(t, err, verifier.ErrExpired,
		"expired.jwt ended in 2020 and must be refused: otherwise a token that was stolen once works for ever")

	v := newVerifier(t, key)
	accepts(t, v, forge.HS256(key, payload(600)))
	for _, seconds := range []int{-1, -10, -600} {
		subject, err := v.Verify(forge.HS256(key, payload(seconds)))
		assert.ErrorIs(t, err, verifier.ErrExpired,
			"a token that ended %d seconds ago must be refused: there is no time of grace, because our own clock issued it", -seconds)
		assert.Empty(t, subject, "with an error there must be no subject, not even to renew the token: whoever forgets the error would let a thief in")
	}
}

// 3. A token ends at exp, not behind it.
func TestVerify_RefusesATokenAtItsExpiry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVerifier(t, key)
		signed := forge.HS256(key, payload(60))
		time.Sleep(59 * time.Second)
		accepts(t, v, signed) // a second is left

		time.Sleep(time.Second)
		_, err := v.Verify(signed)
		assert.ErrorIs(t, err, verifier.ErrExpired,
			"in the very second of its exp a token must be refused: it is good until then, not until after (RFC 7519, section 4.1.4)")
	})
}

// 3. A token without an end is refused.
func TestVerify_RefusesATokenThatNeverExpires(t *testing.T) {
	v := newVerifier(t, key)
	accepts(t, v, forge.HS256(key, payload(60)))
	_, err := v.Verify(forge.HS256(key, `{"sub":"user-1"}`))
	assert.ErrorIs(t, err, verifier.ErrNoExpiry, "a token without exp must be refused, well signed as it is: it would be good for ever")

	for _, text := range []string{
		`{"sub":"user-1","exp":null}`, `{"sub":"user-1","exp":0}`, `{"sub":"user-1","exp":-1}`, `{"sub":"user-1","exp":"never"}`,
		`{"sub":"user-1","exp":true}`, `{"sub":"user-1","exp":[4922899200]}`, `{}`, `null`,
	} {
		_, err := v.Verify(forge.HS256(key, text))
		assert.True(t, isOurs(err), "an exp that is no time to come must be refused with one of this package's errors: what cannot be read must not mean never: %s: %v", text, err)
	}
}

// 3. A token whose time has not come is refused.
func TestVerify_RefusesATokenThatIsNotYetValid(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVerifier(t, key)
		now := time.Now().Unix()
		accepts(t, v, forge.HS256(key, fmt.Sprintf(`{"sub":"user-1","nbf":%d,"exp":%d}`, now, now+60)))

		early := forge.HS256(key, fmt.Sprintf(`{"sub":"user-1","nbf":%d,"exp":%d}`, now+30, now+60))
		for _, wait := range []time.Duration{29, 1} {
			_, err := v.Verify(early)
			assert.ErrorIs(t, err, verifier.ErrNotYetValid,
				"a token whose nbf is still to come must be refused: not before means not before (RFC 7519, section 4.1.5)")
			time.Sleep(wait * time.Second)
		}
		_, err := v.Verify(early)
		assert.NoError(t, err, "in the very second of its nbf a token must be accepted, though it was refused before")
	})
}

// 3. The signature is judged before anything that the token says.
func TestVerify_ChecksTheSignatureFirst(t *testing.T) {
	_, err := fixedVerifier(t).Verify(fixed(t, "expired-and-tampered.jwt"))
	assert.ErrorIs(t, err, verifier.ErrSignature, "expired and badly signed must be ErrSignature: what a forged token says about time is worth nothing")
	assert.NotErrorIs(t, err, verifier.ErrExpired, "expired and badly signed must not be ErrExpired: code that renews expired tokens would renew forged ones (CVE-2024-51744)")

	v := newVerifier(t, key)
	accepts(t, v, forge.HS256(key, payload(60)))
	now := time.Now().Unix()
	for _, test := range []struct {
		text string
		not  error
	}{
		{payload(-60), verifier.ErrExpired},
		{`{"sub":"user-1"}`, verifier.ErrNoExpiry},
		{fmt.Sprintf(`{"sub":"user-1","nbf":%d,"exp":%d}`, now+30, now+60), verifier.ErrNotYetValid},
		{fmt.Sprintf(`{"exp":%d}`, now+60), verifier.ErrNoSubject},
	} {
		_, err := v.Verify(forge.HS256([]byte("another-key-that-is-long-enough-too"), test.text))
		assert.ErrorIs(t, err, verifier.ErrSignature, "badly signed must be ErrSignature, whatever else is wrong: anybody may have written %s", test.text)
		assert.NotErrorIs(t, err, test.not, "badly signed must be nothing but ErrSignature: anybody may have written %s", test.text)
	}
}

// 4. A token without a subject is refused.
func TestVerify_RefusesATokenWithoutASubject(t *testing.T) {
	v := newVerifier(t, key)
	accepts(t, v, forge.HS256(key, payload(60)))
	exp := time.Now().Unix() + 60
	for _, text := range []string{
		`{"exp":%d}`, `{"sub":"","exp":%d}`,
		`{"exp":%d,"jti":"user-1","iss":"user-1","uid":"user-1","user_id":"user-1","name":"user-1","username":"user-1","email":"user-1"}`,
	} {
		_, err := v.Verify(forge.HS256(key, fmt.Sprintf(text, exp)))
		assert.ErrorIs(t, err, verifier.ErrNoSubject,
			"a token that does not say whose it is must be refused: the server would look for a user without an id: "+text, exp)
	}
}

// 4. A subject that is not text is refused.
func TestVerify_RefusesASubjectThatIsNotAString(t *testing.T) {
	v := newVerifier(t, key)
	accepts(t, v, forge.HS256(key, payload(60)))
	for _, sub := range []string{`1`, `1.5`, `true`, `null`, `["user-1"]`, `{"id":"user-1"}`} {
		subject, err := v.Verify(forge.HS256(key, fmt.Sprintf(`{"sub":%s,"exp":%d}`, sub, time.Now().Unix()+60)))
		assert.True(t, isOurs(err),
			"a token whose sub is %s must be refused, with one of this package's errors: sub is a string, and code that takes that for granted panics (RFC 7519, section 4.1.2): %v", sub, err)
		assert.Empty(t, subject, "with an error there must be no subject")
	}
}

// 4. The example of the standard itself is understood.
func TestVerify_ReadsTheExampleOfTheStandard(t *testing.T) {
	// RFC 7515, appendix A.1. There are line ends in its header and payload. It has no
	// subject, and expired in 2011.
	standardKey := []byte("\x03\x23\x35\x4b\x2b\x0f\xa5\xbc\x83\x7e\x06\x65\x77\x7b\xa6\x8f\x5a\xb3\x28\xe6\xf0\x54\xc9\x28\xa9\x0f\x84\xb2\xd2\x50\x2e\xbf\xd3\xfb\x5a\x92\xd2\x06\x47\xef\x96\x8a\xb4\xc3\x77\x62\x3d\x22\x3d\x2e\x21\x72\x05\x2e\x4f\x08\xc0\xcd\x9a\xf5\x67\xd0\x80\xa3")
	const example = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9" +
		".eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ" +
		".dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
	synctest.Test(t, func(t *testing.T) {
		v := newVerifier(t, standardKey)

		_, err := v.Verify(example) // in here it is the year 2000
		assert.ErrorIs(t, err, verifier.ErrNoSubject,
			"before 2011, all that is wrong with the example of RFC 7515 is that it has no subject: its signature is over the bytes that came, line ends too")
	})
}

// 4. What is refused is not repeated.
func TestVerify_KeepsTheTokenOutOfItsErrors(t *testing.T) {
	v := newVerifier(t, key)
	good := forge.HS256(key, payload(60))
	accepts(t, v, good)
	parts := strings.Split(good, ".")

	secrets := []string{"user-1", string(key)}
	right := forge.MAC(sha256.New, key, parts[0]+"."+parts[1])
	for _, encode := range []func([]byte) string{hex.EncodeToString, base64.StdEncoding.EncodeToString, base64.RawURLEncoding.EncodeToString} {
		secrets = append(secrets, encode(right), encode(key))
	}
	for _, bad := range []string{
		good + "x", parts[0] + "." + parts[1] + ".", "Bearer " + good, forge.HS256(key, payload(-60)),
		forge.Sign(sha256.New, key, `{"alg":"user-1"}`, payload(60)), forge.HS256(key, `{"sub":"user-1"`),
		forge.HS256(key, `{"sub":"user-1","exp":"user-1"}`), forge.HS256(key, `{"sub":"user-1"}`), forge.HS256(key, `{"sub":["user-1"],"exp":1}`),
	} {
		_, err := v.Verify(bad)
		if err == nil {
			continue // that it is accepted, other tests say
		}
		for _, secret := range append(pieces(bad), secrets...) {
			if !assert.NotContains(t, err.Error(), secret,
				"the error must not repeat the token, what is in it, or what would be a right one: errors go to logs, and whoever reads those could use it (CVE-2019-11250)") {
				break
			}
		}
	}
}

// pieces returns every 12 characters that stand together in a part of a token.
func pieces(signed string) []string {
	var all []string
	for part := range strings.SplitSeq(signed, ".") {
		for i := 0; i+12 <= len(part); i++ {
			all = append(all, part[i:i+12])
		}
	}
	return all
}

// 4. One Verifier serves many requests at once.
func TestVerify_KeepsSubjectsApart(t *testing.T) {
	v := newVerifier(t, key)
	accepts(t, v, forge.HS256(key, payload(60)))
	exp := time.Now().Unix() + 600
	note := strings.Repeat("a claim that takes time to read, ", 60)
	var group sync.WaitGroup
	got := make([]map[string]bool, 4) // the subjects that came back, of each token
	for i := range got {
		signed := forge.HS256(key, fmt.Sprintf(`{"sub":"user-%d","exp":%d,"note":%q}`, i, exp, note))
		got[i] = map[string]bool{}
		group.Go(func() {
			for range 2000 { // long enough to be interrupted, where there is one processor
				subject, _ := v.Verify(signed)
				got[i][subject] = true
			}
		})
	}
	group.Wait()

	for i, subjects := range got {
		assert.Equal(t, map[string]bool{fmt.Sprint("user-", i): true}, subjects,
			"tokens verified at the same moment must each give their own subject: with shared claims, people see each other's data")
	}
}
