package contract

import (
	"slices"
	"strings"
)

// notInSecond are cases of the first server that the second one answers in another way.
var notInSecond = strings.Fields(`
	log-in/refuses-the-grant-refresh-token
	tokens/are-signed-with-HS256
`)

// secondSections are those of the second track's server: what it has of the first one's, with
// what it says in another way, and what it has besides.
func secondSections() (sections []Section) {
	for _, s := range firstSections() {
		s.Cases = slices.DeleteFunc(s.Cases, func(c Case) bool {
			return c.Key || slices.Contains(notInSecond, s.Name+"/"+c.Name)
		})
		sections = append(sections, s)
	}
	return append(sections,
		Section{"scopes", "What a token may do", scopeRules()},
		Section{"renewal", "A refresh token renews once", renewals()},
		Section{"ending", "POST /auth/revoke and POST /auth/logout end a session", endings()},
		Section{"new-password", "POST /auth/password changes it", newPasswords()},
		Section{"keys", "Anybody can verify a token, and nobody else can make one", publishedKeys()},
		Section{"pages", "Pages have a cookie that no other site can use", pageRules()},
		Section{"throttle", "Somebody who guesses is stopped, and nobody else", throttles()},
	)
}
