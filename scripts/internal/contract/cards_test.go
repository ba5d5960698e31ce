package contract

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tokenauth.example/scripts/internal/cache"
	"tokenauth.example/scripts/internal/gotest"
	"tokenauth.example/scripts/internal/mistakes"
	"tokenauth.example/scripts/internal/steps"
)

// ground is what all that is known of a server with a card depends on, besides the card.
func (b bench) ground(t *testing.T) string {
	t.Helper()
	ground := cache.NewKey("contract 3")
	list, err := b.workshop.Steps()
	if err != nil {
		t.Fatal(err)
	}
	isCode := func(name string) bool { return !strings.HasSuffix(name, "_test.go") && filepath.Ext(name) != ".md" }
	for _, step := range list {
		if err := ground.AddTree(step.SolutionDir(), isCode); err != nil {
			t.Fatal(err)
		}
	}
	if err := ground.AddTree(b.workshop.Path("scripts", "internal", "contract"), func(name string) bool { return isCode(name) && filepath.Ext(name) == ".go" }); err != nil {
		t.Fatal(err)
	}
	return ground.String()
}

// judge returns what the reference server fails of some cases, of all if only is nil, with a
// card in it, and what overlay replaces besides. What is found is kept.
func (b bench) judge(t *testing.T, ground string, step steps.Step, card mistakes.Card, overlay gotest.Overlay, only map[string]bool) (failed map[string]string) {
	t.Helper()
	changed, err := card.Apply(func(file string) ([]byte, error) {
		return os.ReadFile(filepath.Join(step.SolutionDir(), filepath.FromSlash(file)))
	})
	if err != nil {
		t.Fatal(err)
	}
	whole, of := gotest.Overlay{}, cache.NewKey(ground)
	for name, text := range overlay {
		of.Add(filepath.Base(name), text)
		whole[name] = text
	}
	for _, name := range slices.Sorted(maps.Keys(changed)) {
		of.Add(name, changed[name])
		whole[filepath.Join(step.SolutionDir(), filepath.FromSlash(name))] = changed[name]
	}
	of.Add(strings.Join(slices.Sorted(maps.Keys(only)), " "), nil)
	kind := filepath.Base(filepath.Dir(filepath.Dir(card.File))) // "mistakes", or "variants"
	file := b.workshop.Path(".workshop", "proofs", "contract", kind, step.Name, fmt.Sprintf("%s-%d.json", card.Name, b.track))
	if found, ok := cache.Recall[map[string]string](file, of.String()); ok {
		return found
	}
	options := b.serves(t, b.build(t, whole))
	options.only, options.Jobs = only, 8
	failed, _ = failures(t, options)
	if t.Context().Err() == nil && !t.Failed() {
		cache.Remember(file, of.String(), failed)
	}
	return failed
}
