// Package intake reads what learners hand in: folders, git clones, zip and tar archives.
// What they hold is hostile until proven otherwise, so a file is read only if the
// grading needs it, it is a regular file, and it is not too long. Nothing is unpacked
// onto a disk.
package intake

import (
	"errors"
	"path/filepath"

	"tokenauth.example/scripts/internal/steps"
)

// The limits. A submission is a few kilobytes in a few dozen files.
const (
	maxSource  = 1 << 20   // bytes of a file that is read
	maxRead    = 16 << 20  // bytes of all files that are read
	maxOwn     = 200       // files of a step that are the learner's
	maxEntries = 50_000    // files and folders that are looked at
	maxArchive = 64 << 20  // bytes of an archive
	maxStream  = 256 << 20 // bytes that a tar archive may unpack to
)

// Submission is what a learner handed in.
type Submission struct {
	Name   string // of its folder or archive, without an ending
	Source string // where it is
	// Files are the Go files of the steps that are the learner's to write, by step and
	// by name: Files["03-verify-tokens"]["verifier.go"].
	Files map[string]map[string][]byte
	// Refused says of files that are needed, and cannot be taken, why.
	Refused map[string]map[string]string
	// Differs are given files, such as tests, that are not as they were. The originals
	// are used in their place.
	Differs map[string][]string
	// Notes say what was left out.
	Notes []string
	// Problem is why nothing of it can be graded, or "".
	Problem string
	// Unreadable reports whether the problem is that it cannot be read, and not what it is:
	// nobody can tell then what it would have earned.
	Unreadable bool
}

// Reader reads submissions for a workshop.
type Reader struct {
	steps map[string]map[string]steps.File // by step, and by name
	// linked are symbolic links that stand in a class. Whoever put them there may be a
	// learner, so they are not followed, unlike those that the user names.
	linked map[string]bool
}

// NewReader returns a Reader for the workshop's steps.
func NewReader(list []steps.Step) (*Reader, error) {
	r := &Reader{map[string]map[string]steps.File{}, map[string]bool{}}
	for _, step := range list {
		files, err := step.Files()
		if err != nil {
			return nil, err
		}
		r.steps[step.Name] = map[string]steps.File{}
		for _, file := range files {
			r.steps[step.Name][file.Name] = file
		}
	}
	return r, nil
}

// Read reads one submission. What is wrong with it is said in the Submission.
func (r *Reader) Read(source string) *Submission {
	s := &Submission{
		Source: source,
		Files:  map[string]map[string][]byte{}, Refused: map[string]map[string]string{}, Differs: map[string][]string{},
	}
	whole, err := filepath.Abs(source) // "." has a name, too
	if err != nil {
		whole = source
	}
	s.Name = archive.ReplaceAllString(other.ReplaceAllString(filepath.Base(whole), ""), "")
	c := &collector{reader: r, submission: s, found: map[string]*spot{}, strangers: map[string]bool{}}
	if r.steps[s.Name] != nil {
		c.inside = s.Name + "/"
	}
	err = c.read(source)
	if err == nil {
		err = c.finish()
	}
	switch {
	case errors.As(err, new(refusal)):
		s.Problem = err.Error()
	case errors.As(err, new(unreadable)):
		s.Problem, s.Unreadable = err.Error(), true
	case err != nil:
		s.Unreadable = true
		s.Problem = "it cannot be read: " + withoutPath(err)
	case len(s.Files)+len(s.Refused) == 0:
		s.Notes = append(s.Notes, "it has no file of any step: the folder steps/ of a clone is what is graded")
	}
	c.note()
	return s
}

// refusal is an error that says why a submission is not taken.
type refusal string

func (r refusal) Error() string { return string(r) }
