package gotest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// Finding is something that go vet says of a file. It compiles, and may be wrong all the
// same.
type Finding struct {
	File string // below the folder that was vetted, with slashes
	At   string // its line and column: "12:2"
	Says string
}

func (f Finding) String() string { return f.File + ":" + f.At + ": " + f.Says }

var vetLine = regexp.MustCompile(`^(?:vet: )?(?:\.[/\\])?([^\s:][^:]*\.go):([0-9]+:[0-9]+): (.+)$`)

// Vet runs go vet over the package in dir, its tests among it. An error means that it
// could not be found out.
func (g *Go) Vet(ctx context.Context, dir string, overlay Overlay) ([]Finding, error) {
	work, err := os.MkdirTemp(g.Temp, "workshop-*")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(work)
	if overlay, err = overlay.withNeighbours(dir); err != nil {
		return nil, err
	}
	flag, err := overlay.Write(work)
	if err != nil {
		return nil, err
	}
	out, err := g.limited(g.Command(ctx, dir, nil, "vet", flag, ".")).CombinedOutput()
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	var findings []Finding
	for line := range strings.Lines(withoutOverlay(string(out), dir, work)) {
		if match := vetLine.FindStringSubmatch(strings.TrimRight(line, "\r\n")); match != nil {
			finding := Finding{filepath.ToSlash(match[1]), match[2], match[3]}
			if !slices.Contains(findings, finding) { // with its tests, a package is two
				findings = append(findings, finding)
			}
		}
	}
	if err != nil && (len(findings) == 0 || !errors.As(err, new(*exec.ExitError))) {
		return nil, fmt.Errorf("go vet: %w: %s", err, strings.TrimSpace(string(out)))
	}
	return findings, nil
}
