package dotenv_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf16"

	"tokenauth.example/scripts/internal/dotenv"
)

func read(t *testing.T, content string) ([]dotenv.Variable, error) {
	t.Helper()
	file := filepath.Join(t.TempDir(), ".env")
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return dotenv.Read(file)
}

func TestRead(t *testing.T) {
	const lines = "# a comment\r\nSECRET_KEY=a$b$c#d'e\r\n\n export ADDR = \"127.0.0.1:9000\"\nDATABASE='my tasks.db'\nEMPTY=\n"
	want := []dotenv.Variable{{"SECRET_KEY", "a$b$c#d'e", 2}, {"ADDR", "127.0.0.1:9000", 4}, {"DATABASE", "my tasks.db", 5}, {"EMPTY", "", 6}}
	little := []byte{0xFF, 0xFE}
	big := []byte{0xFE, 0xFF}
	for _, unit := range utf16.Encode([]rune(lines)) {
		little = append(little, byte(unit), byte(unit>>8))
		big = append(big, byte(unit>>8), byte(unit))
	}
	for encoding, content := range map[string]string{"UTF-8": lines, "UTF-8 with a mark": "\uFEFF" + lines, "UTF-16, little end first": string(little), "UTF-16, big end first": string(big)} {
		got, err := read(t, content)
		if err != nil || len(got) != len(want) {
			t.Fatalf("%s: %v, %v", encoding, got, err)
		}
		for i := range want {
			if got[i] != want[i] {
				t.Errorf("%s: got %+v, want %+v", encoding, got[i], want[i])
			}
		}
	}
}

// What is wrong is said by the line's number, and the line is not quoted: it may be the key.
func TestRead_SaysWhichLineIsWrong(t *testing.T) {
	for content, says := range map[string]string{
		"A=1\nsecret-without-a-name": "there is no =",
		"A=1\nse cret=1":             "not the name of a variable",
		"A=1\n=secret":               "not the name of a variable",
		"A=1\nB=\"secret":            "does not end with one",
		"A=1\nB='":                   "does not end with one",
		"A=1\nB=se\x00cret":          "NUL",
	} {
		_, err := read(t, content)
		wrong := (*dotenv.LineError)(nil)
		if !errors.As(err, &wrong) || wrong.Line != 2 || !strings.Contains(wrong.Says, says) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%q: %v", content, err)
		}
	}
	if _, err := read(t, "A=\xff"); err == nil || !strings.Contains(err.Error(), "UTF-8") {
		t.Errorf("bytes that are no text: %v", err)
	}
}
