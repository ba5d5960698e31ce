package gotest

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"tokenauth.example/scripts/internal/verdict"
)

// tempTrouble returns the error of the folders in which the go command works.
func (g *Go) tempTrouble() error {
	for _, folder := range []string{g.setting("GOTMPDIR"), cmp.Or(g.Temp, os.TempDir())} {
		if folder == "" {
			continue
		}
		if err := takes(folder); err != nil {
			return err
		}
	}
	return nil
}

// setting returns what the go command's environment says.
func (g *Go) setting(name string) string {
	value := ""
	for _, pair := range g.env {
		if text, ok := strings.CutPrefix(pair, name+"="); ok {
			value = text // the last counts
		}
	}
	return value
}

// Trouble returns the error of a machine on which tests failed for what it lacks, or nil if
// that is no reason for it. It looks at the machine before it looks at what the tests said:
// code can say anything.
func (b *Binary) Trouble(r Result) error {
	if r.Done() {
		return nil
	}
	if err := takes(cmp.Or(b.Temp, filepath.Dir(filepath.Dir(b.path)))); err != nil {
		return err
	}
	for _, test := range r.Tests {
		says := func(text string) bool { return strings.Contains(test.Output, text) }
		threads := outOfThreads.MatchString(test.Output)
		memory := test.Verdict == verdict.OutOfMemory || test.Verdict == verdict.Exited || says("cannot allocate memory") || says("failed to reserve")
		for _, limit := range limits() {
			switch {
			case limit.kind == limitMemory && (memory || threads) && limit.is < 3<<30:
				return &MachineTrouble{Says: fmt.Sprintf("a program may have no more than %d MB of memory here, and the tests may need more", limit.is>>20), Cure: cureMemory}
			case limit.kind == limitFiles && says("too many open files") && limit.is < 512:
				return &MachineTrouble{Says: fmt.Sprintf("too many open files: a program may have no more than %d here", limit.is), Cure: cureFiles}
			case limit.kind == limitSize && (says("file too large") || says("SIGXFSZ") || says("disk I/O error")) && limit.is < 64<<20:
				return &MachineTrouble{Says: fmt.Sprintf("a file may have no more than %d MB here, and those of the tests may have more", limit.is>>20), Cure: cureSize}
			}
		}
		if threads {
			return &MachineTrouble{Says: "the system gives the tests no more processes or threads", Cure: cureThreads}
		}
	}
	return nil
}

// Kinds of limits.
const (
	limitMemory = iota // bytes of address space
	limitFiles         // open files
	limitSize          // bytes of a file
)

// limit is one that a shell has set for what it starts.
type limit struct {
	kind int
	is   uint64
}
