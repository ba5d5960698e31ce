package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"

	"tokenauth.example/scripts/internal/files"
	"tokenauth.example/scripts/internal/steps"
)

// overwrite writes a file, whose name is below the workshop and has slashes. What was there
// is lost only if git has it: otherwise it is copied first, and the copy's path returned.
func overwrite(ctx context.Context, workshop *steps.Workshop, name string, text []byte) (copied string, err error) {
	file := workshop.Path(filepath.FromSlash(name))
	if committed(ctx, workshop, name) {
		return "", os.WriteFile(file, text, 0o644)
	}
	return files.Replace(file, text)
}

// committed reports whether git has the file as it is now.
func committed(ctx context.Context, workshop *steps.Workshop, name string) bool {
	committed, err := git(ctx, workshop, "show", "HEAD:./"+name)
	if err != nil {
		return false
	}
	text, err := os.ReadFile(workshop.Path(filepath.FromSlash(name)))
	return err == nil && bytes.Equal(text, committed)
}
