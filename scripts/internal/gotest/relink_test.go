package gotest

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tokenauth.example/scripts/internal/steps"
	"tokenauth.example/scripts/internal/verdict"
)

// What is linked with the tests as they were compiled before judges as what go test -c makes;
// and where they were compiled with what has changed, go test -c is asked.
func TestLinker(t *testing.T) {
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	const right = "package add\n\nconst Zero = 0\n\n//go:noinline\nfunc Add(a, b int) int { return a + b }\n\nfunc Twice(a int) int { return Add(a, a) }\n"
	for name, text := range map[string]string{
		"go.mod": "module tokenauth.example/add\n\ngo 1.26.0\n", "add.go": right,
		"add_test.go": "package add_test\n\nimport (\n\t\"testing\"\n\n\t\"tokenauth.example/add\"\n)\n\n" +
			"func TestAdd(t *testing.T) {\n\tif add.Add(2, 3) != 5 || add.Twice(3) != 6 || add.Zero != 0 {\n\t\tt.Error(\"wrong\")\n\t}\n}\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	ctx := context.Background()
	g, err := NewGo(ctx)
	if err != nil {
		t.Fatal(err)
	}
	linker, err := g.NewLinker(ctx, dir)
	if err != nil {
		t.Fatal(err)
	}
	for what, c := range map[string]struct {
		from, to string
		fast     bool
		want     verdict.Verdict
	}{
		"nothing":                   {"", "", true, verdict.Pass},
		"a body":                    {"a + b", "a - b", true, verdict.Fail},
		"a body to the same end":    {"a + b", "b + a", true, verdict.Pass},
		"a body that is inlined":    {"Add(a, a)", "3 * a", false, verdict.Fail},
		"a constant that is copied": {"Zero = 0", "Zero = 1", false, verdict.Fail},
		"a function that is gone":   {"func Twice", "func twice", false, verdict.NotRun},
		"code that is not Go":       {"return a + b", "return a +", false, verdict.NotRun},
	} {
		t.Run(what, func(t *testing.T) {
			i := len(right)
			if c.from != "" {
				i = strings.Index(right, c.from)
			}
			changed := Overlay{filepath.Join(dir, "add.go"): []byte(right[:i] + c.to + right[i+len(c.from):])}
			fast, err := linker.relink(ctx, changed)
			if err != nil || (fast != nil) != c.fast {
				t.Errorf("relinked: %v, %v, and it should be %v", fast != nil, err, c.fast)
			}
			if fast != nil {
				fast.Remove()
			}
			binary, said, err := linker.Compile(ctx, changed)
			if err != nil {
				t.Fatal(err)
			}
			if binary == nil {
				if c.want != verdict.NotRun {
					t.Errorf("it doesn't compile: %s", said)
				}
				return
			}
			defer binary.Remove()
			result, _ := binary.Together(ctx, []steps.Test{{Name: "TestAdd"}})
			if got := result.Tests[0].Verdict; got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}
