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
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"

	"tokenauth.example/scripts/internal/steps"
)

// The limits. A submission is a few kilobytes in a few dozen files.
const (
	mostSource  = 1 << 20   // bytes of a file that is read
	mostRead    = 16 << 20  // bytes of all files that are read
	mostOwn     = 200       // files of a step that are the learner's
	mostEntries = 50_000    // files and folders that are looked at
	mostArchive = 64 << 20  // bytes of an archive
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

var archive = regexp.MustCompile(`(?i)\.(zip|tar|tar\.gz|tgz)$`)

// other are the endings of archives that are not read. Whoever hands one in is told so.
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

// ignored tells of names that hold nothing of a learner's.
func ignored(name string) bool {
	return slices.Contains([]string{".git", ".workshop", "__MACOSX", ".DS_Store", "Thumbs.db", "solutions", "testdata", "scripts", "vendor", "node_modules"}, name)
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
	s.Name = other.ReplaceAllString(archive.ReplaceAllString(filepath.Base(whole), ""), "")
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
	case err != nil:
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

// collector takes the files of a submission that are needed.
type collector struct {
	reader     *Reader
	submission *Submission
	inside     string // the step's folder, if that alone was handed in, with a slash
	entries    int
	bytes      int              // that were read
	found      map[string]*spot // by step and name
	strangers  map[string]bool  // what was left out
}

// spot is where a file of a step was found, and what was there.
type spot struct {
	step, file string
	own        bool   // it is the learner's to write
	at         string // its path in the submission
	text       []byte
	why        string // it cannot be taken, or ""
	rival      string // the path of another, no nearer to the top, that differs; or ""
}

func (c *collector) read(source string) error {
	if c.reader.linked[source] {
		return refusal("it is a symbolic link. If you have made it, name it as an argument of its own")
	}
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
	case info.Size() > mostArchive:
		return refusal(fmt.Sprintf("it has %d bytes, and %d is the most: leave out what is not in steps/", info.Size(), mostArchive))
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
			return c.take(name, fs.ModeDir, 0, nil)
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
		return c.take(name, info.Mode().Type(), info.Size(), func() (io.ReadCloser, error) { return openRegular(root, name) })
	})
}

// openRegular opens a file that was a regular one a moment ago. Its owner may have put a
// pipe there since, so it is opened without waiting, and looked at again.
func openRegular(root *os.Root, name string) (io.ReadCloser, error) {
	file, err := root.OpenFile(filepath.FromSlash(name), os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	if info, err := file.Stat(); err != nil || !info.Mode().IsRegular() {
		file.Close()
		return nil, errors.New("it is not a regular file")
	}
	return file, nil
}

func (c *collector) zip(source string) error {
	reader, err := zip.OpenReader(source)
	if err != nil {
		return refusal("it is no zip archive, or a broken one")
	}
	defer reader.Close()
	for _, file := range reader.File {
		name, err := c.entry(file.Name)
		if err != nil {
			return err
		}
		open := file.Open
		if file.Flags&1 != 0 {
			open = func() (io.ReadCloser, error) {
				return nil, errors.New("it is encrypted: make the archive without a password")
			}
		}
		if err := c.take(name, file.Mode().Type(), int64(min(file.UncompressedSize64, 1<<62)), open); err != nil {
			return err
		}
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
		name, err := c.entry(header.Name)
		if err != nil {
			return err
		}
		mode := header.FileInfo().Mode().Type()
		if header.Typeflag == tar.TypeLink {
			mode = fs.ModeIrregular // a hard link has no bytes of its own
		}
		if err := c.take(name, mode, header.Size, func() (io.ReadCloser, error) { return io.NopCloser(reader), nil }); err != nil {
			return err
		}
	}
}

var drive = regexp.MustCompile(`^[A-Za-z]:`)

// entry looks at the name of a file in an archive, and returns it with slashes.
func (c *collector) entry(name string) (string, error) {
	slashed := strings.ReplaceAll(name, `\`, "/")
	if !filepath.IsLocal(filepath.FromSlash(slashed)) || drive.MatchString(slashed) {
		return "", refusal(fmt.Sprintf("it has a path that leads out of it: %q", name))
	}
	return path.Clean(slashed), c.count()
}

func (c *collector) count() error {
	if c.entries++; c.entries > mostEntries {
		return refusal(fmt.Sprintf("it has more than %d files", mostEntries))
	}
	return nil
}

// prose are files of which nobody expects that they are compiled.
var prose = regexp.MustCompile(`(?i)(\.md|\.png|\.kept-[0-9.-]+|(^|/)\.[^/]*)$`)

// goodName are names of files besides those of the step that no system takes for others.
var goodName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_-]{0,60}\.go$`)

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
			if original, known := files[file]; known {
				return part, file, original.Kind == steps.Stub
			}
			return part, file, compiles(file)
		}
	}
	return "", "", false
}

