// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

//go:build unix

package main

import "syscall"

// The database holds the hash of everybody's password, so the files that the server makes
// are its own user's alone (CWE-732). On Windows their folder decides.
func init() { syscall.Umask(0o077) }
