package intake

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

var archive = regexp.MustCompile(`(?i)\.(zip|tar|tar\.gz|tgz)$`)

// other are the endings of archives that are not read. A learner who hands one in is told so.
var other = regexp.MustCompile(`(?i)\.(rar|7z|gz|bz2|tbz2?|xz|txz|zst|lz4|z|exe|dmg|iso|zipx)$`)

// Find returns the paths of the submissions that an argument means: itself, or all that
// stand in it, if it is a folder of submissions.
func (r *Reader) Find(argument string) ([]string, error) {
	info, err := os.Stat(argument)
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		return []string{argument}, nil
	}
	entries, err := os.ReadDir(argument)
	if err != nil {
		return nil, err
	}
	var paths []string
	for _, entry := range entries {
		name := entry.Name()
		if r.steps[name] != nil || name == "steps" || strings.HasSuffix(name, ".go") {
			return []string{argument}, nil
		}
		if ignored(name) || strings.HasPrefix(name, ".") {
			continue
		}
		if entry.IsDir() || archive.MatchString(name) || other.MatchString(name) || entry.Type()&fs.ModeSymlink != 0 {
			path := filepath.Join(argument, name)
			paths = append(paths, path)
			r.linked[path] = entry.Type()&fs.ModeSymlink != 0
		}
	}
	if len(paths) == 0 {
		return []string{argument}, nil
	}
	return paths, nil
}

// ignored reports whether a name has nothing of a learner's.
func ignored(name string) bool {
	return slices.Contains([]string{".git", ".workshop", "__MACOSX", ".DS_Store", "Thumbs.db", "solutions", "testdata", "scripts", "vendor", "node_modules"}, name)
}
