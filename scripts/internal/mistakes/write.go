package mistakes

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aymanbagabas/go-udiff"
)

// ErrSame is the error for a card that would change nothing.
var ErrSame = errors.New("it makes no difference to the solution")

const (
	usualContext = 3  // the lines around each place that a new card changes
	maxContext   = 12 // how many there may be where fewer are found in several places
)

// Write returns the text of the card that changes old files into new ones: a card that was
// read keeps its head to the letter, and as many lines around each place as it had. Names of
// files are below the step's folder, with slashes. It returns ErrSame if no file differs.
func (c Card) Write(old func(file string) ([]byte, error), changed map[string][]byte) ([]byte, error) {
	head := c.head
	if head == "" {
		head = c.Head.String()
	}
	for context := c.context(); context <= maxContext; context++ {
		text, err := c.diff(old, changed, context)
		if err != nil {
			return nil, err
		}
		written, err := Parse([]byte(head + text))
		if err != nil {
			return nil, err
		}
		made, err := written.Apply(old)
		if err != nil {
			return nil, err
		}
		same := true
		for file := range made {
			same = same && bytes.Equal(made[file], changed[file])
		}
		if same {
			return []byte(head + text), nil
		}
	}
	return nil, errors.New("no diff says which place it changes, because the same lines are there more than once")
}

// context returns how many lines around each place the card shows.
func (c Card) context() int {
	if len(c.hunks) == 0 {
		return usualContext
	}
	context := 1
	for _, h := range c.hunks {
		context = max(context, h.context)
	}
	return min(context, usualContext)
}

// diff returns a unified diff of files, those that do not differ left out. The files are in
// the order in which the card has them; then come those that it has not.
func (c Card) diff(old func(file string) ([]byte, error), changed map[string][]byte, context int) (string, error) {
	var text strings.Builder
	files := slices.DeleteFunc(c.Files(), func(file string) bool { return changed[file] == nil })
	for _, file := range slices.Sorted(maps.Keys(changed)) {
		if !slices.Contains(files, file) {
			files = append(files, file)
		}
	}
	for _, file := range files {
		before, err := old(file)
		if err != nil {
			return "", err
		}
		edits := slide(string(before), udiff.Lines(string(before), string(changed[file])))
		unified, err := udiff.ToUnified("a/"+file, "b/"+file, string(before), edits, context)
		if err != nil {
			return "", fmt.Errorf("%s: %w", file, err)
		}
		text.WriteString(unified)
	}
	if text.Len() == 0 {
		return "", ErrSame
	}
	return text.String(), nil
}

// slide moves lines that are only added, or only taken out, as far down as the lines around
// them allow, as git does: a function is then added from its first line to its last, and not
// from the brace above it to the line before its own.
func slide(text string, edits []udiff.Edit) []udiff.Edit {
	for i := range edits {
		e := &edits[i]
		limit := len(text)
		if i+1 < len(edits) {
			limit = edits[i+1].Start
		}
		for {
			next, _, ok := strings.Cut(text[e.End:limit], "\n")
			next += "\n"
			if !ok || e.Start < e.End && e.New != "" || e.End+len(next) >= limit {
				break
			}
			if e.New == "" && strings.HasPrefix(text[e.Start:], next) {
				e.Start, e.End = e.Start+len(next), e.End+len(next)
			} else if strings.HasPrefix(e.New, next) {
				e.Start, e.End, e.New = e.End+len(next), e.End+len(next), e.New[len(next):]+next
			} else {
				break
			}
		}
	}
	return edits
}
