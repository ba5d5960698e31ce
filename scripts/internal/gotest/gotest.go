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
	"tokenauth.example/scripts/internal/verdict"
)

// TestResult is the verdict on one test.
type TestResult struct {
	steps.Test
	Verdict verdict.Verdict
	Output  string   // what its process printed
	Failure *Failure // for Fail, what the assertion said
	Took    time.Duration
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
		if test.Verdict == verdict.Pass {
			n++
		}
	}
	return n
}

// Has tells whether a test ended with the verdict.
func (r Result) Has(verdict verdict.Verdict) bool {
	return slices.ContainsFunc(r.Tests, func(t TestResult) bool { return t.Verdict == verdict })
}

// Done tells whether every test passed.
func (r Result) Done() bool { return r.Passed() == len(r.Tests) }

// FirstFailure returns the first test that did not pass, or nil.
func (r Result) FirstFailure() *TestResult {
	for i := range r.Tests {
		if r.Tests[i].Verdict != verdict.Pass {
			return &r.Tests[i]
		}
	}
	return nil
}

// Go runs the go command, with an environment in which nothing of the user's changes
// what a test does.
type Go struct {
	env []string
	// Temp is the folder for binaries, or "" for the system's.
	Temp string
	// Limits begin the command that compiles. They are another command, or nothing.
	Limits []string
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
	// Without cgo, a test needs no C compiler, and no library of the system it runs on.
	g.env = append(g.env, "GOENV=off", "GOFLAGS=-mod=readonly", "GOWORK=off", "GOPROXY=off", "CGO_ENABLED=0")
	return g, nil
}

// With returns a Go whose commands have more in their environment.
func (g *Go) With(env ...string) *Go { return &Go{env: slices.Concat(g.env, env)} }

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
		// The compiler names the copy in what it says: it has the name of the original, in
		// a folder of its own.
		folder := filepath.Join(dir, fmt.Sprintf("overlay-%d", len(replace)))
		copied := filepath.Join(folder, filepath.Base(name))
		if err := os.MkdirAll(folder, 0o700); err != nil {
			return "", err
		}
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

// TestTime is how long one test may take, and all of a step in one process. The slowest
// takes about a second, a step two.
const TestTime = 20 * time.Second

// Binary is a step's tests, compiled.
type Binary struct {
	path string
	dir  string // where the tests run
	// TestTime is how long one test may take.
	TestTime time.Duration
	// Temp is the folder in which tests make theirs, or "" for the system's.
	Temp string
	// Launch prepares a process that runs the binary with the flags, in dir. If it is nil,
	// the process is like any other: it may do what its user may.
	Launch func(ctx context.Context, binary, dir string, flags []string) *exec.Cmd
	// Alias is the name under which the binary has a test. If it is nil, that is its own.
	Alias func(test string) string
}

// Path is where the binary is.
func (b *Binary) Path() string { return b.path }

// Remove removes the binary.
func (b *Binary) Remove() { os.RemoveAll(filepath.Dir(b.path)) }

// Open lets every user of the machine run the binary, as those of a sandbox must.
func (b *Binary) Open() error {
	return errors.Join(os.Chmod(filepath.Dir(b.path), 0o755), os.Chmod(b.path, 0o755))
}

// Compile compiles the tests in dir, which is a step's folder in steps/ or in
// solutions/. If the code does not compile, Binary is nil and said is what the
// compiler said. An error means that it could not be found out.
func (g *Go) Compile(ctx context.Context, dir string, overlay Overlay, flags ...string) (binary *Binary, said string, err error) {
	return g.build(ctx, dir, overlay, append([]string{"test", "-c", "-vet=off"}, flags...))
}

// Program compiles the program in dir, in the same way.
func (g *Go) Program(ctx context.Context, dir string, overlay Overlay) (binary *Binary, said string, err error) {
	return g.build(ctx, dir, overlay, []string{"build", "-buildvcs=false"})
}

