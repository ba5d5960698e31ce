package rebase

import (
	"io/fs"
	"path"
	"strings"
)

// renamedTests returns the new names of a step's tests that have one: the test in the place
// of one that is gone, if it is much the same.
func renamedTests(step string, before, after *tree) (map[string]string, error) {
	old, err := before.tests(step)
	if err != nil {
		return nil, err
	}
	now, err := after.tests(step)
	if err != nil {
		return nil, err
	}
	renamed := map[string]string{}
	for i, j := range pair(old, now) {
		if j < 0 || old[i].key == now[j].key || !strings.HasPrefix(old[i].key, "Test") || !strings.HasPrefix(now[j].key, "Test") {
			continue
		}
		if alike(wordsOf(old[i].text), wordsOf(now[j].text)) {
			renamed[old[i].key] = now[j].key
		}
	}
	return renamed, nil
}

// tests returns what the files of tests in a step's folder declare.
func (t *tree) tests(step string) ([]decl, error) {
	names, err := fs.Glob(t.files, path.Join(step, "*_test.go"))
	files := map[string][]byte{}
	for _, name := range names {
		if files[path.Base(name)], err = t.read(name); err != nil {
			return nil, err
		}
	}
	return split(files), err
}
