package steps_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tokenauth.example/scripts/internal/steps"
)

// workshop makes a workshop of these files, by their names in its top folder.
func workshop(t *testing.T, files map[string]string) *steps.Workshop {
	t.Helper()
	root := t.TempDir()
	if err := os.Mkdir(filepath.Join(root, "steps"), 0o755); err != nil {
		t.Fatal(err)
	}
	for name, content := range files {
		path := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	w, err := steps.Open(root)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func TestServers(t *testing.T) {
	library := map[string]string{"solutions/01-add/add.go": "package add", "solutions/01-add/add_test.go": "package add_test"}
	for _, test := range []struct {
		name  string
		files map[string]string
		want  string
	}{
		{"the only program", map[string]string{"solutions/02-serve/main.go": "package main", "solutions/02-serve/main_test.go": "package main"}, "02-serve"},
		{"two, in order", map[string]string{"solutions/02-serve/main.go": "package main", "solutions/03-more/main.go": "package main"}, "02-serve 03-more"},
		{"before a library", map[string]string{"solutions/02-serve/main.go": "package main", "solutions/03-more/more.go": "package more"}, "02-serve"},
		{"before a library with a program below it", map[string]string{"solutions/02-serve/main.go": "package main",
			"solutions/03-more/more.go": "package more", "solutions/03-more/cmd/more/main.go": "package main"}, "02-serve"},
		{"before a step without code of its own", map[string]string{"solutions/02-serve/main.go": "package main", "solutions/03-more/more/more.go": "package more"}, "02-serve"},
	} {
		t.Run(test.name, func(t *testing.T) {
			for name, content := range library {
				test.files[name] = content
			}
			if got, err := workshop(t, test.files).Servers(); err != nil || names(got) != test.want {
				t.Errorf("the servers are %q, %v, and not %q", names(got), err, test.want)
			}
		})
	}
	if got, err := workshop(t, library).Servers(); !errors.Is(err, steps.ErrNoServer) {
		t.Errorf("without a program the servers are %q, %v", names(got), err)
	}
	library["solutions/02-broken/a.go"], library["solutions/02-broken/b.go"] = "package a", "package b"
	if got, err := workshop(t, library).Servers(); err == nil || errors.Is(err, steps.ErrNoServer) || !strings.Contains(err.Error(), "02-broken") {
		t.Errorf("with two packages in a folder the servers are %q, %v", names(got), err)
	}
}

// names returns the names of steps, with spaces between.
func names(list []steps.Step) string {
	var names []string
	for _, step := range list {
		names = append(names, step.Name)
	}
	return strings.Join(names, " ")
}

func TestServers_OfThisWorkshop(t *testing.T) {
	w, err := steps.Open(".")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := w.Servers(); err != nil || names(got) != "08-run-the-server 15-serve-a-browser" {
		t.Errorf("the servers are %q, %v", names(got), err)
	}
}

func TestFind(t *testing.T) {
	w := workshop(t, map[string]string{"solutions/01-add/add.go": "package add", "solutions/02-serve/main.go": "package main"})
	for query, want := range map[string]string{"2": "02-serve", "02": "02-serve", "02-serve": "02-serve", "steps/02-serve/": "02-serve", "solutions/01-add": "01-add"} {
		if got, err := w.Find(query); err != nil || got.Name != want {
			t.Errorf("Find(%q) is %q, %v", query, got.Name, err)
		}
	}
	for _, query := range []string{"", "3", "002", "serve"} {
		if got, err := w.Find(query); err == nil {
			t.Errorf("Find(%q) is %q", query, got.Name)
		}
	}
}

func TestState(t *testing.T) {
	w := workshop(t, map[string]string{
		"solutions/01-add/add.go":  "package add\n",
		"solutions/01-add/less.go": "package add\n", "steps/01-add/less.go": "package add\r\n",
		"solutions/01-add/more.go": "package add\n", "steps/01-add/more.go": "package add // mine\n",
	})
	step, err := w.Find("1")
	if err != nil {
		t.Fatal(err)
	}
	files, err := step.Files()
	if err != nil || len(files) != 3 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for i, want := range []struct {
		state steps.FileState
		text  string
	}{{steps.Missing, ""}, {steps.Untouched, "package add\r\n"}, {steps.Changed, "package add // mine\n"}} {
		if state, text, err := step.State(files[i]); err != nil || state != want.state || string(text) != want.text {
			t.Errorf("%s is %d, %q, %v", files[i].Name, state, text, err)
		}
	}
}
