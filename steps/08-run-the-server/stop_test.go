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
