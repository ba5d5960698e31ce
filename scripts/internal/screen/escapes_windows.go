package screen

import (
	"os"

	"golang.org/x/sys/windows"
)

// obeysEscapes asks a console to obey escape sequences, as the older ones of Windows do only
// then, and reports whether it will.
func obeysEscapes(out *os.File) bool {
	console := windows.Handle(out.Fd())
	var mode uint32
	if windows.GetConsoleMode(console, &mode) != nil {
		return false
	}
	return windows.SetConsoleMode(console, mode|windows.ENABLE_VIRTUAL_TERMINAL_PROCESSING) == nil
}
