// Package screen writes for people. Its rules: no line is wider than the window, nor than 80
// columns, but for a command, which is to be copied; colour only underlines what a word says
// already, and there is none in a pipe, with NO_COLOR, or with TERM=dumb; nothing blinks, and
// nothing is drawn over but one line of progress, and that only on a terminal that can; what a
// stranger wrote cannot command the terminal.
package screen

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode/utf8"

	"golang.org/x/term"

	"tokenauth.example/scripts/internal/text"
)

const (
	// maxWidth is how many columns a line may have. More are hard to read.
	maxWidth = 80
	// minWidth is the width below which a terminal is not believed: those that do not know
	// their size say 0.
	minWidth = 20
)

// Screen is where a command writes to.
type Screen struct {
	out     io.Writer
	width   int
	escapes bool // whether escape sequences are obeyed
	colour  bool
}

// New returns a Screen on a file, which may be a terminal.
func New(out *os.File) *Screen {
	s := Plain(out)
	if !term.IsTerminal(int(out.Fd())) {
		return s
	}
	if width, _, err := term.GetSize(int(out.Fd())); err == nil && width > minWidth {
		s.width = min(width, maxWidth)
	}
	s.escapes = os.Getenv("TERM") != "dumb" && obeysEscapes(out)
	s.colour = s.escapes && os.Getenv("NO_COLOR") == ""
	return s
}

// Plain returns a Screen of 80 columns, without colour or progress.
func Plain(out io.Writer) *Screen { return &Screen{out: out, width: maxWidth} }

// Width returns how many columns the screen has.
func (s *Screen) Width() int { return s.width }

// Raw returns the Screen for a terminal in raw mode, which takes a newline for a step down
// and no more.
func (s *Screen) Raw() *Screen {
	raw := *s
	raw.out = returning{s.out}
	return &raw
}

type returning struct{ io.Writer }

func (w returning) Write(p []byte) (int, error) {
	_, err := w.Writer.Write(bytes.ReplaceAll(p, []byte("\n"), []byte("\r\n")))
	return len(p), err
}

// Colour is how a word is underlined.
type Colour string

const (
	Green Colour = "32"
	Red   Colour = "31"
	Bold  Colour = "1"
	Faint Colour = "2"
)

// Paint returns a word in a colour, if there are any.
func (s *Screen) Paint(colour Colour, word string) string {
	if !s.colour || word == "" {
		return word
	}
	return "\x1b[" + string(colour) + "m" + word + "\x1b[0m"
}

// Printf writes a line as it is.
func (s *Screen) Printf(format string, args ...any) {
	s.Clear()
	fmt.Fprintf(s.out, format+"\n", args...)
}

// Wrap writes prose in lines of the screen's width, each after the indent.
func (s *Screen) Wrap(indent, prose string) {
	s.Clear()
	for paragraph := range strings.SplitSeq(strings.TrimRight(text.Clean(prose), "\n"), "\n") {
		for _, line := range wrap(paragraph, s.width-utf8.RuneCountInString(indent)) {
			fmt.Fprintln(s.out, strings.TrimRight(indent+line, " "))
		}
	}
}

// Field writes a name and a value that may take more than a line.
func (s *Screen) Field(indent, name, value string) {
	s.Clear()
	const column = 10
	value = strings.ReplaceAll(text.Clean(value), "\n", ".")
	for i, line := range wrap(value, s.width-len(indent)-column) {
		if i > 0 {
			name = ""
		}
		fmt.Fprintf(s.out, "%s%-*s%s\n", indent, column, name, line)
	}
}

// Label writes a word in a colour, and after it prose that may take more than a line.
func (s *Screen) Label(colour Colour, word, prose string) {
	s.Clear()
	width := utf8.RuneCountInString(word)
	head := s.Paint(colour, word)
	for paragraph := range strings.SplitSeq(text.Clean(prose), "\n") {
		for _, line := range wrap(paragraph, s.width-width) {
			fmt.Fprintln(s.out, strings.TrimRight(head+line, " "))
			head = strings.Repeat(" ", width)
		}
	}
}

// Command writes a sentence and a command, which is to be copied and so is never broken: where
// both do not fit into a line, it gets its own.
func (s *Screen) Command(indent, sentence, command string) {
	s.Clear()
	sentence, command = text.Clean(sentence), text.Line(command)
	if utf8.RuneCountInString(indent+sentence+" "+command) <= s.width {
		fmt.Fprintln(s.out, indent+sentence+" "+command)
		return
	}
	s.Wrap(indent, sentence)
	fmt.Fprintln(s.out, indent+command)
}

// wrap breaks a clean line at spaces, and a word that is too long wherever it must.
func wrap(line string, width int) []string {
	if columns(line) <= width {
		return []string{line} // spaces and all: they may be what it is about
	}
	var lines []string
	next := ""
	for word := range strings.FieldsSeq(line) {
		if next != "" && utf8.RuneCountInString(next)+1+utf8.RuneCountInString(word) > width {
			lines = append(lines, next)
			next = ""
		}
		for utf8.RuneCountInString(word) > width {
			runes := []rune(word)
			lines = append(lines, string(runes[:width]))
			word = string(runes[width:])
		}
		if next != "" {
			next += " "
		}
		next += word
	}
	return append(lines, next)
}

// columns returns how many columns a line may take: a tab takes up to 8.
func columns(line string) int {
	return utf8.RuneCountInString(line) + 7*strings.Count(line, "\t")
}

// Progress shows what is being done now, in a line that the next output replaces. It
// shows nothing where a line cannot be replaced.
func (s *Screen) Progress(format string, args ...any) {
	if s.escapes {
		const more = len(" ...") + 1 // a full line would begin another one
		fmt.Fprint(s.out, "\r\x1b[K"+text.Cut(text.Line(fmt.Sprintf(format, args...)), s.width-more))
	}
}

// Clear takes the line of progress away.
func (s *Screen) Clear() {
	if s.escapes {
		fmt.Fprint(s.out, "\r\x1b[K")
	}
}
