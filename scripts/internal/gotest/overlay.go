package gotest

import (
	"encoding/json"
	"fmt"
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
