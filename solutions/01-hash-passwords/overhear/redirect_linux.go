// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package overhear

import "syscall"

// duplicate makes the file descriptor to the same as from. Linux has no dup2 on every processor.
func duplicate(from, to int) error { return syscall.Dup3(from, to, 0) }
