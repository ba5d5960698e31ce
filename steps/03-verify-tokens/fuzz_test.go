// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package verifier_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"strconv"
	"strings"
	"testing"
	"time"

	"tokenauth.example/token/forge"
	"tokenauth.example/verifier"
)

// FuzzVerify sends anything. What is accepted must be rightly signed, in time, and
// somebody's, as far as base64, HMAC and JSON alone can tell.
//
//	go test -fuzz=FuzzVerify ./steps/03-verify-tokens
func FuzzVerify(f *testing.F) {
	v, err := verifier.New(key)
	if err != nil {
		f.Skip("New does not take a key yet")
	}
	good := forge.HS256(key, `{"sub":"user-1","exp":4102444800}`)
	for _, seed := range []string{
		good, good + "x", good + ".", "", ".", "..", "...", "a.b.c", "Bearer " + good, strings.ReplaceAll(good, ".", ". "),
		forge.Unsigned(`{"alg":"none"}`, `{"sub":"user-1","exp":4102444800}`),
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, signed string) { judge(t, v, signed) })
}

// FuzzVerify_Signed signs any header and any payload with the right key, so that what
// lies behind the signature is reached.
func FuzzVerify_Signed(f *testing.F) {
	v, err := verifier.New(key)
	if err != nil {
		f.Skip("New does not take a key yet")
	}
	for _, seed := range [][2]string{
		{forge.Header, `{"sub":"user-1","exp":4102444800}`}, {forge.Header, `{"sub":"","exp":4102444800}`},
		{forge.Header, `{"sub":1,"exp":1e300}`}, {forge.Header, `{"sub":"a","SUB":"b","exp":"4102444800"}`},
		{forge.Header, `null`}, {forge.Header, `[]`}, {forge.Header, `{"sub":"a","sub":"b","exp":1,"exp":4102444800}`},
		{`{"alg":"none"}`, `{"sub":"user-1"}`}, {`{"alg":["HS256"]}`, `{}`}, {`{"alg":"HS256","crit":["x"]}`, `{"nbf":4102444800}`},
		{`{"ALG":"HS256"}`, `{"sub":"\ud800","exp":4102444800}`},
	} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, header, payload string) {
		judge(t, v, forge.Sign(sha256.New, key, header, payload))
	})
}

// judge checks what Verify says of a token.
func judge(t *testing.T, v *verifier.Verifier, signed string) {
	subject, err := v.Verify(signed)
	if again, errAgain := v.Verify(signed); again != subject || (err == nil) != (errAgain == nil) {
		t.Fatalf("the same token was judged twice, and differently: %q %v, then %q %v", subject, err, again, errAgain)
	}
	if err != nil {
		if subject != "" {
			t.Fatalf("refused, and yet there is a subject: %q", subject)
		}
		return
	}
	dot := strings.LastIndexByte(signed, '.')
	header, claims, signature, err := forge.Decode(signed)
	if err != nil {
		t.Fatalf("accepted, and it is not a token: %v", err)
	}
	if _, ok := header["crit"]; ok {
		t.Fatalf("accepted, and it demands what nobody here understands: %v", header)
	}
	for part := range strings.SplitSeq(signed, ".") {
		if raw, err := base64.RawURLEncoding.DecodeString(part); err != nil || forge.Part(string(raw)) != part {
			t.Fatalf("accepted, and it is another spelling of the token: %q", signed)
		}
	}
	if !hmac.Equal(signature, forge.MAC(sha256.New, key, signed[:dot])) {
		t.Fatalf("accepted, and its signature is wrong: %s", signed)
	}
	inTime, named := false, false
	for name, value := range claims {
		switch {
		case name == "exp" && seconds(value) > float64(time.Now().Unix()-1):
			inTime = true
		case name == "nbf" && seconds(value) > float64(time.Now().Unix()+1):
			t.Fatalf("accepted, and it is not valid yet: %s", signed)
		case name == "sub" && value == any(subject) && subject != "":
			named = true
		}
	}
	if !inTime {
		t.Fatalf("accepted, and it has no exp, or one that is over: %v", claims)
	}
	if !named {
		t.Fatalf("accepted for %q, and that is not the string that was signed: %v", subject, claims)
	}
}

// seconds is a claim's value as a number, if it is one.
func seconds(value any) float64 {
	number, ok := value.(json.Number)
	if !ok {
		return 0
	}
	n, _ := strconv.ParseFloat(number.String(), 64) // +Inf for what is too large
	return n
}
