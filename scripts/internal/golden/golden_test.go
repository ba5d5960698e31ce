package golden_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tokenauth.example/scripts/internal/golden"
)

// recorder is a test that may fail.
type recorder struct {
	testing.TB
	said string
}

func (r *recorder) Helper() {}

func (r *recorder) Errorf(format string, args ...any) { r.said = fmt.Sprintf(format, args...) }

func TestCompare(t *testing.T) {
	file := filepath.Join(t.TempDir(), "folder", "screen.txt")
	compare := func(got string) string {
		r := &recorder{TB: t}
		golden.Compare(r, file, []byte(got))
		return r.said
	}
	const way = "If it reads well, keep it: go -C scripts tool workshop verify -update, and read the diff"
	t.Setenv("UPDATE", "")
	if said := compare(""); !strings.HasSuffix(said, way) {
		t.Errorf("a file that is missing must be made: %q", said)
	}
	t.Setenv("UPDATE", "1")
	if said := compare("old\n"); said != "" {
		t.Errorf("what is accepted fails: %q", said)
	}
	t.Setenv("UPDATE", "")
	if said := compare("old\n"); said != "" {
		t.Errorf("what was accepted fails: %q", said)
	}
	if said := compare("new\n"); !strings.HasSuffix(said, way) || !strings.Contains(said, "old\n") || !strings.Contains(said, "new\n") {
		t.Errorf("what is new must be shown beside what was: %q", said)
	}
	if kept, err := os.ReadFile(file); err != nil || string(kept) != "old\n" {
		t.Errorf("comparing changed the file: %q, %v", kept, err)
	}
}
