package cache_test

import (
	"os"
	"path/filepath"
	"testing"

	"tokenauth.example/scripts/internal/cache"
)

func TestRecall_OnlyUnderTheSameKey(t *testing.T) {
	file := filepath.Join(t.TempDir(), "folder", "result.json")
	if got, ok := cache.Recall[[]string](file, "key"); ok {
		t.Errorf("%q was never kept", got)
	}
	for _, value := range []string{"old", "new"} {
		cache.Remember(file, "key", []string{value})
		if got, ok := cache.Recall[[]string](file, "key"); !ok || len(got) != 1 || got[0] != value {
			t.Errorf("%q was kept, and not %q, %v", value, got, ok)
		}
	}
	if got, ok := cache.Recall[[]string](file, "another key"); ok {
		t.Errorf("%q was kept under another key", got)
	}
	if err := os.WriteFile(file, []byte(`{"Key":"key","Val`), 0o600); err != nil {
		t.Fatal(err)
	}
	if got, ok := cache.Recall[[]string](file, "key"); ok {
		t.Errorf("%q was read from half a file", got)
	}
	if entries, _ := os.ReadDir(filepath.Dir(file)); len(entries) != 1 {
		t.Errorf("something was left beside the file: %v", entries)
	}
}

func TestKey_DependsOnEverything(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"a.go", "a.txt"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("content"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	key := func(kind, name, content, ending string) string {
		k := cache.NewKey(kind)
		k.Add(name, []byte(content))
		if err := k.AddTree(dir, func(name string) bool { return filepath.Ext(name) == ending }); err != nil {
			t.Fatal(err)
		}
		return k.String()
	}
	want := key("kind", "name", "content", ".go")
	if again := key("kind", "name", "content", ".go"); again != want {
		t.Error("the same gives another key")
	}
	for what, got := range map[string]string{
		"kind": key("another", "name", "content", ".go"), "name": key("kind", "another", "content", ".go"),
		"content": key("kind", "name", "another", ".go"), "file": key("kind", "name", "content", ".txt"), "no file": key("kind", "name", "content", ".md"),
	} {
		if got == want {
			t.Errorf("the key does not depend on the %s", what)
		}
	}
}
