package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"workshop":         func() { os.Exit(mainCode()) },
		"workshop-ungated": func() { ungated = true; os.Exit(mainCode()) },
	})
}

// The scripts drive the command itself, on a small workshop that stands in
// testdata/small.txtar.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:           filepath.Join("testdata", "scripts"),
		Setup:         onSmall(t),
		UpdateScripts: os.Getenv("UPDATE") != "",
		Cmds:          map[string]func(*testscript.TestScript, bool, []string){"mask": mask},
	})
}

// What differs from one machine or run to the next, and what stands for it.
var masks = []struct {
	pattern *regexp.Regexp
	stands  string
}{
	{regexp.MustCompile(`go version \S+ \S+`), "go version GO SYSTEM"},
	{regexp.MustCompile(`\w+/\w+, [0-9]+ processors, go\S+`), "SYSTEM, N processors, GO"},
	{regexp.MustCompile(`kept-[0-9]{8}-[0-9]{6}\.[0-9]{3}`), "kept-TIME"},
	{regexp.MustCompile(`[0-9]+ (year|day|hour|minute|second)s? ago`), "SOME TIME ago"},
}

// mask copies what a command printed, with a word for all that differs from one machine or
// run to the next: mask stdout FILE.
func mask(ts *testscript.TestScript, _ bool, args []string) {
	text := strings.ReplaceAll(ts.ReadFile(args[0]), ts.Getenv("WORK"), "WORK")
	for _, m := range masks {
		text = m.pattern.ReplaceAllString(text, m.stands)
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(text), 0o644))
}

// onSmall returns what sets a script up to run on the small workshop, with the caches of
// whoever runs the tests.
func onSmall(t *testing.T) func(*testscript.Env) error {
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
		return small(env.WorkDir)
	}
}