// compiles tells of a file that the step does not have whether Go would compile it.
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

// take takes a file if it is needed. An error ends the reading.
func (c *collector) take(name string, mode fs.FileMode, size int64, open func() (io.ReadCloser, error)) error {
	name = strings.TrimSuffix(name, "/")
	step, file, own := c.place(name)
	if mode&fs.ModeSymlink != 0 && c.refuseFolder(name, "its folder is a symbolic link") {
		return nil
	}
	switch {
	case step == "" && mode.IsDir():
		return nil
	case step == "" || !own && !c.given(step, file):
		if step != "" && !mode.IsDir() && !prose.MatchString(file) {
			c.strangers[path.Join(step, file)] = true
		}
		return nil
	}
	found := &spot{step: step, file: file, own: own, at: name}
	switch {
	case mode&fs.ModeSymlink != 0:
		found.why = "it is a symbolic link"
	case mode.IsDir():
		found.why = "it is a folder"
	case mode != 0:
		found.why = "it is not a regular file"
	case size > mostSource:
		found.why = fmt.Sprintf("it has %d bytes, and %d is the most", size, mostSource)
	case own:
		found.why = c.badName(step, file)
	}
	if found.why == "" {
		var err error
		if found.text, err = readAll(open); err != nil {
			found.why = "it cannot be read: " + withoutPath(err)
		}
		if c.bytes += len(found.text); c.bytes > mostRead {
			return refusal(fmt.Sprintf("it has more than %d MiB of source", mostRead>>20))
		}
	}
	c.settle(found)
	return nil
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

// finish makes the submission of what was found.
func (c *collector) finish() error {
	s := c.submission
	lower := map[string]string{}
	own := map[string]int{}
	for _, key := range slices.Sorted(maps.Keys(c.found)) {
		found := c.found[key]
		if !found.own {
			if found.why != "" || !bytes.Equal(bytes.ReplaceAll(found.text, []byte("\r\n"), []byte("\n")), c.reader.steps[found.step][found.file].Text) {
				s.Differs[found.step] = append(s.Differs[found.step], found.file)
			}
			continue
		}
		if found.rival != "" {
			return refusal(fmt.Sprintf("it has two that differ, and which one counts? %q and %q. Hand in one of them; or, if these are two learners, name the folder that they are in", found.at, found.rival))
		}
		if own[found.step]++; own[found.step] > mostOwn {
			return refusal(fmt.Sprintf("it has more than %d Go files in %s", mostOwn, found.step))
		}
		_, known := c.reader.steps[found.step][found.file]
		if twin := lower[strings.ToLower(key)]; twin != "" && found.why == "" && !known {
			found.why = "its name is " + twin + " but for capital letters: rename it"
		}
		lower[strings.ToLower(key)] = found.file
		if found.why != "" {
			c.refuseIn(found.step, found.file, found.why)
			continue
		}
		if s.Files[found.step] == nil {
			s.Files[found.step] = map[string][]byte{}
		}
		s.Files[found.step][found.file] = found.text
	}
	return nil
}

// refuseFolder refuses all files in the folder of a step, or of all steps. It tells
// whether the folder is one of these.
func (c *collector) refuseFolder(name, why string) bool {
	folder := path.Base(name)
	for step, files := range c.reader.steps {
		at := name
		if folder == "steps" {
			at = path.Join(name, step)
		}
		for file, original := range files {
			if original.Kind == steps.Stub && (folder == "steps" || folder == step) {
				c.settle(&spot{step: step, file: file, own: true, at: path.Join(at, file), why: why})
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
		c.settle(&spot{step: step, file: file, own: true, at: name, why: why})
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
