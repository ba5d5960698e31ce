// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package token_test

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tokenauth.example/password/overhear"
	"tokenauth.example/token"
)

// 1. Neither an error nor anything that is printed repeats the key.
func TestNewIssuer_KeepsTheKeyOutOfErrorsAndLogs(t *testing.T) {
	newIssuer(t, time.Minute)

	said := overhear.Printed(t, func() {
		for _, key := range []string{secret, secret[:31], secret[:8]} {
			for _, lifetime := range []time.Duration{time.Minute, 0} {
				issuer, err := token.NewIssuer([]byte(key), lifetime)
				_ = issuer
				fmt.Printf("it returned %+v\n", err)
			}
		}
	})
	assert.Empty(t, overhear.Line(said, secret, 6),
		"neither an error nor anything that is printed may repeat the key, not even a part of it: somebody who reads it can sign tokens for everybody (CWE-532)")
}

// 2. The token doesn't contain the key.
func TestIssue_KeepsTheKeyOutOfTheToken(t *testing.T) {
	signed := issue(t, newIssuer(t, time.Minute), "user-1")
	claimsOf(t, signed)

	for part := range strings.SplitSeq(signed, ".") {
		text, err := base64.RawURLEncoding.DecodeString(part)
		require.NoError(t, err, "every part must be base64url without padding")
		assert.Empty(t, overhear.Line(string(text), secret, 6),
			"the key must not be in the token, not even a part of it: everybody who has one can read it, it is only base64")
	}
}

// 2. Neither an error nor anything that is printed repeats the token or the key.
func TestIssue_KeepsTokenAndKeyOutOfErrorsAndLogs(t *testing.T) {
	issuer := newIssuer(t, time.Minute)
	signed := ""
	said := overhear.Printed(t, func() {
		signed, _, _ = issuer.Issue("user-1")
		_, _, err := issuer.Issue("")
		fmt.Printf("it returned %+v\n", err)
	})
	require.NotEmpty(t, signed, "Issue must issue a token for an ordinary subject")
	claimsOf(t, signed)

	assert.Empty(t, overhear.Line(said, signed[strings.Index(signed, "."):], 20),
		"neither an error nor anything that is printed may repeat the token, not even its end: a server takes somebody who reads it for its subject (CWE-532)")
	assert.Empty(t, overhear.Line(said, secret, 6),
		"neither an error nor anything that is printed may repeat the key, not even a part of it: somebody who reads it can sign tokens for everybody (CWE-532)")
}
