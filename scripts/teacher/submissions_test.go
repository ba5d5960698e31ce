package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/rogpeppe/go-internal/testscript"

	"tokenauth.example/scripts/internal/report"
	"tokenauth.example/scripts/internal/sandbox"
	"tokenauth.example/scripts/internal/small"
	"tokenauth.example/scripts/internal/verdict"
)

// twin is the submission that stands in every class beside the one that is tried. It is
// right, and must not be harmed.
const twin = "right"

// Each script in testdata/submissions is a submission that a grader must survive: its
// first lines say what it does, and what it must get. Its commands:
//
//	submission NAME...        make class/NAME, with every step solved; "right" besides
//	grade [FLAG...]           grade class/ into results/, and read the results strictly
//	ungated [FLAG...]         the same without the gate, to see what stands behind it
//	results                   read the results strictly, after another way of grading
//	verdict WHO TEST VERDICT [PHRASE]   of results/report.json, with a phrase of the cause
//	points WHO N              what somebody earned, or "none" if there is no grade
//	says WHO PHRASE           something in somebody's notes
//	pack ARCHIVE NAME=WHAT... make a .zip, .tar or .tar.gz; see pack
//	fill FILE TEXT [TIMES]    write a file of any bytes, as Go's strings say them
//	convert crlf|bom|utf16 FILE
//	fifo FILE
//	running, survivors [MARK] wait for a test to run; see that nothing runs any more
func TestSubmissions(t *testing.T) {
	// Root's tests run as somebody else in the sandbox, who must be able to come here.
	root, err := os.MkdirTemp("", "submissions-*")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(root) })
	if err := os.Chmod(root, 0o755); err != nil {
		t.Fatal(err)
	}
	box := sandbox.Find(t.Context())
	if box.Kind == sandbox.None && os.Getenv("CI") != "" {
		t.Errorf("what needs isolation cannot be tried: %s", box.Why)
	}
	setup := small.Setup(t)
	testscript.Run(t, testscript.Params{
		Dir:         filepath.Join("..", "..", "testdata", "submissions"),
		WorkdirRoot: root,
		Setup: func(env *testscript.Env) error {
			for _, folder := range []string{env.WorkDir, filepath.Join(env.WorkDir, "tmp")} {
				if err := errors.Join(os.MkdirAll(folder, 0o755), os.Chmod(folder, 0o755)); err != nil {
					return err
				}
			}
			env.Setenv("TMPDIR", filepath.Join(env.WorkDir, "tmp"))
			env.Setenv("WHY", box.Why)
			return setup(env)
		},
		Condition: func(name string) (bool, error) {
			switch name {
			case "isolated":
				return box.Kind != sandbox.None, nil
			case "root":
				return os.Getuid() == 0, nil
			}
			return false, fmt.Errorf("there is no condition %s", name)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"submission": makeSubmissions, "grade": gradeAll("workshop"), "ungated": gradeAll("workshop-ungated"), "results": checkResults,
			"verdict": checkVerdict, "points": checkPoints, "says": checkSays,
			"pack": pack, "fill": fill, "convert": convert, "fifo": makeFifo, "running": waitRunning, "survivors": checkSurvivors, "same": checkSame,
			"lock": lock, "only": onlyTools, "rename": rename, "signal": signalGrader,
		},
	})
}

// makeSubmissions copies the steps as they are handed out, and the solved files into them.
func makeSubmissions(ts *testscript.TestScript, neg bool, args []string) {
	for _, name := range append(slices.Clone(args), twin) {
		steps := ts.MkAbs(filepath.Join("class", name, "steps"))
		if _, err := os.Stat(steps); err == nil {
			continue
		}
		ts.Check(os.CopyFS(steps, os.DirFS(ts.MkAbs("steps"))))
		for _, file := range []string{"01-add/add.go", "02-sum/sum.go"} {
			text, err := os.ReadFile(ts.MkAbs(filepath.Join("solutions", file)))
			ts.Check(err)
			ts.Check(os.WriteFile(filepath.Join(steps, file), text, 0o644))
		}
	}
}

