package main

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os/exec"
	"strings"

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
