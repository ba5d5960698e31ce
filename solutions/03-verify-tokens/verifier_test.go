package verifier_test

import (
	"crypto/sha256"
	"crypto/sha512"
	"fmt"
	"hash"
	"os"
	"path/filepath"
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
	v, err := verifier.New(key)
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

// 1. A key under 32 bytes is refused.
func TestNew_RefusesAShortKey(t *testing.T) {
	newVerifier(t, make([]byte, 32))

	for _, short := range [][]byte{nil, []byte("change-me"), make([]byte, 31)} {
		_, err := verifier.New(short)
		assert.ErrorIs(t, err, token.ErrShortKey,
			"a key of %d bytes must be refused: with an empty one, everybody can sign", len(short))
	}
}

// 2. A good token gives its subject.
func TestVerify_ReturnsTheSubject(t *testing.T) {
	issuer, err := token.NewIssuer(key, time.Minute)
	require.NoError(t, err)
	v := newVerifier(t, key)
	for _, want := range []string{"user-1", "1000000", "Zoë \"Z\" 王"} {
		signed, _, err := issuer.Issue(want)
		require.NoError(t, err)

		subject, err := v.Verify(signed)
		assert.NoError(t, err, "a token that our own issuer has just issued must be accepted")
		assert.Equal(t, want, subject, "Verify must return the token's subject to the letter: it decides whose data is shown")
	}
	fixedVerifier(t)
}

// 2. What is not a token is malformed.
func TestVerify_RefusesGarbage(t *testing.T) {
	v := newVerifier(t, key)
	good := forge.HS256(key, payload(60))
	accepts(t, v, good)
	parts := strings.Split(good, ".")

	for _, garbage := range []string{
		"", " ", ".", "..", "...", "x", "a.b.c", "null", "{}", "Bearer " + good,
		good + ".", good + ".x", "." + good, " " + good, parts[0] + "." + parts[1],
		"%." + parts[1] + "." + parts[2], parts[0] + ".%." + parts[2], parts[0] + "." + parts[1] + ".%",
		forge.HS256(key, `{"sub":`), forge.HS256(key, `[]`), forge.HS256(key, `"user-1"`),
		forge.Sign(sha256.New, key, `{"alg":"HS256"`, payload(60)), forge.Sign(sha256.New, key, `[]`, payload(60)),
		strings.Repeat(".", 10_000), strings.Repeat("x", 100_000), "\x00", "é.é.é",
	} {
		subject, err := v.Verify(garbage)
		assert.ErrorIs(t, err, verifier.ErrMalformed,
			"what is not a token must get ErrMalformed: people send anything, and it must never be more than a refusal: %.60q", garbage)
		assert.Empty(t, subject, "with an error there must be no subject")
	}
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
	for _, alg := range []string{`"none"`, `"None"`, `"NONE"`, `""`, `null`, `0`, `["HS256"]`} {
		_, err := v.Verify(forge.Unsigned(`{"alg":`+alg+`}`, payload(60)))
		assert.ErrorIs(t, err, verifier.ErrAlgorithm,
			"a token without a signature must be refused: it says alg %s, and anybody could write it", alg)
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

// 2. A token made for a key of another kind is refused.
func TestVerify_RefusesTokensMadeForAnotherKindOfKey(t *testing.T) {
	v := fixedVerifier(t)
	for _, test := range []struct {
		name string
		want error
	}{
		{"rs256.jwt", verifier.ErrAlgorithm},
		{"embedded-jwk.jwt", verifier.ErrAlgorithm},
		{"rs256-as-hs256.jwt", verifier.ErrSignature},
		{"rs256-signature-under-hs256.jwt", verifier.ErrSignature},
	} {
		_, err := v.Verify(fixed(t, test.name))
		assert.ErrorIs(t, err, test.want,
			"%s must be refused: it tries to have its signature checked with a key, or in a way, that is not ours (RFC 8725, section 2.1)", test.name)
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
		_, err := v.Verify(forge.HS256(key, payload(seconds)))
		assert.ErrorIs(t, err, verifier.ErrExpired,
			"a token that ended %d seconds ago must be refused: there is no time of grace, because our own clock issued it", -seconds)
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
	for _, text := range []string{`{"sub":"user-1"}`, `{"sub":"user-1","exp":null}`} {
		_, err := v.Verify(forge.HS256(key, text))
		assert.ErrorIs(t, err, verifier.ErrNoExpiry,
			"a token without exp must be refused, well signed as it is: it would be good for ever: %s", text)
	}
	_, err := v.Verify(forge.HS256(key, `{"sub":"user-1","exp":0}`))
	assert.Error(t, err, "a token with exp 0, the year 1970, must be refused: zero must not mean never")
}

// 3. A token whose time has not come is refused.
func TestVerify_RefusesATokenThatIsNotYetValid(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVerifier(t, key)
		now := time.Now().Unix()
		accepts(t, v, forge.HS256(key, fmt.Sprintf(`{"sub":"user-1","nbf":%d,"exp":%d}`, now, now+60)))

		_, err := v.Verify(forge.HS256(key, fmt.Sprintf(`{"sub":"user-1","nbf":%d,"exp":%d}`, now+30, now+60)))
		assert.ErrorIs(t, err, verifier.ErrNotYetValid,
			"a token whose nbf is in 30 seconds must be refused: not before means not before (RFC 7519, section 4.1.5)")
	})
}

// 3. The signature is judged before anything that the token says.
func TestVerify_ChecksTheSignatureFirst(t *testing.T) {
	v := fixedVerifier(t)
	_, err := v.Verify(fixed(t, "expired.jwt"))
	require.ErrorIs(t, err, verifier.ErrExpired, "expired and well signed must be ErrExpired")

	_, err = v.Verify(fixed(t, "expired-and-tampered.jwt"))
	assert.ErrorIs(t, err, verifier.ErrSignature, "expired and badly signed must be ErrSignature: what a forged token says about time is worth nothing")
	assert.NotErrorIs(t, err, verifier.ErrExpired, "expired and badly signed must not be ErrExpired: code that renews expired tokens would renew forged ones (CVE-2024-51744)")
}

// 4. A token without a subject is refused.
func TestVerify_RefusesATokenWithoutASubject(t *testing.T) {
	v := newVerifier(t, key)
	accepts(t, v, forge.HS256(key, payload(60)))
	exp := time.Now().Unix() + 60
	for _, text := range []string{`{"exp":%d}`, `{"sub":"","exp":%d}`, `{"sub":null,"exp":%d}`} {
		_, err := v.Verify(forge.HS256(key, fmt.Sprintf(text, exp)))
		assert.ErrorIs(t, err, verifier.ErrNoSubject,
			"a token that does not say whose it is must be refused: the server would look for a user without an id: "+text, exp)
	}
}

// 4. A subject that is not text is refused.
func TestVerify_RefusesASubjectThatIsNotAString(t *testing.T) {
	v := newVerifier(t, key)
	accepts(t, v, forge.HS256(key, payload(60)))
	for _, sub := range []string{`1`, `1.5`, `true`, `["user-1"]`, `{"id":"user-1"}`} {
		subject, err := v.Verify(forge.HS256(key, fmt.Sprintf(`{"sub":%s,"exp":%d}`, sub, time.Now().Unix()+60)))
		assert.Error(t, err,
			"a token whose sub is %s must be refused: sub is a string, and code that takes that for granted panics (RFC 7519, section 4.1.2)", sub)
		assert.Empty(t, subject, "with an error there must be no subject")
	}
}

// 4. The example of the standard itself is understood.
func TestVerify_ReadsTheExampleOfTheStandard(t *testing.T) {
	// RFC 7515, appendix A.1. It has no subject, and expired in 2011.
	standardKey := []byte("\x03\x23\x35\x4b\x2b\x0f\xa5\xbc\x83\x7e\x06\x65\x77\x7b\xa6\x8f\x5a\xb3\x28\xe6\xf0\x54\xc9\x28\xa9\x0f\x84\xb2\xd2\x50\x2e\xbf\xd3\xfb\x5a\x92\xd2\x06\x47\xef\x96\x8a\xb4\xc3\x77\x62\x3d\x22\x3d\x2e\x21\x72\x05\x2e\x4f\x08\xc0\xcd\x9a\xf5\x67\xd0\x80\xa3")
	const example = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9" +
		".eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ" +
		".dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
	synctest.Test(t, func(t *testing.T) {
		v := newVerifier(t, standardKey)

		_, err := v.Verify(example) // in here it is the year 2000
		assert.ErrorIs(t, err, verifier.ErrNoSubject,
			"before 2011, all that is wrong with the example of RFC 7515 is that it has no subject")

		time.Sleep(time.Until(time.Unix(1300819380, 0)))
		_, err = v.Verify(example)
		assert.ErrorIs(t, err, verifier.ErrExpired,
			"in the second of its exp, the example of RFC 7515 must have expired")
	})
}

// 4. What is refused is not repeated.
func TestVerify_KeepsTheTokenOutOfItsErrors(t *testing.T) {
	v := newVerifier(t, key)
	good := forge.HS256(key, payload(60))
	accepts(t, v, good)
	parts := strings.Split(good, ".")

	for _, bad := range []string{
		good + "x", parts[0] + "." + parts[1] + ".", "Bearer " + good, forge.HS256(key, payload(-60)),
		forge.Sign(sha256.New, key, `{"alg":"user-1"}`, payload(60)), forge.HS256(key, `{"sub":"user-1"`),
	} {
		_, err := v.Verify(bad)
		require.Error(t, err, "this token must be refused: %s", bad)
		for _, piece := range append(strings.Split(bad, "."), "user-1") {
			if piece != "" {
				assert.NotContains(t, err.Error(), piece,
					"the error must not repeat the token or what is in it: errors go to logs, and whoever reads those could use it (CVE-2019-11250)")
			}
		}
	}
}

// 4. One Verifier serves many requests at once.
func TestVerify_KeepsSubjectsApart(t *testing.T) {
	v := newVerifier(t, key)
	accepts(t, v, forge.HS256(key, payload(60)))
	exp := time.Now().Unix() + 60
	var group sync.WaitGroup
	subjects := make([]string, 50)
	for i := range subjects {
		signed := forge.HS256(key, fmt.Sprintf(`{"sub":"user-%d","exp":%d}`, i, exp))
		group.Go(func() { subjects[i], _ = v.Verify(signed) })
	}
	group.Wait()

	for i, subject := range subjects {
		assert.Equal(t, fmt.Sprint("user-", i), subject,
			"tokens verified at the same moment must each give their own subject: with shared claims, people see each other's data")
	}
}