// most is how long grading a class of a script may take on a slow machine.
const most = 100 * time.Second

// gradeAll grades class/ with a command, and checks the results.
func gradeAll(command string) func(*testscript.TestScript, bool, []string) {
	return func(ts *testscript.TestScript, neg bool, args []string) {
		began := time.Now()
		err := ts.Exec(command, slices.Concat([]string{"grade", "-test-time", "4s", "-out", "results"}, args, []string{"class"})...)
		if neg != (err != nil) {
			ts.Fatalf("grading ended with %v", err)
		}
		if took := time.Since(began); took > most {
			ts.Fatalf("grading took %v", took)
		}
		checkResults(ts, false, nil)
	}
}

// read reads results/report.json, and nothing that is not in it.
func read(ts *testscript.TestScript) report.Class {
	file, err := os.Open(ts.MkAbs("results/report.json"))
	ts.Check(err)
	defer file.Close()
	decoder := json.NewDecoder(file)
	decoder.DisallowUnknownFields()
	var class report.Class
	ts.Check(decoder.Decode(&class))
	return class
}

// checkResults checks what must be so for every class: each test is listed once, points
// go with verdicts, the twin is unharmed, all files are written, and nothing is left.
func checkResults(ts *testscript.TestScript, _ bool, _ []string) {
	class := read(ts)
	expected := map[string][]string{"01-add": {"TestAdd_Adds", "TestAdd_RefusesText"}, "02-sum": {"TestThree_Adds"}}
	unharmed := false
	for _, learner := range class.Learners {
		points := 0.0
		if len(learner.Steps) != len(expected) {
			ts.Fatalf("%q: %d steps", learner.Name, len(learner.Steps))
		}
		for _, step := range learner.Steps {
			var names []string
			for _, test := range step.Tests {
				names = append(names, test.Name)
				points += test.Points
				if !slices.Contains(verdict.Reported, test.Verdict) {
					ts.Fatalf("%q: %s: there is no verdict %q", learner.Name, test.Name, test.Verdict)
				}
				if (test.Verdict == verdict.Pass) != (test.Points > 0) || (test.Verdict == verdict.Pass) != (test.Cause == "") {
					ts.Fatalf("%q: %s: %s, %g points, %q", learner.Name, test.Name, test.Verdict, test.Points, test.Cause)
				}
			}
			if !slices.Equal(names, expected[step.Name]) {
				ts.Fatalf("%q: %s has the tests %v", learner.Name, step.Name, names)
			}
		}
		if learner.Graded() && points != learner.Points || learner.MaxPoints != 3 {
			ts.Fatalf("%q: %g of %g points, and the tests earn %g", learner.Name, learner.Points, learner.MaxPoints, points)
		}
		unharmed = unharmed || learner.Name == twin && (learner.Points == 3 || class.Interrupted)
	}
	if !unharmed {
		ts.Fatalf("the reference in the same class is not there, or lost points")
	}
	checkFiles(ts, class)
	checkSurvivors(ts, false, nil)
	for _, folder := range []string{"tmp", "steps", "solutions", "class", "."} {
		entries, err := os.ReadDir(ts.MkAbs(folder))
		ts.Check(err)
		for _, entry := range entries {
			if name := entry.Name(); strings.HasPrefix(name, "workshop-") || strings.HasPrefix(name, ".workshop-") || strings.Contains(name, "escaped") {
				ts.Fatalf("left behind: %s/%s", folder, name)
			}
		}
	}
}

