package contract

import (
	"context"
	"strings"
)

// passwordsByTheRules are lengths, counted in characters and in bytes, and what is common.
func passwordsByTheRules() (cases []Case) {
	const (
		characters = "The contract: 8 characters at least, which are code points (NIST SP 800-63B-4, 3.1.1.2); off by one is CWE-193"
		nul        = "bcrypt repeats a password with a NUL between, so several passwords would be one (CWE-158)"
		guessed    = "The contract: the common ones are refused, since they are tried first (ASVS 5.0, 6.2.4; CWE-521)"
	)
	for name, text := range map[string]string{
		"takes-8-characters": "vq7!mZ2k", "takes-8-letters-with-accents": "äöüÄÖÜßé", "takes-8-characters-of-four-bytes": strings.Repeat("🐎", 7) + "🦄", "takes-8-code-points-in-4-signs": strings.Repeat("e\u0301", 4),
		"takes-72-bytes": strings.Repeat("correct-horse-", 5) + "xy", "takes-72-bytes-of-letters-with-accents": strings.Repeat("é", 36), "takes-72-bytes-in-18-characters": strings.Repeat("🐎", 18),
		"takes-a-common-password-with-more-around-it": "my-password1-of-1987", "takes-a-password-of-digits": "8305172946",
	} {
		cases = append(cases, Case{Name: name, Send: withPassword(quoted(text)), Want: status(201), Why: characters})
	}
	for name, text := range map[string]string{
		"refuses-7-characters": "vq7!mZ2", "refuses-7-letters-of-14-bytes": "äöüÄÖÜß", "refuses-7-characters-of-28-bytes": strings.Repeat("🐎", 7), "refuses-4-characters-of-two-units-each": strings.Repeat("🐎", 4), "refuses-an-empty-password": "", "refuses-one-character": "x",
	} {
		cases = append(cases, Case{Name: name, Free: name == "refuses-7-characters", Send: withPassword(quoted(text)), Want: invalid(422), Why: characters})
	}
	for name, text := range map[string]string{
		"refuses-73-bytes": strings.Repeat("correct-horse-", 5) + "xyz", "refuses-74-bytes-in-37-letters": strings.Repeat("é", 37), "refuses-76-bytes-in-19-characters": strings.Repeat("🐎", 19), "refuses-a-password-of-10-KB": strings.Repeat("xyz!", 2_500),
	} {
		cases = append(cases, Case{Name: name, Free: name == "refuses-73-bytes", Send: withPassword(quoted(text)), Want: invalid(422), Why: "The limit counts bytes: " + bcrypt72})
	}
	for name, text := range map[string]string{"inside": "abcdefgh\x00ijkl", "at-the-end": "correct-horse\x00", "at-the-beginning": "\x00correct-horse", "alone-eight-times": strings.Repeat("\x00", 8)} {
		cases = append(cases, Case{Name: "refuses-a-NUL-" + name, Free: name == "inside", Send: withPassword(quoted(text)), Want: invalid(422), Why: nul})
	}
	for _, text := range strings.Fields("password password1 12345678 123456789 11111111 qwerty123 iloveyou sunshine princess football") {
		cases = append(cases, Case{Name: "refuses-the-common-password-" + text, Free: text == "password", Send: withPassword(quoted(text)), Want: invalid(422), Why: guessed})
	}
	byName(cases)
	return cases
}

// emailsByTheRules are emails that are hardly any, and the longest.
func emailsByTheRules() (cases []Case) {
	const (
		sides   = "The contract: 422 for an email without an @ and something on both sides of it"
		long    = "The contract: 254 bytes at most (RFC 5321, section 4.5.3.1.3); off by one is CWE-193"
		control = "A line break in an address ends up in the header of a mail (CWE-93)"
	)
	for name, email := range map[string]string{"an-empty-email": "", "an-email-without-an-at-sign": "ann.example.com", "an-at-sign-alone": "@", "an-email-without-a-name": "@example.com", "an-email-without-a-host": "ann@"} {
		cases = append(cases, Case{Name: "refuses-" + name, Send: withEmail(quoted(email)), Want: invalid(422), Why: sides})
	}
	for name, sign := range map[string]string{"a-NUL": "\x00", "a-newline": "\n", "a-carriage-return": "\r", "a-tab": "\t", "an-escape": "\x1b", "a-delete": "\x7f"} {
		cases = append(cases,
			Case{Name: "refuses-an-email-with-" + name, Send: withEmail(quoted("ann" + sign + "lee@example.com")), Want: invalid(422), Why: control},
			Case{Name: "refuses-an-email-with-" + name + "-at-its-end", Send: withEmail(quoted("ann@example.com" + sign)), Want: invalid(422), Why: control})
	}
	for _, test := range []struct {
		name   string
		email  func() string
		wanted want
	}{
		{"takes-an-email-of-254-bytes", func() string { return longEmail(254) }, status(201)},
		{"refuses-an-email-of-255-bytes", func() string { return longEmail(255) }, invalid(422)},
		{"refuses-an-email-of-254-characters-and-more-bytes", func() string { return "é" + longEmail(253) }, invalid(422)},
		{"refuses-an-email-of-60-KB", func() string { return newEmail() + strings.Repeat(".example", 7_500) }, invalid(422)},
	} {
		cases = append(cases, Case{Name: test.name, Why: long, Asks: test.wanted.String(), Do: func(ctx context.Context, t *try) {
			t.expect(ctx, withEmail(quoted(test.email())), test.wanted)
		}})
	}
	byName(cases)
	return cases
}

// longEmail returns an email of a length that nobody has.
func longEmail(length int) string {
	const label = 60
	name, _, _ := strings.Cut(newEmail(), "@")
	email := name + "@"
	for length-len(email) > label+1 {
		email += strings.Repeat("d", label) + "."
	}
	return email + strings.Repeat("e", length-len(email))
}
