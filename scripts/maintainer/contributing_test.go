package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	namedFile = regexp.MustCompile("`([a-z/]+/[a-z_]+\\.go)`(:(?: `[A-Za-z]+`,?)+)?")
	namedFunc = regexp.MustCompile("`([A-Za-z]+)`")
)

// What CONTRIBUTING.md says is in a file is there.
func TestContributingNamesWhatIsThere(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "CONTRIBUTING.md"))
	if err != nil {
		t.Fatal(err)
	}
	found := namedFile.FindAllStringSubmatch(string(text), -1)
	if len(found) < 20 {
		t.Errorf("only %d files are named", len(found))
	}
	for _, match := range found {
		name := strings.TrimPrefix(match[1], "scripts/")
		source, err := os.ReadFile(filepath.Join("..", filepath.FromSlash(name)))
		if err != nil {
			t.Errorf("there is no %s", match[1])
			continue
		}
		for _, function := range namedFunc.FindAllStringSubmatch(match[2], -1) {
			if !regexp.MustCompile(`(?m)^func (?:\([^)]*\) )?` + function[1] + `\(`).Match(source) {
				t.Errorf("%s has no function %s", match[1], function[1])
			}
		}
	}
}
