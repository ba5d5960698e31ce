// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package overhear

import (
	"os"
	"syscall"
)

var setStdHandle = syscall.NewLazyDLL("kernel32.dll").NewProc("SetStdHandle")

// redirect sends to file what is written to the files that os.Stdout and os.Stderr point to,
// by whoever kept such a pointer, and what print and println write, until back is called.
func redirect(file *os.File) (back func(), err error) {
	stdout, stderr := *os.Stdout, *os.Stderr
	handle, err := syscall.GetStdHandle(syscall.STD_ERROR_HANDLE)
	if err != nil {
		return nil, err
	}
	*os.Stdout, *os.Stderr = *file, *file
	which := syscall.STD_ERROR_HANDLE
	if ok, _, err := setStdHandle.Call(uintptr(which), file.Fd()); ok == 0 {
		*os.Stdout, *os.Stderr = stdout, stderr
		return nil, err
	}
	return func() {
		*os.Stdout, *os.Stderr = stdout, stderr
		_, _, _ = setStdHandle.Call(uintptr(which), uintptr(handle))
	}, nil
}
