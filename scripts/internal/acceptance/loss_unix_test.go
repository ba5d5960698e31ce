//go:build unix

package acceptance

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
)

// nobody is the user whom the server runs as when the tests run as root, who may write
// everywhere.
const nobody = 65534

// unprivileged prepares the server as somebody who can be kept from writing.
func unprivileged(binary string) *exec.Cmd {
	cmd := exec.Command(binary)
	if os.Geteuid() == 0 {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	}
	return cmd
}

// needUnprivileged skips the test where that cannot be.
func needUnprivileged(t *testing.T, binary string) {
	t.Helper()
	if err := os.Chmod(filepath.Dir(binary), 0o755); err != nil {
		t.Fatal(err)
	}
	cmd := unprivileged(binary)
	cmd.Env = []string{"SECRET_KEY="} // it refuses to start
	if err := cmd.Run(); !errors.As(err, new(*exec.ExitError)) {
		if os.Getenv("CI") != "" {
			t.Fatalf("CI must be able to run the server as another user than root: %v", err)
		}
		t.Skipf("the server cannot be run as another user than root here: %v", err)
	}
}

// mayWrite gives or takes the permission to write into a folder, and its files.
func mayWrite(t *testing.T, folder string, files, itself bool) {
	t.Helper()
	mode := func(of os.FileMode, may bool) os.FileMode {
		if may {
			return of | 0o222
		}
		return of
	}
	list, err := filepath.Glob(filepath.Join(folder, "*"))
	if err != nil {
		t.Fatal(err)
	}
	err = os.Chmod(folder, mode(0o555, itself))
	for _, file := range list {
		err = errors.Join(err, os.Chmod(file, mode(0o444, files)))
	}
	if err != nil {
		t.Fatal(err)
	}
}

// folder makes one that anybody may write into, also at the end, when it is removed.
func folder(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.Chmod(filepath.Dir(dir), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { mayWrite(t, dir, true, true) })
	mayWrite(t, dir, true, true)
	return dir
}

// Nobody else on the machine may read the hashes of passwords.
func TestServer_KeepsItsDatabaseToItself(t *testing.T) {
	dir := folder(t)
	s := serveBy(t, exec.Command(referenceServer(t)), filepath.Join(dir, "tasks.db"))
	s.user("ann@example.com")
	files, err := os.ReadDir(dir)
	if err != nil || len(files) < 3 {
		t.Fatalf("the server has made %v, and no database with its log (%v)", files, err)
	}
	for _, file := range files {
		info, err := file.Info()
		if err != nil {
			t.Fatal(err)
		}
		if others := info.Mode().Perm() & 0o077; others != 0 {
			t.Errorf("%s is open to others: %v", file.Name(), info.Mode())
		}
	}
}

// A server that may not write into its database says so: either it does not start, or who
// writes gets 500 and who reads is answered. When it may again, all is as it was.
func TestServer_SaysWhenItMayNotWrite(t *testing.T) {
	binary := referenceServer(t)
	needUnprivileged(t, binary)
	for _, test := range []struct {
		name   string
		killed bool // before: it leaves more files than a server that was told to stop
		folder bool // may be written into, when the file may not
	}{
		{"the file, after it was stopped", false, true},
		{"the file, after it was killed", true, true},
		{"file and folder, after it was stopped", false, false},
		{"file and folder, after it was killed", true, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := folder(t)
			database := filepath.Join(dir, "tasks.db")
			s := serveBy(t, unprivileged(binary), database)
			l := &tasks{served: s, token: s.user("ann@example.com"), known: map[string]string{}}
			l.makes("before")
			if test.killed {
				s.Kill()
			} else {
				s.stop()
			}
			mayWrite(t, dir, false, test.folder)
			s = serveBy(t, unprivileged(binary), database)
			if l.served = s; s.runs() {
				got := l.reads()
				if status := l.makes("none"); status == 201 {
					t.Error("a task was made in a file that may not be written")
				}
				if status, answer, err := l.ask("POST", "/users", `{"email":"bob@example.com","password":"correct-horse"}`); err != nil || !isServerError(status, answer) && !isOverloaded(status, answer) {
					t.Errorf("POST /users is answered with %d %v %v", status, answer, err)
				}
				t.Logf("it starts, and answers %d of three requests that only read", got)
				s.stop()
			} else {
				if wrong := s.refused(); wrong != "" {
					t.Error(wrong)
				}
				t.Logf("it does not start: %s", s.Said())
			}
			mayWrite(t, dir, true, true)
			l.served = serveBy(t, unprivileged(binary), database)
			if !l.runs() {
				t.Fatalf("the server does not start when it may write again: %s", l.Said())
			}
			l.areKept()
		})
	}
	t.Run("the folder, and no file", func(t *testing.T) {
		dir := folder(t)
		mayWrite(t, dir, false, false)
		s := serveBy(t, unprivileged(binary), filepath.Join(dir, "tasks.db"))
		if s.runs() {
			t.Fatal("the server starts")
		}
		if wrong := s.refused(); wrong != "" {
			t.Error(wrong)
		}
	})
	t.Run("while it runs", func(t *testing.T) {
		dir := folder(t)
		s := serveBy(t, unprivileged(binary), filepath.Join(dir, "tasks.db"))
		l := &tasks{served: s, token: s.user("ann@example.com"), known: map[string]string{}}
		l.makes("before")
		var tried, made, read atomic.Int32
		flood := func(name string) {
			var group sync.WaitGroup
			for client := range 8 { // for so many, the server opens the file anew
				group.Go(func() {
					for n := range 4 {
						tried.Add(1)
						if l.makes(fmt.Sprint(name, client, n)) == 201 {
							made.Add(1)
						}
						read.Add(int32(l.reads()))
					}
				})
			}
			group.Wait()
		}
		mayWrite(t, dir, false, false)
		flood("without")
		t.Logf("of %d tasks %d were made, and of %d requests that only read %d answered", tried.Load(), made.Load(), 3*tried.Load(), read.Load())
		if !s.runs() {
			t.Fatalf("the server has exited: %s", s.Said())
		}
		mayWrite(t, dir, true, true)
		flood("with")
		s.Kill()
		l.served = serveBy(t, unprivileged(binary), filepath.Join(dir, "tasks.db"))
		l.areKept()
	})
}
