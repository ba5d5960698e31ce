package mistakes_test

import (
	"errors"
	"strings"
	"testing"

	"tokenauth.example/scripts/internal/mistakes"
)

const head = "# wrong:  adds one too many\n# costs:  money\n# caught: TestAdd\n# says:   must make 5\n"

func apply(t *testing.T, text, source string) (string, error) {
	t.Helper()
	c, err := mistakes.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	changed, err := c.Apply(func(file string) ([]byte, error) {
		if file != "add.go" {
			return nil, errors.New("no file " + file)
		}
		return []byte(source), nil
	})
	return string(changed["add.go"]), err
}

func TestApply(t *testing.T) {
	const diff = head + "--- a/add.go\n+++ b/add.go\n@@ -2,2 +2,2 @@\n a\n-b\n+c\n@@ -9 +9,2 @@\n e\n+f\n"
	// Moved, and the first place twice: the nearer one counts.
	got, err := apply(t, diff, "x\na\nb\nx\nx\nx\nx\na\nb\ne\n")
	if err != nil || got != "x\na\nc\nx\nx\nx\nx\na\nb\ne\nf\n" {
		t.Errorf("got %q, %v", got, err)
	}
	if _, err := apply(t, diff, "a\nB\ne\n"); err == nil || !strings.Contains(err.Error(), "make the diff again") {
		t.Errorf("code that is not there must be said to be: %v", err)
	}
	if got, err := apply(t, diff, "xa\nb\na\nb\ne\n"); err != nil || got != "xa\nb\na\nc\ne\nf\n" {
		t.Errorf("half a line must not match: got %q, %v", got, err)
	}
}

func TestParse_RefusesHalfACard(t *testing.T) {
	const body = "--- a/add.go\n+++ b/add.go\n@@ -1 +1 @@\n-a\n+b\n"
	for name, text := range map[string]string{
		"no head":     body,
		"no test":     strings.Replace(head, "# caught: TestAdd\n", "", 1) + body,
		"both kinds":  head + "# differs: not\n" + body,
		"no diff":     head,
		"a wild line": head + body + "what\n",
		"a wild head": "# worng: x\n" + head + body,
	} {
		if c, err := mistakes.Parse([]byte(text)); err == nil {
			t.Errorf("%s: must be refused, and became %+v", name, c)
		}
	}
}

// reader returns what reads one file, add.go.
func reader(text string) func(string) ([]byte, error) {
	return func(string) ([]byte, error) { return []byte(text), nil }
}

func TestWrite(t *testing.T) {
	const source = "a\nb\nc\nd\ne\n"
	c := mistakes.Card{}.With(mistakes.Head{Differs: "adds an x", Ends: "failed"})
	text, err := c.Write(reader(source), map[string][]byte{"add.go": []byte("a\nb\nx\nc\nd\ne\n"), "same.go": []byte(source)})
	if want := "# differs: adds an x\n--- a/add.go\n+++ b/add.go\n@@ -1,5 +1,6 @@\n a\n b\n+x\n c\n d\n e\n"; err != nil || string(text) != want {
		t.Errorf("got %q, %v", text, err)
	}
	if _, err := c.Write(reader(source), map[string][]byte{"add.go": []byte(source)}); !errors.Is(err, mistakes.ErrSame) {
		t.Errorf("a card that changes nothing must be refused: %v", err)
	}
}

// A card that was read is written with its own head and as many lines around each place, or
// with more where fewer are in several places.
func TestWrite_KeepsTheFormOfTheCard(t *testing.T) {
	const body = "--- a/add.go\n+++ b/add.go\n@@ -3,3 +3,3 @@\n b\n-c\n+C\n d\n"
	for name, test := range map[string]struct{ source, want string }{
		"as it was":  {"x\nx\na\nb\nc\nd\ne\n", "--- a/add.go\n+++ b/add.go\n@@ -4,3 +4,3 @@\n b\n-c\n+C\n d\n"},
		"more lines": {"1\nb\nc\nd\nb\nc\nd\n2\nb\nc\nd\n", ""},
	} {
		const odd = "#wrong: adds one too many\n# costs:   money\n# caught: TestAdd\n# says: must make 5\n"
		c, err := mistakes.Parse([]byte(odd + body))
		if err != nil {
			t.Fatal(err)
		}
		changed := strings.Replace(test.source, "c\n", "C\n", 1)
		text, err := c.Write(reader(test.source), map[string][]byte{"add.go": []byte(changed)})
		if err != nil || !strings.HasPrefix(string(text), odd) || test.want != "" && string(text) != odd+test.want {
			t.Errorf("%s: got %q, %v", name, text, err)
			continue
		}
		if got, err := apply(t, string(text), test.source); err != nil || got != changed {
			t.Errorf("%s: made %q of it, %v", name, got, err)
		}
	}
}

func TestStale(t *testing.T) {
	c, err := mistakes.Parse([]byte(head + "--- a/add.go\n+++ b/add.go\n@@ -1,3 +1,3 @@\n a\n-\tb\n+\tB\n c\n"))
	if err != nil {
		t.Fatal(err)
	}
	for source, want := range map[string]string{
		"a\n\tb\nc\n":    "",
		"a\n\tbb\nc\n":   `add.go has no line "b" any more`,
		"a\n\tb\nx\nc\n": "the lines that it changes at line 1 of add.go are not one after the other any more",
	} {
		if why, err := c.Stale(reader(source)); err != nil || why != want {
			t.Errorf("%q: got %q, %v, and want %q", source, why, err, want)
		}
	}
}
