// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package apitest

import (
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// Meeting lets two goroutines go on at the same moment, again and again, so that what they
// do next they do at once. Its zero value is ready for use.
type Meeting struct {
	came  atomic.Int64
	over  atomic.Bool
	begun sync.Once
}

// Meet waits for the other goroutine. A second after the first of them came, nobody waits
// any more: the machine is busy, or one waits for something that only the other can do.
func (m *Meeting) Meet() {
	m.begun.Do(func() { time.AfterFunc(time.Second, m.End) })
	n := m.came.Add(1)
	for both := n + n%2; m.came.Load() < both && !m.over.Load(); {
		runtime.Gosched()
	}
}

// End lets both go on alone.
func (m *Meeting) End() { m.over.Store(true) }
