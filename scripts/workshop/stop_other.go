//go:build !unix

package main

import "os"

// stopServer tells a server to stop. There is no gentle way here.
func stopServer(process *os.Process) error { return process.Kill() }
