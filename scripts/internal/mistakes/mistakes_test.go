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
