// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package password_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tokenauth.example/password"
	"tokenauth.example/password/overhear"
)

// quirky is a word that nobody prints by chance.
const quirky = "xQz7wVk9"

// 2. Neither an error nor anything that is printed repeats the password.
func TestHash_KeepsThePasswordOutOfErrorsAndLogs(t *testing.T) {
	hashOf(t, quirky+quirky)

	said := overhear.Printed(t, func() {
		for _, plain := range []string{quirky[:7], quirky + "\x00" + quirky, strings.Repeat(quirky, 10), quirky + quirky} {
			for _, cost := range []int{hasher.Cost, 99} {
				_, err := password.Hasher{Cost: cost}.Hash(plain)
				fmt.Printf("it returned %+v\n", err)
			}
		}
	})
	assert.Empty(t, overhear.Line(said, quirky, 4),
		"neither an error nor anything that is printed may repeat the password, not even a part of it: many people read logs, and nobody deletes them (CWE-532)")
}

// 4. Neither an error nor anything that is printed repeats the password or the hash.
func TestVerify_KeepsSecretsOutOfErrorsAndLogs(t *testing.T) {
	hash := hashOf(t, quirky+quirky)
	require.NoError(t, hasher.Verify(hash, quirky+quirky), "first, the right password must be accepted")

	said := overhear.Printed(t, func() {
		for _, stored := range []string{hash, hash[:40], "$9z" + hash[3:]} {
			for _, plain := range []string{quirky + quirky, "wrong" + quirky, quirky + "\x00", strings.Repeat(quirky, 10)} {
				err := hasher.Verify(stored, plain)
				fmt.Printf("it returned %+v\n", err)
			}
		}
	})
	assert.Empty(t, overhear.Line(said, quirky, 4),
		"neither an error nor anything that is printed may repeat the password, not even a part of it: even a wrong one is nearly the right one (CWE-532)")
	assert.Empty(t, overhear.Line(said, hash[len(hash)-40:], 8),
		"neither an error nor anything that is printed may repeat the hash: somebody who reads it can try passwords against it (CWE-532)")
}
