package intake

import (
	"archive/tar"
	"archive/zip"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
)

func (c *collector) zip(source string) error {
	reader, err := zip.OpenReader(source)
	if err != nil {
		return broken(source, "a zip archive")
	}
	defer reader.Close()
	for _, file := range reader.File {
		name, err := c.entry(file.Name)
		if err != nil {
			return err
		}
		if _, _, own := c.place(name); own && file.Flags&1 != 0 {
			return unreadable("it is encrypted: make the archive without a password")
		}
		if err := c.take(name, file.Mode().Type(), int64(min(file.UncompressedSize64, 1<<62)), file.Open); err != nil {
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
			return broken(source, "a .tar.gz archive")
		}
	}
	limited := &io.LimitedReader{R: stream, N: maxStream}
	reader := tar.NewReader(limited)
	for {
		header, err := reader.Next()
		switch {
		case limited.N <= 0:
			return refusal(fmt.Sprintf("it unpacks to more than %d MiB", maxStream>>20))
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return unreadable("it is no tar archive, or a broken one")
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
