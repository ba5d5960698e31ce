package main

import (
	"os"
	"path/filepath"

	"golang.org/x/tools/txtar"

	"tokenauth.example/scripts/internal/steps"
)

// small unpacks the small workshop of testdata/small.txtar into dir, and derives its
// steps. Its go.sum is that of step 01, which needs the same modules.
func small(dir string) error {
	archive, err := txtar.ParseFile(filepath.Join("testdata", "small.txtar"))
	if err != nil {
		return err
	}
	sum, err := os.ReadFile(filepath.Join("..", "..", "solutions", "01-hash-passwords", "go.sum"))
	if err != nil {
		return err
	}
	for _, step := range []string{"01-add", "02-sum"} {
		archive.Files = append(archive.Files, txtar.File{Name: "solutions/" + step + "/go.sum", Data: sum})
	}
	for _, file := range archive.Files {
		if err := write(filepath.Join(dir, filepath.FromSlash(file.Name)), file.Data); err != nil {
			return err
		}
	}
	workshop, err := steps.Open(dir)
	if err != nil {
		return err
	}
	list, err := workshop.Steps()
	if err != nil {
		return err
	}
	for _, step := range list {
		files, err := step.Files()
		if err != nil {
			return err
		}
		for _, file := range files {
			if err := write(filepath.Join(step.Dir(), filepath.FromSlash(file.Name)), file.Text); err != nil {
				return err
			}
		}
	}
	return nil
}

func write(name string, text []byte) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	return os.WriteFile(name, text, 0o644)
}