// checkFiles checks that every format was written for everybody, and can be read.
func checkFiles(ts *testscript.TestScript, class report.Class) {
	for _, format := range report.Formats {
		pattern, want := filepath.Join("results", format.File), 1
		if format.Class == nil {
			pattern, want = filepath.Join("results", "learners", "*", format.File), len(class.Learners)
		}
		files, err := filepath.Glob(ts.MkAbs(pattern))
		ts.Check(err)
		if len(files) != want {
			ts.Fatalf("%s: %d files, not %d", pattern, len(files), want)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			ts.Check(err)
			switch filepath.Ext(file) {
			case ".json":
				if !json.Valid(text) {
					ts.Fatalf("%s is not JSON", file)
				}
			case ".xml":
				ts.Check(xml.Unmarshal(text, new(struct{})))
			}
			if bytes.IndexByte(text, 0x1b) >= 0 || bytes.IndexByte(text, 0x16) >= 0 {
				ts.Fatalf("%s has control characters in it", file)
			}
		}
	}
}

// learner is somebody's result.
func learner(ts *testscript.TestScript, name string) report.Learner {
	class := read(ts)
	i := slices.IndexFunc(class.Learners, func(l report.Learner) bool { return l.Name == name })
	if i < 0 {
		ts.Fatalf("there is no learner %q", name)
	}
	return class.Learners[i]
}

func checkVerdict(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 3 && len(args) != 4 {
		ts.Fatalf("usage: verdict WHO TEST VERDICT [PHRASE]")
	}
	if !slices.Contains(verdict.Reported, verdict.Verdict(args[2])) {
		ts.Fatalf("there is no verdict %q", args[2])
	}
	for _, step := range learner(ts, args[0]).Steps {
		for _, test := range step.Tests {
			if test.Name != args[1] {
				continue
			}
			if string(test.Verdict) != args[2] {
				ts.Fatalf("%s: %q, not %q: %s\n%s", test.Name, test.Verdict, args[2], test.Cause, test.Output)
			}
			if len(args) == 4 && !strings.Contains(test.Cause, args[3]) {
				ts.Fatalf("%s: the cause does not say %q: %s", test.Name, args[3], test.Cause)
			}
			return
		}
	}
	ts.Fatalf("there is no test %q", args[1])
}

func checkPoints(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: points WHO N")
	}
	l := learner(ts, args[0])
	got := fmt.Sprint(l.Points)
	if !l.Graded() {
		got = "none"
	}
	if got != args[1] {
		ts.Fatalf("%s has %s points, not %s", args[0], got, args[1])
	}
}

func checkSays(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: says WHO PHRASE")
	}
	l := learner(ts, args[0])
	said := append([]string{l.Problem}, l.Notes...)
	for _, step := range l.Steps {
		said = append(append(said, step.Notes...), step.Build)
	}
	if strings.Contains(strings.Join(said, "\n"), args[1]) == neg {
		ts.Fatalf("of %s it says: %q", args[0], said)
	}
}

// unescape reads \n, \x00 and the like in an argument.
func unescape(ts *testscript.TestScript, text string) string {
	plain, err := strconv.Unquote(`"` + strings.ReplaceAll(text, `"`, `\"`) + `"`)
	ts.Check(err)
	return plain
}

