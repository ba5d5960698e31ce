// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package verifier_test

import (
	"crypto/sha256"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"tokenauth.example/password/overhear"
	"tokenauth.example/token/forge"
)

// 2. What is refused is not repeated.
func TestVerify_KeepsTheTokenOutOfItsErrors(t *testing.T) {
	v := newVerifier(t, key)
	good := forge.HS256(key, payload(60))
	accepts(t, v, good)
	parts := strings.Split(good, ".")
	bad := []string{
		good, good + "x", parts[0] + "." + parts[1] + ".", "Bearer " + good, forge.HS256(key, payload(-60)),
		forge.Sign(sha256.New, key, `{"alg":"user-1"}`, payload(60)), forge.HS256(key, `{"sub":"user-1"`),
		forge.HS256(key, `{"sub":"user-1","exp":"user-1"}`), forge.HS256(key, `{"sub":"user-1"}`), forge.HS256(key, `{"sub":["user-1"],"exp":1}`),
		forge.Sign(sha256.New, key, `{"alg":"HS256","crit":["user-1"]}`, payload(60)), good + "\n",
	}
	said := overhear.Printed(t, func() {
		for _, signed := range bad {
			_, err := v.Verify(signed)
			fmt.Printf("it returned %+v\n", err)
		}
	})

	const why = "neither an error nor anything that is printed may repeat %s: errors go to logs, and somebody who reads those could use it (CVE-2019-11250)"
	for _, signed := range bad {
		for part := range strings.SplitSeq(signed, ".") {
			if len(part) >= 12 {
				require.Empty(t, overhear.Line(said, part, 12), why, "the token or a piece of it")
			}
		}
	}
	require.Empty(t, overhear.Line(said, "user-1", 6), why, "what the token says")
	require.Empty(t, overhear.Line(said, string(key), 6), why, "the key")
	require.Empty(t, overhear.Line(said, string(forge.MAC(sha256.New, key, parts[0]+"."+parts[1])), 6), why, "what would be a right signature")
}
