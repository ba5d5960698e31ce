package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// versions compares what every go.mod and go.work says.
func (p *prover) versions(context.Context) (string, error) {
	var files []string
	for _, pattern := range []string{"solutions/*/go.mod", "scripts/go.mod", "go.work", "solutions/go.work", "scripts/go.work"} {
		found, err := filepath.Glob(p.workshop.Path(filepath.FromSlash(pattern)))
		if err != nil {
			return "", err
		}
		files = append(files, found...)
	}
	require := regexp.MustCompile(`(?m)^(?:require |\t)([\w./-]+) (v\S+)`)
	versions := map[string]string{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return "", err
		}
		name, err := filepath.Rel(p.workshop.Root, file)
		if err != nil {
			return "", err
		}
		if !regexp.MustCompile(`(?m)^go 1\.26\.0\r?$`).Match(text) {
			p.wrong("%s: must say go 1.26.0, as all of them do", name)
		}
		for _, match := range require.FindAllStringSubmatch(string(text), -1) {
			if other, ok := versions[match[1]]; ok && other != match[2] {
				p.wrong("%s: has %s %s, and another go.mod has %s", name, match[1], match[2], other)
			}
			versions[match[1]] = match[2]
		}
	}
	work, err := os.ReadFile(p.workshop.Path("solutions", "go.work"))
	if err != nil {
		return "", err
	}
	for _, step := range p.steps {
		if !strings.Contains(string(work), "\t./"+step.Name) {
			p.wrong("solutions/go.work: does not use ./%s", step.Name)
		}
	}
	return fmt.Sprintf("%d files", len(files)), nil
}
