package report

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// Names returns the names of all formats.
func Names() []string {
	names := []string{}
	for _, format := range Formats {
		names = append(names, format.Name)
	}
	return names
}

// Write writes a report in one format into a file. A format for one learner needs a Class
// of one.
func Write(format, file string, c Class) error {
	i := slices.IndexFunc(Formats, func(f Format) bool { return f.Name == format })
	if i < 0 {
		return fmt.Errorf("there is no format %q: they are %s", format, strings.Join(Names(), ", "))
	}
	f := Formats[i]
	if f.Class == nil && len(c.Learners) != 1 {
		return fmt.Errorf("%s: the format %s is for one learner, and there are %d", file, format, len(c.Learners))
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	return WriteFile(file, func(w io.Writer) error {
		if f.Class != nil {
			return f.Class(w, c)
		}
		return f.Learner(w, c, c.Learners[0], os.Getenv)
	})
}

// WriteAll writes every format into a folder: those for the class there, and those for one
// learner in a folder of the learner's name below it. It goes on after an error, so that as
// much as possible is written, and returns the number of files that were.
func WriteAll(folder string, c Class) (files int, err error) {
	var failures []error
	names := folders(c.Learners)
	for _, format := range Formats {
		if format.Class != nil {
			if err := Write(format.Name, filepath.Join(folder, format.File), c); err != nil {
				failures = append(failures, err)
			} else {
				files++
			}
			continue
		}
		for i, learner := range c.Learners {
			one := c
			one.Learners = []Learner{learner}
			if err := Write(format.Name, filepath.Join(folder, perLearner, names[i], format.File), one); err != nil {
				failures = append(failures, err)
			} else {
				files++
			}
		}
	}
	return files, errors.Join(failures...)
}

// perLearner is the folder below that of the results which has one for each learner.
const perLearner = "learners"

// Older returns the folders in which WriteAll once wrote the results of learners who are
// not in the class, by their names. Nothing that is written for the class says anything of
// them, but a reader of all folders would take them for its learners.
func Older(folder string, c Class) ([]string, error) {
	entries, err := os.ReadDir(filepath.Join(folder, perLearner))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	names := folders(c.Learners)
	var older []string
	for _, entry := range entries {
		if entry.IsDir() && !slices.Contains(names, entry.Name()) {
			older = append(older, entry.Name())
		}
	}
	return older, nil
}

var notInAName = regexp.MustCompile(`[^\p{L}\p{N}._@+-]+`)

// folders returns for each learner the name of a folder that every system takes, and that is
// nobody else's.
func folders(learners []Learner) []string {
	taken := map[string]bool{}
	names := make([]string, len(learners))
	for i, learner := range learners {
		name := strings.Trim(notInAName.ReplaceAllString(learner.Name, "-"), "-.")
		if name == "" {
			name = "learner"
		}
		name = string([]rune(name)[:min(len([]rune(name)), 60)])
		unique := name
		for n := 2; taken[strings.ToLower(unique)]; n++ {
			unique = fmt.Sprintf("%s-%d", name, n)
		}
		taken[strings.ToLower(unique)] = true
		names[i] = unique
	}
	return names
}
