// Package files writes over files that may be somebody's work.
package files

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"tokenauth.example/scripts/internal/session"
)

// Replace writes a file that may be a learner's. What was there is copied beside it first, so
// that nothing is ever lost. Everything that writes over somebody's work goes through here;
// only where git has what was there do maintainers' verbs need no copy. It returns the
// path of the copy, or "" if nothing was there.
func Replace(name string, content []byte) (copied string, err error) {
	old, err := os.ReadFile(name)
	switch {
	case err == nil:
		copied = name + ".kept-" + time.Now().Format("20060102-150405.000")
		if err := writeNew(copied, old); err != nil {
			return "", session.WayOut(fmt.Errorf("what you have could not be kept, so nothing was changed: %w", err), "Copy it by hand, then try again.")
		}
	case !errors.Is(err, os.ErrNotExist):
		return "", err
	}
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return copied, err
	}
	return copied, os.WriteFile(name, content, 0o644)
}

// writeNew writes a file that is not there yet, and waits until the disk has it.
func writeNew(name string, content []byte) error {
	file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	_, err = file.Write(content)
	return errors.Join(err, file.Sync(), file.Close())
}
