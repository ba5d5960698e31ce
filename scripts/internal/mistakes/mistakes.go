// Package mistakes reads mistakes and variants: small diffs against a solution, each with a
// head that says what it is.
//
// A mistake is wrong code that people really write:
//
//	# wrong:  accepts any HMAC, not only HS256
//	# costs:  whoever sends the token chooses the algorithm (RFC 8725, section 3.1)
//	# caught: TestVerify_RefusesOtherAlgorithms
//	# says:   the sender must not choose
//	--- a/verifier.go
//	+++ b/verifier.go
//	@@ -70,3 +70,3 @@
//	...
//
// A variant is right code that looks different, and has one line: "# differs: ...". A
// mistake that does not end in a failed assertion says how it does: "# ends: panicked", or
// "# ends: failed or panicked" where that differs from one run to the next.
package mistakes

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Card is a mistake or a variant.
type Card struct {
	Name string // its file's name without the ending: "accepts-hs512"
	File string // its path

	Wrong   string // what is wrong, of a mistake
	Costs   string // what that costs in the real world, with its source
	Caught  string // the test that catches it
	Says    string // a phrase of what that test then says
	Ends    string // "failed" if nothing else is said, or "panicked", "timed out", "failed or panicked"
	Differs string // how it differs from the solution, of a variant

	hunks []hunk
}

// hunk is one place that a diff changes.
type hunk struct {
	file     string // below the step's folder
	line     int    // where it was when the diff was made
	old, new string
}

// Read reads all cards in a folder, ordered by name. A folder that is not there has none.
func Read(dir string) ([]Card, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.diff"))
	if err != nil {
		return nil, err
	}
	slices.Sort(files)
	var cards []Card
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		card, err := Parse(text)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		card.Name = strings.TrimSuffix(filepath.Base(file), ".diff")
		card.File = file
		cards = append(cards, card)
	}
	return cards, nil
}

var (
	headLine = regexp.MustCompile(`^# ?([a-z]+): +(.+)$`)
	hunkLine = regexp.MustCompile(`^@@ -([0-9]+)(?:,[0-9]+)? \+[0-9]+(?:,[0-9]+)? @@`)
)

// Parse reads one card.
func Parse(text []byte) (Card, error) {
	card := Card{Ends: "failed"}
	fields := map[string]*string{
		"wrong": &card.Wrong, "costs": &card.Costs, "caught": &card.Caught, "says": &card.Says, "ends": &card.Ends, "differs": &card.Differs,
	}
	file := ""
	lines := bufio.NewScanner(bytes.NewReader(text))
	lines.Buffer(nil, 1<<20)
	var current *hunk
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSuffix(lines.Text(), "\r")
		switch {
		case strings.HasPrefix(line, "#") && file == "":
			match := headLine.FindStringSubmatch(line)
			if match == nil || fields[match[1]] == nil {
				return card, fmt.Errorf("line %d: a head's line is one of: # wrong: # costs: # caught: # says: # ends: # differs:", n)
			}
			*fields[match[1]] = match[2]
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
		case current != nil && (line == "" || strings.HasPrefix(line, " ")):
			line = strings.TrimPrefix(line, " ")
			current.old += line + "\n"
			current.new += line + "\n"
		case current != nil && strings.HasPrefix(line, "-"):
			current.old += line[1:] + "\n"
		case current != nil && strings.HasPrefix(line, "+"):
			current.new += line[1:] + "\n"
		case strings.HasPrefix(line, `\ `):
		default:
			return card, fmt.Errorf("line %d: not a line of a diff: %q", n, line)
		}
	}
	if err := lines.Err(); err != nil {
		return card, err
	}
	mistake := card.Wrong != "" && card.Costs != "" && card.Caught != "" && card.Says != "" && card.Differs == ""
	variant := card.Differs != "" && card.Wrong+card.Costs+card.Caught+card.Says == ""
	if !mistake && !variant {
		return card, errors.New("the head needs # wrong: # costs: # caught: and # says:, or # differs: alone")
	}
	if len(card.hunks) == 0 {
		return card, errors.New("there is no diff in it")
	}
	return card, nil
}

// Apply returns the files that the card changes, changed. The old text is looked for,
// so a card goes on working when code around it moves; where it stands more than once,
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
