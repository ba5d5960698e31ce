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
	ours      time.Duration
	known     bool
}

// ticks is how many ticks of /proc a second has, on every Linux that Go runs on.
const ticks = 100

func beginLoad() load {
	l := load{ours: ourTime()}
	l.idle, l.all, l.known = machineTicks()
	return l
}

// itsOwn reports whether it is certain that a process that has used a processor for so long
// did not end within limit for what it does itself: it had one for half of that, or nobody
// else wanted it.
func (l load) itsOwn(used, limit time.Duration) bool {
	if !l.known {
		return false
	}
	idle, all, _ := machineTicks()
	return used >= limit/2 || (idle-l.idle)*5 >= all-l.all
}

// ofOurs reports whether most of what kept the machine busy is what we have started ourselves:
// other tests that don't end either.
func (l load) ofOurs() bool {
	idle, all, _ := machineTicks()
	busy := time.Duration(all-l.all-(idle-l.idle)) * time.Second / ticks
	return l.known && (ourTime()-l.ours)*4 >= busy*3
}

// lateness is what is known of a process that had to be ended.
type lateness struct {
	late    bool
	certain bool          // it is its own doing
	used    time.Duration // how long it had a processor; 0 where nobody knows
}

// expiring ends a process after limit, or after twice that where others may not have let it
// run. It returns what ends the waiting, and says how late the process was.
func (l load) expiring(ctx context.Context, pid int, limit time.Duration, end func()) (stop func() lateness) {
	done, over := make(chan struct{}), make(chan struct{})
	var found lateness
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
			used := processTime(strconv.Itoa(pid), 0)
			if certain := l.itsOwn(used, limit); certain || last || l.ofOurs() {
				found = lateness{true, certain, used}
				end()
				return
			}
		}
	}()
	return func() lateness {
		close(done)
		<-over
		return found
	}
}

// ourTime is how long this process, and all that it has started, had a processor.
func ourTime() time.Duration {
	self := strconv.Itoa(os.Getpid())
	return processTime(self, 0) + waitedTime(self)
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
	used := statTime(pid, 11)
	tasks, _ := filepath.Glob(fmt.Sprintf("/proc/%s/task/*/children", pid))
	for _, task := range tasks {
		children, _ := os.ReadFile(task)
		for _, child := range bytes.Fields(children) {
			used += processTime(string(child), depth+1)
		}
	}
	return used
}

// waitedTime returns how long the processes had a processor that a process has started and
// that have ended.
func waitedTime(pid string) time.Duration { return statTime(pid, 13) }

// statTime returns the sum of two numbers of ticks in /proc/PID/stat, the first of which is at
// the index, counted from the state of the process: see proc(5).
func statTime(pid string, index int) time.Duration {
	text, err := os.ReadFile(filepath.Join("/proc", pid, "stat"))
	if err != nil {
		return 0
	}
	_, rest, _ := bytes.Cut(text, []byte(") ")) // after the name, which may be anything
	fields := bytes.Fields(rest)
	if len(fields) <= index+1 {
		return 0
	}
	user, _ := strconv.ParseInt(string(fields[index]), 10, 64)
	system, _ := strconv.ParseInt(string(fields[index+1]), 10, 64)
	return time.Duration(user+system) * time.Second / ticks
}
