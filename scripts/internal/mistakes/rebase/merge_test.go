package rebase

import "testing"

// Where one side changes nothing, the other's text is what comes of both; and where both make
// the same of it, that.
func FuzzMerge(f *testing.F) {
	f.Add("a\nb\nc\n", "a\nx\nc\n", "a\nb\ny\nc\n")
	f.Add("a\n", "", "b\na\n")
	f.Add("one two three\n", "one 2 three\n", "one two 3\n")
	f.Fuzz(func(t *testing.T, base, ours, theirs string) {
		for how := apart; how <= lines; how++ {
			for _, test := range [][3]string{{base, theirs, theirs}, {ours, base, ours}, {theirs, theirs, theirs}} {
				if got, kept, err := merge(base, test[0], test[1], how); err != nil || kept || got != test[2] {
					t.Errorf("%d: merging %q and %q into %q makes %q, %v, %v", how, test[0], test[1], base, got, kept, err)
				}
			}
			if _, _, err := merge(base, ours, theirs, how); err != nil && how == lines && ours == "" {
				t.Errorf("what takes out everything is kept: %v", err)
			}
		}
	})
}

func TestMerge(t *testing.T) {
	for name, test := range map[string]struct {
		base, ours, theirs string
		how                care
		want               string // "" if they cannot be merged
	}{
		"other lines":                     {"a\nb\nc\n", "A\nb\nc\n", "a\nb\nC\n", apart, "A\nb\nC\n"},
		"lines one after the other":       {"a\nb\n", "A\nb\n", "a\nB\n", apart, "A\nB\n"},
		"other words of a line":           {"if a == b {\n", "if a != b {\n", "if a == c {\n", apart, "if a != c {\n"},
		"words that touch":                {"f(a, b)\n", "f(a)\n", "f(a, b, c)\n", apart, ""},
		"words that touch, beside":        {"f(a, b)\n", "f(a)\n", "f(a, b, c)\n", beside, "f(a, c)\n"},
		"the same word":                   {"x = 1\n", "x = 2\n", "x = 3\n", apart, ""},
		"the same word, kept":             {"x = 1\n", "x = 2\n", "x = 3\n", keeps, "x = 2\n"},
		"a line in what ours takes out":   {"a\nb\nc\nd\n", "a\nd\n", "a\nb\nx\nc\nd\n", keeps, "a\nd\n"},
		"a word in what theirs takes out": {"a\nb 1\nc\nd\n", "a\nb 2\nc\nd\n", "a\nd\n", lines, ""},
		"both add a line":                 {"a\n", "a\nb\n", "a\nc\n", apart, "a\nb\nc\n"},
	} {
		got, _, err := merge(test.base, test.ours, test.theirs, test.how)
		if got != test.want && err == nil || (err != nil) != (test.want == "") {
			t.Errorf("%s: got %q, %v, and want %q", name, got, err, test.want)
		}
	}
}
