package lesson_test

import (
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"tokenauth.example/scripts/internal/lesson"
)

func TestRead(t *testing.T) {
	dir := t.TempDir()
	text := "# Open doors\r\n\r\n12–20 minutes\r\n\r\nThree more words.\r\n\r\n```go\nnot prose\n```\n\n## Your tasks\n\n1. **One.**\n2. **Two.**\n\n" +
		"## Check yourself\n\n```console\n$ make check STEP=01\nred\n\n$ ls\n```\n\n1. no task\n"
	if err := os.WriteFile(filepath.Join(dir, "README.md"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := lesson.Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	if got.Title != "Open doors" || got.Minutes != "12–20" || !reflect.DeepEqual(got.Tasks, []int{1, 2}) {
		t.Errorf("got %+v", got)
	}
	if got.Words != 18 {
		t.Errorf("%d words, and without code there are 18", got.Words)
	}
	if got.Before != 19 {
		t.Errorf("%d words before the first check, and there are 19", got.Before)
	}
	want := []lesson.Command{{Line: "make check STEP=01", Output: "red\n\n"}, {Line: "ls"}}
	if !reflect.DeepEqual(got.Commands, want) {
		t.Errorf("commands: got %+v, want %+v", got.Commands, want)
	}
}

func TestBlocks(t *testing.T) {
	page := "Text.\r\n\r\n```sh\r\nls\r\n```\r\n\n```console\n$ ls\na\n```\n\n```sh\npwd\n```\n"
	if got, want := lesson.Blocks(page, "sh"), []string{"ls\n", "pwd\n"}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestReadHints(t *testing.T) {
	dir := t.TempDir()
	text := "# Hints\n\nNot a hint.\n\n## TestA\n\n1. First,\n   and more.\n2. Second.\n\n## `TestB`\n\n1. Only.\n"
	if err := os.WriteFile(filepath.Join(dir, "HINTS.md"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := lesson.ReadHints(dir)
	want := lesson.Hints{"TestA": {"First, and more.", "Second."}, "TestB": {"Only."}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %q, %v; want %q", got, err, want)
	}
}
