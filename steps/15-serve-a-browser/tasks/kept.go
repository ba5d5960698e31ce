// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// kept is the file with the refresh token for one server. Only its user can read it: on Unix by
// its mode, on Windows because of the folder that it's in.
type kept string

// keptFor returns the file for a server, by its host and port.
func keptFor(host string) (kept, error) {
	folder, err := os.UserConfigDir()
	if err != nil {
		return "", err
	}
	folder = filepath.Join(folder, "token-auth-tasks")
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return "", err
	}
	return kept(filepath.Join(folder, strings.NewReplacer(":", "_", "/", "_", "[", "", "]", "").Replace(host))), nil
}

// read returns the refresh token, or errLogIn if there's none.
func (k kept) read() (string, error) {
	text, err := os.ReadFile(string(k))
	if errors.Is(err, fs.ErrNotExist) {
		return "", errLogIn
	}
	return string(text), err
}

// write puts a refresh token in place of the one before. There's always a whole one in the
// file, also if the power goes.
func (k kept) write(refresh string) error {
	file, err := os.CreateTemp(filepath.Dir(string(k)), "new-*") // which makes it 0600
	if err != nil {
		return err
	}
	_, err = file.WriteString(refresh)
	err = errors.Join(err, file.Sync(), file.Close())
	if err == nil {
		err = os.Rename(file.Name(), string(k))
	}
	if err != nil {
		return errors.Join(fmt.Errorf("keep the refresh token: %w", err), os.Remove(file.Name()))
	}
	return nil
}

func (k kept) remove() error {
	if err := os.Remove(string(k)); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// stale is how old a lock is whose program has died. No request takes as long.
const stale = 2 * time.Minute

// alone calls do while no other of these programs does it, on this machine.
func (k kept) alone(ctx context.Context, do func() error) error {
	lock := string(k) + ".lock"
	for {
		file, err := os.OpenFile(lock, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
		if err == nil {
			defer os.Remove(lock)
			file.Close()
			return do()
		}
		info, statErr := os.Stat(lock)
		switch {
		case statErr == nil && time.Since(info.ModTime()) > stale:
			_ = os.Remove(lock) // another may have been faster
			continue
		case statErr != nil && !errors.Is(statErr, fs.ErrNotExist):
			return fmt.Errorf("lock the refresh token: %w", err)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(20 * time.Millisecond):
		}
	}
}
