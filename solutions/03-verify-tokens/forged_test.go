// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package verifier_test

import (
	"bytes"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tokenauth.example/token/forge"
)

// 2. A token that says alg none is refused, in every spelling.
func TestVerify_RefusesAlgNone(t *testing.T) {
	v := fixedVerifier(t)
	for _, name := range []string{"none-lower.jwt", "none-capital.jwt", "none-upper.jwt", "none-mixed.jwt", "none-with-signature.jwt"} {
		refuses(t, v, fixed(t, name), "ErrAlgorithm",
			"%s says that it needs no signature, and must be refused for that: anybody could write it (CVE-2022-23540)", name)
	}

	v = newVerifier(t, key)
	accepts(t, v, forge.HS256(key, payload(60)))
	for _, header := range []string{`{"alg":"none"}`, `{"alg":"None"}`, `{"alg":"NONE"}`, `{"alg":""}`, `{"alg":null}`, `{}`} {
		refuses(t, v, forge.Unsigned(header, payload(60)), "ErrAlgorithm",
			"a token without a signature must be refused: its header is %s, and anybody could write it", header)
	}
	for _, header := range []string{`{"alg":0}`, `{"alg":["HS256"]}`} {
		refusesSomehow(t, v, forge.Unsigned(header, payload(60)), "an alg that is not text must be refused: the header is %s", header)
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
		refuses(t, v, forge.Sign(test.newHash, key, `{"alg":"`+test.alg+`"}`, payload(60)), "ErrAlgorithm",
			"a token signed with %s must be refused, though the key is right: we issue HS256 alone, and the sender must not choose (RFC 8725, section 3.1)", test.alg)
	}
}

// 2. The token does not choose the key.
func TestVerify_LetsNoTokenChooseItsKey(t *testing.T) {
	v := fixedVerifier(t)
	ours := []byte(fixed(t, "hmac-key-for-tests-only.txt"))
	_, err := v.Verify(forge.Sign(sha256.New, ours, `{"alg":"HS256","kid":"none-of-ours"}`, payload(60)))
	assert.NoError(t, err, "a token that our key has signed must be accepted, whatever key it names: on the day the issuer begins to name its key, nobody would get in")
	for _, test := range []struct{ name, want string }{
		{"rs256.jwt", "ErrAlgorithm"}, {"embedded-jwk.jwt", "ErrAlgorithm"}, {"rs256-as-hs256.jwt", "ErrSignature"}, {"rs256-signature-under-hs256.jwt", "ErrSignature"},
	} {
		refuses(t, v, fixed(t, test.name), test.want, "%s must be refused: it wants its signature checked with a key, or in a way, that isn't ours (RFC 8725, section 2.1)", test.name)
	}
	for _, place := range keyPlaces(t) {
		for _, name := range []string{"kid", "jku", "x5u", "jwk", "x5c", "x5t", "key", "secret", "cty"} {
			header := fmt.Sprintf(`{"alg":"HS256","%s":%s}`, name, place.value)
			refuses(t, v, forge.Sign(sha256.New, place.key, header, payload(60)), "ErrSignature",
				"a token must not choose the key with which it is checked, and this one names %s: its sender knows what is there (RFC 8725, section 3.10): %s", place.name, header)
		}
	}
}

// place is where an attacker's token says that its key is.
type place struct {
	name, value string // what is there, and the JSON that leads there
	key         []byte
}

// anyURL answers each request with a key.
type anyURL []byte

func (k anyURL) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusOK, Request: r, Header: http.Header{}, Body: io.NopCloser(bytes.NewReader(k))}, nil
}

// keyPlaces puts a key that the attacker knows wherever code might look for one.
func keyPlaces(t *testing.T) []place {
	theirs := []byte("a-key-that-the-attacker-has-chosen")
	file := filepath.Join(t.TempDir(), "upload.txt")
	require.NoError(t, os.WriteFile(file, theirs, 0o600))
	t.Setenv("WORKSHOP_TEST_THEIRS", string(theirs))
	web := http.DefaultTransport
	t.Cleanup(func() { http.DefaultTransport = web })
	http.DefaultTransport = anyURL(theirs)

	return []place{
		{"its own text", fmt.Sprintf("%q", theirs), theirs},
		{"its own text in base64url", fmt.Sprintf("%q", forge.Part(string(theirs))), theirs},
		{"its own text in base64", fmt.Sprintf("%q", base64.StdEncoding.EncodeToString(theirs)), theirs},
		{"its own text in hex", fmt.Sprintf("%q", hex.EncodeToString(theirs)), theirs},
		{"a key that it brings along", fmt.Sprintf(`{"kty":"oct","k":%q}`, forge.Part(string(theirs))), theirs},
		{"a list with a key that it brings along", fmt.Sprintf(`[%q]`, base64.StdEncoding.EncodeToString(theirs)), theirs},
		{"a file that the attacker could write", fmt.Sprintf("%q", file), theirs},
		{"an environment variable", `"WORKSHOP_TEST_THEIRS"`, theirs},
		{"a page of the attacker's", `"https://attacker.example/key"`, theirs},
		{"a key that nobody has", `"none-of-ours"`, nil},
		{"an empty file", fmt.Sprintf("%q", os.DevNull), nil},
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
		{"whose signature has something after it", good + "x"},
		{"whose signature was cut short", parts[0] + "." + parts[1] + "." + parts[2][:20]},
		{"whose signature is its HMAC-SHA512, cut to 32", parts[0] + "." + parts[1] + "." + forge.Part(string(forge.MAC(sha512.New, key, parts[0]+"."+parts[1])[:32]))},
	} {
		refuses(t, v, test.signed, "ErrSignature",
			"a token %s must be refused: the signature is all that keeps people from writing their own", test.name)
	}
}
