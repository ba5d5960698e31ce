package allow

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
)

// Rule opens a package to a step, or names of it.
type Rule struct {
	Step  string   // its number, or "*" for all
	Path  string   // of the package
	Names []string // patterns, as in limited; all of them if there is none
}

// ReadList reads a teacher's list of what steps may use besides what is harmless, and what
// the reference uses. A line is the number of a step, or "*", the path of a package, and
// the names of it that may be used, or none for all: "03 net/http Dir File*". "#" begins a
// comment. A list that is not there is empty.
func ReadList(name string) ([]Rule, error) {
	file, err := os.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer file.Close()
	var rules []Rule
	lines := bufio.NewScanner(file)
	for n := 1; lines.Scan(); n++ {
		text, _, _ := strings.Cut(lines.Text(), "#")
		fields := strings.Fields(text)
		switch {
		case len(fields) == 0:
		case len(fields) == 1:
			return nil, fmt.Errorf("%s:%d: a line is the number of a step or *, the path of a package, and names of it: %q", name, n, strings.TrimSpace(text))
		default:
			rules = append(rules, Rule{fields[0], fields[1], fields[2:]})
		}
	}
	return rules, lines.Err()
}
