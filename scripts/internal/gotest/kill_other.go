//go:build !unix

package gotest

import (
	"os/exec"
	"strconv"
)

// killWhole has a process ended when its context ends, with all that it has started: a test
// may have started a server. On Windows, taskkill finds those.
func killWhole(cmd *exec.Cmd) {
	cmd.Cancel = func() error {
		if exec.Command("taskkill", "/T", "/F", "/PID", strconv.Itoa(cmd.Process.Pid)).Run() == nil {
			return nil
		}
		return cmd.Process.Kill()
	}
}

// endGroup does nothing: what a process has left behind cannot be found here.
func endGroup(*exec.Cmd) {}
