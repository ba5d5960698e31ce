package gotest

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
)

// MissingModules is the error of a build that would have to use the network.
type MissingModules struct {
	// Says is what the go command says of the first of them.
	Says string
}

func (e *MissingModules) Error() string {
	return "the modules that the workshop needs are not on this machine: " + e.Says
}

// MachineTrouble is the error of a build or a test that the machine stopped, and not the
// code that was built or run: no verdict follows from it.
type MachineTrouble struct {
	// Says is what happened, in words.
	Says string
	// Cure is what to do about it, in a sentence.
	Cure string
	// Err is the error that it was found by, or nil.
	Err error
}

func (e *MachineTrouble) Error() string { return e.Says }

func (e *MachineTrouble) Unwrap() error { return e.Err }

// What to do about it.
const (
	cureSpace   = "Make room there, or set TMPDIR to a folder on another disk."
	cureNoexec  = "Set TMPDIR or GOTMPDIR to a folder from which programs may run."
	cureRights  = "Set TMPDIR or GOTMPDIR to a folder that you may write to."
	cureMemory  = "Close other programs, or raise the limit: ulimit -v says what it is."
	cureSize    = "Raise the limit: ulimit -f says what it is."
	cureFiles   = "Raise the limit, as in: ulimit -n 1024."
	cureLimits  = "Raise them: ulimit -a says what they are."
	cureThreads = "Close other programs, or raise the limit: ulimit -u says what it is."
	cureKilled  = "Something else ended it, as a system does that has no memory left. Close other programs, and try again; if it happens each time, does the code need more memory without end?"
	cureOther   = "Try again; what it says may show what the machine lacks."
)

// troubles are what a program says that the system refused something, and what that means.
var troubles = []struct {
	said        *regexp.Regexp
	says, cures string
}{
	{regexp.MustCompile(`^prlimit: failed to set`), "this shell has lower limits than the grader sets", cureLimits},
	{regexp.MustCompile(`no space left on device|database or disk is full|disk quota exceeded`), "there is no space left on the device", cureSpace},
	{regexp.MustCompile(`read-only file system`), "the file system is read-only", cureRights},
	{regexp.MustCompile(`file too large|SIGXFSZ|[fF]ile size limit`), "a file may not be as large as it has to be", cureSize},
	{regexp.MustCompile(`too many open files`), "too many open files", cureFiles},
	{regexp.MustCompile(`resource temporarily unavailable|failed to create new OS thread|pthread_create failed`), "the system gives it no more processes or threads", cureThreads},
	{regexp.MustCompile(`out of memory|cannot allocate memory|cannot reserve|failed to reserve|runtime: address space`), "there is not enough memory", cureMemory},
	{regexp.MustCompile(`signal: (killed|terminated|aborted)|^Killed$`), "its process was killed", cureKilled},
	{regexp.MustCompile(`permission denied`), "the system does not permit it", cureRights},
	{regexp.MustCompile(`input/output error`), "the disk cannot be read or written", cureOther},
}

// troubleIn returns what happened to what said a line, and the cure, or "".
func troubleIn(line string) (says, cure string) {
	for _, known := range troubles {
		if known.said.MatchString(line) {
			return known.says, known.cures
		}
	}
	return "", ""
}

// missingModule is what the go command says when it would have to use the network.
var missingModule = regexp.MustCompile(`.*(module lookup disabled by GOPROXY=off|missing go\.sum entry).*`)

// atLine begins what the compiler says of a line of a file in the folder that it compiles.
var atLine = regexp.MustCompile(`^(?:vet: )?(?:\.[/\\])?([^\s:/\\][^:/\\]*\.go):[0-9]+(?::[0-9]+)?: `)

// ofCode is what the go command says of code as a whole, without a line.
var ofCode = regexp.MustCompile(`import cycle not allowed|^found packages |function main is undeclared|build constraints exclude all Go files|^no Go files|relocation target \S+ not defined|duplicated? (definition of )?symbol|use of internal package`)

// buildTrouble returns the error in what the go command said of a build that failed, or nil
// if the code is at fault: the compiler points at a line of it, and says nothing of the
// machine.
func (g *Go) buildTrouble(said string) error {
	if module := missingModule.FindString(said); module != "" {
		return &MissingModules{Says: strings.TrimSpace(module)}
	}
	code, other := false, ""
	for line := range strings.Lines(said) {
		line = strings.TrimSpace(line)
		if atLine.MatchString(line) || ofCode.MatchString(line) {
			code = true
			continue
		}
		if says, cure := troubleIn(line); says != "" {
			if err := g.tempTrouble(); err != nil {
				return err
			}
			return &MachineTrouble{Says: fmt.Sprintf("the code could not be compiled, because %s: %s", says, line), Cure: cure}
		}
		if other == "" && line != "" && !strings.HasPrefix(line, "# ") {
			other = line
		}
	}
	if code {
		return nil
	}
	if err := g.tempTrouble(); err != nil {
		return err
	}
	return &MachineTrouble{Says: "the code could not be compiled, and the compiler says nothing of a line of it: " + other, Cure: cureOther}
}

// startTrouble returns the error of a process that could not be started, or that something
// else has killed, or nil.
func startTrouble(err error, program string, code int) error {
	switch exit := (*exec.ExitError)(nil); {
	case err == nil, errors.Is(err, exec.ErrWaitDelay):
		return nil
	case errors.Is(err, fs.ErrPermission):
		return &MachineTrouble{Says: filepath.Dir(filepath.Dir(program)) + " does not let programs run (noexec)", Cure: cureNoexec, Err: err}
	case !errors.As(err, &exit):
		return fileTrouble(err)
	case killedBySystem(exit) || code == killedCode:
		return &MachineTrouble{Says: "the test's process was killed", Cure: cureKilled, Err: err}
	}
	return nil
}

// fileTrouble gives the error of a system that refused something its cure.
func fileTrouble(err error) error {
	if err == nil {
		return nil
	}
	says, cure := troubleIn(err.Error())
	switch {
	case errors.Is(err, exec.ErrNotFound), errors.As(err, new(*MachineTrouble)):
		return err
	case errors.Is(err, syscall.ENOSPC):
		cure = cureSpace
	case errors.Is(err, fs.ErrPermission), errors.Is(err, fs.ErrNotExist):
		cure = cureRights
	case says == "":
		return err
	}
	return &MachineTrouble{Says: err.Error(), Cure: cure, Err: err}
}

// enough is how much a temporary folder must take, in bytes, for tests to be judged. The
// files of one test are smaller.
const enough = 2 << 20

// takes returns the error of a temporary folder that cannot be written to, or is full.
func takes(folder string) error {
	for _, limit := range limits() {
		if limit.kind == limitSize && limit.is < enough { // a signal would come in place of an error
			return &MachineTrouble{Says: fmt.Sprintf("a file may have no more than %d kB here", limit.is>>10), Cure: cureSize}
		}
	}
	file, err := os.CreateTemp(folder, "workshop-*")
	if err != nil {
		return fileTrouble(err)
	}
	defer os.Remove(file.Name())
	_, err = file.Write(make([]byte, enough))
	if err = errors.Join(err, file.Close()); err != nil {
		says, cure := troubleIn(err.Error())
		if says == "" {
			says, cure = err.Error(), cureSpace
		}
		return &MachineTrouble{Says: fmt.Sprintf("the temporary folder %s cannot be used: %s", folder, says), Cure: cure, Err: err}
	}
	return nil
}
