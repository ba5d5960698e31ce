package rebase

import (
	"io/fs"
	"path"
	"strconv"
	"strings"

	"tokenauth.example/scripts/internal/mistakes"
)

// tests is what the tests of a step call by another name, or say in other words, than before.
type tests struct {
	names map[string]string // of tests
	texts map[string]string // literals of text that are in no test any more, and what is there now
}

// renamedTests compares the tests of a step. The test in the place of one that is gone is the
// same if it is much the same.
func renamedTests(step string, before, after *tree) (tests, error) {
	found := tests{names: map[string]string{}}
	old, err := before.tests(step)
	if err != nil {
		return found, err
	}
	now, err := after.tests(step)
	if err != nil {
		return found, err
	}
	for i, j := range pair(declsOf(old), declsOf(now)) {
		if j < 0 || old[i].key == now[j].key || !strings.HasPrefix(old[i].key, "Test") || !strings.HasPrefix(now[j].key, "Test") {
			continue
		}
		if alike(wordsOf(old[i].text), wordsOf(now[j].text)) {
			found.names[old[i].key] = now[j].key
		}
	}
	literals, left := ballot{}, map[string]bool{}
	compare(old, now, ballot{}, literals)
	for _, d := range now {
		for _, t := range d.tokens {
			left[t.text] = true
		}
	}
	found.texts = literals.winners(func(from, _ string) bool { return !left[from] })
	return found, nil
}

// tests returns what the files of tests in a step's folder declare.
func (t *tree) tests(step string) ([]scanned, error) {
	names, err := fs.Glob(t.files, path.Join(step, "*_test.go"))
	files := map[string][]byte{}
	for _, name := range names {
		if files[path.Base(name)], err = t.read(name); err != nil {
			return nil, err
		}
	}
	var list []scanned
	for _, d := range split(files) {
		list = append(list, scanned{d, scan(d.text, 0, nil)})
	}
	return list, err
}

// head returns the head of a card with the new name of the test that catches it, and the words
// that the test has now for what it said.
func (t tests) head(head mistakes.Head) mistakes.Head {
	if name := t.names[head.Caught]; name != "" {
		head.Caught = name
	}
	for from, to := range t.texts {
		before, err := strconv.Unquote(from)
		now, wrong := strconv.Unquote(to)
		if err == nil && wrong == nil && head.Says != "" && strings.Contains(before, head.Says) {
			if says := counterpart(before, now, head.Says); says != "" {
				head.Says = says
				break
			}
		}
	}
	return head
}

// counterpart returns the part of now that has come of a part of before.
func counterpart(before, now, part string) string {
	if strings.Contains(now, part) {
		return part
	}
	old, words := wordsOf(before), wordsOf(now)
	start := len(wordsOf(before[:strings.Index(before, part)]))
	end := min(start+len(wordsOf(part)), len(old))
	first, last := start, end
	for _, d := range differences(old, words) {
		grown := (d.ReplEnd - d.ReplStart) - (d.End - d.Start)
		switch {
		case d.End <= start && d.Start < start:
			first += grown
		case d.Start < start:
			first = d.ReplStart
		}
		switch {
		case d.End <= end:
			last += grown
		case d.Start < end:
			last = d.ReplEnd
		}
	}
	if first >= last || last > len(words) {
		return ""
	}
	return strings.TrimSpace(strings.Join(words[first:last], ""))
}
