package gotest_test

import (
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"tokenauth.example/scripts/internal/gotest"
)

func TestParseCrash(t *testing.T) {
	archive, err := txtar.ParseFile(filepath.Join("testdata", "crashes.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	outputs := map[string]string{}
	for _, file := range archive.Files {
		outputs[file.Name] = string(file.Data)
	}
	for _, test := range []struct{ name, said, means, place string }{
		{"Nil", "panic: runtime error: invalid memory address or nil pointer dereference", "Something is nil", "add.go:7"},
		{"Index", "panic: runtime error: index out of range [1] with length 1", "An index is outside", "add.go:8"},
		{"Slice", "panic: runtime error: slice bounds out of range [7:3]", "An index is outside", "add.go:9"},
		{"NilMap", "panic: assignment to entry in nil map", "never made", "add.go:10"},
		{"CloseTwice", "panic: close of closed channel", "closed a second time", "add.go:11"},
		{"SendClosed", "panic: send on closed channel", "closed already", "add.go:12"},
		{"ConvertNil", "panic: interface conversion: interface {} is nil, not string", "not of the type", "add.go:13"},
		{"Unlock", "fatal error: sync: unlock of unlocked mutex", "that nobody holds", "add.go:17"},
		{"Endless", "fatal error: stack overflow", "calls itself", "add.go:14"},
		{"Deadlock", "fatal error: all goroutines are asleep - deadlock!", "Everything waits", "add.go:15"},
		{"Bubble", "panic: deadlock: all goroutines in bubble are blocked", "Everything waits", "add.go:15"},
		{"Writes", "fatal error: concurrent map writes", "use one map at the same time", "add.go:32"},
		{"ReadsWrites", "fatal error: concurrent map read and map write", "use one map at the same time", "add.go:41"},
		{"InGoroutine", "panic: runtime error: invalid memory address or nil pointer dereference", "Something is nil", "add.go:7"},
		{"Own", "panic: not written yet", "", "add.go:18"},
		{"InTest", "panic: runtime error: invalid memory address or nil pointer dereference", "Something is nil", "add_test.go:39"},
		{"Races", "WARNING: DATA RACE", "use the same variable at the same time", "add.go:23"},
	} {
		output, ok := outputs[test.name]
		crash := gotest.ParseCrash(output)
		if !ok || crash == nil {
			t.Errorf("%s: nothing was found in:\n%s", test.name, output)
			continue
		}
		if crash.Said != test.said {
			t.Errorf("%s: said %q, not %q", test.name, crash.Said, test.said)
		}
		if !strings.Contains(crash.Means, test.means) || (test.means == "") != (crash.Means == "") {
			t.Errorf("%s: means %q, which has no %q in it", test.name, crash.Means, test.means)
		}
		if strings.Count(crash.Means, ". ") > 2 || len(crash.Means) > 170 {
			t.Errorf("%s: somebody who is stuck reads no more than two short sentences: %s", test.name, crash.Means)
		}
		given := func(file string) bool { return file == "add_test.go" }
		if place := crash.Place("/w/steps/01-add", given); place != test.place {
			t.Errorf("%s: the first place in the step is %q, not %s", test.name, place, test.place)
		}
		if place := crash.Place("/elsewhere", given); place != "" {
			t.Errorf("%s: %s is not below another folder", test.name, place)
		}
	}
	for _, output := range []string{"", "=== RUN   TestX\n    x_test.go:9: got panic: no\n--- FAIL: TestX (0.00s)\n"} {
		if crash := gotest.ParseCrash(output); crash != nil {
			t.Errorf("%q is no crash: %+v", output, crash)
		}
	}
}
