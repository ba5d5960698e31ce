package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"unicode"

	"tokenauth.example/scripts/internal/grade"
	"tokenauth.example/scripts/internal/intake"
	"tokenauth.example/scripts/internal/report"
	"tokenauth.example/scripts/internal/sandbox"
	"tokenauth.example/scripts/internal/screen"
	"tokenauth.example/scripts/internal/steps"
	"tokenauth.example/scripts/internal/verdict"
)

// ungated is for tests: it lets submissions pass the gate, to see what stands behind it.
var ungated bool

// gradeClass grades submissions of any number of learners, trusting none of them.
func (a *app) gradeClass() (int, error) {
	flags := flag.NewFlagSet("grade", flag.ContinueOnError)
	out := flags.String("out", "", "write all reports into this `folder`")
	one := flags.String("format", "", "write one report, as `name=file`, such as csv=class.csv")
	number := flags.String("step", "", "grade one `step`")
	isolation := flags.String("isolation", "auto", "auto, require (refuse to go on without it) or none")
	points := flags.String("points", "", "what each test earns, in a `file`; without it, in testdata/points.txt")
	jobs := flags.Int("jobs", runtime.GOMAXPROCS(0), "how many steps are judged at a time")
	testTime := flags.Duration("test-time", grade.TestTime, "how long one test may take")
	buildTime := flags.Duration("build-time", grade.BuildTime, "how long compiling a step may take")
	outside := flags.Bool("outside", true, "ask the server of the last step from outside too, for 14 seconds of a processor")
	fresh := flags.Bool("fresh", false, "judge anew what was judged before")
	mustPass := flags.Bool("must-pass", false, "exit with 1 unless every test of everybody passes")
	if err := flags.Parse(a.args); err != nil {
		return exitTrouble, nil // it has said why
	}
	if flags.NArg() == 0 {
		return exitTrouble, wayOut(errors.New("whom?"), "Name folders or archives, one a learner, or a folder of them, as in: %s", plain("grade -out results ../class"))
	}
	var format, formatFile string
	if *one != "" {
		var ok bool
		if format, formatFile, ok = strings.Cut(*one, "="); !ok || !slices.Contains(report.Names(), format) {
			return exitTrouble, wayOut(fmt.Errorf("there is no format %q", *one), "Write -format NAME=FILE, where NAME is one of: %s", strings.Join(report.Names(), ", "))
		}
	}
	// What ends a grader on a server is not Ctrl-C. What was judged is written all the same.
	ctx, stop := signal.NotifyContext(a.ctx, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	a.ctx = ctx
	list, err := a.chosen(*number)
	if err != nil {
		return exitTrouble, err
	}
	pointsFile := a.fromTop(*points)
	if *points == "" {
		pointsFile = a.workshop.Path("testdata", "points.txt")
	}
	earned, err := grade.ReadPoints(pointsFile, list)
	if err != nil && (*points != "" || !errors.Is(err, os.ErrNotExist)) {
		return exitTrouble, err
	}
	submissions, err := a.submissions(list, flags.Args(), a.fromTop(*out))
	if err != nil {
		return exitTrouble, err
	}
	box := sandbox.Off()
	if *isolation != "none" {
		box = sandbox.Find(a.ctx)
	}
	switch {
	case *isolation == "require" && box.Kind == sandbox.None:
		return exitTrouble, wayOut(fmt.Errorf("there is no isolation: %s", box.Why), "Install what is missing, or grade people whom you trust with -isolation none.")
	case *isolation != "auto" && *isolation != "require" && *isolation != "none":
		return exitTrouble, wayOut(fmt.Errorf("there is no isolation %q", *isolation), "It is one of auto, require, none.")
	}
	if format != "" && forOne(format) && len(submissions) != 1 {
		return exitTrouble, wayOut(fmt.Errorf("the format %s is for one learner, and there are %d", format, len(submissions)), "Name one, or have all formats of all learners written: -out results")
	}
	if *out != "" { // find out now, and not after an hour
		if err := writable(a.fromTop(*out)); err != nil {
			return exitTrouble, wayOut(err, "Name a folder that can be written, with -out.")
		}
	}
	if format != "" {
		if err := writable(filepath.Dir(a.fromTop(formatFile))); err != nil {
			return exitTrouble, wayOut(err, "Name a file that can be written, with -format.")
		}
	}
	g, err := a.goCommand()
	if err != nil {
		return exitTrouble, err
	}
	grader := &grade.Grader{
		Go: g, Workshop: a.workshop, Steps: list, Sandbox: box, Points: earned, Fresh: *fresh, Jobs: max(1, *jobs), Outside: *outside, TestTime: *testTime, BuildTime: *buildTime, Ungated: ungated,
		Progress: func(done, all int, learner string) {
			a.screen.Progress("%d of %d graded: %s ...", done, all, safe(learner))
		},
	}
	a.screen.Progress("grading %d ...", len(submissions))
	class, err := grader.Class(a.ctx, submissions)
	if err != nil {
		return exitTrouble, a.moduleTrouble(err)
	}
	a.classTable(class)
	var failures []error
	if *out != "" {
		failures = append(failures, a.writeReports(class, a.fromTop(*out)))
	}
	if format != "" {
		failures = append(failures, report.Write(format, a.fromTop(formatFile), class))
	}
	if err := errors.Join(failures...); err != nil {
		return exitTrouble, wayOut(err, "What could be written was. Name a place that can be written, and grade again: what was judged is kept.")
	}
	return a.gradeExit(class, *mustPass), nil
}

// forOne tells of a format that it is for one learner.
func forOne(name string) bool {
	i := slices.IndexFunc(report.Formats, func(f report.Format) bool { return f.Name == name })
	return i >= 0 && report.Formats[i].Class == nil
}

// writable makes a folder if it is not there, and finds out whether it can be written to.
func writable(folder string) error {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	file, err := os.CreateTemp(folder, ".workshop-*")
	if err != nil {
		return err
	}
	return errors.Join(file.Close(), os.Remove(file.Name()))
}

// fromTop reads a path as the user means it. `go -C scripts` has changed the folder, and
// what was typed begins at the top.
func (a *app) fromTop(name string) string {
	here, err := os.Getwd()
	if err == nil && !filepath.IsAbs(name) && filepath.Base(here) == "scripts" && filepath.Dir(here) == a.workshop.Root {
		return a.workshop.Path(name)
	}
	return name
}

// submissions reads what the arguments name, but for the results of the last time. Two
// learners of one name get numbers.
func (a *app) submissions(list []steps.Step, arguments []string, results string) ([]*intake.Submission, error) {
	reader, err := intake.NewReader(list)
	if err != nil {
		return nil, err
	}
	var found []*intake.Submission
	taken := map[string]bool{}
	for _, argument := range arguments {
		paths, err := reader.Find(a.fromTop(argument))
		if err != nil {
			return nil, wayOut(err, "Name folders or archives that are there. Paths begin at the top folder.")
		}
		for _, path := range paths {
			if filepath.Clean(path) == filepath.Clean(results) {
				continue
			}
			a.screen.Progress("reading %s ...", safe(filepath.Base(path)))
			submission := reader.Read(path)
			name := submission.Name
			for n := 2; taken[submission.Name]; n++ {
				submission.Name = fmt.Sprintf("%s-%d", name, n)
			}
			taken[submission.Name] = true
			found = append(found, submission)
		}
	}
	return found, nil
}

// writeReports writes every format: for the class into folder, for each learner into a
// folder below it. It names the learners whose results are there from another time.
func (a *app) writeReports(class report.Class, folder string) error {
	files, err := report.WriteAll(folder, class)
	if err != nil {
		return err
	}
	a.screen.Printf("\n%d files written. Begin with %s", files, filepath.Join(folder, "class.html"))
	older, err := report.Older(folder, class)
	if err != nil || len(older) == 0 {
		return err
	}
	const most = 20
	named := strings.Join(older[:min(len(older), most)], ", ")
	if rest := len(older) - most; rest > 0 {
		named += fmt.Sprintf(" and %d more", rest)
	}
	a.screen.Printf("")
	a.screen.Wrap("", "Older results are there too, of learners who were not graded now. They are in no file of the class. Move them away, so that nobody takes them for new:")
	a.screen.Wrap("  ", filepath.Join(folder, "learners")+": "+safe(named))
	return nil
}

// classTable prints a row for each learner, and then what a teacher should know.
func (a *app) classTable(class report.Class) {
	for _, warning := range class.Warnings {
		a.screen.Printf("")
		a.screen.Label(screen.Red, "Warning: ", warning)
	}
	head := fmt.Sprintf("  %-18s %9s", "learner", "points")
	for _, step := range class.Steps {
		number, _, _ := strings.Cut(step.Name, "-")
		head += fmt.Sprintf(" %5s", number)
	}
	a.screen.Printf("\n%s", head)
	for _, learner := range class.Learners {
		row := fmt.Sprintf("  %-18.18s %9s", safe(learner.Name), fmt.Sprintf("%g/%g", learner.Points, learner.Most))
		for _, step := range learner.Steps {
			passed := 0
			for _, test := range step.Tests {
				if test.Verdict == verdict.Pass {
					passed++
				}
			}
			row += fmt.Sprintf(" %5s", fmt.Sprintf("%d/%d", passed, len(step.Tests)))
		}
		a.screen.Printf("%s", row)
	}
	for _, learner := range class.Learners {
		a.learnerNotes(learner)
	}
	if class.Interrupted {
		a.screen.Printf("")
		a.screen.Wrap("", "Grading was interrupted: tests that are \"not run\" have no verdict. Run it again; what was judged is kept.")
	}
}

// learnerNotes prints what happened to a learner besides tests that failed.
func (a *app) learnerNotes(learner report.Learner) {
	var notes []string
	if learner.Problem != "" {
		notes = append(notes, learner.Problem)
	} else {
		for _, step := range learner.Steps {
			said := map[string]bool{} // what befell every test of the step is said once
			for _, test := range step.Tests {
				whole := step.Build != "" || test.Verdict == verdict.Rejected || test.Verdict == verdict.Tampered || test.Verdict == verdict.GraderError
				note := fmt.Sprintf("%s: %s: %s: %s", step.Name, test.Name, test.Verdict, test.Cause)
				if whole || strings.HasPrefix(test.Cause, grade.BeforeAny) {
					note = fmt.Sprintf("%s: %s: %s", step.Name, test.Verdict, test.Cause)
				} else if !test.Unstable && (test.Verdict == verdict.Pass || test.Verdict == verdict.Fail || test.Verdict == verdict.Error || test.Verdict == verdict.NotRun) {
					continue
				}
				if !said[note] {
					said[note] = true
					notes = append(notes, note)
				}
			}
			for _, note := range step.Notes {
				notes = append(notes, step.Name+": "+note)
			}
		}
	}
	if notes = append(notes, learner.Notes...); len(notes) == 0 {
		return
	}
	a.screen.Printf("\n  %s", safe(learner.Name))
	for _, note := range notes {
		a.screen.Wrap("    ", note)
	}
}

// safe makes a name that somebody else chose fit for the screen.
func safe(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
			return '.'
		}
		return r
	}, name)
}

// gradeExit is the exit code: a bad grade is a grade, but one that is missing is trouble.
func (a *app) gradeExit(class report.Class, mustPass bool) int {
	exit := exitDone
	if class.Interrupted {
		return exitTrouble
	}
	for _, learner := range class.Learners {
		for _, step := range learner.Steps {
			for _, test := range step.Tests {
				switch {
				case test.Verdict == verdict.GraderError:
					return exitTrouble
				case test.Verdict != verdict.Pass && mustPass:
					exit = exitNotYet
				}
			}
		}
	}
	return exit
}
