// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package password

import (
	_ "embed"
	"strings"
	"sync"
)

// The list becomes a part of the program when it is compiled. Its first lines say where it
// comes from.
//
//go:embed common.txt
var commonText string

// common is the set of the passwords in the list. It is made when it is first needed, once.
var common = sync.OnceValue(func() map[string]bool {
	set := map[string]bool{}
	for line := range strings.Lines(commonText) {
		if word := strings.TrimSpace(line); word != "" && !strings.HasPrefix(word, "#") {
			set[word] = true
		}
	}
	return set
})

// IsCommon reports whether plain is one of the passwords that most people choose, and that
// attackers therefore try first. It compares the whole password, in upper or lower case.
func IsCommon(plain string) bool {
	return common()[strings.ToLower(plain)]
}
