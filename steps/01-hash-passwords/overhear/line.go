// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package overhear

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"
)

// Line returns the first line of text with n characters of secret in a row, as they are or
// written in capitals, as hex, as base64 or as a list of numbers. It returns "" if there is
// none.
func Line(text, secret string, n int) string {
	for line := range strings.Lines(text) {
		if part(line, secret, n) {
			return strings.TrimSuffix(line, "\n")
		}
	}
	return ""
}

// form is a way to write a secret, in which a byte takes so many characters.
type form struct {
	text  string
	width int
}

// part reports whether n characters of secret are in text.
func part(text, secret string, n int) bool {
	bytes := []byte(secret)
	list := fmt.Sprint(bytes)
	forms := []form{
		{secret, 1}, {strings.ToUpper(secret), 1}, {strings.ToLower(secret), 1},
		{hex.EncodeToString(bytes), 2}, {strings.ToUpper(hex.EncodeToString(bytes)), 2}, {list[1 : len(list)-1], 3},
		{fmt.Sprintf("% x", secret), 3},
	}
	for begin := range min(3, len(bytes)) { // three bytes are four characters of base64
		rest := bytes[begin : begin+(len(bytes)-begin)/3*3]
		forms = append(forms, form{base64.StdEncoding.EncodeToString(rest), 1}, form{base64.URLEncoding.EncodeToString(rest), 1})
	}
	for _, f := range forms {
		for i := range len(f.text) - n*f.width + 1 {
			if strings.Contains(text, f.text[i:i+n*f.width]) {
				return true
			}
		}
	}
	return false
}
