package main

import (
	"os"
	"os/exec"
	"path/filepath"
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
	})
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
