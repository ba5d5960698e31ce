package intake

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
	"slices"
	"strings"
)

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
	case info.Size() == 0:
		return unreadable("it is empty: it has 0 bytes")
	case info.Size() > maxArchive:
		return refusal(fmt.Sprintf("it has %d bytes, and %d is the most: leave out what is not in steps/", info.Size(), maxArchive))
	case strings.HasSuffix(lower, ".zip"):
		return c.zip(source)
	case archive.MatchString(source):
		return c.tar(source, !strings.HasSuffix(lower, ".tar"))
	}
	return notRead(source)
}

func (c *collector) count() error {
	if c.entries++; c.entries > maxEntries {
		return refusal(fmt.Sprintf("it has more than %d files", maxEntries))
	}
	return nil
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
	case size > maxSource:
		found.why = fmt.Sprintf("it has %d bytes, and %d is the most", size, maxSource)
	case own:
		found.why = c.badName(step, file)
	}
	if found.why == "" {
		var err error
		if found.text, err = readAll(open); err != nil {
			found.why = "it cannot be read: " + withoutPath(err)
		}
		if c.bytes += len(found.text); c.bytes > maxRead {
			return refusal(fmt.Sprintf("it has more than %d MiB of source", maxRead>>20))
		}
	}
	c.settle(found)
	return nil
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
		if own[found.step]++; own[found.step] > maxOwn {
			return refusal(fmt.Sprintf("it has more than %d Go files in %s", maxOwn, found.step))
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
	text, err := io.ReadAll(io.LimitReader(reader, maxSource+1))
	if err == nil && len(text) > maxSource {
		err = fmt.Errorf("it has more than %d bytes", maxSource)
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
