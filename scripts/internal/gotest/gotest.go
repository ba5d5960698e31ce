// Package gotest compiles a step's tests and runs them, one process a test.
package gotest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"tokenauth.example/scripts/internal/steps"
)

// Verdict is what became of a test.
type Verdict string

const (
	Pass     Verdict = "pass"
	Fail     Verdict = "fail"      // an assertion failed
	Panicked Verdict = "panicked"  // it ended in a panic
	TimedOut Verdict = "timed out" // it did not end
	Exited   Verdict = "exited"    // its process ended before it did
	NotRun   Verdict = "not run"   // the tests were not compiled, or the grader was stopped
)

// TestResult is the verdict on one test.
type TestResult struct {
	steps.Test
	Verdict Verdict
	Output  string   // what its process printed
	Failure *Failure // for Fail, what the assertion said
}

// Result is the verdict on a step.
type Result struct {
	// Build is what the compiler said, if the tests could not be compiled.
	Build string
	// Tests are all the tests of the step, in order, whatever became of them.
	Tests []TestResult
}

// Passed counts the tests that passed.
func (r Result) Passed() int {
	n := 0
	for _, test := range r.Tests {
		if test.Verdict == Pass {
			n++
		}
	}
	return n
}

// Has tells whether a test ended with the verdict.
func (r Result) Has(verdict Verdict) bool {
	return slices.ContainsFunc(r.Tests, func(t TestResult) bool { return t.Verdict == verdict })
}

// Done tells whether every test passed.
func (r Result) Done() bool { return r.Passed() == len(r.Tests) }

// FirstFailure returns the first test that did not pass, or nil.
func (r Result) FirstFailure() *TestResult {
	for i := range r.Tests {
		if r.Tests[i].Verdict != Pass {
			return &r.Tests[i]
		}
	}
	return nil
}

// Go runs the go command, with an environment in which nothing of the user's changes
// what a test does.
type Go struct {
	env []string
}

// kept are the settings of the user's that say where things are.
var kept = []string{"GOCACHE", "GOMODCACHE", "GOPATH", "GOTMPDIR", "GOTOOLCHAIN"}

// NewGo asks the go command where its caches are.
func NewGo(ctx context.Context) (*Go, error) {
	out, err := exec.CommandContext(ctx, "go", append([]string{"env", "-json"}, kept...)...).Output()
	if err != nil {
		return nil, fmt.Errorf("the go command does not answer `go env`: %w", err)
	}
	values := map[string]string{}
	if err := json.Unmarshal(out, &values); err != nil {
		return nil, fmt.Errorf("read the answer of `go env`: %w", err)
	}
	g := &Go{env: os.Environ()}
	for name, value := range values {
		g.env = append(g.env, name+"="+value)
	}
	// GOENV=off: a flag that is set with `go env -w` cannot be unset in any other way.
	g.env = append(g.env, "GOENV=off", "GOFLAGS=-mod=readonly", "GOWORK=off", "GOPROXY=off")
	return g, nil
}

// Command prepares `go args...` in dir, with env added to the environment.
func (g *Go) Command(ctx context.Context, dir string, env []string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = dir
	cmd.Env = append(append([]string{}, g.env...), append(env, "PWD="+dir)...)
	killWhole(cmd)
	return cmd
}

// Overlay replaces files, by absolute path, for a build. An empty text leaves the
// file out.
type Overlay map[string][]byte

// Write writes the overlay into dir, and returns the flag that makes Go use it.
func (o Overlay) Write(dir string) (flag string, err error) {
	replace := map[string]string{}
	for name, text := range o {
		replace[name] = ""
		if text == nil {
			continue
		}
		copied := filepath.Join(dir, fmt.Sprintf("overlay-%d", len(replace)))
		if err := os.WriteFile(copied, text, 0o600); err != nil {
			return "", err
		}
		replace[name] = copied
	}
	encoded, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return "", err
	}
	name := filepath.Join(dir, "overlay.json")
	return "-overlay=" + name, os.WriteFile(name, encoded, 0o600)
}

// testTime is how long one test may take. The slowest takes about a second.
const testTime = 60 * time.Second

// Binary is a step's tests, compiled.
type Binary struct {
	path string
	dir  string // where the tests run
	// TestTime is how long one test may take.
	TestTime time.Duration
}

// Remove removes the binary.
func (b *Binary) Remove() { os.RemoveAll(filepath.Dir(b.path)) }

// Compile compiles the tests in dir, which is a step's folder in steps/ or in
// solutions/. If the code does not compile, Binary is nil and said is what the
// compiler said. An error means that it could not be found out.
func (g *Go) Compile(ctx context.Context, dir string, overlay Overlay, flags ...string) (binary *Binary, said string, err error) {
	work, err := os.MkdirTemp("", "workshop-*")
	if err != nil {
		return nil, "", err
	}
	defer func() {
		if binary == nil {
			os.RemoveAll(work)
		}
	}()
	overlayFlag, err := overlay.Write(work)
	if err != nil {
		return nil, "", err
	}
	b := &Binary{path: filepath.Join(work, "step.test.exe"), dir: dir, TestTime: testTime} // Windows wants the ending
	// Neither vetting nor the tables for debuggers change a verdict, and they take half
	// of the time from a save to the verdict.
	args := append([]string{"test", "-c", "-vet=off", "-ldflags=-w", "-o", b.path, overlayFlag}, append(flags, ".")...)
	out, err := g.Command(ctx, dir, nil, args...).CombinedOutput()
	switch {
	case ctx.Err() != nil:
		return nil, "", ctx.Err()
	case errors.As(err, new(*exec.ExitError)) && missingModule.Match(out):
		return nil, "", fmt.Errorf("the modules that the workshop needs are not on this machine: %s", strings.TrimSpace(missingModule.FindString(string(out))))
	case errors.As(err, new(*exec.ExitError)):
		return nil, string(out), nil
	case err != nil:
		return nil, "", err
	}
	return b, "", nil
}

