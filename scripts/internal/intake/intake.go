// Package intake reads what learners hand in: folders, git clones, zip and tar archives.
// What they hold is hostile until proven otherwise, so a file is read only if the
// grading needs it, it is a regular file, and it is not too long. Nothing is unpacked
// onto a disk.
package intake

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"tokenauth.example/scripts/internal/steps"
)

// The limits. A submission is a few kilobytes in a few dozen files.
const (
	mostSource  = 1 << 20   // bytes of a file that is read
	mostEntries = 50_000    // files and folders that are looked at
	mostStream  = 256 << 20 // bytes that a tar archive may unpack to
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
}

// Reader reads submissions for a workshop.
type Reader struct {
	steps map[string]map[string]steps.File // by step, and by name
}

// NewReader returns a Reader for the workshop's steps.
func NewReader(list []steps.Step) (*Reader, error) {
	r := &Reader{map[string]map[string]steps.File{}}
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

var archive = regexp.MustCompile(`(?i)\.(zip|tar|tar\.gz|tgz)$`)

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
	var inside []string
	for _, entry := range entries {
		name := entry.Name()
		if r.steps[name] != nil || name == "steps" || strings.HasSuffix(name, ".go") {
			return []string{argument}, nil
		}
		if ignored(name) || strings.HasPrefix(name, ".") {
			continue
		}
		if entry.IsDir() || archive.MatchString(name) || entry.Type()&fs.ModeSymlink != 0 {
			inside = append(inside, filepath.Join(argument, name))
		}
	}
	if len(inside) == 0 {
		return []string{argument}, nil
	}
	return inside, nil
}

// ignored tells of names that hold nothing of a learner's.
func ignored(name string) bool {
	return slices.Contains([]string{".git", ".workshop", "__MACOSX", ".DS_Store", "Thumbs.db", "solutions", "testdata", "scripts", "vendor", "node_modules"}, name)
}

// Read reads one submission. What is wrong with it is said in the Submission.
func (r *Reader) Read(source string) *Submission {
	s := &Submission{
		Name:   archive.ReplaceAllString(filepath.Base(filepath.Clean(source)), ""),
		Source: source,
		Files:  map[string]map[string][]byte{}, Refused: map[string]map[string]string{}, Differs: map[string][]string{},
	}
	c := &collector{reader: r, submission: s, found: map[string]string{}, strangers: map[string]bool{}}
	if r.steps[s.Name] != nil {
		c.inside = s.Name + "/"
	}
	err := c.read(source)
	switch {
	case errors.As(err, new(refusal)):
		s.Problem = err.Error()
	case err != nil:
		s.Problem = "it cannot be read: " + err.Error()
	case len(s.Files)+len(s.Refused) == 0:
		s.Problem = "it has no file of any step: the folder steps/ of a clone is what is graded"
	}
	c.note()
	return s
}

// refusal is an error that says why a submission is not taken.
type refusal string

func (r refusal) Error() string { return string(r) }

// collector takes the files of a submission that are needed.
type collector struct {
	reader     *Reader
	submission *Submission
	inside     string // the step's folder, if that alone was handed in, with a slash
	entries    int
	found      map[string]string // where each file was, by step and name
	strangers  map[string]bool   // what was left out
}

func (c *collector) read(source string) error {
	info, err := os.Stat(source)
	if err != nil {
		return err
	}
	lower := strings.ToLower(source)
	switch {
	case info.IsDir():
		return c.folder(source)
	case !info.Mode().IsRegular():
		return refusal("it is neither a folder nor an archive")
	case strings.HasSuffix(lower, ".zip"):
		return c.zip(source)
	case archive.MatchString(source):
		return c.tar(source, !strings.HasSuffix(lower, ".tar"))
	}
	return refusal("it is no archive that can be read: make a .zip, .tar or .tar.gz")
}

