//go:build unix

package server

import (
	"os"
	"syscall"
)

// terminate tells a process to end, as an init system does.
func terminate(process *os.Process) error { return process.Signal(syscall.SIGTERM) }
