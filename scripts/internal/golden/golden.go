// Package golden is for tests: it compares what was printed with a file of what should be.
package golden

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// Accept reports whether golden files are to be written, and not compared: UPDATE=1 is in the
// environment, as `workshop verify -update` has it.
func Accept() bool { return os.Getenv("UPDATE") != "" }

// Compare compares what was printed with a file, or writes it there, see Accept. A file that is
// missing is compared like an empty one, so that its test says how to make it.
func Compare(t testing.TB, file string, got []byte) {
	t.Helper()
	if Accept() {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	missing := errors.Is(err, fs.ErrNotExist)
	if err != nil && !missing {
		t.Fatal(err)
	}
	if want = bytes.ReplaceAll(want, []byte("\r\n"), []byte("\n")); missing || !bytes.Equal(got, want) {
		t.Errorf("%s has:\n%s\nand now it is:\n%s\nIf it reads well, keep it: go -C scripts tool workshop verify -update, and read the diff", file, want, got)
	}
}