func (g *Go) build(ctx context.Context, dir string, overlay Overlay, command []string) (binary *Binary, said string, err error) {
	work, err := os.MkdirTemp(g.Temp, "workshop-*")
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
	b := &Binary{path: filepath.Join(work, "step.test.exe"), dir: dir, TestTime: TestTime} // Windows wants the ending
	// Neither vetting nor the tables for debuggers change a verdict, and they take half
	// of the time from a save to the verdict.
	args := append(command, "-ldflags=-s -w", "-o", b.path, overlayFlag, ".")
	var env []string
	if slices.Contains(command, "-race") {
		env = []string{"CGO_ENABLED=1"} // the race detector is written in C
	}
	out, err := g.limited(g.Command(ctx, dir, env, args...)).CombinedOutput()
	switch {
	case ctx.Err() != nil:
		return nil, "", ctx.Err()
	case errors.As(err, new(*exec.ExitError)) && missingModule.Match(out):
		return nil, "", fmt.Errorf("the modules that the workshop needs are not on this machine: %s", strings.TrimSpace(missingModule.FindString(string(out))))
	case errors.As(err, new(*exec.ExitError)):
		return nil, withoutOverlay(string(out), dir, work), nil
	case err != nil:
		return nil, "", err
	}
	return b, "", nil
}

// limited puts the limits before a command that reads code.
func (g *Go) limited(cmd *exec.Cmd) *exec.Cmd {
	if len(g.Limits) > 0 {
		limited := exec.Command(g.Limits[0], append(slices.Clone(g.Limits[1:]), cmd.Args...)...)
		cmd.Path, cmd.Args, cmd.Err = limited.Path, limited.Args, limited.Err
	}
	return cmd
}

var overlayFolder = regexp.MustCompile(`overlay-[0-9]+[/\\]`)

// withoutOverlay names in what the compiler said the files as those of dir, and not as their
// copies in work.
func withoutOverlay(said, dir, work string) string {
	places := []string{work}
	if relative, err := filepath.Rel(dir, work); err == nil {
		places = append(places, relative)
	}
	for _, place := range places {
		said = strings.ReplaceAll(said, place+string(filepath.Separator), "")
	}
	return overlayFolder.ReplaceAllString(said, "")
}

// Run compiles the tests in dir and runs them. Where they cannot all be judged in one
// process, because one of them panics, exits or does not end, each gets its own.
func (g *Go) Run(ctx context.Context, dir string, overlay Overlay, tests []steps.Test) (Result, error) {
	binary, said, err := g.Compile(ctx, dir, overlay)
	if err != nil || binary == nil {
		result := notRun(tests)
		result.Build = said
		return result, err
	}
	defer binary.Remove()
	together, whole := binary.Together(ctx, tests)
	if whole {
		return together, nil
	}
	each, err := binary.Each(ctx, tests)
	if err == nil && each.Done() {
		// What comes of two goroutines in each other's way is chance. A crash that was seen
		// once counts, or the same code would be right and wrong in turn.
		for i, test := range together.Tests {
			if test.Verdict == verdict.Panicked {
				each.Tests[i] = test
			}
		}
	}
	return each, err
}

// notRun is the result of tests that have not been run.
func notRun(tests []steps.Test) Result {
	result := Result{}
	for _, test := range tests {
		result.Tests = append(result.Tests, TestResult{Test: test, Verdict: verdict.NotRun})
	}
	return result
}

// Each runs each test in a process of its own: whatever one does, the others are judged
// all the same.
func (b *Binary) Each(ctx context.Context, tests []steps.Test) (Result, error) {
	result := notRun(tests)
	slots := make(chan struct{}, runtime.GOMAXPROCS(0)) // what a container may use, and not what the machine has
	var group sync.WaitGroup
	for i, test := range tests {
		group.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			result.Tests[i] = b.One(ctx, test)
		})
	}
	group.Wait()
	return result, ctx.Err()
}

// One runs one test in a process of its own.
func (b *Binary) One(ctx context.Context, test steps.Test) TestResult {
	began := time.Now()
	name := b.name(test)
	end := b.process(ctx, b.TestTime, "-test.run=^"+name+"$")
	result := TestResult{Test: test, Verdict: verdict.NotRun, Output: end.output, Took: time.Since(began)}
	if ctx.Err() != nil {
		return result
	}
	result.Verdict = judge(name, end)
	if result.Verdict == verdict.Fail {
		result.Failure = ParseFailure(end.output)
	}
	return result
}

// name is the one that the binary has for a test.
func (b *Binary) name(test steps.Test) string {
	if b.Alias != nil {
		return b.Alias(test.Name)
	}
	return test.Name
}

