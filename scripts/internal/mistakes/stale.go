package mistakes

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
)

// Stale returns, in words, why the card cannot be applied to the files that read returns, or
// "" if it can. An error means that a file could not be read.
func (c Card) Stale(read func(file string) ([]byte, error)) (why string, err error) {
	texts := map[string]string{}
	for _, file := range c.Files() {
		text, err := read(file)
		if errors.Is(err, fs.ErrNotExist) {
			return "there is no " + file + " any more", nil
		}
		if err != nil {
			return "", err
		}
		texts[file] = string(text)
	}
	for _, h := range c.hunks {
		at, err := h.find(texts[h.file])
		if err != nil {
			return h.missing(texts[h.file]), nil
		}
		texts[h.file] = texts[h.file][:at] + h.new + texts[h.file][at+len(h.old):]
	}
	return "", nil
}

// missing says which line of the hunk's old text is not in a file any more.
func (h hunk) missing(text string) string {
	there := map[string]bool{}
	for line := range strings.Lines(text) {
		there[strings.TrimSpace(line)] = true
	}
	for line := range strings.Lines(h.old) {
		if line = strings.TrimSpace(line); !there[line] {
			return fmt.Sprintf("%s has no line %q any more", h.file, line)
		}
	}
	return fmt.Sprintf("the lines that it changes at line %d of %s are not one after the other any more", h.line, h.file)
}
