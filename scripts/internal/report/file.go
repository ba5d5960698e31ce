package report

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// WriteFile writes a file whole or not at all: what is written goes to a temporary file
// beside it, which takes its place when it is complete and on the disk. If anything goes
// wrong, there is no temporary file left, and the file is as it was. An error names the
// file.
func WriteFile(name string, write func(io.Writer) error) (err error) {
	target := name
	if real, err := filepath.EvalSymlinks(name); err == nil {
		target = real // so that a link stays one
	}
	if info, err := os.Lstat(target); err == nil && !info.Mode().IsRegular() {
		return fmt.Errorf("%s: not a regular file", name)
	}
	temporary := filepath.Join(filepath.Dir(target), "."+rand.Text()+".part")
	file, err := os.OpenFile(temporary, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o666)
	if err != nil {
		return named(name, err)
	}
	placed := false
	defer func() { // after a panic too
		if !placed {
			file.Close()
			os.Remove(temporary)
		}
	}()
	if err := write(file); err != nil {
		return named(name, err)
	}
	if err := file.Sync(); err != nil {
		return named(name, err)
	}
	if err := file.Close(); err != nil {
		return named(name, err)
	}
	if err := os.Rename(temporary, target); err != nil {
		return named(name, err)
	}
	placed = true
	return nil
}

// named puts the file's name before an error, in the place of the temporary file's.
func named(name string, err error) error {
	if e, ok := errors.AsType[*fs.PathError](err); ok && filepath.Ext(e.Path) == ".part" {
		err = e.Err
	} else if e, ok := errors.AsType[*os.LinkError](err); ok {
		err = e.Err
	}
	return fmt.Errorf("%s: %w", name, err)
}
