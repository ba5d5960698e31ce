package main

import (
	"bytes"
	"io"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tokenauth.example/scripts/internal/screen"
	"tokenauth.example/scripts/internal/server"
	"tokenauth.example/scripts/internal/session"
	"tokenauth.example/scripts/internal/steps"
)

// A .env adds to the environment, and what is wrong with it is said by the line, without the
// key.
func TestSettings(t *testing.T) {
	around, err := steps.Open(".")
	if err != nil {
		t.Fatal(err)
	}
	servers, err := around.Servers()
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ env, has, prints, fails string }{
		{"SECRET_KEY=a$HOME#b\n", "SECRET_KEY=a$HOME#b", "", ""},
		{"\uFEFFSECRET_KEY=\"quoted\"\r\nBCRYPT_COST=11\r\n", "BCRYPT_COST=11", "", ""},
		{"SECRET_KEY=k\nADR=127.0.0.1:9000\n", "ADR=127.0.0.1:9000", "line 2 of .env sets ADR, which the server does not read", ""},
		{"SECRET_KEY=k\nADDR 127.0.0.1:9000\n", "", "", "line 2: there is no ="},
		{"the-secret-key\n", "", "", "line 1: there is no ="},
	} {
		var printed bytes.Buffer
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, ".env"), []byte(test.env), 0o600); err != nil {
			t.Fatal(err)
		}
		s := &session.Session{Workshop: &steps.Workshop{Root: dir}, Screen: screen.Plain(&printed)}
		env, err := settings(s, servers[0].SolutionDir())
		if test.has != "" && !slices.Contains(env, test.has) {
			t.Errorf("%q: the environment lacks %s", test.env, test.has)
		}
		if said := strings.Join(strings.Fields(printed.String()), " "); !strings.Contains(said, test.prints) || test.prints == "" && said != "" {
			t.Errorf("%q: it prints %q", test.env, said)
		}
		if (err != nil) != (test.fails != "") || err != nil && (!strings.Contains(err.Error(), test.fails) || strings.Contains(err.Error(), "secret-key")) {
			t.Errorf("%q: %v", test.env, err)
		}
	}
}

// Without a .env there is one afterwards, which nobody else may read, with a key that is good.
func TestSettings_MakesAKey(t *testing.T) {
	around, err := steps.Open(".")
	if err != nil {
		t.Fatal(err)
	}
	servers, err := around.Servers()
	if err != nil {
		t.Fatal(err)
	}
	s := &session.Session{Workshop: &steps.Workshop{Root: t.TempDir()}, Screen: screen.Plain(io.Discard)}
	first, err := settings(s, servers[0].SolutionDir())
	if err != nil {
		t.Fatal(err)
	}
	second, err := settings(s, servers[0].SolutionDir())
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(first, func(v string) bool { return strings.HasPrefix(v, "SECRET_KEY=") })
	if i < 0 || len(first[i]) != len("SECRET_KEY=")+64 || !slices.Equal(first, second) {
		t.Errorf("there is no key, or another one the second time")
	}
}

func TestListens(t *testing.T) {
	address, err := server.FreeAddress()
	if err != nil {
		t.Fatal(err)
	}
	exited := make(chan struct{})
	wait := listens(address)
	listener, err := net.Listen("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	if got := wait(exited); got != address {
		t.Errorf("got %q, and somebody listens at %s", got, address)
	}
	if got := listens(address)(exited); got != "" {
		t.Errorf("somebody was there before: that is not the server, and got %q", got)
	}
	close(exited)
	other, err := server.FreeAddress()
	if err != nil {
		t.Fatal(err)
	}
	if got := listens(other)(exited); got != "" {
		t.Errorf("the server has ended, and got %q", got)
	}
}

// The server that runs is the last one that the learner has begun, and the first if none is.
func TestLast(t *testing.T) {
	root := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		path := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	const solved = "package main\n\n// main serves.\n//\n//workshop:todo 1 serve.\n//workshop:stub return\nfunc main() { println() }\n"
	s := &session.Session{Workshop: &steps.Workshop{Root: root}, Screen: screen.Plain(io.Discard)}
	for _, name := range []string{"02-serve", "04-serve-more"} {
		write("solutions/"+name+"/main.go", solved)
		step := steps.Step{Workshop: s.Workshop, Name: name}
		files, err := step.Files()
		if err != nil {
			t.Fatal(err)
		}
		write("steps/"+name+"/main.go", string(files[0].Text))
	}
	want := func(name, why string) {
		t.Helper()
		if got, err := last(s); err != nil || got.Name != name {
			t.Errorf("%s, it's %q, %v", why, got.Name, err)
		}
	}
	want("02-serve", "with none begun")
	write("steps/02-serve/main.go", solved)
	want("02-serve", "with the first one begun")
	write("steps/04-serve-more/main.go", solved)
	want("04-serve-more", "with both begun")
}
