package sandbox_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tokenauth.example/scripts/internal/sandbox"
)

const inside = "inside-of-the-sandbox"

// What is a test's to use in the sandbox, and what is not there. What hostile code meets
// is tried with the submissions in testdata/submissions.
func TestCommand(t *testing.T) {
	if slices.Contains(os.Args, inside) {
		seenFromInside(t)
		return
	}
	box := sandbox.Find(t.Context())
	if box.Kind == sandbox.None {
		if os.Getenv("CI") != "" {
			t.Fatal(box.Why)
		}
		t.Skip(box.Why)
	}
	stage, err := box.Stage()
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(stage)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(self)
	if err != nil {
		t.Fatal(err)
	}
	binary := filepath.Join(stage, "copy")
	if err := errors.Join(os.WriteFile(binary, text, 0o755), os.Mkdir(filepath.Join(stage, "given"), 0o755)); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(stage, "given", "file"), []byte("given"), 0o644); err != nil {
		t.Fatal(err)
	}
	t.Setenv("SECRET_KEY", "secret")
	out, err := box.Command(t.Context(), binary, "/a folder/of/a step", []sandbox.Folder{{From: filepath.Join(stage, "given"), At: "/a folder/given"}},
		[]string{"-test.run=^TestCommand$", inside}).CombinedOutput()
	if err != nil || !strings.Contains(string(out), "PASS") {
		t.Errorf("%v\n%s", err, out)
	}
}

func seenFromInside(t *testing.T) {
	if path, err := os.Executable(); path != "/step.test" {
		t.Errorf("the program is %q, %v", path, err)
	}
	if dir, err := os.Getwd(); dir != "/a folder/of/a step" {
		t.Errorf("the folder is %q, %v", dir, err)
	}
	if err := os.WriteFile(filepath.Join(t.TempDir(), "file"), []byte("text"), 0o644); err != nil {
		t.Error(err)
	}
	if text, err := os.ReadFile("../../given/file"); string(text) != "given" {
		t.Error(err)
	}
	if err := os.WriteFile("file", nil, 0o644); err == nil {
		t.Error("the folder of the step can be written to")
	}
	if err := os.WriteFile("../../given/file", nil, 0o644); err == nil {
		t.Error("what is given can be written to")
	}
	for _, name := range []string{"/etc", "/usr", "/home", "/root", "/proc/self/cmdline", "/proc/1"} {
		if _, err := os.Lstat(name); err == nil {
			t.Errorf("%s is there", name)
		}
	}
	if key := os.Getenv("SECRET_KEY"); key != "" {
		t.Error("the environment is handed on")
	}
}
