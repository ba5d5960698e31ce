package text

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxMarks is how many marks one letter may have. No language needs more, and a pile of them
// covers the lines around it.
const maxMarks = 4

// Visible returns any bytes as text in which nothing is hidden, for a page that shows what
// somebody else wrote. Line ends become LF, and tabs stay. Other ASCII control characters
// become ^@ to ^_ and ^?, as terminals have always shown them. What has no shape, or turns the
// direction of the text after it, becomes its number: [U+202E]. Bytes that are no UTF-8, and
// what is no character, become U+FFFD. Marks beyond the fourth on a letter are left out.
func Visible(s string) string {
	if !strings.ContainsFunc(s, func(r rune) bool { return r != '\n' && (r < ' ' || r >= 0x7f) }) {
		return s
	}
	var b strings.Builder
	marks := 0
	for _, r := range strings.ReplaceAll(s, "\r\n", "\n") {
		if unicode.Is(unicode.M, r) {
			marks++
		} else {
			marks = 0
		}
		switch {
		case r == '\n' || r == '\t':
			b.WriteRune(r)
		case r < ' ' || r == 0x7f:
			b.WriteString("^" + string(r^0x40))
		case r == 0x200c || r == 0x200d: // some scripts, and emoji, need these joiners
			b.WriteRune(r)
		case unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Co):
			fmt.Fprintf(&b, "[U+%04X]", r)
		case r&0xfffe == 0xfffe || r >= 0xfdd0 && r <= 0xfdef: // no characters, says Unicode
			b.WriteRune(utf8.RuneError)
		case marks > maxMarks:
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}
