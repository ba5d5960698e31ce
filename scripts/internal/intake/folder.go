package intake

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"syscall"

	"tokenauth.example/scripts/internal/steps"
)

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
