//go:build !unix

package server

import "os"

// terminate ends a process. There is no gentle way here.
func terminate(process *os.Process) error { return process.Kill() }
