package contract

import (
	"slices"
	"strings"
)

// later are cases that the reference server does not pass yet. Nobody is asked them.
var later = strings.Fields(`
	tokens/refuses-an-nbf-beyond-all-time
`)

func isLater(name string) bool { return slices.Contains(later, name) }

// asked are the cases of a section that are asked.
func asked(section string, cases []Case) []Case {
	return slices.DeleteFunc(cases, func(c Case) bool { return isLater(section + "/" + c.Name) })
}
