// Package results writes the reports of a class where the user wants them: all into a folder,
// or one into a file.
package results

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"tokenauth.example/scripts/internal/command"
	"tokenauth.example/scripts/internal/report"
	"tokenauth.example/scripts/internal/session"
	"tokenauth.example/scripts/internal/text"
)

// Wanted is where reports are to be written, as the flags -out and -format say.
type Wanted struct {
	Folder       string // for all of them, or ""
	Format, File string // one format and its file, or ""
}

// Read reads the flags -out and -format.
func Read(s *session.Session, in *command.Input) (Wanted, error) {
	w := Wanted{Folder: s.FromTop(in.String("out"))}
	one := in.String("format")
	if one == "" {
		return w, nil
	}
	format, file, ok := strings.Cut(one, "=")
	if !ok || !slices.Contains(report.Names(), format) {
		return w, session.WayOut(fmt.Errorf("there is no format %q", one), "Write -format NAME=FILE, where NAME is one of: %s", strings.Join(report.Names(), ", "))
	}
	w.Format, w.File = format, s.FromTop(file)
	return w, nil
}

// ForOne reports whether the format is one for a single learner.
func (w Wanted) ForOne() bool {
	i := slices.IndexFunc(report.Formats, func(f report.Format) bool { return f.Name == w.Format })
	return i >= 0 && report.Formats[i].Class == nil
}

// Check finds out whether everything can be written: now, and not after an hour.
func (w Wanted) Check() error {
	if w.Folder != "" {
		if err := writable(w.Folder); err != nil {
			return session.WayOut(err, "Name a folder that can be written, with -out.")
		}
	}
	if w.Format != "" {
		if err := writable(filepath.Dir(w.File)); err != nil {
			return session.WayOut(err, "Name a file that can be written, with -format.")
		}
	}
	return nil
}

// writable makes a folder if it is not there, and finds out whether it can be written to.
func writable(folder string) error {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	file, err := os.CreateTemp(folder, ".workshop-*")
	if err != nil {
		return err
	}
	return errors.Join(file.Close(), os.Remove(file.Name()))
}

// Write writes what is wanted, as much of it as possible.
func (w Wanted) Write(s *session.Session, class report.Class) error {
	var failures []error
	if w.Folder != "" {
		failures = append(failures, writeAll(s, class, w.Folder))
	}
	if w.Format != "" {
		failures = append(failures, report.Write(w.Format, w.File, class))
	}
	return errors.Join(failures...)
}

// writeAll writes every format: for the class into folder, for each learner into a folder
// below it. It names the learners whose results are there from another time.
func writeAll(s *session.Session, class report.Class, folder string) error {
	files, err := report.WriteAll(folder, class)
	if err != nil {
		return err
	}
	s.Screen.Printf("\n%d files written. Begin with %s", files, filepath.Join(folder, "class.html"))
	older, err := report.Older(folder, class)
	if err != nil || len(older) == 0 {
		return err
	}
	const max = 20
	named := strings.Join(older[:min(len(older), max)], ", ")
	if rest := len(older) - max; rest > 0 {
		named += fmt.Sprintf(" and %d more", rest)
	}
	s.Screen.Printf("")
	s.Screen.Wrap("", "Older results are there too, of learners who were not graded now. They are in no file of the class. Move them away, so that nobody takes them for new:")
	s.Screen.Wrap("  ", filepath.Join(folder, "learners")+": "+text.Line(named))
	return nil
}
