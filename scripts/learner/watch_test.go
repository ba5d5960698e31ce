package learner

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/creack/pty"

	"tokenauth.example/scripts/internal/golden"
	"tokenauth.example/scripts/internal/small"
)

// watching is a running `workshop watch` in a small workshop.
type watching struct {
	t    *testing.T
	dir  string
	cmd  *exec.Cmd
	mu   sync.Mutex
	text bytes.Buffer
	read int // how much of text has been waited for
}

func (w *watching) Write(text []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text.Write(text)
}

// startWatching starts it, in a terminal or without one.
func startWatching(t *testing.T, terminal bool, env ...string) (w *watching, keys io.Writer) {
	t.Helper()
	return startWatchingIn(t, terminal, func(string) {}, env...)
}

// startWatchingIn is startWatching in a workshop that has been prepared.
func startWatchingIn(t *testing.T, terminal bool, prepare func(dir string), env ...string) (w *watching, keys io.Writer) {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("interrupting a process, and terminals of tests, are another matter there")
	}
	w = &watching{t: t, dir: t.TempDir()}
	if err := small.Unpack(w.dir); err != nil {
		t.Fatal(err)
	}
	prepare(w.dir)
	w.cmd = exec.Command(os.Args[0])
	w.cmd.Args = []string{"workshop", "watch"} // see testscript.Main
	w.cmd.Dir = w.dir
	w.cmd.Env = append(os.Environ(), env...)
	if terminal {
		file, err := pty.Start(w.cmd)
		if err != nil {
			t.Skip("there are no terminals here: ", err)
		}
		t.Cleanup(func() { file.Close() })
		go func() { _, _ = io.Copy(w, file) }()
		keys = file
	} else {
		w.cmd.Stdout, w.cmd.Stderr = w, w
		if err := w.cmd.Start(); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() { _ = w.cmd.Process.Kill() })
	w.waitFor(`Watching steps/`)
	return w, keys
}

// waitFor waits until the pattern stands in what was printed since the last time.
func (w *watching) waitFor(pattern string) {
	w.t.Helper()
	expression := regexp.MustCompile(pattern)
	var rest string
	for deadline := time.Now().Add(2 * time.Minute); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		w.mu.Lock()
		rest = w.text.String()[w.read:]
		w.mu.Unlock()
		if at := expression.FindStringIndex(rest); at != nil {
			w.read += at[1]
			return
		}
	}
	w.t.Fatalf("watch did not print %q, but:\n%s", pattern, rest)
}

func (w *watching) save(name string, from ...string) {
	w.t.Helper()
	w.saveAt(filepath.Join(w.dir, filepath.FromSlash(name)), from...)
}

// saveAt saves a file of the workshop's at a path.
func (w *watching) saveAt(path string, from ...string) {
	w.t.Helper()
	text, err := os.ReadFile(filepath.Join(append([]string{w.dir}, from...)...))
	if err != nil {
		w.t.Fatal(err)
	}
	if err := os.WriteFile(path, text, 0o644); err != nil {
		w.t.Fatal(err)
	}
}

func (w *watching) endsWell() {
	w.t.Helper()
	w.waitFor(`Stopped\. Your files are as you saved them\.`)
	if err := w.cmd.Wait(); err != nil {
		w.t.Errorf("watch ended with %v", err)
	}
}

func TestWatch_ChecksWhatIsSaved(t *testing.T) {
	for name, env := range map[string][]string{"told by the system": nil, "by looking": {"WORKSHOP_WATCH=look"}} {
		t.Run(name, func(t *testing.T) {
			w, _ := startWatching(t, false, env...)
			stub, err := os.ReadFile(filepath.Join(w.dir, "steps", "01-add", "add.go"))
			if err != nil {
				t.Fatal(err)
			}
			w.save("steps/01-add/add.go", "solutions", "01-add", "add.go")
			w.waitFor(`saved: steps/01-add/add.go`)
			w.waitFor(`01-add +done +2 of  2 pass`)

			// Of many saves one after the other, the last one counts.
			for range 5 {
				if err := os.WriteFile(filepath.Join(w.dir, "steps", "01-add", "add.go"), stub, 0o644); err != nil {
					t.Fatal(err)
				}
				time.Sleep(30 * time.Millisecond)
				w.save("steps/01-add/add.go", "solutions", "01-add", "add.go")
				time.Sleep(30 * time.Millisecond)
			}
			w.waitFor(`01-add +done +2 of  2 pass`)

			// Another file of the step, and another step.
			w.save("steps/02-sum/sum.go", "solutions", "02-sum", "sum.go")
			w.waitFor(`02-sum +done +1 of  1 pass`)

			if err := w.cmd.Process.Signal(os.Interrupt); err != nil {
				t.Fatal(err)
			}
			w.endsWell()
		})
	}
}

