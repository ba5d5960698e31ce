package gotest

import (
	"bytes"
	"fmt"
	"os"
	"testing"
	"time"

	"tokenauth.example/scripts/internal/gotest/vouch"
	"tokenauth.example/scripts/internal/steps"
	"tokenauth.example/scripts/internal/verdict"
)

const (
	run  = "\x16=== RUN   TestA\n"
	pass = "\x16--- PASS: TestA (0.00s)\n"
	fail = "\x16--- FAIL: TestA (0.00s)\n"
)

// What a test that had a process to itself has passed, and what has not.
func TestJudge(t *testing.T) {
	secret := bytes.Repeat([]byte("s"), vouch.SecretBytes)
	line := func(n int, name string, passed bool) string { return vouch.Line(secret, n, name, passed) }
	yes, no := line(0, "TestA", true), line(0, "TestA", false)
	for _, test := range []struct {
		name   string
		output string
		code   int
		want   verdict.Verdict
	}{
		{"a pass", run + yes + pass + "PASS\n", 0, verdict.Pass},
		{"a pass in the middle of a line", run + "printing" + yes + "more" + pass, 0, verdict.Pass},
		{"a pass beside a verdict with a name that nobody has", run + "\x16--- FAIL: TestOther (0.00s)\n" + yes + pass, 0, verdict.Pass},
		{"a pass of a test below it", run + "\x16=== RUN   TestA/b\n" + yes + "\x16    --- PASS: TestA/b (0.00s)\n" + pass, 0, verdict.Pass},
		{"a failure", run + no + fail, 1, verdict.Fail},
		{"a pass that nobody vouches for", run + pass, 0, verdict.Tampered},
		{"a pass and a failure", run + pass + no + fail, 1, verdict.Fail},
		{"a pass that is said twice", run + pass + yes + pass, 0, verdict.Tampered},
		{"a beginning that is said twice", run + run + yes + pass, 0, verdict.Tampered},
		{"a pass of a test that was not run", run + "\x16=== RUN   TestB\n\x16--- PASS: TestB (0.00s)\n" + yes + pass, 0, verdict.Tampered},
		{"a failure of a test that was not run", run + "\x16--- FAIL: TestB (0.00s)\n" + yes + pass, 0, verdict.Tampered},
		{"a code with another secret", run + vouch.Line([]byte("guess"), 0, "TestA", true) + pass, 0, verdict.Tampered},
		{"a code for another test", run + line(0, "TestB", true) + pass, 0, verdict.Tampered},
		{"a code with another number", run + line(1, "TestA", true) + pass, 0, verdict.Tampered},
		{"a code that is said twice", run + yes + yes + pass, 0, verdict.Tampered},
		{"a line that begins like one", run + yes + "\x16vouch: nothing\n" + pass, 0, verdict.Tampered},
		{"a failure that is called a pass", run + no + pass, 0, verdict.Tampered},
		{"a process that ends with 1 all the same", run + yes + pass, 1, verdict.Exited},
		{"a process that was killed", run + yes + pass, -1, verdict.Exited},
		{"a process that ends before the test does", run, 0, verdict.Exited},
		{"a test that is skipped", run + no + "\x16--- SKIP: TestA (0.00s)\n", 0, verdict.Exited},
		{"a panic", run + "panic: no\n", 2, verdict.Panicked},
		{"a panic behind a pass", run + yes + pass + "panic: no\n", 2, verdict.Panicked},
		{"nothing", "", 0, verdict.Exited},
	} {
		b := &Binary{Names: []string{"TestA", "TestB"}, Vouched: true}
		if got := b.judge("TestA", ending{output: test.output, code: test.code, secret: secret}); got != test.want {
			t.Errorf("%s: %q, not %q", test.name, got, test.want)
		}
	}
	b := &Binary{}
	if got := b.judge("TestA", ending{output: run + pass}); got != verdict.Pass {
		t.Errorf("where nobody can vouch, a pass is a pass: %q", got)
	}
}

// What is printed around a mark is no mark.
func TestWithoutMarks(t *testing.T) {
	output := run + "text" + vouch.Line([]byte("s"), 0, "TestA", true) + "more\n" + pass
	if got := WithoutMarks(output); got != "textmore\n" {
		t.Errorf("%q", got)
	}
}

