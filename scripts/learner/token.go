package learner

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"golang.org/x/term"

	"tokenauth.example/scripts/internal/command"
	"tokenauth.example/scripts/internal/screen"
	"tokenauth.example/scripts/internal/session"
	"tokenauth.example/scripts/internal/tokeninfo"
)

// inspectToken shows what a token says, here, where nobody else sees it. Web sites that do the
// same have had it then.
func inspectToken(_ context.Context, s *session.Session, in *command.Input) (int, error) {
	text, err := tokenText(s, in)
	if err != nil {
		return command.Trouble, err
	}
	key, err := tokenKey(s, in.String("key"))
	if err != nil {
		return command.Trouble, err
	}
	report, err := tokeninfo.Token(text, key, time.Now())
	if err != nil {
		return command.NotYet, session.WayOut(fmt.Errorf("this isn't a token: %w", err), "A token is three texts with dots between them: eyJ... . eyJ... . ...")
	}
	showToken(s.Screen, report)
	return command.Done, nil
}

// tokenText returns the token, from the arguments or from standard input.
func tokenText(s *session.Session, in *command.Input) (string, error) {
	if text := strings.Join(in.Args, " "); text != "" && text != "-" {
		return text, nil
	}
	if term.IsTerminal(int(os.Stdin.Fd())) {
		s.Screen.Printf("Paste the token, then press Enter:")
	}
	text, err := readLine(os.Stdin)
	if err != nil {
		return "", session.WayOut(fmt.Errorf("there is no token: %w", err), "Give it as the argument, or on standard input: %s", session.Plain("token TOKEN"))
	}
	return text, nil
}

// tokenKey returns the key to check the signature with: that in the file, or SECRET_KEY if no
// file is named, or nil.
func tokenKey(s *session.Session, file string) ([]byte, error) {
	if file == "" {
		if secret := os.Getenv("SECRET_KEY"); secret != "" {
			return []byte(secret), nil
		}
		return nil, nil
	}
	key, err := os.ReadFile(s.FromTop(file))
	if err != nil {
		return nil, session.WayOut(err, "Name a file that holds the key and nothing else, with -key.")
	}
	if trimmed := strings.TrimRight(string(key), "\r\n"); len(trimmed) < len(key) {
		s.Screen.Printf("Note: the key's file ends with a newline, which was left out.")
		key = []byte(trimmed)
	}
	return key, nil
}

func showToken(out *screen.Screen, report *tokeninfo.Report) {
	out.Printf("")
	for _, part := range []struct {
		name   string
		fields []tokeninfo.Field
	}{{"header", report.Header}, {"claims", report.Claims}} {
		out.Printf("  %s", out.Paint(screen.Bold, part.name))
		for _, field := range part.fields {
			value := field.Value
			if field.Means != "" {
				value += "   " + field.Means
			}
			out.Field("    ", shortName(field.Name), value)
		}
	}
	out.Printf("\n  %s", out.Paint(screen.Bold, "its time"))
	out.Wrap("    ", report.Time)
	out.Printf("  %s", out.Paint(screen.Bold, "signature"))
	out.Wrap("    ", report.Signature)
	if len(report.Suspicious) > 0 {
		out.Printf("  %s", out.Paint(screen.Bold, "suspicious"))
		for _, line := range report.Suspicious {
			out.Wrap("    ", line)
		}
	}
	out.Printf("\n  Nothing of it has left this machine. It's a secret for as long as it's valid.")
}

// readLine reads one line, of a length that no token has.
func readLine(from io.Reader) (string, error) {
	text, err := io.ReadAll(io.LimitReader(&untilNewline{from: from}, 1<<20))
	if err == nil && len(strings.TrimSpace(string(text))) == 0 {
		err = errors.New("standard input is empty")
	}
	return string(text), err
}

// untilNewline ends with the first line that has something in it, so that a person need
// not end the whole input.
type untilNewline struct {
	from io.Reader
	some bool
	end  bool
}

func (u *untilNewline) Read(p []byte) (int, error) {
	if u.end {
		return 0, io.EOF
	}
	n, err := u.from.Read(p[:1])
	if n == 1 {
		u.some = u.some || !strings.ContainsAny(string(p[:1]), " \r\n")
		u.end = p[0] == '\n' && u.some
	}
	return n, err
}

// shortName fits a claim's name into its column.
func shortName(name string) string {
	if runes := []rune(name); len(runes) > 9 {
		return string(runes[:8]) + "~"
	}
	return name
}
