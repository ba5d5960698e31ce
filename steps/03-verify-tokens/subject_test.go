// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package verifier_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"tokenauth.example/token/forge"
	"tokenauth.example/verifier"
)

// 4. A token without a subject is refused.
// Stays: it asks for the plainest case, and so says most plainly what is wrong.
func TestVerify_RefusesATokenWithoutASubject(t *testing.T) {
	v := newVerifier(t, key)
	accepts(t, v, forge.HS256(key, payload(60)))
	exp := time.Now().Unix() + 60
	for _, text := range []string{
		`{"exp":%d}`, `{"sub":"","exp":%d}`,
		`{"exp":%d,"jti":"user-1","iss":"user-1","uid":"user-1","user_id":"user-1","name":"user-1","username":"user-1","email":"user-1"}`,
	} {
		refuses(t, v, forge.HS256(key, fmt.Sprintf(text, exp)), "ErrNoSubject",
			"a token that does not say whose it is must be refused: the server would look for a user without an id: "+text, exp)
	}
}

// 4. A subject that is not text is refused.
func TestVerify_RefusesASubjectThatIsNotAString(t *testing.T) {
	v := newVerifier(t, key)
	accepts(t, v, forge.HS256(key, payload(60)))
	for _, sub := range []string{`1`, `1.5`, `true`, `null`, `["user-1"]`, `{"id":"user-1"}`} {
		refusesSomehow(t, v, forge.HS256(key, fmt.Sprintf(`{"sub":%s,"exp":%d}`, sub, time.Now().Unix()+60)),
			"a token whose sub is %s must be refused: sub is a string, and code that takes that for granted panics (RFC 7519, section 4.1.2)", sub)
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
