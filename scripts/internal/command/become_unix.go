//go:build unix

package command

import (
	"os"
	"syscall"
)

// become turns this process into another program, which so gets the signals, and gives the
// exit code, itself.
func become(program string, args []string) (int, error) {
	return Trouble, syscall.Exec(program, append([]string{program}, args...), os.Environ())
}
