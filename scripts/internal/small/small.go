// Package small is for tests: it has a workshop of two small steps, on which the verbs of
// every room can be tried.
package small

import (
	_ "embed"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/tools/txtar"

	"tokenauth.example/scripts/internal/command"
	"tokenauth.example/scripts/internal/steps"
	"tokenauth.example/scripts/verbs"
)

//go:embed small.txtar
var archive []byte

// Unpack writes the small workshop into dir, and derives its steps. It uses the same modules
// as the workshop around the test, and so has its checksums: what the steps of that one need
// is all that a machine must have.
func Unpack(dir string) error {
	around, err := steps.Open(".")
	if err != nil {
		return err
	}
	unpacked := txtar.Parse(archive)
	for from, to := range map[string][]string{
		"solutions/01-hash-passwords/go.sum": {"solutions/01-add/go.sum", "solutions/02-sum/go.sum"},
		"solutions/go.work.sum":              {"solutions/go.work.sum"},
		"go.work.sum":                        {"go.work.sum"},
	} {
		sums, err := os.ReadFile(around.Path(filepath.FromSlash(from)))
		if err != nil {
			return err
		}
		for _, name := range to {
			unpacked.Files = append(unpacked.Files, txtar.File{Name: name, Data: sums})
		}
	}
	for _, file := range unpacked.Files {
		if err := Write(filepath.Join(dir, filepath.FromSlash(file.Name)), file.Data); err != nil {
			return err
		}
	}
	// A clone, as far as the runner looks.
	if err := os.MkdirAll(filepath.Join(dir, ".git"), 0o755); err != nil {
		return err
	}
	return derive(dir)
}

// derive writes the steps/ of the workshop in dir.
func derive(dir string) error {
	workshop, err := steps.Open(dir)
	if err != nil {
		return err
	}
	list, err := workshop.Steps()
	if err != nil {
		return err
	}
	for _, step := range list {
		files, err := step.Files()
		if err != nil {
			return err
		}
		for _, file := range files {
			if err := Write(filepath.Join(step.Dir(), filepath.FromSlash(file.Name)), file.Text); err != nil {
				return err
			}
		}
	}
	return nil
}

// Write writes a file, and makes its folder.
func Write(name string, content []byte) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	return os.WriteFile(name, content, 0o644)
}

// CompareDoor compares the verbs that a program's door has with those of the table.
func CompareDoor(t *testing.T, program string, door map[string]command.Func) {
	t.Helper()
	if named, wanted := slices.Sorted(maps.Keys(door)), slices.Sorted(slices.Values(verbs.Of(program))); !slices.Equal(named, wanted) {
		t.Errorf("the door has %q, and the table %q", named, wanted)
	}
}

// Scripts runs the scripts in testdata/scripts, each in a small workshop of its own.
// A script has the command mask besides those of testscript: mask stdout FILE copies what a
// command printed, with a word for all that differs from one machine or run to the next.
func Scripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:           filepath.Join("testdata", "scripts"),
		Setup:         Setup(t),
		UpdateScripts: os.Getenv("UPDATE") != "",
		Cmds:          map[string]func(*testscript.TestScript, bool, []string){"mask": mask},
	})
}

// Setup returns what makes a script run on the small workshop, with the caches of the user
// who runs the tests.
func Setup(t *testing.T) func(*testscript.Env) error {
	caches := map[string]string{}
	for _, name := range []string{"GOCACHE", "GOMODCACHE", "GOPROXY", "GOSUMDB"} {
		out, err := exec.Command("go", "env", name).Output()
		if err != nil {
			t.Fatal(err)
		}
		caches[name] = strings.TrimSpace(string(out))
	}
	return func(env *testscript.Env) error {
		for name, value := range caches {
			env.Setenv(name, value)
		}
		env.Setenv("BIN", filepath.SplitList(env.Getenv("PATH"))[0]) // where workshop is
		env.Setenv("GOFLAGS", "")
		env.Setenv("GOTOOLCHAIN", "local")
		return Unpack(env.WorkDir)
	}
}

// What differs from one machine or run to the next, and the word for it.
var masks = []struct {
	pattern *regexp.Regexp
	word    string
}{
	{regexp.MustCompile(`go version \S+ \S+`), "go version GO SYSTEM"},
	{regexp.MustCompile(`\w+/\w+, [0-9]+ processors, go\S+`), "SYSTEM, N processors, GO"},
	{regexp.MustCompile(`kept-[0-9]{8}-[0-9]{6}\.[0-9]{3}`), "kept-TIME"},
	{regexp.MustCompile(`\(([0-9]+m)?[0-9]+s\)`), "(TIME)"},
	{regexp.MustCompile(`(?s)\n\n  Now the rest is fetched.*From here on you need no network\.`), ""}, // only if it takes its time
	{regexp.MustCompile(`[0-9]+ (year|day|hour|minute|second)s? ago`), "SOME TIME ago"},
}

func mask(ts *testscript.TestScript, _ bool, args []string) {
	text := strings.ReplaceAll(ts.ReadFile(args[0]), ts.Getenv("WORK"), "WORK")
	for _, m := range masks {
		text = m.pattern.ReplaceAllString(text, m.word)
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(text), 0o644))
}
