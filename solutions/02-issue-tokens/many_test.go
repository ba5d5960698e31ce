// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package token_test

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// 2. One Issuer serves many requests at once.
func TestIssue_KeepsSubjectsApart(t *testing.T) {
	issuer := newIssuer(t, time.Minute)
	issue(t, issuer, "user-1")

	// Many threads and many collections of garbage: the requests meet, on one processor too.
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(8))
	defer debug.SetGCPercent(debug.SetGCPercent(1))

	var issued [8][250]string // by request, and how often it was sent
	var failed [8]error
	start := make(chan struct{})
	var group sync.WaitGroup
	for i := range issued {
		group.Go(func() {
			<-start
			for n := range issued[i] {
				signed, _, err := issuer.Issue(fmt.Sprint("user-", i))
				if issued[i][n] = signed; err != nil {
					failed[i] = err
					return
				}
			}
		})
	}
	close(start)
	group.Wait()

	for i := range issued {
		require.NoError(t, failed[i], "tokens issued at the same moment must all be issued: nobody is sent away because somebody else logs in")
		for _, signed := range issued[i] {
			require.Equal(t, fmt.Sprint("user-", i), claimsOf(t, signed)["sub"],
				"tokens issued at the same moment must each have their own subject: with shared claims, people get each other's tokens")
			require.True(t, isSignedWith(t, secret, signed),
				"tokens issued at the same moment must each have their own signature: with a shared HMAC, the server refuses its own tokens when many log in")
		}
	}
}
