//go:build !unix

package gotest

import "os/exec"

// killWhole leaves cmd as it is: the process alone is killed when its context ends.
func killWhole(cmd *exec.Cmd) {
	cmd.Cancel = func() error { return cmd.Process.Kill() }
}

func endGroup(*exec.Cmd) {}
