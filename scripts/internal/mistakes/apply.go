package mistakes

import (
	"fmt"
	"slices"
	"strings"
)

// hunk is one place that a diff changes.
type hunk struct {
	file     string // below the step's folder
	line     int    // where it was when the diff was made
	context  int    // how many lines are there before the first that it changes
	old, new string
}

// Apply returns the files that the card changes, changed. The old text is looked for,
// so a card goes on working when code around it moves; where it is found more than once,
// the place nearest to the diff's line counts.
func (c Card) Apply(read func(file string) ([]byte, error)) (map[string][]byte, error) {
	changed := map[string][]byte{}
	for _, h := range c.hunks {
		text, ok := changed[h.file]
		if !ok {
			var err error
			if text, err = read(h.file); err != nil {
				return nil, err
			}
		}
		at, err := h.find(string(text))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", h.file, err)
		}
		changed[h.file] = slices.Concat(text[:at], []byte(h.new), text[at+len(h.old):])
	}
	return changed, nil
}

// find returns the offset in text of the hunk's old text.
func (h hunk) find(text string) (int, error) {
	best, distance := -1, 0
	for from := 0; ; {
		i := strings.Index(text[from:], h.old)
		if i < 0 {
			break
		}
		i += from
		from = i + 1
		if i > 0 && text[i-1] != '\n' { // not the beginning of a line
			continue
		}
		d := strings.Count(text[:i], "\n") + 1 - h.line
		if d = max(d, -d); best < 0 || d < distance {
			best, distance = i, d
		}
	}
	if best < 0 {
		return 0, fmt.Errorf("the code that the diff changes at line %d is not there any more: make the diff again", h.line)
	}
	return best, nil
}
