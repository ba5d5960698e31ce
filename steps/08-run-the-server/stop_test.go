// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

//go:build !windows

package main

import (
	"os"
	"os/exec"
	"syscall"
)

func makeStoppable(*exec.Cmd) {}

// stop tells the process to stop, as a terminal or an init system does.
func stop(process *os.Process) error { return process.Signal(syscall.SIGTERM) }
