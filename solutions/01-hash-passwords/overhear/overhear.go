// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

// Package overhear listens to what code prints, on whatever way. The workshop's tests use it
// to see that no secret gets out.
package overhear

import (
	"io"
	"log"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
)

// Printed runs do, and returns all that it wrote to the standard output, the standard error
// and the log: with fmt, log and slog, with a logger that was made beforehand, and with
// print and println. Nothing of that is shown, so do must not end the test by itself.
func Printed(t testing.TB, do func()) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "printed")
	file, err := os.Create(name)
	if err != nil {
		t.Fatalf("a file for what is printed could not be made: %v", err)
	}
	defer file.Close()
	listen(t, file, do)

	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatalf("what was printed could not be read: %v", err)
	}
	return string(text)
}

// listen runs do while file gets what is printed.
func listen(t testing.TB, file *os.File, do func()) {
	back, err := redirect(file)
	if err != nil {
		t.Fatalf("what is printed could not be redirected: %v", err)
	}
	defer back()
	if logged := log.Writer(); logged != io.Writer(os.Stderr) { // it goes somewhere else
		defer log.SetOutput(logged)
		log.SetOutput(file)
	}
	defer slog.SetLogLoggerLevel(slog.SetLogLoggerLevel(slog.LevelDebug)) // or Debug would say nothing
	do()
}
