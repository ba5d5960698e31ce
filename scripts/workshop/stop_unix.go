//go:build unix

package main

import (
	"os"
	"syscall"
)

// stopServer tells a server to stop, as an init system does.
func stopServer(process *os.Process) error { return process.Signal(syscall.SIGTERM) }
