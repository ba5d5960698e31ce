// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package main

import (
	"os"
	"os/exec"
	"syscall"
)

// makeStoppable puts the process into a group of its own: Windows sends the event
// below to a whole group, and this program must not stop itself.
func makeStoppable(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{CreationFlags: syscall.CREATE_NEW_PROCESS_GROUP}
}

// stop tells the process to stop with a Ctrl+Break, which Go delivers as
// os.Interrupt: Windows has no SIGTERM.
func stop(process *os.Process) error {
	generate := syscall.NewLazyDLL("kernel32.dll").NewProc("GenerateConsoleCtrlEvent")
	if ok, _, err := generate.Call(syscall.CTRL_BREAK_EVENT, uintptr(process.Pid)); ok == 0 {
		return err
	}
	return nil
}

// signals are those that ask a program to stop.
var signals = []struct {
	name, sender string
	signal       os.Signal
	send         func(*os.Process) error
}{
	{"Ctrl+Break", "which a console sends", os.Interrupt, stop},
}
