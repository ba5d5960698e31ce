package screen_test

import (
	"errors"
	"io"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/creack/pty"

	"tokenauth.example/scripts/internal/screen"
)

// onTerminal returns what is written to a terminal of so many columns.
func onTerminal(t *testing.T, columns uint16, write func(*screen.Screen)) string {
	t.Helper()
	master, terminal, err := pty.Open()
	if errors.Is(err, pty.ErrUnsupported) {
		t.Skip("no terminals can be made here: ", err)
	}
	if err == nil {
		err = pty.Setsize(terminal, &pty.Winsize{Rows: 24, Cols: columns})
	}
	if err != nil {
		t.Fatal(err)
	}
	defer master.Close()
	written := make(chan string)
	go func() {
		all, _ := io.ReadAll(master) // it ends in an error, as terminals do
		written <- string(all)
	}()
	write(screen.New(terminal))
	if err := terminal.Close(); err != nil {
		t.Fatal(err)
	}
	return <-written
}

func TestATerminalGetsOnlyWhatItObeys(t *testing.T) {
	for _, test := range []struct {
		term, noColor    string
		colour, progress bool
	}{
		{term: "xterm", colour: true, progress: true},
		{term: "xterm", noColor: "1", progress: true},
		{term: "dumb"},
		{term: "dumb", noColor: "1"},
	} {
		t.Run(test.term+test.noColor, func(t *testing.T) {
			t.Setenv("TERM", test.term)
			t.Setenv("NO_COLOR", test.noColor)
			got := onTerminal(t, 80, func(s *screen.Screen) {
				s.Progress("%d of 9 ...", 3)
				s.Printf("%s", s.Paint(screen.Red, "failed"))
				s.Label(screen.Green, "passed ", "all of it")
			})
			if colour := strings.Contains(got, "\x1b[31mfailed\x1b[0m"); colour != test.colour {
				t.Errorf("colour is %v, not %v: %q", colour, test.colour, got)
			}
			if progress := strings.Contains(got, "3 of 9 ...\r\x1b[K"); progress != test.progress {
				t.Errorf("progress is %v, not %v: %q", progress, test.progress, got)
			}
			if !test.colour && !test.progress && strings.Contains(got, "\x1b") {
				t.Errorf("there is an escape sequence: %q", got)
			}
			if !strings.Contains(got, "failed") || !strings.Contains(got, "passed") {
				t.Errorf("something was lost: %q", got)
			}
		})
	}
}

func TestProgressStaysOnItsLine(t *testing.T) {
	t.Setenv("TERM", "xterm")
	got := onTerminal(t, 40, func(s *screen.Screen) {
		s.Progress("grading %s", strings.Repeat("é", 100)+"\n\x1b[2J")
	})
	line, _ := strings.CutPrefix(got, "\r\x1b[K")
	if n := utf8.RuneCountInString(line); n >= 40 || strings.ContainsAny(line, "\r\n\x1b") || !strings.HasSuffix(line, " ...") {
		t.Errorf("%d columns of 40: %q", n, got)
	}
}
