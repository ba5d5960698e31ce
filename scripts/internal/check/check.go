// Package check grades the learner's steps, each with the original tests and on the
// ground of the solutions before it.
package check

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"tokenauth.example/scripts/internal/gotest"
	"tokenauth.example/scripts/internal/steps"
)

// State is where a step stands.
type State string

const (
	Done           State = "done"
	InProgress     State = "in progress"
	NotStarted     State = "not started"
	DoesNotCompile State = "does not compile"
	Missing        State = "missing"
	Unreadable     State = "unreadable"
)

// StepReport is the verdict on one step.
type StepReport struct {
	Step  steps.Step
	State State
	// Result holds every test of the step. Of a step that is not started, and was not
	// asked for, they have not been run: a stub fails them all.
	Result gotest.Result
	// Differs are given files, such as tests, that are not as they were. The originals
	// were used in their place.
	Differs []string
	// MissingFiles are the files that the learner should have, and has not.
	MissingFiles []string
	// Sources are the files that the learner completes, as they are now.
	Sources map[string][]byte
	// Err is why the state is Unreadable.
	Err error
}

// Checker grades steps.
type Checker struct {
	Go       *gotest.Go
	Workshop *steps.Workshop
}

// Step grades a step. If it is as it was at first, its tests are run only if run says so.
func (c *Checker) Step(ctx context.Context, step steps.Step, run bool) (StepReport, error) {
	report := StepReport{Step: step, State: InProgress, Sources: map[string][]byte{}}
	files, err := step.Files()
	if err != nil {
		return report, err
	}
	tests, err := step.Tests()
	if err != nil {
		return report, err
	}
	for _, test := range tests {
		report.Result.Tests = append(report.Result.Tests, gotest.TestResult{Test: test, Verdict: gotest.NotRun})
	}

	overlay := gotest.Overlay{}
	untouched := true
	for _, file := range files {
		state, text, err := step.State(file)
		if err != nil {
			report.State, report.Err = Unreadable, err
			return report, nil
		}
		switch {
		case file.Kind == steps.Stub && state == steps.Missing:
			report.MissingFiles = append(report.MissingFiles, file.Name)
		case file.Kind == steps.Stub:
			untouched = untouched && state == steps.Untouched
			report.Sources[file.Name] = text
		default:
			overlay[filepath.Join(step.Dir(), filepath.FromSlash(file.Name))] = file.Text
			if state == steps.Changed {
				report.Differs = append(report.Differs, file.Name)
			}
		}
	}
	if len(report.MissingFiles) > 0 {
		report.State = Missing
		return report, nil
	}
	if untouched && !run {
		report.State = NotStarted
		return report, nil
	}
	if err := leaveOutOtherTests(step, overlay); err != nil {
		report.State, report.Err = Unreadable, err
		return report, nil
	}

	key, err := c.key(step, overlay)
	if err != nil {
		report.State, report.Err = Unreadable, err
		return report, nil
	}
	kept := c.Workshop.Path(".workshop", "verdicts", step.Number()+".json")
	result, ok := recall(kept, key)
	if !ok {
		if result, err = c.Go.Run(ctx, step.Dir(), overlay, tests); err != nil {
			return report, err
		}
		remember(kept, key, result)
	}
	report.Result = result
	switch {
	case untouched:
		report.State = NotStarted
	case result.Build != "":
		report.State = DoesNotCompile
	case result.Done():
		report.State = Done
	}
	return report, nil
}

// leaveOutOtherTests keeps tests that the learner added out of the grading: they may
// have names that the originals have too.
func leaveOutOtherTests(step steps.Step, overlay gotest.Overlay) error {
	entries, err := os.ReadDir(step.Dir())
	if err != nil {
		return err
	}
	for _, entry := range entries {
		name := filepath.Join(step.Dir(), entry.Name())
		if _, original := overlay[name]; !original && strings.HasSuffix(entry.Name(), "_test.go") {
			overlay[name] = nil
		}
	}
	return nil
}

// key is a hash of all that a verdict depends on. The same key is the same verdict.
func (c *Checker) key(step steps.Step, overlay gotest.Overlay) (string, error) {
	hash := sha256.New()
	fmt.Fprintln(hash, "verdicts 1", runtime.Version(), runtime.GOOS, runtime.GOARCH)
	add := func(name string) error {
		text, ok := overlay[name]
		if !ok {
			var err error
			if text, err = os.ReadFile(name); err != nil {
				return err
			}
		}
		fmt.Fprintf(hash, "%s %d %x\n", name, len(text), sha256.Sum256(text))
		return nil
	}
	for _, root := range []string{step.Dir(), c.Workshop.Path("solutions"), c.Workshop.Path("testdata", "tokens")} {
		err := filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			inStep := root == step.Dir() && !strings.HasSuffix(name, ".go")
			if entry.IsDir() || inStep || entry.Type()&fs.ModeType&^fs.ModeSymlink != 0 {
				return nil
			}
			return add(name)
		})
		if err != nil {
			return "", err
		}
	}
	return hex.EncodeToString(hash.Sum(nil)), nil
}

// verdict is what is kept of a step's last grading.
type verdict struct {
	Key    string
	Result gotest.Result
}

func recall(name, key string) (gotest.Result, bool) {
	text, err := os.ReadFile(name)
	if err != nil {
		return gotest.Result{}, false
	}
	var kept verdict
	if json.Unmarshal(text, &kept) != nil || kept.Key != key {
		return gotest.Result{}, false
	}
	return kept.Result, true
}

// remember keeps a verdict. It is only there to save time: if it cannot be kept, the
// next check grades again.
func remember(name, key string, result gotest.Result) {
	for _, test := range result.Tests {
		if test.Verdict == gotest.TimedOut { // it may have been the machine
			return
		}
	}
	text, err := json.Marshal(verdict{key, result})
	if err != nil || os.MkdirAll(filepath.Dir(name), 0o755) != nil {
		return
	}
	// Written beside and renamed, so that two checks at once never leave half a file.
	temporary, err := os.CreateTemp(filepath.Dir(name), "*.part")
	if err != nil {
		return
	}
	_, err = temporary.Write(text)
	if closeErr := temporary.Close(); err == nil && closeErr == nil {
		err = os.Rename(temporary.Name(), name)
	}
	if err != nil {
		os.Remove(temporary.Name())
	}
}
