// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

//go:build unix && !linux

package overhear

import "syscall"

// duplicate makes the file descriptor to the same as from.
func duplicate(from, to int) error { return syscall.Dup2(from, to) }
