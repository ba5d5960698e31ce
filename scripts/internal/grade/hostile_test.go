package grade

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"tokenauth.example/scripts/internal/gotest"
	"tokenauth.example/scripts/internal/intake"
	"tokenauth.example/scripts/internal/report"
	"tokenauth.example/scripts/internal/sandbox"
	"tokenauth.example/scripts/internal/steps"
	"tokenauth.example/scripts/internal/verdict"
)

// Each script in testdata/submissions/steps hands in hostile code for the steps of this
// workshop, where those in testdata/submissions have a small one. Its commands:
//
//	starter STEP NAME...        make class/NAME, with the step as it is handed out
//	solved STEP NAME...         the same, with the step solved
//	edit FILE OLD NEW           put NEW for OLD, which is there once, in a file
//	grade STEP                  grade the step of everybody in class/
//	ungated STEP                the same without the gate, to see what is behind it
//	verdict WHO TEST VERDICT [PHRASE]   of the last grading, with a phrase of the cause
//	every WHO VERDICT [PHRASE]          of every test
//	passes WHO N                how many tests somebody passes
func TestHostile(t *testing.T) {
	if testing.Short() {
		t.Skip("it compiles the steps of many submissions")
	}
	workshop, list := openWorkshop(t)
	box := sandbox.Find(t.Context())
	if box.Kind == sandbox.None {
		t.Skip(box.Why)
	}
	g, err := gotest.NewGo(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir: workshop.Path("testdata", "submissions", "steps"),
		Setup: func(env *testscript.Env) error {
			env.Values[hostileKey{}] = &hostile{workshop: workshop, list: list, box: box, g: g}
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"starter": onHostile((*hostile).starter), "solved": onHostile((*hostile).solved), "edit": onHostile((*hostile).edit),
			"grade": onHostile(graded(t.Context(), false)), "ungated": onHostile(graded(t.Context(), true)),
			"verdict": onHostile((*hostile).verdict), "every": onHostile((*hostile).every), "passes": onHostile((*hostile).passes),
		},
	})
}

type hostileKey struct{}

// hostile is what a script has to do with.
type hostile struct {
	workshop *steps.Workshop
	list     []steps.Step
	box      *sandbox.Sandbox
	g        *gotest.Go
	class    report.Class
}

func onHostile(do func(*hostile, *testscript.TestScript, []string)) func(*testscript.TestScript, bool, []string) {
	return func(ts *testscript.TestScript, neg bool, args []string) {
		if neg || len(args) == 0 {
			ts.Fatalf("no ! here, and no command without arguments")
		}
		do(ts.Value(hostileKey{}).(*hostile), ts, args)
	}
}

func (h *hostile) step(ts *testscript.TestScript, number string) steps.Step {
	i := slices.IndexFunc(h.list, func(s steps.Step) bool { return s.Number() == number })
	if i < 0 {
		ts.Fatalf("there is no step %s", number)
	}
	return h.list[i]
}

func (h *hostile) starter(ts *testscript.TestScript, args []string) {
	h.make(ts, args, func(_ steps.Step, file steps.File) ([]byte, error) { return file.Text, nil })
}

func (h *hostile) solved(ts *testscript.TestScript, args []string) {
	h.make(ts, args, func(step steps.Step, file steps.File) ([]byte, error) {
		return os.ReadFile(filepath.Join(step.SolutionDir(), filepath.FromSlash(file.Name)))
	})
}

func (h *hostile) make(ts *testscript.TestScript, args []string, text func(steps.Step, steps.File) ([]byte, error)) {
	step := h.step(ts, args[0])
	files, err := step.Files()
	ts.Check(err)
	for _, name := range args[1:] {
		for _, file := range files {
			if file.Kind != steps.Stub {
				continue
			}
			source, err := text(step, file)
			ts.Check(err)
			path := ts.MkAbs(filepath.Join("class", name, "steps", step.Name, filepath.FromSlash(file.Name)))
			ts.Check(os.MkdirAll(filepath.Dir(path), 0o755))
			ts.Check(os.WriteFile(path, source, 0o644))
		}
	}
}

func (h *hostile) edit(ts *testscript.TestScript, args []string) {
	file := ts.MkAbs(args[0])
	text, err := os.ReadFile(file)
	ts.Check(err)
	if n := strings.Count(string(text), args[1]); n != 1 {
		ts.Fatalf("%q is in %s %d times, and not once", args[1], args[0], n)
	}
	ts.Check(os.WriteFile(file, []byte(strings.Replace(string(text), args[1], args[2], 1)), 0o644))
}

// graded returns the command that grades, with the gate or without.
func graded(ctx context.Context, ungated bool) func(*hostile, *testscript.TestScript, []string) {
	return func(h *hostile, ts *testscript.TestScript, args []string) { h.grade(ctx, ts, args[0], ungated) }
}

func (h *hostile) grade(ctx context.Context, ts *testscript.TestScript, number string, ungated bool) {
	step := []steps.Step{h.step(ts, number)}
	reader, err := intake.NewReader(step)
	ts.Check(err)
	paths, err := reader.Find(ts.MkAbs("class"))
	ts.Check(err)
	var class []*intake.Submission
	for _, path := range paths {
		class = append(class, reader.Read(path))
	}
	g := *h.g
	grader := &Grader{Go: &g, Workshop: h.workshop, Steps: step, Sandbox: h.box, Fresh: true, Jobs: runtime.GOMAXPROCS(0), Ungated: ungated}
	if h.class, err = grader.Class(ctx, class); err != nil {
		ts.Fatalf("%v", err)
	}
}

func (h *hostile) tests(ts *testscript.TestScript, name string) []report.TestResult {
	i := slices.IndexFunc(h.class.Learners, func(l report.Learner) bool { return l.Name == name })
	if i < 0 {
		ts.Fatalf("there is no learner %s", name)
	}
	return h.class.Learners[i].Steps[0].Tests
}

func (h *hostile) verdict(ts *testscript.TestScript, args []string) {
	for _, test := range h.tests(ts, args[0]) {
		if test.Name == args[1] {
			wanted(ts, test, args[2:])
			return
		}
	}
	ts.Fatalf("there is no test %s", args[1])
}

func (h *hostile) every(ts *testscript.TestScript, args []string) {
	for _, test := range h.tests(ts, args[0]) {
		wanted(ts, test, args[1:])
	}
}

// wanted checks the verdict on a test, and a phrase of its cause.
func wanted(ts *testscript.TestScript, test report.TestResult, args []string) {
	if !slices.Contains(verdict.Reported, verdict.Verdict(args[0])) {
		ts.Fatalf("there is no verdict %q", args[0])
	}
	if string(test.Verdict) != args[0] || len(args) == 2 && !strings.Contains(test.Cause, args[1]) {
		ts.Fatalf("%s: %q, and not %q: %s\n%s", test.Name, test.Verdict, args, test.Cause, test.Output)
	}
}

func (h *hostile) passes(ts *testscript.TestScript, args []string) {
	passed := 0
	for _, test := range h.tests(ts, args[0]) {
		if test.Verdict == verdict.Pass {
			passed++
		}
	}
	if fmt.Sprint(passed) != args[1] {
		ts.Fatalf("%s passes %d tests, and not %s", args[0], passed, args[1])
	}
}
