package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"golang.org/x/tools/txtar"

	"tokenauth.example/scripts/internal/contract"
	"tokenauth.example/scripts/internal/report"
	"tokenauth.example/scripts/internal/screen"
	"tokenauth.example/scripts/internal/verdict"
)

// golden compares a screen with testdata/screens/NAME.txt, where it can be read as prose.
// With UPDATE=1 in the environment it writes that.
func golden(t *testing.T, name, screen string) {
	t.Helper()
	file := filepath.Join("testdata", "screens", name+".txt")
	if os.Getenv("UPDATE") != "" {
		if err := write(file, []byte(screen)); err != nil {
			t.Fatal(err)
		}
	}
	kept, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if want := string(bytes.ReplaceAll(kept, []byte("\r\n"), []byte("\n"))); screen != want {
		t.Errorf("the screen is\n%s\nand not %s:\n%s\nIf it reads well: UPDATE=1 go test ./workshop -run %s", screen, file, want, t.Name())
	}
}

// What contract shows of a server that keeps a part of it, is interrupted, and goes away.
func TestContractResult_Screen(t *testing.T) {
	var printed bytes.Buffer
	a := &app{screen: screen.Plain(&printed)}
	exit := a.contractResult(contract.Result{
		URL: "http://127.0.0.1:8000", Took: 2340 * time.Millisecond,
		Sections: []contract.Section{
			{Name: "sign-up", Cases: []contract.Case{{Name: "makes-a-user"}, {Name: "refuses-a-short-password"}}},
			{Name: "log-in", Cases: []contract.Case{{Name: "gives-a-token"}, {Name: "refuses-another-password"}, {Name: "answers-again"}}},
			{Name: "tokens", Cases: []contract.Case{{Name: "refuses-alg-none"}}},
		},
		Outcomes: map[string]contract.Outcome{
			"sign-up/makes-a-user": {Verdict: verdict.Pass},
			"sign-up/refuses-a-short-password": {Verdict: verdict.Fail, Cause: "A password of seven letters is refused: it is guessed in hours (CWE-521).",
				Sent: "POST /users HTTP/1.1\n\n{\"password\":\"1234567\"}", Answered: "HTTP/1.1 201 Created", Got: "201", Want: "400 or 422"},
			"log-in/gives-a-token":            {Verdict: verdict.Pass},
			"log-in/refuses-another-password": {Verdict: verdict.Fail, Cause: "Another password is refused.", Got: "200", Want: "401"},
			"log-in/answers-again":            {Verdict: verdict.Fail, Unreached: true},
			"tokens/refuses-alg-none":         {Verdict: verdict.NotRun, Cause: "it forges tokens, for which it needs the server's key: -secret"},
		},
		Notes: []string{"The clock of the server is 12 seconds ahead of this one."},
	})
	if exit != exitNotYet {
		t.Errorf("it ends with %d", exit)
	}
	golden(t, "contract", printed.String())
}

// A whole session of watch, without a terminal: it begins, a file is saved, it ends.
func TestWatch_Screen(t *testing.T) {
	w, _ := startWatching(t, false, "MAKELEVEL=") // as who has no make sees it
	saved := filepath.Join(w.dir, "add.go")
	text, err := os.ReadFile(filepath.Join(w.dir, "solutions", "01-add", "add.go"))
	if err != nil {
		t.Fatal(err)
	}
	// In one piece, so that it is one save on the slowest machine too.
	if err := write(saved, text); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(saved, filepath.Join(w.dir, "steps", "01-add", "add.go")); err != nil {
		t.Fatal(err)
	}
	w.waitFor(`Its lesson has three bugs(?s:.*) check\n`)
	if err := w.cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	w.endsWell()
	golden(t, "watch", w.text.String())
}

// What people see fits into 80 columns, in every golden. The lines of a difference are as
// wide as the code.
func TestScreensFitInto80Columns(t *testing.T) {
	scripts, err := filepath.Glob(filepath.Join("testdata", "scripts", "*.txtar"))
	if err != nil || len(scripts) == 0 {
		t.Fatal(scripts, err)
	}
	screens, err := filepath.Glob(filepath.Join("testdata", "screens", "*.txt"))
	if err != nil || len(screens) == 0 {
		t.Fatal(screens, err)
	}
	for _, file := range screens {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		checkWidth(t, file, text)
	}
	for _, script := range scripts {
		archive, err := txtar.ParseFile(script)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range archive.Files {
			if filepath.Ext(file.Name) != ".txt" || file.Name == "show.txt" {
				continue
			}
			checkWidth(t, script+": "+file.Name, file.Data)
		}
	}
}

func checkWidth(t *testing.T, name string, text []byte) {
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "    \t") {
			continue // the usage of a flag, which package flag writes
		}
		if n := utf8.RuneCountInString(strings.TrimRight(line, "\r\n")); n > 80 {
			t.Errorf("%s: %d columns: %s", name, n, line)
		}
	}
}