// Together runs all tests in one process, which is faster. If that does not end as it
// should, whole is false, and the result holds nothing to rely on but Panicked, of a test
// in which something did.
func (b *Binary) Together(ctx context.Context, tests []steps.Test, flags ...string) (result Result, whole bool) {
	result = notRun(tests)
	end := b.process(ctx, b.TestTime, flags...)
	parts := byTest(end.output)
	if end.early != "" || panicked(end.output) {
		for i := range result.Tests {
			test := &result.Tests[i]
			if output := parts[b.name(test.Test)]; end.early == "" && panicked(output) {
				test.Verdict, test.Output = verdict.Panicked, output
			}
		}
		return result, false
	}
	for i := range result.Tests {
		test := &result.Tests[i]
		name := b.name(test.Test)
		test.Output = parts[name]
		test.Verdict = judge(name, ending{output: test.Output, well: true})
		switch test.Verdict {
		case verdict.Fail:
			test.Failure = ParseFailure(test.Output)
		case verdict.Exited:
			return result, false
		}
	}
	// If all passed, the process must have ended well: otherwise something ended it.
	return result, end.well || !result.Done()
}

// Passes runs the binary once with the flags, and tells whether all that it ran passed.
func (b *Binary) Passes(ctx context.Context, most time.Duration, flags ...string) (output string, ok bool) {
	end := b.process(ctx, most, flags...)
	return end.output, end.well && end.early == ""
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

// ending is how a process ended.
type ending struct {
	output string
	well   bool            // it exited with 0
	early  verdict.Verdict // TimedOut or OutputLimit if it was ended by us, or ""
}

// mostOutput is how much a process may print, in bytes.
const mostOutput = 1 << 20

// process runs the binary once.
func (b *Binary) process(ctx context.Context, most time.Duration, flags ...string) ending {
	flags = append(flags, "-test.v=test2json", "-test.paniconexit0", "-test.timeout=0")
	ctx, cancel := context.WithTimeout(ctx, most)
	defer cancel()
	var cmd *exec.Cmd
	if b.Launch != nil {
		cmd = b.Launch(ctx, b.path, b.dir, flags)
	} else {
		cmd = exec.CommandContext(ctx, b.path, flags...)
		cmd.Dir = b.dir
		cmd.Env = append(os.Environ(), "GOTRACEBACK=single")
		if b.Temp != "" {
			cmd.Env = append(cmd.Env, "TMPDIR="+b.Temp)
		}
	}
	cmd.WaitDelay = time.Second
	killWhole(cmd)
	kept := &capped{limit: mostOutput, full: cancel}
	cmd.Stdout, cmd.Stderr = kept, kept
	err := cmd.Run()
	endGroup(cmd)
	end := ending{output: kept.String(), well: err == nil}
	switch {
	case len(end.output) == mostOutput:
		end.early = verdict.OutputLimit
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		end.early = verdict.TimedOut
	}
	return end
}

// missingModule is what the go command says when it would have to use the network.
var missingModule = regexp.MustCompile(`.*(module lookup disabled by GOPROXY=off|missing go\.sum entry).*`)

var outOfMemory = regexp.MustCompile(`(?m)^(fatal error: |runtime: )(runtime: )?(out of memory|cannot allocate memory)`)

var outOfThreads = regexp.MustCompile(`(?m)^runtime: failed to create new OS thread`)

// judge reads the markers that the testing package prints with -test.v=test2json. A
// test has passed if it says so, once, and its process ended well besides: code that
// prints or exits at the wrong moment can bring about either alone.
func judge(name string, end ending) verdict.Verdict {
	passes := strings.Count(end.output, "\x16--- PASS: "+name+" (")
	switch {
	case passes == 1 && end.well && end.early == "":
		return verdict.Pass
	// A program that has no memory or threads left tells of every goroutine, which may be
	// more than a megabyte. It ended because of what it said first.
	case end.early == verdict.OutputLimit && outOfMemory.MatchString(end.output):
		return verdict.OutOfMemory
	case end.early == verdict.OutputLimit && outOfThreads.MatchString(end.output):
		return verdict.Panicked
	case end.early != "":
		return end.early
	case outOfMemory.MatchString(end.output):
		return verdict.OutOfMemory
	case panicked(end.output):
		return verdict.Panicked
	case strings.Contains(end.output, "\x16--- FAIL: "+name+" ("):
		return verdict.Fail
	}
	return verdict.Exited
}

func panicked(output string) bool {
	return strings.HasPrefix(output, "panic: ") || strings.Contains(output, "\npanic: ") || strings.Contains(output, "\nfatal error: ")
}

// capped keeps the first bytes that are written to it, and calls full when it has as
// many as it keeps.
type capped struct {
	mu    sync.Mutex
	limit int
	text  []byte
	full  func()
}

func (c *capped) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.text = append(c.text, p[:min(len(p), c.limit-len(c.text))]...)
	if len(c.text) == c.limit {
		c.full()
	}
	return len(p), nil
}

func (c *capped) String() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return string(c.text)
}
