//go:build !unix

package command

import (
	"errors"
	"os"
	"os/exec"
)

// become runs another program in the place of this one, and returns its exit code. What ends
// this process from a terminal reaches the other one too.
func become(program string, args []string) (int, error) {
	cmd := exec.Command(program, args...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	err := cmd.Run()
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		return exit.ExitCode(), nil
	}
	return Done, err
}
