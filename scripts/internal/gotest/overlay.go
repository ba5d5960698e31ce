package gotest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// Overlay replaces files, by absolute path, for a build. An empty text leaves the
// file out.
type Overlay map[string][]byte

// Write writes the overlay into dir, and returns the flag that makes Go use it.
func (o Overlay) Write(dir string) (flag string, err error) {
	replace := map[string]string{}
	for name, text := range o {
		replace[name] = ""
		if text == nil {
			continue
		}
		// The compiler names the copy in what it says: it has the name of the original, in
		// a folder of its own.
		folder := filepath.Join(dir, fmt.Sprintf("overlay-%d", len(replace)))
		copied := filepath.Join(folder, filepath.Base(name))
		if err := os.MkdirAll(folder, 0o700); err != nil {
			return "", err
		}
		if err := os.WriteFile(copied, text, 0o600); err != nil {
			return "", err
		}
		replace[name] = copied
	}
	encoded, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return "", err
	}
	name := filepath.Join(dir, "overlay.json")
	return "-overlay=" + name, os.WriteFile(name, encoded, 0o600)
}

// withNeighbours returns the overlay with what the go.mod and the go.sum in dir need for
// every package of the modules that the step has: argon2 of x/crypto needs x/sys, which is
// there for the steps that use it already.
func (o Overlay) withNeighbours(dir string) (Overlay, error) {
	files, err := filepath.Glob(filepath.Join(dir, "..", "..", "solutions", "*", "go.*"))
	if err != nil || len(files) == 0 {
		return o, err
	}
	goMod, sums := o[filepath.Join(dir, "go.mod")], []byte(nil)
	if goMod == nil {
		goMod, err = os.ReadFile(filepath.Join(dir, "go.mod"))
		if errors.Is(err, fs.ErrNotExist) {
			return o, nil // no step
		}
		if err != nil {
			return nil, err
		}
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		if filepath.Base(file) == "go.sum" {
			sums = append(sums, text...)
			continue
		}
		for _, match := range indirect.FindAllStringSubmatch(string(text), -1) {
			if !bytes.Contains(goMod, []byte(match[1]+" v")) {
				goMod = fmt.Appendf(bytes.Clone(goMod), "\nrequire %s %s // indirect\n", match[1], match[2])
			}
		}
	}
	whole := Overlay{filepath.Join(dir, "go.mod"): goMod, filepath.Join(dir, "go.sum"): sums}
	for name, text := range o {
		if _, ok := whole[name]; !ok {
			whole[name] = text
		}
	}
	return whole, nil
}

// indirect is a module that is needed by another one, and not by the code.
var indirect = regexp.MustCompile(`(?m)^(?:require)?\s*(golang\.org/x/\S+) (v\S+) // indirect$`)

var overlayFolder = regexp.MustCompile(`overlay-[0-9]+[/\\]`)

// withoutOverlay names in what the compiler said the files as those of dir, and not as their
// copies in work.
func withoutOverlay(said, dir, work string) string {
	places := []string{work}
	if relative, err := filepath.Rel(dir, work); err == nil {
		places = append(places, relative)
	}
	for _, place := range places {
		said = strings.ReplaceAll(said, place+string(filepath.Separator), "")
	}
	return overlayFolder.ReplaceAllString(said, "")
}
