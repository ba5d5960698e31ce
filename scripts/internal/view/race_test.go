package view

import (
	"bytes"
	"path/filepath"
	"slices"
	"testing"

	"golang.org/x/tools/txtar"

	"tokenauth.example/scripts/internal/check"
	"tokenauth.example/scripts/internal/gotest"
	"tokenauth.example/scripts/internal/screen"
	"tokenauth.example/scripts/internal/session"
	"tokenauth.example/scripts/internal/steps"
	"tokenauth.example/scripts/internal/verdict"
)

// check does not run tests under the race detector, which needs a C compiler. Where its
// report is in an output all the same, learners are told what it means, with the failed
// assertion and without one.
func TestTestFailure_TellsOfARace(t *testing.T) {
	archive, err := txtar.ParseFile(filepath.Join("..", "gotest", "testdata", "crashes.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(archive.Files, func(f txtar.File) bool { return f.Name == "Races" })
	test := gotest.TestResult{
		Test:    steps.Test{Name: "TestRaces", Task: 1, Requirement: "It counts."},
		Verdict: verdict.Fail, Output: string(archive.Files[i].Data),
	}
	report := check.StepReport{Step: steps.Step{Workshop: &steps.Workshop{Root: "/w"}, Name: "01-add"}}
	const race = `
    Go's race detector says:
      WARNING: DATA RACE
      steps/01-add/add.go:23

    Two goroutines use the same variable at the same time, and one of them
    changes it: what comes of it is chance. Guard it with a sync.Mutex, or give
    each its own.

`
	for _, about := range []struct {
		failure *gotest.Failure
		want    string
	}{
		{nil, "  01-add   task 1   TestRaces\n\n    It counts.\n" + race},
		{&gotest.Failure{Why: "two calls must count as two", Got: "1", Want: "2"},
			"  01-add   task 1   TestRaces\n\n    two calls must count as two\n\n      got       1\n      want      2\n" + race},
	} {
		var printed bytes.Buffer
		v := View{Session: &session.Session{Screen: screen.Plain(&printed)}}
		test.Failure = about.failure
		v.TestFailure(report, &test)
		if printed.String() != about.want {
			t.Errorf("it says:\n%s\nand not:\n%s", printed.String(), about.want)
		}
	}
}