// A step's folder, and a file, may be somewhere else, with a link in its place. Files that Go
// does not compile are no saves.
func TestWatch_FollowsLinks(t *testing.T) {
	for name, env := range map[string][]string{"told by the system": nil, "by looking": {"WORKSHOP_WATCH=look"}} {
		t.Run(name, func(t *testing.T) {
			elsewhere := t.TempDir()
			w, _ := startWatchingIn(t, false, func(dir string) {
				for at, link := range map[string]string{"folder": "steps/01-add", "sum.go": "steps/02-sum/sum.go"} {
					at, link = filepath.Join(elsewhere, at), filepath.Join(dir, filepath.FromSlash(link))
					if err := errors.Join(os.Rename(link, at), os.Symlink(at, link)); err != nil {
						t.Fatal(err)
					}
				}
			}, env...)
			for _, name := range []string{".#add.go", "_add.go", "add.go~", "README.md"} {
				if err := os.WriteFile(filepath.Join(elsewhere, "folder", name), []byte("x"), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			time.Sleep(time.Second) // nothing of these
			w.saveAt(filepath.Join(elsewhere, "folder", "add.go"), "solutions", "01-add", "add.go")
			w.waitFor(`(?m)^saved: steps/01-add/add.go$`)
			w.waitFor(`01-add +done +2 of  2 pass`)
			w.saveAt(filepath.Join(elsewhere, "sum.go"), "solutions", "02-sum", "sum.go")
			w.waitFor(`(?m)^saved: steps/02-sum/sum.go$`)
			w.waitFor(`02-sum +done +1 of  1 pass`)
			if strings.Count(w.text.String(), "saved: ") != 2 {
				t.Errorf("two files were saved, and it says:\n%s", w.text.String())
			}
			if err := w.cmd.Process.Signal(os.Interrupt); err != nil {
				t.Fatal(err)
			}
			w.endsWell()
		})
	}
}

func TestWatch_ListensToKeys(t *testing.T) {
	w, keys := startWatching(t, true)
	press := func(key string) {
		t.Helper()
		if _, err := io.WriteString(keys, key); err != nil {
			t.Fatal(err)
		}
	}
	w.waitFor(`h hint   s show   n next   a all   Enter again   q quit`)
	press("h")
	w.waitFor(`hint 1 of 3`)
	press("n")
	w.waitFor(`The lesson: steps/02-sum/README.md`)
	w.waitFor(`02-sum +.*not started`)
	press("a")
	w.waitFor(`What builds on your code is checked too`)
	// Step 02 is right, but it stands on a step 01 that is not written yet.
	w.save("steps/02-sum/sum.go", "solutions", "02-sum", "sum.go")
	w.waitFor(`02-sum +.*done`)
	w.save("steps/01-add/add.go", "solutions", "01-add", "add.go")
	w.waitFor(`01-add +.*done`)
	w.waitFor(`On your own steps:`)
	w.waitFor(`02-sum +.*done`)
	press("q")
	w.endsWell()
}

// A whole session of watch, without a terminal: it begins, a file is saved, it ends.
func TestWatch_Screen(t *testing.T) {
	w, _ := startWatching(t, false, "MAKELEVEL=") // as who has no make sees it
	saved := filepath.Join(w.dir, "add.go")
	text, err := os.ReadFile(filepath.Join(w.dir, "solutions", "01-add", "add.go"))
	if err != nil {
		t.Fatal(err)
	}
	// In one piece, so that it is one save on the slowest machine too.
	if err := small.Write(saved, text); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(saved, filepath.Join(w.dir, "steps", "01-add", "add.go")); err != nil {
		t.Fatal(err)
	}
	w.waitFor(`Next: steps/02-sum`)
	if err := w.cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	w.endsWell()
	golden.Compare(t, filepath.Join("testdata", "screens", "watch.txt"), w.text.Bytes())
}
