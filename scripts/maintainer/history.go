package main

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"tokenauth.example/scripts/internal/files"
	"tokenauth.example/scripts/internal/session"
	"tokenauth.example/scripts/internal/steps"
)

// git runs git in the workshop, and returns what it prints.
func git(ctx context.Context, workshop *steps.Workshop, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "git", args...)
	cmd.Dir = workshop.Root
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.Output()
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case errors.As(err, new(*exec.ExitError)):
		return nil, fmt.Errorf("git %s: %s", args[0], strings.TrimSpace(said.String()))
	}
	return out, err
}

// solutionsAt returns the folder solutions/ as a commit has it.
func solutionsAt(ctx context.Context, workshop *steps.Workshop, commit string) (fs.FS, error) {
	id, err := git(ctx, workshop, "rev-parse", "--verify", "--quiet", "--end-of-options", commit+"^{commit}")
	if err != nil {
		if ctx.Err() == nil {
			err = session.WayOut(fmt.Errorf("git knows no commit %q here", commit), "See which there are: git log --oneline -- solutions")
		}
		return nil, err
	}
	archive, err := git(ctx, workshop, "archive", "--format=zip", strings.TrimSpace(string(id)), "solutions")
	if err != nil {
		return nil, err
	}
	unpacked, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	if err != nil {
		return nil, err
	}
	return fs.Sub(unpacked, "solutions")
}

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
	committed, err := git(ctx, workshop, "show", "HEAD:"+name)
	if err != nil {
		return false
	}
	text, err := os.ReadFile(workshop.Path(filepath.FromSlash(name)))
	return err == nil && bytes.Equal(text, committed)
}
