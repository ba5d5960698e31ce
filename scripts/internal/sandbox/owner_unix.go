//go:build unix

package sandbox

import (
	"os"
	"syscall"
)

// ownerOf returns the user whose a file is.
func ownerOf(name string) (uid int, ok bool) {
	info, err := os.Stat(name)
	if err != nil {
		return 0, false
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return 0, false
	}
	return int(stat.Uid), true
}
