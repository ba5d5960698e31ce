package gotest

import (
	"fmt"
	"regexp"
	"strings"
)

// MissingModules is the error of a build that would have to use the network.
type MissingModules struct {
	// Says is what the go command says of the first of them.
	Says string
}

func (e *MissingModules) Error() string {
	return "the modules that the workshop needs are not on this machine: " + e.Says
}

// missingModule is what the go command says when it would have to use the network.
var missingModule = regexp.MustCompile(`.*(module lookup disabled by GOPROXY=off|missing go\.sum entry).*`)

// MachineTrouble is the error of a build or a test that the machine stopped, and not the
// code that was built or run: no verdict follows from it.
type MachineTrouble struct {
	// Says is what happened, in words.
	Says string
	// Cure is what to do about it, in a sentence.
	Cure string
}

func (e *MachineTrouble) Error() string { return e.Says }

// compilerTrouble are what a compiler says that was killed, or that the system refused
// something.
var compilerTrouble = regexp.MustCompile(`(?m)^.*(signal: killed|no space left on device|out of memory|cannot allocate memory|resource temporarily unavailable|too many open files|file too large|read-only file system).*$`)

// buildTrouble returns the error in what the go command said of a build that failed, or nil
// if it is the code's.
func buildTrouble(said string) error {
	if module := missingModule.FindString(said); module != "" {
		return &MissingModules{Says: strings.TrimSpace(module)}
	}
	if line := compilerTrouble.FindString(said); line != "" {
		return &MachineTrouble{Says: fmt.Sprintf("the compiler could not do its work: %s", strings.TrimSpace(line)),
			Cure: "Give the machine what it lacks, and try again."}
	}
	return nil
}