// folder walks a folder. Symbolic links are not followed, and os.Root keeps every
// opened file inside, whatever happens to the folder meanwhile.
func (c *collector) folder(source string) error {
	root, err := os.OpenRoot(source)
	if err != nil {
		return err
	}
	defer root.Close()
	return fs.WalkDir(root.FS(), ".", func(name string, entry fs.DirEntry, err error) error {
		if name == "." {
			return err
		}
		if entry != nil && entry.IsDir() && ignored(entry.Name()) {
			return fs.SkipDir
		}
		if err := c.count(); err != nil {
			return err
		}
		if entry != nil && entry.IsDir() {
			if err != nil {
				c.refuseFolder(name, "its folder cannot be read")
				return fs.SkipDir
			}
			c.take(name, fs.ModeDir, 0, nil)
			return nil
		}
		if err != nil {
			c.refuse(name, "it cannot be read")
			return nil
		}
		info, err := entry.Info()
		if err != nil {
			c.refuse(name, "it cannot be read")
			return nil
		}
		c.take(name, info.Mode().Type(), info.Size(), func() (io.ReadCloser, error) { return root.Open(filepath.FromSlash(name)) })
		return nil
	})
}

func (c *collector) zip(source string) error {
	reader, err := zip.OpenReader(source)
	if err != nil {
		return refusal("it is no zip archive, or a broken one")
	}
	defer reader.Close()
	for _, file := range reader.File {
		if err := c.entry(file.Name); err != nil {
			return err
		}
		c.take(path.Clean(strings.ReplaceAll(file.Name, `\`, "/")), file.Mode().Type(), int64(min(file.UncompressedSize64, 1<<62)), file.Open)
	}
	return nil
}

func (c *collector) tar(source string, zipped bool) error {
	file, err := os.Open(source)
	if err != nil {
		return err
	}
	defer file.Close()
	stream := io.Reader(file)
	if zipped {
		if stream, err = gzip.NewReader(file); err != nil {
			return refusal("it is no .tar.gz archive, or a broken one")
		}
	}
	limited := &io.LimitedReader{R: stream, N: mostStream}
	reader := tar.NewReader(limited)
	for {
		header, err := reader.Next()
		switch {
		case limited.N <= 0:
			return refusal(fmt.Sprintf("it unpacks to more than %d MiB", mostStream>>20))
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return refusal("it is no tar archive, or a broken one")
		}
		if err := c.entry(header.Name); err != nil {
			return err
		}
		mode := header.FileInfo().Mode().Type()
		if header.Typeflag == tar.TypeLink {
			mode = fs.ModeSymlink
		}
		c.take(path.Clean(header.Name), mode, header.Size, func() (io.ReadCloser, error) { return io.NopCloser(reader), nil })
	}
}

// entry looks at the name of a file in an archive.
func (c *collector) entry(name string) error {
	if !filepath.IsLocal(filepath.FromSlash(strings.ReplaceAll(name, `\`, "/"))) {
		return refusal(fmt.Sprintf("it has a path that leads out of it: %q", name))
	}
	return c.count()
}

func (c *collector) count() error {
	if c.entries++; c.entries > mostEntries {
		return refusal(fmt.Sprintf("it has more than %d files", mostEntries))
	}
	return nil
}

// prose are files of which nobody expects that they are compiled.
var prose = regexp.MustCompile(`(?i)(\.md|\.kept-[0-9.-]+|(^|/)\.[^/]*)$`)

var goodName = regexp.MustCompile(`^[a-z][a-z0-9_]*\.go$`)

// place finds out which file of which step a path is: the one below a folder with the
// step's name. own tells whether it is the learner's to write.
func (c *collector) place(name string) (step, file string, own bool) {
	parts := strings.Split(c.inside+name, "/")
	for i, part := range parts[:len(parts)-1] {
		if ignored(part) {
			return "", "", false
		}
		if files := c.reader.steps[part]; files != nil {
			file = strings.Join(parts[i+1:], "/")
			original, known := files[file]
			own = known && original.Kind == steps.Stub ||
				!known && goodName.MatchString(file) && !strings.HasSuffix(file, "_test.go")
			return part, file, own
		}
	}
	return "", "", false
}

// take takes a file if it is needed.
func (c *collector) take(name string, mode fs.FileMode, size int64, open func() (io.ReadCloser, error)) {
	name = strings.TrimSuffix(name, "/")
	step, file, own := c.place(name)
	if mode&fs.ModeSymlink != 0 && c.refuseFolder(name, "its folder is a symbolic link") {
		return
	}
	switch {
	case step == "" && mode.IsDir():
		return
	case step == "" || !own && !c.given(step, file):
		if step != "" && !mode.IsDir() && !prose.MatchString(file) {
			c.strangers[path.Join(step, file)] = true
		}
		return
	}
	// The same file may be there twice, as in a clone with a copy in it. The one nearest
	// to the top counts.
	key := path.Join(step, file)
	if before, twice := c.found[key]; twice && strings.Count(before, "/") <= strings.Count(name, "/") {
		c.strangers[name] = true
		return
	}
	why := ""
	switch {
	case mode&fs.ModeSymlink != 0:
		why = "it is a symbolic link"
	case mode.IsDir():
		why = "it is a folder"
	case mode != 0:
		why = "it is not a regular file"
	case size > mostSource:
		why = fmt.Sprintf("it has %d bytes, and %d is the most", size, mostSource)
	}
	var text []byte
	if why == "" {
		var err error
		if text, err = readAll(open); err != nil {
			why = "it cannot be read: " + withoutPath(err)
		}
	}
	c.found[key] = name
	if !own {
		if why != "" || !bytes.Equal(bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n")), c.reader.steps[step][file].Text) {
			c.submission.Differs[step] = append(c.submission.Differs[step], file)
		}
		return
	}
	if why != "" {
		c.refuseIn(step, file, why)
		return
	}
	if c.submission.Files[step] == nil {
		c.submission.Files[step] = map[string][]byte{}
	}
	c.submission.Files[step][file] = text
	delete(c.submission.Refused[step], file)
}

// refuseFolder refuses all files in the folder of a step, or of all steps. It tells
// whether the folder is one of these.
func (c *collector) refuseFolder(name, why string) bool {
	folder := path.Base(name)
	for step, files := range c.reader.steps {
		for file, original := range files {
			if original.Kind == steps.Stub && (folder == "steps" || folder == step) {
				c.refuseIn(step, file, why)
			}
		}
	}
	return folder == "steps" || c.reader.steps[folder] != nil
}

// given tells of a file that is the same for everybody.
func (c *collector) given(step, file string) bool {
	original, known := c.reader.steps[step][file]
	return known && original.Kind == steps.Given
}

func (c *collector) refuse(name, why string) {
	if step, file, own := c.place(name); own {
		c.refuseIn(step, file, why)
	}
}

func (c *collector) refuseIn(step, file, why string) {
	if c.submission.Refused[step] == nil {
		c.submission.Refused[step] = map[string]string{}
	}
	c.submission.Refused[step][file] = why
}

func readAll(open func() (io.ReadCloser, error)) ([]byte, error) {
	reader, err := open()
	if err != nil {
		return nil, err
	}
	defer reader.Close()
	text, err := io.ReadAll(io.LimitReader(reader, mostSource+1))
	if err == nil && len(text) > mostSource {
		err = fmt.Errorf("it has more than %d bytes", mostSource)
	}
	return text, err
}

// withoutPath is what an error says, without the path that the reader of a report has
// nothing to do with.
func withoutPath(err error) string {
	if pathError := (*fs.PathError)(nil); errors.As(err, &pathError) {
		return pathError.Err.Error()
	}
	return err.Error()
}

// note says what was left out.
func (c *collector) note() {
	var names []string
	for name := range c.strangers {
		names = append(names, fmt.Sprintf("%q", name))
	}
	slices.Sort(names)
	const most = 5
	switch {
	case len(names) > most:
		c.submission.Notes = append(c.submission.Notes, fmt.Sprintf("left out: %s and %d more", strings.Join(names[:most], ", "), len(names)-most))
	case len(names) > 0:
		c.submission.Notes = append(c.submission.Notes, "left out: "+strings.Join(names, ", "))
	}
	for _, list := range c.submission.Differs {
		slices.Sort(list)
	}
}
