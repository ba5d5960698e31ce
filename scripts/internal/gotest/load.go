package gotest

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

// load is what tells a process that loops, or waits for what never comes, from one that the
// machine did not let run. It is Linux's /proc that knows; elsewhere, nothing is certain.
type load struct {
	idle, all int64 // the machine's, in ticks, since the beginning
	used      time.Duration
	known     bool
}

// ticks is how many ticks of /proc a second has, on every Linux that Go runs on.
const ticks = 100

func beginLoad() *load {
	l := &load{}
	l.idle, l.all, _ = machineTicks()
	return l
}

// end is told that a process is about to be ended.
func (l *load) end(pid int) {
	idle, all, ok := machineTicks()
	l.idle, l.all, l.known = idle-l.idle, all-l.all, ok
	l.used = processTime(strconv.Itoa(pid), 0)
}

// itsOwn reports whether it is certain that a process did not end within limit for what it
// does itself: it had a processor for half of that, or nobody else wanted it.
func (l *load) itsOwn(limit time.Duration) bool {
	return l.known && (l.used >= limit/2 || l.all > 0 && l.idle*5 >= l.all)
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
