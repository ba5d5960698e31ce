package lesson

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// Hints are a step's hints by the test's name, from a nudge to nearly the line of code.
type Hints map[string][]string

var hint = regexp.MustCompile(`^[0-9]+\. (.*)$`)

// ReadHints reads the HINTS.md in dir. A test is a heading of the second level, a
// hint an item of a numbered list under it.
func ReadHints(dir string) (Hints, error) {
	text, err := os.ReadFile(filepath.Join(dir, "HINTS.md"))
	if err != nil {
		return nil, err
	}
	hints := Hints{}
	test := ""
	for line := range strings.Lines(string(text)) {
		line = strings.TrimRight(line, " \t\r\n")
		if name, ok := strings.CutPrefix(line, "## "); ok {
			test = strings.Trim(name, "`")
			if _, twice := hints[test]; twice {
				return nil, fmt.Errorf("HINTS.md has two headings %s", test)
			}
			hints[test] = nil
			continue
		}
		if test == "" || line == "" {
			continue
		}
		list := hints[test]
		if match := hint.FindStringSubmatch(line); match != nil {
			hints[test] = append(list, match[1])
		} else if len(list) > 0 { // a hint that goes on
			list[len(list)-1] += " " + strings.TrimSpace(line)
		}
	}
	return hints, nil
}
