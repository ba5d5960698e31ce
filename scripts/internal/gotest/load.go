package gotest

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

// load is what tells a process that loops, or waits for what never comes, from one that the
// machine did not let run. It is Linux's /proc that knows; elsewhere, nothing is certain.
type load struct {
	idle, all int64 // the machine's, in ticks, at the beginning
	known     bool
}

// ticks is how many ticks of /proc a second has, on every Linux that Go runs on.
const ticks = 100

func beginLoad() load {
	var l load
	l.idle, l.all, l.known = machineTicks()
	return l
}

// itsOwn reports whether it is certain that a process did not end within limit for what it
// does itself: it had a processor for half of that, or nobody else wanted it.
func (l load) itsOwn(pid int, limit time.Duration) bool {
	if !l.known {
		return false
	}
	idle, all, _ := machineTicks()
	return processTime(strconv.Itoa(pid), 0) >= limit/2 || (idle-l.idle)*5 >= all-l.all
}

// expiring ends a process after limit, or after twice that where it may have been the machine
// that did not let it run. It returns what ends the waiting, and reports whether the process
// was too late, and whether that is certain to be its own doing.
func (l load) expiring(ctx context.Context, pid int, limit time.Duration, end func()) (stop func() (late, certain bool)) {
	done, over := make(chan struct{}), make(chan struct{})
	late, certain := false, false
	go func() {
		defer close(over)
		for _, last := range []bool{!l.known, true} {
			select {
			case <-done:
				return
			case <-ctx.Done():
				return
			case <-time.After(limit):
			}
			if certain = l.itsOwn(pid, limit); certain || last {
				late = true
				end()
				return
			}
		}
	}()
	return func() (bool, bool) {
		close(done)
		<-over
		return late, certain
	}
}

// machineTicks returns how long the machine's processors were idle, and how long there were
// processors.
func machineTicks() (idle, all int64, ok bool) {
	text, err := os.ReadFile("/proc/stat")
	if err != nil {
		return 0, 0, false
	}
	line, _, _ := bytes.Cut(text, []byte("\n"))
	for i, field := range bytes.Fields(line) {
		n, err := strconv.ParseInt(string(field), 10, 64)
		switch {
		case i == 0:
		case err != nil || i > 8: // what guests have is in the others
			return idle, all, all > 0
		default:
			all += n
			if i == 4 { // and not the waiting for disks, which may be for the process
				idle += n
			}
		}
	}
	return idle, all, all > 0
}

// processTime returns how long a process, and those that it has started, had a processor.
func processTime(pid string, depth int) time.Duration {
	if depth > 8 {
		return 0
	}
	text, err := os.ReadFile(filepath.Join("/proc", pid, "stat"))
	if err != nil {
		return 0
	}
	_, rest, _ := bytes.Cut(text, []byte(") ")) // behind the name, which may be anything
	var user, system int64
	fields := bytes.Fields(rest)
	if len(fields) > 12 {
		user, _ = strconv.ParseInt(string(fields[11]), 10, 64)
		system, _ = strconv.ParseInt(string(fields[12]), 10, 64)
	}
	used := time.Duration(user+system) * time.Second / ticks
	tasks, _ := filepath.Glob(fmt.Sprintf("/proc/%s/task/*/children", pid))
	for _, task := range tasks {
		children, _ := os.ReadFile(task)
		for _, child := range bytes.Fields(children) {
			used += processTime(string(child), depth+1)
		}
	}
	return used
}
