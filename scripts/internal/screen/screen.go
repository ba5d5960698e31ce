// Package screen writes for people. Its rules: no line is wider than the window, nor
// than 80 columns; colour only underlines what a word says already, and there is none
// in a pipe or with NO_COLOR; nothing blinks, and nothing is drawn over but one line of
// progress, and that only on a terminal.
package screen

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/term"
)

// Screen is where a command writes to.
type Screen struct {
	out      io.Writer
	width    int
	colour   bool
	terminal bool
}

// New returns a Screen on a file, which may be a terminal.
func New(out *os.File) *Screen {
	s := &Screen{out: out, width: 80, terminal: term.IsTerminal(int(out.Fd()))}
	if s.terminal {
		if width, _, err := term.GetSize(int(out.Fd())); err == nil && width > 20 {
			s.width = min(width, 80)
		}
		s.colour = os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
	}
	return s
}

// Plain returns a Screen of 80 columns and no colour.
func Plain(out io.Writer) *Screen { return &Screen{out: out, width: 80} }

// Raw returns the Screen for a terminal in raw mode, which takes a newline for a step down
// and no more.
func (s *Screen) Raw() *Screen {
	raw := *s
	raw.out = returning{s.out}
	return &raw
}

type returning struct{ io.Writer }

func (w returning) Write(text []byte) (int, error) {
	_, err := w.Writer.Write(bytes.ReplaceAll(text, []byte("\n"), []byte("\r\n")))
	return len(text), err
}

// Colour is how a word is underlined.
type Colour string

const (
	Green Colour = "32"
	Red   Colour = "31"
	Bold  Colour = "1"
	Faint Colour = "2"
)

// Paint returns text in a colour, if there are any.
func (s *Screen) Paint(colour Colour, text string) string {
	if !s.colour || text == "" {
		return text
	}
	return "\x1b[" + string(colour) + "m" + text + "\x1b[0m"
}

// Printf writes a line as it is.
func (s *Screen) Printf(format string, args ...any) {
	s.Clear()
	fmt.Fprintf(s.out, format+"\n", args...)
}

// Wrap writes text in lines of the screen's width, each behind the indent.
func (s *Screen) Wrap(indent, text string) {
	s.Clear()
	for paragraph := range strings.SplitSeq(strings.TrimRight(strings.ReplaceAll(text, "\r\n", "\n"), "\n"), "\n") {
		for _, line := range wrap(paragraph, s.width-utf8.RuneCountInString(indent)) {
			fmt.Fprintln(s.out, strings.TrimRight(indent+line, " "))
		}
	}
}

// Field writes a name and a value that may take more than a line.
func (s *Screen) Field(indent, name, value string) {
	s.Clear()
	const column = 10
	for i, line := range wrap(value, s.width-len(indent)-column) {
		if i > 0 {
			name = ""
		}
		fmt.Fprintf(s.out, "%s%-*s%s\n", indent, column, name, line)
	}
}

// Label writes a word in a colour, and behind it text that may take more than a line.
func (s *Screen) Label(colour Colour, word, text string) {
	s.Clear()
	width := utf8.RuneCountInString(word)
	head := s.Paint(colour, word)
	for line := range strings.SplitSeq(text, "\n") {
		for _, line := range wrap(line, s.width-width) {
			fmt.Fprintln(s.out, strings.TrimRight(head+line, " "))
			head = strings.Repeat(" ", width)
		}
	}
}

// Command writes text and a command, which is to be copied and so is never broken: where
// both do not fit into a line, it gets its own.
func (s *Screen) Command(indent, text, command string) {
	s.Clear()
	if utf8.RuneCountInString(indent+text+" "+command) <= s.width {
		fmt.Fprintln(s.out, indent+text+" "+command)
		return
	}
	s.Wrap(indent, text)
	fmt.Fprintln(s.out, indent+command)
}

// wrap breaks text at spaces, and what has none wherever it must. Control characters
// are shown as dots: the text may be a learner's, and a terminal would obey them.
func wrap(text string, width int) []string {
	printable := func(r rune) rune {
		if unicode.IsControl(r) && r != '\t' {
			return '.'
		}
		return r
	}
	text = strings.Map(printable, text)
	if utf8.RuneCountInString(text) <= width {
		return []string{text} // spaces and all: they may be what it is about
	}
	var lines []string
	line := ""
	for word := range strings.FieldsSeq(text) {
		if line != "" && utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > width {
			lines = append(lines, line)
			line = ""
		}
		for utf8.RuneCountInString(word) > width {
			runes := []rune(word)
			lines = append(lines, string(runes[:width]))
			word = string(runes[width:])
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	return append(lines, line)
}

// Progress shows what is being done now, in a line that the next output replaces. It
// shows nothing where there is no terminal.
func (s *Screen) Progress(format string, args ...any) {
	if s.terminal {
		text := fmt.Sprintf(format, args...)
		if runes := []rune(text); len(runes) >= s.width {
			text = string(runes[:s.width-1])
		}
		fmt.Fprint(s.out, "\r\x1b[K"+text)
	}
}

// Clear takes the line of progress away.
func (s *Screen) Clear() {
	if s.terminal {
		fmt.Fprint(s.out, "\r\x1b[K")
	}
}
