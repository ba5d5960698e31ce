package mistakes

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

var hunkLine = regexp.MustCompile(`^@@ -([0-9]+)(?:,[0-9]+)? \+[0-9]+(?:,[0-9]+)? @@`)

// Parse reads one card.
func Parse(text []byte) (Card, error) {
	card := Card{Head: Head{Ends: "failed"}}
	file := ""
	lines := bufio.NewScanner(bytes.NewReader(text))
	lines.Buffer(nil, 1<<20)
	var current *hunk
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSuffix(lines.Text(), "\r")
		switch {
		case strings.HasPrefix(line, "#") && file == "":
			if !card.Head.read(line) {
				return card, fmt.Errorf("line %d: a head's line is one of: # wrong: # costs: # caught: # says: # ends: # differs:", n)
			}
			card.head += line + "\n"
		case strings.HasPrefix(line, "--- a/"):
			file = strings.TrimPrefix(line, "--- a/")
			current = nil
		case strings.HasPrefix(line, "+++ b/") && current == nil:
		case hunkLine.MatchString(line):
			if file == "" {
				return card, fmt.Errorf("line %d: a hunk before any --- a/ line", n)
			}
			at, _ := strconv.Atoi(hunkLine.FindStringSubmatch(line)[1])
			card.hunks = append(card.hunks, hunk{file: file, line: at})
			current = &card.hunks[len(card.hunks)-1]
		case current != nil && current.read(line):
		case strings.HasPrefix(line, `\ `):
		default:
			return card, fmt.Errorf("line %d: not a line of a diff: %q", n, line)
		}
	}
	if err := lines.Err(); err != nil {
		return card, err
	}
	if err := card.Head.Check(); err != nil {
		return card, err
	}
	if len(card.hunks) == 0 {
		return card, errors.New("there is no diff in it")
	}
	return card, nil
}

// read reads one line of a hunk, and reports whether it is one.
func (h *hunk) read(line string) bool {
	switch {
	case line == "" || strings.HasPrefix(line, " "):
		line = strings.TrimPrefix(line, " ") + "\n"
		if h.old == h.new {
			h.context++
		}
		h.old += line
		h.new += line
	case strings.HasPrefix(line, "-"):
		h.old += line[1:] + "\n"
	case strings.HasPrefix(line, "+"):
		h.new += line[1:] + "\n"
	default:
		return false
	}
	return true
}
