package intake

import (
	"bytes"
	"path"
	"regexp"
	"strings"

	"tokenauth.example/scripts/internal/steps"
)

// spot is where a file of a step was found, and what was there.
type spot struct {
	step, file string
	own        bool   // it is the learner's to write
	at         string // its path in the submission
	text       []byte
	why        string // it cannot be taken, or ""
	rival      string // the path of another, no nearer to the top, that differs; or ""
}

// prose are files of which nobody expects that they are compiled.
var prose = regexp.MustCompile(`(?i)(\.md|\.png|\.kept-[0-9.-]+|(^|/)\.[^/]*)$`)

// goodName are names of files besides those of the step that no system takes for others.
var goodName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_-]{0,60}\.go$`)

// place finds out which file of which step a path is: the one below a folder with the
// step's name. own reports whether it is the learner's to write.
func (c *collector) place(name string) (step, file string, own bool) {
	parts := strings.Split(c.inside+name, "/")
	for i, part := range parts[:len(parts)-1] {
		if ignored(part) {
			return "", "", false
		}
		if files := c.reader.steps[part]; files != nil {
			file = strings.Join(parts[i+1:], "/")
			if original, known := files[file]; known {
				return part, file, original.Kind == steps.Stub
			}
			return part, file, compiles(file)
		}
	}
	return "", "", false
}

// compiles reports, of a file that the step does not have, whether Go would compile it.
func compiles(file string) bool {
	return strings.HasSuffix(file, ".go") && !strings.HasSuffix(strings.ToLower(file), "_test.go") &&
		!strings.ContainsAny(file, "/") && !strings.HasPrefix(file, ".") && !strings.HasPrefix(file, "_")
}

// badName says what is wrong with the name of a file besides those of the step, or "".
func (c *collector) badName(step, file string) string {
	files := c.reader.steps[step]
	if _, known := files[file]; known {
		return ""
	}
	for name := range files {
		if strings.EqualFold(name, file) {
			return "its name is " + name + " but for capital letters: rename it"
		}
	}
	if !goodName.MatchString(file) {
		return "its name: rename it, with nothing but letters, digits, - and _"
	}
	return ""
}

// settle keeps what was found, unless the same file was found at a better place. The same
// file may be there twice, as in a clone with a copy in it. The one nearest to the top
// counts; then the one in a folder steps/.
func (c *collector) settle(found *spot) {
	key := path.Join(found.step, found.file)
	before := c.found[key]
	switch {
	case before == nil || before.at == found.at: // the last of its name is what unpacking leaves
	case found.rank() < before.rank():
		c.strangers[before.at] = true
	default:
		c.strangers[found.at] = true
		if found.rank() == before.rank() && (found.why != before.why || !bytes.Equal(found.text, before.text)) {
			before.rival = found.at
		}
		return
	}
	c.found[key] = found
}

// rank is smaller the better a file's place is.
func (s *spot) rank() int {
	rank := 2 * strings.Count(s.at, "/")
	if !strings.HasSuffix("/"+s.at, "/steps/"+s.step+"/"+s.file) {
		rank++
	}
	return rank
}

// given reports whether a file is the same for everybody.
func (c *collector) given(step, file string) bool {
	original, known := c.reader.steps[step][file]
	return known && original.Kind == steps.Given
}
