package grade

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"go/parser"
	"go/token"
)

// The canaries.
const (
	mustPass = "must pass"
	mustFail = "must fail"
)

// aliases gives each test, and each canary, a name that the submission cannot know, so
// that it cannot print its verdict.
func (s sheet) aliases() map[string]string {
	names := map[string]string{}
	for _, test := range s.tests {
		names[test.Name] = "Test" + rand.Text()
	}
	names[mustPass], names[mustFail] = "Test"+rand.Text(), "Test"+rand.Text()
	return names
}

// wrappers is a file of tests with the aliases as their names.
func (s sheet) wrappers(names map[string]string) ([]byte, error) {
	var source bytes.Buffer
	for _, file := range s.files {
		if file.Name != s.tests[0].File {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file.Name, file.Text, parser.PackageClauseOnly)
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(&source, "package %s\n\nimport \"testing\"\n", parsed.Name.Name)
	}
	for _, test := range s.tests {
		fmt.Fprintf(&source, "\nfunc %s(t *testing.T) { %s(t) }\n", names[test.Name], test.Name)
	}
	nonce := make([]byte, 8)
	rand.Read(nonce)
	fmt.Fprintf(&source, "\nfunc %s(*testing.T) {}\n\nfunc %s(t *testing.T) { t.Error(%q) }\n", names[mustPass], names[mustFail], hex.EncodeToString(nonce))
	return source.Bytes(), nil
}
