// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package keys

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"time"
)

// Load returns the keys in a folder: each file NAME.pem has a private key of P-256, as
// openssl writes it, and is dated by the time it was last changed. The folder and what's
// in it must be readable by their user alone. Without a folder or a key in it, both are
// made.
func Load(folder string) ([]Dated, error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, fmt.Errorf("make folder of keys: %w", err)
	}
	names, err := filepath.Glob(filepath.Join(folder, "*.pem"))
	if err != nil {
		return nil, fmt.Errorf("list keys: %w", err)
	}
	if len(names) == 0 {
		name, err := Make(folder)
		if err != nil {
			return nil, err
		}
		names = []string{name}
	}
	slices.Sort(names)
	var list []Dated
	for _, name := range names {
		key, err := read(name)
		if err != nil {
			return nil, fmt.Errorf("read key %s in %s: %w", filepath.Base(name), folder, err)
		}
		list = append(list, key)
	}
	return list, nil
}

// Make writes a new private key into a folder, and returns the name of its file.
func Make(folder string) (string, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return "", fmt.Errorf("make key: %w", err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return "", fmt.Errorf("write key: %w", err)
	}
	name := filepath.Join(folder, time.Now().UTC().Format("20060102-150405")+".pem")
	text := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
	if err := writeWhole(name, text); err != nil {
		return "", fmt.Errorf("write key: %w", err)
	}
	return name, nil
}

// writeWhole writes a new file that only its user can read. It has its name only once all of
// it is on the disk: half a key would keep a server from starting. It replaces nothing.
func writeWhole(name string, text []byte) error {
	file, err := os.OpenFile(name+".new", os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = file.Write(text)
	if err = errors.Join(err, file.Sync(), file.Close()); err == nil {
		if _, err = os.Lstat(name); err == nil {
			err = fmt.Errorf("%s: %w", name, fs.ErrExist)
		} else if errors.Is(err, fs.ErrNotExist) {
			err = os.Rename(file.Name(), name)
		}
	}
	if err != nil {
		err = errors.Join(err, os.Remove(file.Name()))
	}
	return err
}

// read reads a private key. What's in the file is never in the error.
func read(name string) (Dated, error) {
	for _, path := range []string{filepath.Dir(name), name} {
		info, err := os.Stat(path)
		if err != nil {
			return Dated{}, err
		}
		if runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
			return Dated{}, fmt.Errorf("others can read %s: chmod go= it", filepath.Base(path))
		}
	}
	info, err := os.Stat(name)
	if err != nil {
		return Dated{}, err
	}
	text, err := os.ReadFile(name)
	if err != nil {
		return Dated{}, err
	}
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		switch block.Type {
		case "EC PRIVATE KEY":
			key, err := x509.ParseECPrivateKey(block.Bytes)
			if err != nil {
				return Dated{}, errors.New("it's no private key of a curve")
			}
			return Dated{key, info.ModTime()}, nil
		case "PRIVATE KEY":
			parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
			key, ok := parsed.(*ecdsa.PrivateKey)
			if err != nil || !ok {
				return Dated{}, errors.New("it's no private key of a curve")
			}
			return Dated{key, info.ModTime()}, nil
		}
	}
	return Dated{}, errors.New("there's no private key in it: move it elsewhere, and start again")
}
