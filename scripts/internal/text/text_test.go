package text_test

import (
	"encoding/xml"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"tokenauth.example/scripts/internal/text"
)

// Whatever the bytes are, what comes out is text that a terminal shows and XML contains.
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
			t.Errorf("XML does not keep %q: %v, %q", clean, err, read)
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
	ends := strings.Repeat("é", 1000) + "end"
	for max := range 2100 {
		got := text.Middle(ends, max)
		if len(got) > max || !utf8.ValidString(got) {
			t.Fatalf("%d bytes of at most %d: %q", len(got), max, got)
		}
		if max >= 100 && (!strings.HasPrefix(got, "é") || !strings.HasSuffix(got, "end")) {
			t.Fatalf("%d: head and tail must be kept: %q", max, got)
		}
	}
	if got := text.Middle("short", 5); got != "short" {
		t.Errorf("what fits is changed: %q", got)
	}
	if got := text.Middle(long, 10); got != "" {
		t.Errorf("there is no room to say what is missing, and yet: %q", got)
	}
}

// Whatever the bytes are, nothing in what comes out is hidden.
func FuzzVisible(f *testing.F) {
	for _, seed := range []string{"", "plain\ttext\r\n", "\x1b[31mred\x00\x7f", "\xff\ufffe\ufdd0", "a\u202eb\u2066c\u200b", "e\u0301\u0301\u0301\u0301\u0301"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, any string) {
		got := text.Visible(any)
		if !utf8.ValidString(got) || strings.ContainsFunc(got, func(r rune) bool {
			return r != '\n' && r != '\t' && r != '\u200c' && r != '\u200d' && unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Co)
		}) {
			t.Errorf("Visible(%q) is %q", any, got)
		}
		if again := text.Visible(got); again != got {
			t.Errorf("Visible(%q) changes what is visible: %q", got, again)
		}
	})
}

func TestVisible(t *testing.T) {
	for given, want := range map[string]string{
		"plain\ntext": "plain\ntext", "two\r\nlines\rand\ta tab": "two\nlines^Mand\ta tab",
		"\x1b[31mred\x00\x7f\u0085": "^[[31mred^@^?[U+0085]", "moc.\u202eelpmaxe\u200b": "moc.[U+202E]elpmaxe[U+200B]",
		"\xffé\ufdd0": "\ufffdé\ufffd", "z" + strings.Repeat("\u0335", 400) + "e\u0301": "z" + strings.Repeat("\u0335", 4) + "e\u0301",
		"👩\u200d🚀": "👩\u200d🚀",
	} {
		if got := text.Visible(given); got != want {
			t.Errorf("Visible(%q) is %q, not %q", given, got, want)
		}
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