// Run compiles the tests in dir and runs each in a process of its own.
func (g *Go) Run(ctx context.Context, dir string, overlay Overlay, tests []steps.Test) (Result, error) {
	binary, said, err := g.Compile(ctx, dir, overlay)
	if err != nil || binary == nil {
		result := notRun(tests)
		result.Build = said
		return result, err
	}
	defer binary.Remove()
	return binary.Each(ctx, tests)
}

// notRun is the result of tests that have not been run.
func notRun(tests []steps.Test) Result {
	result := Result{}
	for _, test := range tests {
		result.Tests = append(result.Tests, TestResult{Test: test, Verdict: NotRun})
	}
	return result
}

// Each runs each test in a process of its own: whatever one does, the others are judged
// all the same.
func (b *Binary) Each(ctx context.Context, tests []steps.Test) (Result, error) {
	result := notRun(tests)
	slots := make(chan struct{}, runtime.NumCPU())
	var group sync.WaitGroup
	for i := range result.Tests {
		group.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			test := &result.Tests[i]
			output, well, err := b.process(ctx, b.TestTime, "-test.run=^"+test.Name+"$")
			if ctx.Err() != nil {
				return
			}
			test.Output = output
			test.Verdict = judge(test.Name, output, well, err)
			if test.Verdict == Fail {
				test.Failure = ParseFailure(output)
			}
		})
	}
	group.Wait()
	return result, ctx.Err()
}

// Together runs all tests in one process, which is faster. If that does not end as it
// should, whole is false, and the result holds nothing to rely on.
func (b *Binary) Together(ctx context.Context, tests []steps.Test, flags ...string) (result Result, whole bool) {
	result = notRun(tests)
	output, _, err := b.process(ctx, 2*b.TestTime, flags...)
	if err != nil || panicked(output) {
		return result, false
	}
	parts := byTest(output)
	for i := range result.Tests {
		test := &result.Tests[i]
		test.Output = parts[test.Name]
		test.Verdict = judge(test.Name, test.Output, true, nil)
		switch test.Verdict {
		case Fail:
			test.Failure = ParseFailure(test.Output)
		case Exited:
			return result, false
		}
	}
	return result, true
}

// Passes runs the binary once with the flags, and tells whether all that it ran passed.
func (b *Binary) Passes(ctx context.Context, most time.Duration, flags ...string) (output string, ok bool) {
	output, well, err := b.process(ctx, most, flags...)
	return output, well && err == nil
}

var marker = regexp.MustCompile(`^\x16(?:=== RUN   |=== NAME  |--- (?:PASS|FAIL|SKIP): )([\w/]*)`)

// byTest splits the output of several tests into that of each.
func byTest(output string) map[string]string {
	parts := map[string]string{}
	name := ""
	for line := range strings.Lines(output) {
		if match := marker.FindStringSubmatch(line); match != nil {
			name, _, _ = strings.Cut(match[1], "/")
		}
		parts[name] += line
	}
	return parts
}

// process runs the binary once. well tells whether it exited with 0; err is that of
// its time running out.
func (b *Binary) process(ctx context.Context, most time.Duration, flags ...string) (output string, well bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, most)
	defer cancel()
	cmd := exec.CommandContext(ctx, b.path, append(flags, "-test.v=test2json", "-test.paniconexit0", "-test.timeout=0")...)
	cmd.Dir = b.dir
	cmd.Env = append(os.Environ(), "GOTRACEBACK=single")
	cmd.WaitDelay = time.Second
	killWhole(cmd)
	kept := &capped{limit: 1 << 20}
	cmd.Stdout, cmd.Stderr = kept, kept
	runErr := cmd.Run()
	endGroup(cmd)
	return kept.String(), runErr == nil, ctx.Err()
}

// missingModule is what the go command says when it would have to use the network.
var missingModule = regexp.MustCompile(`.*(module lookup disabled by GOPROXY=off|missing go\.sum entry).*`)

// judge reads the markers that the testing package prints with -test.v=test2json. A
// test has passed if it says so, once, and its process ended well besides: code that
// prints or exits at the wrong moment can bring about either alone.
func judge(name, output string, exitedWell bool, ctxErr error) Verdict {
	passes := strings.Count(output, "\x16--- PASS: "+name+" (")
	switch {
	case passes == 1 && exitedWell:
		return Pass
	case errors.Is(ctxErr, context.DeadlineExceeded):
		return TimedOut
	case panicked(output):
		return Panicked
	case strings.Contains(output, "\x16--- FAIL: "+name+" ("):
		return Fail
	}
	return Exited
}

func panicked(output string) bool {
	return strings.HasPrefix(output, "panic: ") || strings.Contains(output, "\npanic: ") || strings.Contains(output, "\nfatal error: ")
}

// capped keeps the first bytes that are written to it.
type capped struct {
	mu    sync.Mutex
	limit int
	text  []byte
}

func (c *capped) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.text = append(c.text, p[:min(len(p), c.limit-len(c.text))]...)
	return len(p), nil
}

func (c *capped) String() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return string(c.text)
}
