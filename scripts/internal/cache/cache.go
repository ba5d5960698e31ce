// Package cache keeps results by the content that they came from. The same content gives the
// same result, so nothing that is kept can go out of date.
package cache

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
)

// Key is made of everything that a result depends on.
type Key struct{ hash hash.Hash }

// NewKey returns a Key that depends on the kind of the result, and on the Go that makes it.
func NewKey(kind string) *Key {
	k := &Key{sha256.New()}
	k.Add(kind, []byte(runtime.Version()+" "+runtime.GOOS+" "+runtime.GOARCH))
	return k
}

// Add adds a name, and the content that goes with it.
func (k *Key) Add(name string, content []byte) {
	fmt.Fprintf(k.hash, "%q %x\n", name, sha256.Sum256(content))
}

// AddTree adds every regular file below root for which keep reports true.
func (k *Key) AddTree(root string, keep func(name string) bool) error {
	return filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() || !keep(name) {
			return err
		}
		content, err := os.ReadFile(name)
		k.Add(name, content)
		return err
	})
}

// String returns the key's text.
func (k *Key) String() string { return hex.EncodeToString(k.hash.Sum(nil)) }

// entry is a file's content.
type entry[T any] struct {
	Key   string
	Value T
}

// Recall returns what Remember kept in the file, if that was under the same key.
func Recall[T any](file, key string) (value T, ok bool) {
	text, err := os.ReadFile(file)
	if err != nil {
		return value, false
	}
	var e entry[T]
	if json.Unmarshal(text, &e) != nil || e.Key != key {
		return value, false
	}
	return e.Value, true
}

// Remember keeps a value in the file under the key, in the place of what is there. It returns
// no error, because it only saves time: what could not be kept is made again.
func Remember[T any](file, key string, value T) {
	text, err := json.Marshal(entry[T]{key, value})
	if err != nil || os.MkdirAll(filepath.Dir(file), 0o755) != nil {
		return
	}
	// Written beside and renamed, so that two runs at once never leave half a file.
	temporary, err := os.CreateTemp(filepath.Dir(file), "*.part")
	if err != nil {
		return
	}
	_, err = temporary.Write(text)
	if closeErr := temporary.Close(); err == nil && closeErr == nil {
		err = os.Rename(temporary.Name(), file)
	}
	if err != nil {
		os.Remove(temporary.Name())
	}
}
