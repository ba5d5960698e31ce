package verbs_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/tools/txtar"

	"tokenauth.example/scripts/verbs"
)

// Of every verb, the golden of the help has what it takes.
func TestHelpHasEveryVerb(t *testing.T) {
	archive, err := txtar.ParseFile(filepath.Join("..", "learner", "testdata", "scripts", "help.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	shown := map[string]bool{}
	for _, file := range archive.Files {
		shown[file.Name] = true
	}
	for _, group := range verbs.Groups {
		for _, verb := range group.Verbs {
			if !shown[verb.Name+".txt"] {
				t.Errorf("help.txtar does not show %s -h: add exec workshop %[1]s -h, cmp stdout %[1]s.txt, and the file", verb.Name)
			}
		}
	}
}

// What people see fits into 80 columns, in every golden. The lines of a difference are as
// wide as the code.
func TestScreensFitInto80Columns(t *testing.T) {
	scripts, err := filepath.Glob(filepath.Join("..", "*", "testdata", "scripts", "*.txtar"))
	if err != nil || len(scripts) == 0 {
		t.Fatal(scripts, err)
	}
	screens, err := filepath.Glob(filepath.Join("..", "*", "testdata", "screens", "*.txt"))
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
