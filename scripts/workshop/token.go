package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"golang.org/x/term"

	"tokenauth.example/scripts/internal/screen"
	"tokenauth.example/scripts/internal/tokeninfo"
)

// token shows what a token says, here, where nobody else sees it. Web sites that do the
// same have had it then.
func (a *app) token() (int, error) {
	flags := flag.NewFlagSet("token", flag.ContinueOnError)
	keyFile := flags.String("key", "", "check the signature with the key in a `file`, and not with SECRET_KEY")
	if err := flags.Parse(a.args); err != nil {
		return exitTrouble, nil // it has said why
	}
	text := strings.Join(flags.Args(), " ")
	if text == "" || text == "-" {
		if term.IsTerminal(int(os.Stdin.Fd())) {
			a.screen.Printf("Paste the token, then press Enter:")
		}
		line, err := readLine(os.Stdin)
		if err != nil {
			return exitTrouble, wayOut(fmt.Errorf("there is no token: %w", err), "Give it as the argument, or on standard input: %s", plain("token TOKEN"))
		}
		text = line
	}
	var key []byte
	switch secret := os.Getenv("SECRET_KEY"); {
	case *keyFile != "":
		var err error
		if key, err = os.ReadFile(a.fromTop(*keyFile)); err != nil {
			return exitTrouble, wayOut(err, "Name a file that holds the key and nothing else, with -key.")
		}
		if trimmed := strings.TrimRight(string(key), "\r\n"); len(trimmed) < len(key) {
			a.screen.Printf("Note: the key's file ends with a newline, which was left out.")
			key = []byte(trimmed)
		}
	case secret != "":
		key = []byte(secret)
	}
	report, err := tokeninfo.Token(text, key, time.Now())
	if err != nil {
		return exitNotYet, wayOut(fmt.Errorf("this is no token: %w", err), "A token is three texts with points between them: eyJ... . eyJ... . ...")
	}
	a.screen.Printf("")
	for _, part := range []struct {
		name   string
		fields []tokeninfo.Field
	}{{"header", report.Header}, {"claims", report.Claims}} {
		a.screen.Printf("  %s", a.screen.Paint(screen.Bold, part.name))
		for _, field := range part.fields {
			value := field.Value
			if field.Means != "" {
				value += "   " + field.Means
			}
			a.screen.Field("    ", shortName(field.Name), value)
		}
	}
	a.screen.Printf("\n  %s", a.screen.Paint(screen.Bold, "its time"))
	a.screen.Wrap("    ", report.Time)
	a.screen.Printf("  %s", a.screen.Paint(screen.Bold, "signature"))
	a.screen.Wrap("    ", report.Signature)
	if len(report.Suspicious) > 0 {
		a.screen.Printf("  %s", a.screen.Paint(screen.Bold, "suspicious"))
		for _, line := range report.Suspicious {
			a.screen.Wrap("    ", line)
		}
	}
	a.screen.Printf("\n  Nothing of it left this machine. It is a secret as long as it is good.")
	return exitDone, nil
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