// pack makes an archive of entries NAME=WHAT, in their order. WHAT is a file, or a folder
// with all that is in it, or one of link:TARGET, hard:TARGET, pipe, folder, zeros:BYTES and
// lies:BYTES, which says that it has one byte.
func pack(ts *testscript.TestScript, _ bool, args []string) {
	ts.Check(os.MkdirAll(filepath.Dir(ts.MkAbs(args[0])), 0o755))
	file, err := os.Create(ts.MkAbs(args[0]))
	ts.Check(err)
	defer file.Close()
	var add func(header *tar.Header, content io.Reader)
	var end func() error
	if strings.HasSuffix(args[0], ".zip") {
		writer := zip.NewWriter(file)
		end = writer.Close
		add = func(header *tar.Header, content io.Reader) {
			of := &zip.FileHeader{Name: header.Name, Method: zip.Deflate}
			of.SetMode(header.FileInfo().Mode())
			if header.Linkname != "" {
				content = strings.NewReader(header.Linkname)
			}
			entry, err := writer.CreateHeader(of)
			ts.Check(err)
			_, err = io.Copy(entry, content)
			ts.Check(err)
		}
	} else {
		var out io.Writer = file
		zipped := gzip.NewWriter(file)
		if strings.HasSuffix(args[0], "gz") {
			out = zipped
		}
		writer := tar.NewWriter(out)
		end = func() error {
			err := writer.Close()
			if out == io.Writer(zipped) {
				err = errors.Join(err, zipped.Close())
			}
			return err
		}
		add = func(header *tar.Header, content io.Reader) {
			ts.Check(writer.WriteHeader(header))
			_, err := io.Copy(writer, content)
			ts.Check(err)
		}
	}
	for _, entry := range args[1:] {
		name, what, _ := strings.Cut(entry, "=")
		name = unescape(ts, name)
		kind, of, _ := strings.Cut(what, ":")
		header := &tar.Header{Name: name, Typeflag: tar.TypeReg, Mode: 0o644, Linkname: ""}
		switch kind {
		case "link":
			header.Typeflag, header.Linkname, header.Mode = tar.TypeSymlink, of, 0o777
			add(header, strings.NewReader(""))
		case "hard":
			header.Typeflag, header.Linkname = tar.TypeLink, of
			add(header, strings.NewReader(""))
		case "pipe":
			header.Typeflag = tar.TypeFifo
			add(header, strings.NewReader(""))
		case "folder":
			header.Typeflag, header.Mode = tar.TypeDir, 0o755
			add(header, strings.NewReader(""))
		case "zeros":
			header.Size, err = strconv.ParseInt(of, 10, 64)
			ts.Check(err)
			add(header, io.LimitReader(zeros{}, header.Size))
		default:
			source := ts.MkAbs(what)
			ts.Check(filepath.WalkDir(source, func(path string, entry fs.DirEntry, err error) error {
				if err != nil || entry.IsDir() {
					return err
				}
				text, err := os.ReadFile(path)
				if err != nil {
					return err
				}
				below := strings.TrimPrefix(strings.TrimPrefix(filepath.ToSlash(path), filepath.ToSlash(source)), "/")
				one := *header
				one.Size = int64(len(text))
				if below != "" {
					one.Name = name + below
				}
				add(&one, bytes.NewReader(text))
				return nil
			}))
		}
	}
	ts.Check(end())
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// fill writes a file: a text with escapes, as often as is said.
func fill(ts *testscript.TestScript, _ bool, args []string) {
	times := 1
	if len(args) == 3 {
		var err error
		times, err = strconv.Atoi(args[2])
		ts.Check(err)
	}
	file, err := os.OpenFile(ts.MkAbs(unescape(ts, args[0])), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	ts.Check(err)
	_, err = file.Write(bytes.Repeat([]byte(unescape(ts, args[1])), times))
	ts.Check(errors.Join(err, file.Close()))
}

// convert writes a file as some editors do.
func convert(ts *testscript.TestScript, _ bool, args []string) {
	name := ts.MkAbs(args[1])
	text, err := os.ReadFile(name)
	ts.Check(err)
	switch args[0] {
	case "crlf":
		text = bytes.ReplaceAll(text, []byte("\n"), []byte("\r\n"))
	case "bom":
		text = append([]byte("\xef\xbb\xbf"), text...)
	case "utf16":
		wide := []byte{0xff, 0xfe}
		for _, unit := range utf16.Encode([]rune(string(text))) {
			wide = append(wide, byte(unit), byte(unit>>8))
		}
		text = wide
	default:
		ts.Fatalf("convert to what?")
	}
	ts.Check(os.WriteFile(name, text, 0o644))
}

// lock marks every file of a zip archive as encrypted.
func lock(ts *testscript.TestScript, _ bool, args []string) {
	text, err := os.ReadFile(ts.MkAbs(args[0]))
	ts.Check(err)
	for _, head := range []struct {
		begin string
		flags int
	}{{"PK\x03\x04", 6}, {"PK\x01\x02", 8}} {
		for at := 0; ; at++ {
			next := bytes.Index(text[at:], []byte(head.begin))
			if next < 0 {
				break
			}
			at += next
			text[at+head.flags] |= 1
		}
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), text, 0o644))
}

