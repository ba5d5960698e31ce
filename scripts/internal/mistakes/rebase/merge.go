package rebase

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/aymanbagabas/go-udiff/lcs"
)

// care is how two changes of the same lines are merged.
type care int

const (
	apart  care = iota // word by word, where words that neither side changed are between their changes
	beside             // and where their changes touch
	keeps              // apart, or the card's lines are kept if they replace all that the solution changed
	lines              // they are kept at once
)

// conflict is the error for a place that both the solution and the card change.
type conflict struct {
	place                string // the file and the declaration
	base, ours, solution string // the lines before the change, in the card, and in the solution now
}

func (c *conflict) Error() string {
	before, ours, now := newLine(c.base, ""), newLine(c.ours, c.base), newLine(c.solution, c.base)
	switch {
	case now == "":
		return fmt.Sprintf("%s: the solution no longer has %q, which the card changes", c.place, before)
	case ours == "":
		return fmt.Sprintf("%s: the card takes out %q, and the solution has changed that, to %q", c.place, before, now)
	default:
		return fmt.Sprintf("%s: the card and the solution both change %q, the one to %q, the other to %q", c.place, before, ours, now)
	}
}

// newLine returns the first line of text, without the space around it, that is not empty and
// that base does not have.
func newLine(text, base string) string {
	known := map[string]bool{"": true}
	for line := range strings.Lines(base) {
		known[strings.TrimSpace(line)] = true
	}
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); !known[line] {
			return line
		}
	}
	return ""
}

// errTouch is the error for words that cannot be merged.
var errTouch = errors.New("both sides change the same words")

// merge returns base with what ours and theirs change in it. Kept reports whether a change of
// theirs was left out because ours replaces what it changes.
func merge(base, ours, theirs string, how care) (merged string, kept bool, err error) {
	m := merger{base: linesOf(base), ours: linesOf(ours), theirs: linesOf(theirs)}
	m.both = func(b, o, t []string, contained bool) ([]string, error) {
		if len(b) == 0 {
			return slices.Concat(o, t), nil // both add lines at one place
		}
		before, mine, now := strings.Join(b, ""), strings.Join(o, ""), strings.Join(t, "")
		if how != lines {
			if words, left, err := mergeWords(before, mine, now, how); err == nil {
				kept = kept || left
				return []string{words}, nil
			}
		}
		if how >= keeps && contained {
			kept = true
			return o, nil
		}
		return nil, &conflict{base: before, ours: mine, solution: now}
	}
	units, err := m.merge()
	return strings.Join(units, ""), kept, err
}

// mergeWords merges what both sides make of the same lines. It refuses lines of which ours
// keeps less than half, because words that they still have in common are there by chance.
func mergeWords(base, ours, theirs string, how care) (merged string, kept bool, err error) {
	m := merger{base: wordsOf(base), ours: wordsOf(ours), theirs: wordsOf(theirs), touch: how != beside}
	if !alike(m.base, m.ours) {
		return "", false, errTouch
	}
	m.both = func(_, o, _ []string, contained bool) ([]string, error) {
		if how == beside && contained {
			kept = true
			return o, nil
		}
		return nil, errTouch
	}
	units, err := m.merge()
	return strings.Join(units, ""), kept, err
}

// alike reports whether at least half of a is in b, in the same order.
func alike(a, b []string) bool {
	same := len(a)
	for _, d := range differences(a, b) {
		same -= d.End - d.Start
	}
	return 2*same >= len(a)
}

// linesOf splits text after each line.
func linesOf(text string) []string { return strings.SplitAfter(text, "\n") }

var word = regexp.MustCompile(`\w+|[ \t]+|(?s:.)`)

func wordsOf(text string) []string { return word.FindAllString(text, -1) }

// differences returns what turns a into b, as lcs.Diff: indexes into both.
func differences(a, b []string) []lcs.Diff {
	runes := map[string]rune{}
	encode := func(units []string) []rune {
		var text []rune
		for _, unit := range units {
			if _, ok := runes[unit]; !ok {
				runes[unit] = rune(len(runes))
			}
			text = append(text, runes[unit])
		}
		return text
	}
	return lcs.DiffRunes(encode(a), encode(b))
}

// merger merges two lists of units, lines or words, that come from a third.
type merger struct {
	base, ours, theirs []string
	touch              bool // changes that touch meet, too
	// both makes one of what both sides made of the same part of base. Contained reports
	// whether all that theirs changes there is replaced in ours.
	both func(base, ours, theirs []string, contained bool) ([]string, error)
}

func (m *merger) merge() ([]string, error) {
	x, y := differences(m.base, m.ours), differences(m.base, m.theirs)
	var merged []string
	at := 0
	for len(x)+len(y) > 0 {
		nx, ny := m.meeting(x, y)
		start, end := hull(slices.Concat(x[:nx], y[:ny]))
		merged = append(merged, m.base[at:start]...)
		at = end
		ours, theirs := part(m.ours, x[:nx], start, end), part(m.theirs, y[:ny], start, end)
		switch {
		case ny == 0 || nx > 0 && slices.Equal(ours, theirs):
			merged = append(merged, ours...)
		case nx == 0:
			merged = append(merged, theirs...)
		default:
			oursStart, oursEnd := hull(x[:nx])
			theirsStart, theirsEnd := hull(y[:ny])
			unit, err := m.both(m.base[start:end], ours, theirs, oursStart <= theirsStart && theirsEnd <= oursEnd)
			if err != nil {
				return nil, err
			}
			merged = append(merged, unit...)
		}
		x, y = x[nx:], y[ny:]
	}
	return append(merged, m.base[at:]...), nil
}

// meeting returns how many of the first changes in x and y meet each other, and so have to
// be judged together: one at least.
func (m *merger) meeting(x, y []lcs.Diff) (nx, ny int) {
	if len(y) == 0 || len(x) > 0 && (x[0].Start < y[0].Start || x[0].Start == y[0].Start && x[0].End <= y[0].End) {
		nx = 1
	} else {
		ny = 1
	}
	for {
		switch {
		case nx < len(x) && slices.ContainsFunc(y[:ny], func(d lcs.Diff) bool { return m.meet(d, x[nx]) }):
			nx++
		case ny < len(y) && slices.ContainsFunc(x[:nx], func(d lcs.Diff) bool { return m.meet(d, y[ny]) }):
			ny++
		default:
			return nx, ny
		}
	}
}

// meet reports whether two changes concern the same part of base.
func (m *merger) meet(a, b lcs.Diff) bool {
	if m.touch || a.Start == b.Start && (a.Start == a.End) == (b.Start == b.End) {
		return a.Start <= b.End && b.Start <= a.End
	}
	return a.Start < b.End && b.Start < a.End
}

// hull returns the part of base from the first change to the last.
func hull(diffs []lcs.Diff) (start, end int) {
	start, end = diffs[0].Start, diffs[0].End
	for _, d := range diffs[1:] {
		start, end = min(start, d.Start), max(end, d.End)
	}
	return start, end
}

// part returns what the changes make of base from start to end.
func part(changed []string, diffs []lcs.Diff, start, end int) []string {
	if len(diffs) == 0 {
		return nil
	}
	first, last := diffs[0], diffs[len(diffs)-1]
	return changed[first.ReplStart-(first.Start-start) : last.ReplEnd+(end-last.End)]
}
