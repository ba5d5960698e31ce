//go:build linux || darwin

package gotest

import (
	"os/exec"
	"syscall"
)

// limits returns those of this process, which the tests have too.
func limits() []limit {
	var list []limit
	for kind, resource := range map[int]int{limitMemory: syscall.RLIMIT_AS, limitFiles: syscall.RLIMIT_NOFILE, limitSize: syscall.RLIMIT_FSIZE} {
		var is syscall.Rlimit
		if syscall.Getrlimit(resource, &is) == nil {
			list = append(list, limit{kind, uint64(is.Max)})
		}
	}
	return list
}

// killedBySystem reports whether a process was killed with a signal that no program can
// answer. Where it was us, the context says so.
func killedBySystem(exit *exec.ExitError) bool {
	status, ok := exit.Sys().(syscall.WaitStatus)
	return ok && status.Signaled() && status.Signal() == syscall.SIGKILL
}
