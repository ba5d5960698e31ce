package screen_test

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf8"

	"tokenauth.example/scripts/internal/screen"
)

func TestNoLineIsWiderThanTheScreen(t *testing.T) {
	var out bytes.Buffer
	s := screen.Plain(&out)
	s.Wrap("    ", strings.Repeat("word ", 50)+strings.Repeat("é", 200)+"\n  second line")
	s.Field("      ", "got", strings.Repeat("x", 300))
	s.Wrap("", strings.Repeat("a\t", 20))
	s.Label(screen.Red, "problem  ", strings.Repeat("label ", 50)+"\n"+strings.Repeat("label ", 50))
	s.Command("  ", "A sentence that is as long as a line may be, and so has no room for its", "command --with flags")
	for line := range strings.Lines(out.String()) {
		if n := utf8.RuneCountInString(strings.ReplaceAll(strings.TrimRight(line, "\n"), "\t", "        ")); n > 80 {
			t.Errorf("%d columns: %s", n, line)
		}
	}
	if strings.Count(out.String(), "é") != 200 || strings.Count(out.String(), "x") != 300 {
		t.Errorf("something was lost:\n%s", out.String())
	}
	if strings.Count(out.String(), "label") != 100 || strings.Count(out.String(), "problem") != 1 {
		t.Errorf("a label is before the first line, and all of the text after it:\n%s", out.String())
	}
}

func TestACommandIsNeverBroken(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{"Short:", "  Short: make check STEP=03\n"},
		{strings.Repeat("w", 60) + ":", "  " + strings.Repeat("w", 60) + ":\n  make check STEP=03\n"},
	} {
		var out bytes.Buffer
		screen.Plain(&out).Command("  ", test.text, "make check STEP=03")
		if out.String() != test.want {
			t.Errorf("%q, not %q", out.String(), test.want)
		}
	}
}

func TestWhatALearnerPrintsCannotSteerTheTerminal(t *testing.T) {
	var out bytes.Buffer
	s := screen.Plain(&out)
	s.Wrap("", "a\x1b[31mb\x00c\x07")
	s.Field("", "got", "\x1b]0;title\x07\u202e\nb")
	s.Label(screen.Red, "got ", "a\x1b[31mb\u202ec\x07")
	s.Command("", "a\x1b[31mb", "c\u202ed")
	s.Command("", strings.Repeat("a\x1b[31mb", 20), "c\u202ed")
	if strings.ContainsAny(out.String(), "\x1b\x00\x07\u202e") {
		t.Errorf("control characters were written: %q", out.String())
	}
}
