package text_test

import (
	"encoding/xml"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"tokenauth.example/scripts/internal/text"
)

// Whatever the bytes are, what comes out is text that a terminal shows and XML holds.
func FuzzClean(f *testing.F) {
	for _, seed := range []string{"", "plain\ttext\r\n", "\x1b[31mred\x00\x16", "\xff\xfe\ufffe\uffff", "a\u202eb\u2066c", "\r"} {
		f.Add(seed, 7)
	}
	f.Fuzz(func(t *testing.T, any string, max int) {
		clean := text.Clean(any)
		if !utf8.ValidString(clean) || strings.ContainsFunc(clean, func(r rune) bool {
			return r != '\n' && r != '\t' && (unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r))
		}) {
			t.Errorf("Clean(%q) is %q", any, clean)
		}
		var read string
		encoded, err := xml.Marshal(clean)
		if err == nil {
			err = xml.Unmarshal(encoded, &read)
		}
		if err != nil || read != clean {
			t.Errorf("XML does not hold %q: %v, %q", clean, err, read)
		}
		if again := text.Clean(clean); again != clean {
			t.Errorf("Clean(%q) changes what is clean: %q", clean, again)
		}
		if line := text.Line(any); strings.ContainsAny(line, "\n\t\r") {
			t.Errorf("Line(%q) is %q", any, line)
		}
		if max = max & 0xfff; len(text.Middle(clean, max)) > max {
			t.Errorf("Middle(%q, %d) is longer: %q", clean, max, text.Middle(clean, max))
		}
		if !utf8.ValidString(text.Middle(clean, max)) || !utf8.ValidString(text.Cut(clean, max)) {
			t.Errorf("a character of %q was cut in two at %d", clean, max)
		}
	})
}

func TestMiddle(t *testing.T) {
	long := strings.Repeat("a", 100) + strings.Repeat("é", 100)
	if got, want := text.Middle(long, 100), strings.Repeat("a", 35)+"\n[... 231 bytes left out ...]\n"+strings.Repeat("é", 17); got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	if got := text.Middle("short", 5); got != "short" {
		t.Errorf("what fits is changed: %q", got)
	}
	if got := text.Middle(long, 10); got != "" {
		t.Errorf("there is no room to say what is missing, and yet: %q", got)
	}
}

func TestHead(t *testing.T) {
	full := 0
	head := &text.Head{Limit: 5, Full: func() { full++ }}
	for _, part := range []string{"abc", "def", "ghi"} {
		if n, err := head.Write([]byte(part)); n != 3 || err != nil {
			t.Errorf("Write is %d, %v", n, err)
		}
	}
	if head.String() != "abcde" || full != 1 {
		t.Errorf("kept %q, and called Full %d times", head.String(), full)
	}
}
