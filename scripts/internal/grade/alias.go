package grade

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"go/parser"
	"go/token"
	mathrand "math/rand/v2"
	"path"
	"path/filepath"
	"strings"

	"tokenauth.example/scripts/internal/gotest"
	"tokenauth.example/scripts/internal/gotest/vouch"
)

// canaries are tests of which everybody knows how they end. There are several of each kind,
// in places that differ each time, and with names like those of the others, so that nothing
// tells them from the tests.
const canaries = 3

// aliases are the names that tests, and canaries, have in a binary. The submission cannot
// know them, so that it cannot print a verdict.
type aliases struct {
	of         map[string]string // by test
	pass, fail []string          // the canaries that must pass, and must fail
	folder     string            // of package vouch
}

func (s sheet) aliases() aliases {
	a := aliases{of: map[string]string{}, folder: "zz" + strings.ToLower(rand.Text())}
	for _, test := range s.tests {
		a.of[test.Name] = newAlias()
	}
	for range canaries {
		a.pass, a.fail = append(a.pass, newAlias()), append(a.fail, newAlias())
	}
	return a
}

func newAlias() string { return "Test" + rand.Text() }

// names are all names that the binary has for tests.
func (a aliases) names() []string {
	list := append(append([]string{}, a.pass...), a.fail...)
	for _, name := range a.of {
		list = append(list, name)
	}
	return list
}

// addTo adds to a build what runs the tests under their aliases, and vouches for them: a
// file of tests, the package that it uses, and a test's file that has the submission's own
// package import it too, so that it is initialised first.
func (a aliases) addTo(overlay gotest.Overlay, s sheet) error {
	of, err := s.testPackage()
	if err != nil {
		return err
	}
	importPath := path.Join(s.module, a.folder)
	dir := s.step.SolutionDir()
	overlay[filepath.Join(dir, a.folder, "vouch.go")] = append(bytes.Clone(vouch.Source), "\nfunc init() { Begin() }\n"...)
	overlay[filepath.Join(dir, "zz_grader_test.go")] = a.wrappers(of, importPath)
	overlay[filepath.Join(dir, "zz_grader_first_test.go")] = fmt.Appendf(nil, "package %s\n\nimport _ %q\n", s.packageName(""), importPath)
	return nil
}

// wrappers is a file of tests that have the aliases as their names, in any order.
func (a aliases) wrappers(of, importPath string) []byte {
	var functions []string
	wrap := func(name, body string) {
		functions = append(functions, fmt.Sprintf("\nfunc %s(t *testing.T) { %s.Test(t, %q, func() { %s }) }\n", name, a.folder, name, body))
	}
	for test, name := range a.of {
		wrap(name, test+"(t)")
	}
	for i, name := range a.pass {
		wrap(name, fmt.Sprintf("t.Log(%d)", i))
		wrap(a.fail[i], []string{"t.Error(%q)", "t.Fatal(%q)", "t.Log(%q); t.Fail()"}[i%3])
		last := len(functions) - 1
		functions[last] = strings.Replace(functions[last], "%q", fmt.Sprintf("%q", rand.Text()), 1)
	}
	mathrand.Shuffle(len(functions), func(i, j int) { functions[i], functions[j] = functions[j], functions[i] })
	return fmt.Appendf(nil, "package %s\n\nimport (\n\t\"testing\"\n\n\t%s %q\n)\n%s", of, a.folder, importPath, strings.Join(functions, ""))
}

// testPackage is the name of the package that the tests are in.
func (s sheet) testPackage() (string, error) {
	for _, file := range s.files {
		if file.Name == s.tests[0].File {
			parsed, err := parser.ParseFile(token.NewFileSet(), file.Name, file.Text, parser.PackageClauseOnly)
			if err != nil {
				return "", err
			}
			return parsed.Name.Name, nil
		}
	}
	return "", fmt.Errorf("%s: the file of the tests is missing", s.step.Name)
}