// Only what points at a line of the code is the code's fault. Everything else is the
// machine's, and says what to do.
func TestBuildTrouble(t *testing.T) {
	g := &Go{Temp: t.TempDir()}
	for _, test := range []struct{ name, said, cure string }{
		{"a line", "# tokenauth.example/add\n./add.go:3:1: undefined: x\n", ""},
		{"a line of a test", "# x\n./add_test.go:9:2: undefined: add.Y\n", ""},
		{"a line that quotes the machine's words", "./add.go:3:1: undefined: killed (no space left on device)\n", ""},
		{"an import that is not there", "add.go:4:2: package nosuch is not in std\n", ""},
		{"a cycle", "package tokenauth.example/add\n\timports tokenauth.example/add: import cycle not allowed\n", ""},
		{"two packages", "found packages add (add.go) and evil (x.go) in /w/steps/01-add\n", ""},
		{"no main", "# x\nruntime.main_main·f: function main is undeclared in the main package\n", ""},
		{"a full disk", "# x\n/usr/local/go/pkg/tool/linux_amd64/link: flushing /t/go-build1/b001/x: no space left on device\n", cureSpace},
		{"a full disk beside a line", "./add.go:3:1: undefined: x\nwrite /t/x: no space left on device\n", cureSpace},
		{"no memory", "fatal error: runtime: cannot allocate memory\n\nruntime stack:\n\t/usr/local/go/src/runtime/panic.go:1229 +0x48\n", cureMemory},
		{"a killed compiler", "# x\n/usr/local/go/pkg/tool/linux_amd64/compile: signal: killed\n", cureKilled},
		{"no processes", "go: fork/exec /usr/local/go/pkg/tool/linux_amd64/compile: resource temporarily unavailable\n", cureThreads},
		{"a read-only folder", "go: creating work dir: mkdir /t/go-build1: read-only file system\n", cureRights},
		{"no folder", "go: creating work dir: stat /nosuch: no such file or directory\n", cureOther},
		{"a file that is too large", "/usr/local/go/pkg/tool/linux_amd64/link: mapping output file failed: file too large\n", cureSize},
		{"no files", "go: open /w/go.mod: too many open files\n", cureFiles},
		{"a line of another package", "# runtime\n/usr/local/go/src/runtime/x.go:3:1: internal compiler error\n", cureOther},
		{"nothing", "", cureOther},
	} {
		err := g.buildTrouble(test.said)
		trouble, ok := err.(*MachineTrouble)
		switch {
		case test.cure == "" && err != nil:
			t.Errorf("%s: it is the code's: %v", test.name, err)
		case test.cure != "" && (!ok || trouble.Cure != test.cure):
			t.Errorf("%s: %#v", test.name, err)
		}
	}
	if _, ok := g.buildTrouble("add.go:8:2: module lookup disabled by GOPROXY=off\n").(*MissingModules); !ok {
		t.Error("a module that is missing has an error of its own")
	}
}

// A folder that is not there, or takes nothing, is the machine's trouble, and so is a
// failure while it is like that.
func TestTrouble(t *testing.T) {
	failed := Result{Tests: []TestResult{{Test: steps.Test{Name: "TestA"}, Verdict: verdict.Fail}}}
	if err := (&Binary{Temp: t.TempDir()}).Trouble(failed); err != nil {
		t.Errorf("a failure on a machine without trouble: %v", err)
	}
	if _, ok := (&Binary{Temp: "/nosuch/folder"}).Trouble(failed).(*MachineTrouble); !ok {
		t.Error("a temporary folder that is not there is trouble")
	}
	if err := (&Binary{Temp: "/nosuch/folder"}).Trouble(Result{}); err != nil {
		t.Errorf("what passes has met none: %v", err)
	}
	if os.Getuid() != 0 {
		folder := t.TempDir()
		if err := os.Chmod(folder, 0o500); err != nil {
			t.Fatal(err)
		}
		if _, ok := takes(folder).(*MachineTrouble); !ok {
			t.Error("a folder that cannot be written to is trouble")
		}
	}
}

// A process that has a processor, and one that waits while nobody else works, are late for
// what they do themselves.
func TestLoad(t *testing.T) {
	if !beginLoad().known {
		t.Skip("this system has no /proc")
	}
	if used := processTime(fmt.Sprint(os.Getpid()), 0); used < 0 {
		t.Errorf("%v", used)
	}
	if processTime("nobody", 0) != 0 {
		t.Error("a process that is not there has used nothing")
	}
	idle, all, _ := machineTicks()
	busy := load{idle: idle, all: all - 1000, known: true} // a thousand ticks, none of them idle
	if busy.itsOwn(1<<30, 1<<40) {
		t.Error("on a busy machine, one that has used nothing may have had no processor")
	}
	if !(load{idle: idle - 1000, all: all - 1000, known: true}).itsOwn(1<<30, 1<<40) {
		t.Error("on an idle machine, it waits for something else")
	}
	if !(load{ours: ourTime() - 9*time.Second, idle: idle, all: all - 1000, known: true}).ofOurs() {
		t.Error("of ten busy seconds, nine were ours")
	}
	if (load{ours: ourTime() - 3*time.Second, idle: idle, all: all - 1000, known: true}).ofOurs() {
		t.Error("of ten busy seconds, three were ours")
	}
}
