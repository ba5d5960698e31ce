package contract

import (
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"tokenauth.example/scripts/internal/cache"
)

// node is the command for a server in JavaScript.
func node(t *testing.T) string {
	t.Helper()
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("there is no node on this machine")
	}
	if err := exec.CommandContext(t.Context(), node, "--eval", "if (Number(process.versions.node.split('.')[0]) < 18) process.exit(1)").Run(); err != nil {
		t.Skip("node is older than 18")
	}
	return node
}

// Each mistake in the server in JavaScript is found by the cases that are meant for it, and
// by none that has nothing to do with it. What was found is kept.
func TestFaultyServersInNode(t *testing.T) {
	if testing.Short() {
		t.Skip("it runs a server for each mistake")
	}
	command, b := node(t), newBench(t)
	text, err := os.ReadFile(filepath.Join("testdata", "server.mjs"))
	if err != nil {
		t.Fatal(err)
	}
	ground := cache.NewKey("contract in node 1")
	isCode := func(name string) bool { return filepath.Ext(name) == ".go" && !strings.HasSuffix(name, "_test.go") }
	if err := ground.AddTree(b.workshop.Path("scripts", "internal", "contract"), isCode); err != nil {
		t.Fatal(err)
	}
	ground.Add("server.mjs", text)
	slots := make(chan struct{}, max(1, runtime.NumCPU()/2))
	for _, f := range faults {
		t.Run(strings.ReplaceAll(f.name, " ", "-"), func(t *testing.T) {
			t.Parallel()
			if n := strings.Count(string(text), f.old); n != 1 {
				t.Fatalf("what it changes is in testdata/server.mjs %d times: %s", n, f.old)
			}
			slots <- struct{}{}
			defer func() { <-slots }()
			of := cache.NewKey(ground.String())
			of.Add(f.old+"\x00"+f.new+"\x00"+f.cases, nil)
			kept := b.workshop.Path(".workshop", "proofs", "contract", "node", strings.ReplaceAll(f.name, " ", "-")+".json")
			failed, ok := cache.Recall[map[string]string](kept, of.String())
			if !ok {
				file := filepath.Join(t.TempDir(), "server.mjs")
				if err := os.WriteFile(file, []byte(strings.Replace(string(text), f.old, f.new, 1)), 0o600); err != nil {
					t.Fatal(err)
				}
				only := caseNames("me")
				for _, name := range strings.Fields(f.cases) {
					only[name] = true
				}
				url := serve(t, []string{command, file}).URL
				for range 3 { // what is timed may not be judged at once on a machine with much to do
					if failed, _ = failures(t, Options{URL: url, Key: key, Jobs: 8, only: only}); len(failed) > 0 {
						break
					}
				}
				if t.Context().Err() == nil && !t.Failed() {
					cache.Remember(kept, of.String(), failed)
				}
			}
			for _, name := range strings.Fields(f.cases) {
				if _, ok := failed[name]; !ok && !isLater(name) {
					t.Errorf("%s does not find a server that %s. Found by: %s", name, f.name, strings.Join(slices.Sorted(maps.Keys(failed)), ", "))
				}
				delete(failed, name)
			}
			for name, story := range failed {
				t.Errorf("%s fails too, and has nothing to do with it: %s", name, story)
			}
		})
	}
}

// caseNames are the names of all cases of sections.
func caseNames(sections ...string) map[string]bool {
	names := map[string]bool{}
	for _, section := range Sections(1) {
		for _, c := range section.Cases {
			if slices.Contains(sections, section.Name) {
				names[section.Name+"/"+c.Name] = true
			}
		}
	}
	return names
}