// onlyTools makes a folder only/ with links to some tools of the machine's.
func onlyTools(ts *testscript.TestScript, _ bool, args []string) {
	ts.Check(os.MkdirAll(ts.MkAbs("only"), 0o755))
	for _, tool := range args {
		path, err := exec.LookPath(tool)
		ts.Check(err)
		path, err = filepath.EvalSymlinks(path)
		ts.Check(err)
		ts.Check(os.Symlink(path, ts.MkAbs(filepath.Join("only", tool))))
	}
}

// rename renames a file to a name with escapes.
func rename(ts *testscript.TestScript, _ bool, args []string) {
	ts.Check(os.Rename(ts.MkAbs(args[0]), ts.MkAbs(unescape(ts, args[1]))))
}

// signalGrader sends SIGTERM to the grader that runs in the background.
func signalGrader(ts *testscript.TestScript, _ bool, _ []string) {
	for _, cmd := range ts.BackgroundCmds() {
		ts.Check(cmd.Process.Signal(syscall.SIGTERM))
	}
}

func makeFifo(ts *testscript.TestScript, _ bool, args []string) {
	ts.Check(exec.Command("mkfifo", ts.MkAbs(args[0])).Run())
}

// processes returns those that have to do with this script, or have the mark in their
// command line, but for the tests themselves.
func processes(ts *testscript.TestScript, marks ...string) []string {
	var found []string
	work := ts.Getenv("WORK")
	lines, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, line := range lines {
		text, _ := os.ReadFile(line)
		at, _ := os.Readlink(filepath.Join(filepath.Dir(line), "cwd"))
		// A test's process in the sandbox has no path of ours in its command, but it is in
		// the folder of its step.
		step := strings.HasPrefix(at, filepath.Join(work, "solutions")+string(filepath.Separator))
		if marked := slices.ContainsFunc(marks, func(mark string) bool { return bytes.Contains(text, []byte(mark)) }); step || marked {
			found = append(found, strings.ReplaceAll(string(text), "\x00", " "))
		}
	}
	return found
}

// waitRunning waits until a test runs.
func waitRunning(ts *testscript.TestScript, _ bool, _ []string) {
	for range 1000 {
		if slices.ContainsFunc(processes(ts), func(line string) bool { return strings.Contains(line, "-test.run") }) {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	ts.Fatalf("no test runs")
}

// checkSurvivors sees that nothing runs any more. The system may take a moment to end what
// was in a sandbox.
func checkSurvivors(ts *testscript.TestScript, _ bool, marks []string) {
	if runtime.GOOS != "linux" {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
	defer cancel()
	for {
		left := processes(ts, marks...)
		if len(left) == 0 {
			return
		}
		if ctx.Err() != nil {
			ts.Fatalf("still running: %q", left)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// checkSame compares two reports, but for times.
func checkSame(ts *testscript.TestScript, neg bool, args []string) {
	var texts [2]string
	for i, name := range args {
		text, err := os.ReadFile(ts.MkAbs(name))
		ts.Check(err)
		var value any
		ts.Check(json.Unmarshal(text, &value))
		again, err := json.MarshalIndent(withoutTimes(value), "", " ")
		ts.Check(err)
		texts[i] = string(again)
	}
	if (texts[0] == texts[1]) == neg {
		ts.Fatalf("%s\n%s", texts[0], texts[1])
	}
}

func withoutTimes(value any) any {
	switch value := value.(type) {
	case map[string]any:
		delete(value, "seconds")
		delete(value, "graded")
		for key := range value {
			value[key] = withoutTimes(value[key])
		}
	case []any:
		for i := range value {
			value[i] = withoutTimes(value[i])
		}
	}
	return value
}
