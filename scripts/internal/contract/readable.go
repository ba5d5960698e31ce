package contract

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// readable returns what went over the wire as text that can be shown and still says which
// bytes they were: control characters and broken UTF-8 are escaped, long lines lose their
// middle, and long texts their end. Text that is only shown is made fit by package text,
// which puts a dot there; here a reader must see what the dot was.
func readable(wire string) string {
	const maxLines, maxLine, head, tail = 40, 400, 300, 60
	var b strings.Builder
	lines := strings.Split(strings.ReplaceAll(wire, "\r\n", "\n"), "\n")
	for i, line := range lines {
		if i == maxLines {
			fmt.Fprintf(&b, "[... %d more lines ...]", len(lines)-i)
			break
		}
		if i > 0 {
			b.WriteString("\n")
		}
		if len(line) > maxLine {
			line = line[:head] + fmt.Sprintf("[... %d bytes ...]", len(line)-head-tail) + line[len(line)-tail:]
		}
		for line != "" {
			r, size := utf8.DecodeRuneInString(line)
			if quoted := strconv.QuoteRune(r); r == utf8.RuneError && size == 1 {
				fmt.Fprintf(&b, `\x%02x`, line[0])
			} else if r < ' ' || r == 0x7f {
				b.WriteString(strings.Trim(quoted, "'"))
			} else {
				b.WriteRune(r)
			}
			line = line[size:]
		}
	}
	return strings.TrimRight(b.String(), "\n")
}
