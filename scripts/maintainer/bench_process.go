package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// resident is how much memory of the machine's a process has, in bytes.
func resident(pid int) (int64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	_, rest, _ := strings.Cut(string(text), "VmRSS:")
	number, _, _ := strings.Cut(strings.TrimSpace(rest), " ")
	kilobytes, err := strconv.ParseInt(number, 10, 64)
	return kilobytes << 10, err
}

func megabytes(n int64) string { return fmt.Sprintf("%.1f MB", float64(n)/(1<<20)) }

// opened is what a process has open.
type opened struct{ sockets, files int }

// settled counts what a process has open, if possible when it is no more than max sockets.
func settled(pid, max int) (o opened) {
	dir := fmt.Sprintf("/proc/%d/fd", pid)
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		list, _ := os.ReadDir(dir)
		o = opened{}
		for _, entry := range list {
			// What has been closed in the meantime is counted as a file: it was there.
			if to, _ := os.Readlink(filepath.Join(dir, entry.Name())); strings.HasPrefix(to, "socket:") {
				o.sockets++
			} else {
				o.files++
			}
		}
		if o.sockets <= max || time.Now().After(deadline) {
			return o
		}
	}
}
