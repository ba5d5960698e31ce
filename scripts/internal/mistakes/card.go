// Package mistakes reads, applies and writes mistakes and variants: small diffs against a
// solution, each with a head that says what it is.
//
// A mistake is wrong code that people really write:
//
//	# wrong:  accepts any HMAC, not only HS256
//	# costs:  somebody who sends a token chooses how it is checked
//	# breaks: ASVS 9.1.2; RFC 8725, section 3.1
//	# caught: TestVerify_RefusesOtherAlgorithms
//	# says:   the sender must not choose
//	--- a/verifier.go
//	+++ b/verifier.go
//	@@ -70,3 +70,3 @@
//	...
//
// What it breaks, if a standard speaks of it, is in testdata/standards.txt. A variant is right code that looks different, and has one line: "# differs: ...". A
// mistake that does not end in a failed assertion says how it does: "# ends: panicked", or
// "# ends: failed or panicked" where that differs from one run to the next.
package mistakes

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Card is a mistake or a variant.
type Card struct {
	Name string // its file's name without the ending: "accepts-hs512"
	File string // its path

	Head
	head  string // the lines of its head as they were read
	hunks []hunk
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
		card, err := ReadFile(file)
		if err != nil {
			return nil, err
		}
		cards = append(cards, card)
	}
	return cards, nil
}

// ReadFile reads one card. The error names the file.
func ReadFile(file string) (Card, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return Card{}, err
	}
	card, err := Parse(text)
	if err != nil {
		return card, fmt.Errorf("%s: %w", file, err)
	}
	card.Name = strings.TrimSuffix(filepath.Base(file), ".diff")
	card.File = file
	return card, nil
}

// With returns the card with another head. Without a diff it is a new card, see Write.
func (c Card) With(head Head) Card {
	c.Head, c.head = head, head.String()
	return c
}

// Files returns the names of the files that the card changes, below the step's folder and
// with slashes, in the order of its diff.
func (c Card) Files() []string {
	var files []string
	for _, h := range c.hunks {
		if !slices.Contains(files, h.file) {
			files = append(files, h.file)
		}
	}
	return files
}
