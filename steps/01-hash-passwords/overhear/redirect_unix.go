// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

//go:build unix

package overhear

import (
	"errors"
	"os"
	"syscall"
)

// redirect sends what is written to the file descriptors 1 and 2 to file, until back is
// called.
func redirect(file *os.File) (back func(), err error) {
	var undo []func()
	back = func() {
		for _, f := range undo {
			f()
		}
	}
	for _, standard := range []int{1, 2} {
		kept, err := syscall.Dup(standard)
		if err != nil {
			back()
			return nil, err
		}
		syscall.CloseOnExec(kept)
		undo = append(undo, func() {
			_ = errors.Join(duplicate(kept, standard), syscall.Close(kept))
		})
		if err := duplicate(int(file.Fd()), standard); err != nil {
			back()
			return nil, err
		}
	}
	return back, nil
}
