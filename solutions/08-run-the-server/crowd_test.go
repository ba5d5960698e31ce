// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package main

import (
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"

	"tokenauth.example/login/apitest"
)

// 5. A crowd is served, each with their own.
//
// Go ends a program that writes one map in two goroutines at a time. So many ask at once, also
// for a path whose name takes a while to compare.
//
// Stays: two writes of one map meet by chance, so on a busy machine no mistake proves it.
func TestNewHandler_ServesACrowd(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(max(4, runtime.NumCPU())))
	h := newHouse(t)
	path := "/" + strings.Repeat("x", 50_000)
	var crowd sync.WaitGroup
	for _, name := range []string{"ann", "bob", "cid", "dot"} {
		user := h.accounts.SignUp(t, name+"@example.com")
		bearer := "Bearer " + tokenFor(user.ID)
		crowd.Go(func() {
			for range 40 {
				me := apitest.Ask(h.handler, apitest.Request("GET", "/auth/me", "", "Authorization", bearer))
				if !assert.Equal(t, "200", me.Outcome(), "each of a crowd must be served") ||
					!assert.Equal(t, user.ID, me.JSON()["id"], "each of a crowd must be told who they are, and not who somebody else is") {
					return
				}
				nothing := apitest.Ask(h.handler, apitest.Request("GET", path, "", "Authorization", bearer))
				if !assert.Equal(t, "404 not_found", nothing.Outcome(), "a path that doesn't exist must be a 404 in a crowd, too") {
					return
				}
			}
		})
	}
	crowd.Wait()
}
