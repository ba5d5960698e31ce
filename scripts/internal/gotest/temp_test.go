package gotest

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"tokenauth.example/scripts/internal/sandbox"
	"tokenauth.example/scripts/internal/steps"
	"tokenauth.example/scripts/internal/verdict"
)

const leaves = `package leaves

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

func write(t *testing.T) {
	if err := os.WriteFile(filepath.Join(t.TempDir(), "users.db"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := os.CreateTemp("", "left-*"); err != nil {
		t.Fatal(err)
	}
}

func TestEnds(t *testing.T) { write(t) }

func TestExits(t *testing.T) { write(t); os.Exit(3) }

func TestNeverEnds(t *testing.T) {
	write(t)
	time.Sleep(time.Hour)
}
`

// A test that is ended cannot remove its temporary files, so its process has them in a folder
// that is removed: below the binary's, or where somebody wants them.
func TestBinary_LeavesNothing(t *testing.T) {
	for _, of := range []string{"a checker", "somebody who wants them elsewhere", "a grader without isolation"} {
		system, dir := t.TempDir(), t.TempDir()
		for name, text := range map[string]string{"go.mod": "module leaves.example\n\ngo 1.26.0\n", "leaves_test.go": leaves} {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		for _, name := range []string{"TMPDIR", "TMP", "TEMP"} {
			t.Setenv(name, system)
		}
		g, err := NewGo(t.Context())
		if err != nil {
			t.Skip(err)
		}
		binary, said, err := g.Compile(t.Context(), dir, Overlay{})
		if err != nil || binary == nil {
			t.Fatalf("%v: %s", err, said)
		}
		binary.TestTime = 2 * time.Second
		folder := filepath.Dir(binary.Path())
		before := names(t, folder)
		switch of {
		case "somebody who wants them elsewhere":
			binary.Temp = t.TempDir()
			folder, before = binary.Temp, nil
		case "a grader without isolation":
			binary.Launch = func(ctx context.Context, path, dir string, flags []string) *exec.Cmd {
				return sandbox.Off().Command(ctx, path, dir, nil, flags)
			}
		}
		tests := []steps.Test{{Name: "TestEnds"}, {Name: "TestExits"}, {Name: "TestNeverEnds"}}
		if _, whole := binary.Together(t.Context(), tests); whole {
			t.Error("one of the tests ends the process")
		}
		result, err := binary.Each(t.Context(), tests)
		if err != nil {
			t.Fatal(err)
		}
		for i, want := range []verdict.Verdict{verdict.Pass, verdict.Exited, verdict.TimedOut} {
			if got := result.Tests[i]; got.Verdict != want {
				t.Errorf("%s: %s: %s, not %s: %s", of, got.Name, got.Verdict, want, got.Output)
			}
		}
		if after := names(t, folder); !slices.Equal(after, before) {
			t.Errorf("%s: in the folder of the processes there are %q, and were %q", of, after, before)
		}
		binary.Remove()
		if left := names(t, system); len(left) > 0 {
			t.Errorf("%s: in the system's folder is left %q", of, left)
		}
	}
}

func names(t *testing.T, folder string) []string {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, entry := range entries {
		list = append(list, entry.Name())
	}
	return list
}
