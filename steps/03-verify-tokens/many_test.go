// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package verifier_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"tokenauth.example/token/forge"
)

// 2. One Verifier serves many requests at once.
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
