// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package elsewhere_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"tokenauth.example/elsewhere"
)

// 4. Where people wanted to go.
func TestPathHere_KeepsOurPaths(t *testing.T) {
	for _, next := range []string{"/", "/tasks", "/tasks/", "/tasks?done=1&q=a%20b", "/tasks/7#notes", "/a:b", "/tasks?next=https://example.com/", "/caf%C3%A9", "/a//b", "/@ann", "/.well-known/x"} {
		assert.Equal(t, next, elsewhere.PathHere(next), "it's a path of ours, and must be kept as it is")
	}
}

// 4. Nowhere else.
func TestPathHere_RefusesOtherSites(t *testing.T) {
	for _, next := range []string{
		"", "tasks", "https://evil.com", "https://evil.com/tasks", "http:evil.com", "//evil.com", "///evil.com", `/\evil.com`, `\\evil.com`, `\/evil.com`,
		"/\t/evil.com", "/\n/evil.com", "\t//evil.com", " //evil.com", " /tasks", "javascript:alert(1)", "data:text/html,x", "https:/evil.com", "/tasks\r\nSet-Cookie: a=b",
		"https://tasks.example@evil.com/", "?next=x", "#x", "/%zz", "/\x7f/evil.com", `/tasks\..\..\\evil.com`, "mailto:ann@evil.com",
	} {
		assert.Equal(t, "/", elsewhere.PathHere(next), "%q may lead a browser elsewhere: somebody who has just logged in here trusts the page that comes next (CWE-601)", next)
	}
}
