// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package verifier_test

import (
	"crypto/sha256"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"tokenauth.example/token/forge"
)

// 4. Names of claims are matched to the letter.
func TestVerify_ReadsNamesToTheLetter(t *testing.T) {
	v := newVerifier(t, key)
	accepts(t, v, forge.HS256(key, payload(60)))
	soon, past := time.Now().Unix()+60, time.Now().Unix()-60

	for _, text := range []string{
		`{"sub":"user-1","SUB":"user-2","exp":%[1]d}`, `{"SUB":"user-2","sub":"user-1","exp":%[1]d}`, `{"sub":"user-1","Sub":2,"exp":%[1]d}`, `{"sub":"user-1","ſub":"user-2","exp":%[1]d}`,
		`{"sub":"user-1","exp":%[1]d,"EXP":%[2]d}`, `{"Exp":%[2]d,"sub":"user-1","exp":%[1]d}`, `{"sub":"user-1","exp":%[1]d,"NBF":%[1]d}`,
	} {
		signed := fmt.Sprintf(text, soon, past)
		subject, err := v.Verify(forge.HS256(key, signed))
		assert.NoError(t, err, "a name in different case is another claim, and counts for nothing (RFC 7519, section 4): encoding/json fills a field from both. The token says %s", signed)
		assert.Equal(t, "user-1", subject, "the subject must be what sub says, to the letter, and not what a name in different case says: encoding/json fills a field from both. The token says %s", signed)
	}
	for _, test := range []struct{ text, want string }{
		{`{"SUB":"user-1","exp":%[1]d}`, "ErrNoSubject"}, {`{"sub":"user-1","EXP":%[1]d}`, "ErrNoExpiry"}, {`{"sub":"user-1","exp":%[2]d,"EXP":%[1]d}`, "ErrExpired"},
	} {
		signed := fmt.Sprintf(test.text, soon, past)
		refuses(t, v, forge.HS256(key, signed), test.want, "a name in different case must not count for the right one: encoding/json fills a field from both. The token says %s", signed)
	}
}

// 4. A time that is not a number is refused.
func TestVerify_RefusesTimesOfAnotherType(t *testing.T) {
	v := newVerifier(t, key)
	accepts(t, v, forge.HS256(key, payload(60)))
	soon, past := time.Now().Unix()+60, time.Now().Unix()-60

	for _, value := range []string{fmt.Sprintf(`"%d"`, soon), fmt.Sprintf(`"%d"`, past), `""`, `"never"`, `"2126-01-01T00:00:00Z"`, `true`, `[4922899200]`, `{"seconds":4922899200}`} {
		refusesSomehow(t, v, forge.HS256(key, fmt.Sprintf(`{"sub":"user-1","exp":%s}`, value)),
			"an exp that is not a number must be refused, because programs that read it in different ways disagree about when the token ends: exp is %s (RFC 7519, section 2)", value)
		refusesSomehow(t, v, forge.HS256(key, fmt.Sprintf(`{"sub":"user-1","exp":%d,"nbf":%s}`, soon, value)),
			"an nbf that is not a number must be refused, because nobody knows from when on the token counts: nbf is %s (RFC 7519, section 2)", value)
	}
}

// 5. A token has one spelling.
func TestVerify_RefusesOtherSpellings(t *testing.T) {
	v := newVerifier(t, key)
	good := forge.HS256(key, payload(60))
	accepts(t, v, good)
	parts := strings.Split(good, ".")
	odd := payload(60) // of a length that leaves bits over
	for len(odd)%3 != 1 {
		odd += " "
	}
	accepts(t, v, forge.HS256(key, odd))
	accepts(t, v, forge.Sign(sha256.New, key, `{"alg":"HS256" }`, odd))
	sign := func(text string) string { return text + "." + forge.Part(string(forge.MAC(sha256.New, key, text))) }

	for _, test := range []struct{ name, other string }{
		{"a line end after it", good + "\n"},
		{"a line end before it", "\n" + good},
		{"a carriage return after it", good + "\r"},
		{"a line end in its signature", parts[0] + "." + parts[1] + "." + parts[2][:10] + "\r\n" + parts[2][10:]},
		{"another last letter of the same bits", parts[0] + "." + parts[1] + "." + twin(parts[2])},
		{"padding after its signature", good + "="},
		{"a space after it", good + " "},
		{"a line end in its payload", sign(parts[0] + "." + parts[1][:8] + "\n" + parts[1][8:])},
		{"a line end after its header", sign(parts[0] + "\r\n." + parts[1])},
		{"padding after its header", sign(forge.Part(`{"alg":"HS256" }`) + "==." + parts[1])},
		{"another last letter of its payload", sign(parts[0] + "." + twin(forge.Part(odd)))},
		{"another last letter of its header", sign(twin(forge.Part(`{"alg":"HS256" }`)) + "." + parts[1])},
	} {
		refusesSomehow(t, v, test.other,
			"a token with %s must be refused: if one token can be written in several ways, a list of revoked tokens doesn't find it (RFC 4648, section 3.5): %q", test.name, test.other)
	}
}

// twin returns the other spelling of a part whose last letter has bits that count for
// nothing: the same, with the last of these bits set.
func twin(part string) string {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	last := strings.IndexByte(letters, part[len(part)-1])
	return part[:len(part)-1] + letters[last|1:][:1]
}

// 5. A token that demands more than we understand is refused.
func TestVerify_RefusesCrit(t *testing.T) {
	v := newVerifier(t, key)
	accepts(t, v, forge.Sign(sha256.New, key, `{"alg":"HS256","typ":"JWT","kid":"1","extra":["not critical"]}`, payload(60)))

	for _, header := range []string{
		`{"alg":"HS256","crit":["exp"],"exp":4922899200}`, `{"alg":"HS256","crit":["b64"],"b64":false}`, `{"alg":"HS256","crit":["http://example.com/UNDEFINED"],"http://example.com/UNDEFINED":true}`,
		`{"crit":["bound-to"],"bound-to":"another server","alg":"HS256","typ":"JWT"}`, `{"alg":"HS256","crit":[]}`, `{"alg":"HS256","crit":"exp"}`,
	} {
		refusesSomehow(t, v, forge.Sign(sha256.New, key, header, payload(60)),
			"a token with crit must be refused, though it is rightly signed: it names what a verifier has to understand or else refuse the token, and we understand none of it (RFC 7515, section 4.1.11): %s", header)
	}
}
