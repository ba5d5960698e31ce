package report

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// onlyFiles fails unless dir has no other files than these.
func onlyFiles(t *testing.T, dir string, names ...string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, entry := range entries {
		got = append(got, entry.Name())
	}
	if strings.Join(got, " ") != strings.Join(names, " ") {
		t.Errorf("there are %v, not %v", got, names)
	}
}

func writing(s string) func(io.Writer) error {
	return func(w io.Writer) error { _, err := io.WriteString(w, s); return err }
}

func TestAFileIsWrittenWholeOrNotAtAll(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "report.json")
	holds := func(want string) {
		t.Helper()
		if got, err := os.ReadFile(name); err != nil || string(got) != want {
			t.Errorf("%q, %v, not %q", got, err, want)
		}
		onlyFiles(t, dir, "report.json")
	}
	for _, want := range []string{"old", "new"} {
		if err := WriteFile(name, writing(want)); err != nil {
			t.Fatal(err)
		}
		holds(want)
	}

	broken := errors.New("no more")
	err := WriteFile(name, func(w io.Writer) error { io.WriteString(w, "half"); return broken })
	if !errors.Is(err, broken) || !strings.Contains(err.Error(), name) {
		t.Errorf("the error is %v", err)
	}
	holds("new")

	func() {
		defer func() { recover() }()
		WriteFile(name, func(w io.Writer) error { io.WriteString(w, "half"); panic("oh") })
	}()
	holds("new")
}

func TestAFileThatCannotBeWrittenIsNamed(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{filepath.Join(dir, "none", "report.json"), dir} {
		err := WriteFile(name, writing("x"))
		if err == nil || !strings.HasPrefix(err.Error(), name+": ") || strings.Contains(err.Error(), ".part") {
			t.Errorf("the error is %v", err)
		}
	}
	onlyFiles(t, dir)
}

func TestALinkStaysOne(t *testing.T) {
	dir := t.TempDir()
	real, link := filepath.Join(dir, "real"), filepath.Join(dir, "link")
	if err := os.WriteFile(real, []byte("old"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("real", link); err != nil {
		t.Skip("no links here: ", err)
	}
	if err := WriteFile(link, writing("new")); err != nil {
		t.Fatal(err)
	}
	if got, _ := os.ReadFile(real); string(got) != "new" {
		t.Errorf("%q", got)
	}
	onlyFiles(t, dir, "link", "real")
}
