// Package text makes texts of strangers, such as what a learner's code printed, fit to be
// shown: whatever the bytes are, what comes out can neither command a terminal nor break a
// format, and is no longer than there is room for.
package text

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Clean returns any bytes as text that every format may contain, XML 1.0 among them. Line ends
// become LF; control characters other than LF and tab become dots, and so do the characters
// that turn the direction of the text after them; bytes that are no UTF-8 become U+FFFD. See
// Visible for text that shows which character was there.
func Clean(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case unicode.IsControl(r), unicode.Is(unicode.Bidi_Control, r):
			return '.'
		case r == 0xFFFE || r == 0xFFFF: // the others that XML has not
			return utf8.RuneError
		}
		return r // RuneError for what is no UTF-8
	}, strings.ReplaceAll(s, "\r\n", "\n"))
}

// Line is Clean for a text that must stay on one line: ends of lines and tabs become dots too.
func Line(s string) string {
	return strings.NewReplacer("\n", ".", "\t", ".").Replace(Clean(s))
}

// Cut returns the first characters of a text, at most max, and " ..." if there are more.
func Cut(s string, max int) string {
	if runes := []rune(s); len(runes) > max {
		return string(runes[:max]) + " ..."
	}
	return s
}

// FirstLines returns the first lines of a text, at most max.
func FirstLines(s string, max int) string {
	lines := strings.SplitN(strings.TrimSpace(s), "\n", max+1)
	return strings.Join(lines[:min(len(lines), max)], "\n")
}

// Middle leaves out the middle of a text, so that no more than max bytes are left, and says
// there how many are missing. No character is cut in two.
func Middle(s string, max int) string {
	if len(s) <= max {
		return s
	}
	room := max - len(leftOut(len(s)))
	head, tail := room/2, len(s)-room/2
	if room <= 0 {
		return "" // no room for the mark
	}
	for head > 0 && !utf8.RuneStart(s[head]) {
		head--
	}
	for tail < len(s) && !utf8.RuneStart(s[tail]) {
		tail++
	}
	return s[:head] + leftOut(tail-head) + s[tail:]
}

func leftOut(bytes int) string { return fmt.Sprintf("\n[... %d bytes left out ...]\n", bytes) }
