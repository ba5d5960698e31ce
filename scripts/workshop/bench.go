package main

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"tokenauth.example/scripts/internal/check"
	"tokenauth.example/scripts/internal/grade"
	"tokenauth.example/scripts/internal/intake"
	"tokenauth.example/scripts/internal/sandbox"
	"tokenauth.example/scripts/internal/steps"
)

// bench measures what people wait for, each beside the obvious other way in the same run,
// on a copy of the workshop. Machines differ, and are busy: the ratio counts.
func (a *app) bench() (int, error) {
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	b := &bencher{app: a}
	parts := []struct {
		name string
		rows func() error
	}{{"check", b.checkRows}, {"class", b.classRows}, {"server", b.serverRows}, {"clients", b.clientsRows}}
	names := []string{"all"}
	for _, p := range parts {
		names = append(names, p.name)
	}
	part := flags.String("part", "all", "one of "+strings.Join(names, ", ")+"; clients are not in all")
	flags.IntVar(&b.times, "times", 7, "how often each thing is measured; the median counts")
	flags.IntVar(&b.size, "class", 100, "how many learners the class has")
	flags.DurationVar(&b.load, "load", 0, "how long a load lasts: 5s for a route, 1m for -part clients")
	if err := flags.Parse(a.args); err != nil {
		return exitTrouble, nil // it has said why
	}
	if !slices.Contains(names, *part) {
		return exitTrouble, wayOut(fmt.Errorf("there is no part %q", *part), "It is one of %s.", strings.Join(names, ", "))
	}
	if b.load == 0 {
		b.load = 5 * time.Second
		if *part == "clients" {
			b.load = time.Minute
		}
	}
	for _, folder := range []string{"solutions", "scripts"} {
		if err := a.fetch(folder); err != nil {
			return exitTrouble, err
		}
	}
	if err := b.copyWorkshop(); err != nil {
		return exitTrouble, err
	}
	defer os.RemoveAll(b.dir)
	a.screen.Printf("%s/%s, %d processors, %s\n", runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), runtime.Version())
	a.screen.Printf("| what | ours | beside | that | ratio |\n| --- | --- | --- | --- | --- |")
	for _, p := range parts {
		if *part != p.name && (*part != "all" || p.name == "clients") {
			continue
		}
		if err := p.rows(); err != nil {
			return exitTrouble, err
		}
	}
	return exitDone, nil
}

type bencher struct {
	*app
	times, size int
	load        time.Duration
	dir         string          // a folder for everything
	copy        *steps.Workshop // all solved, in it
	list        []steps.Step
}

// row prints a line of the table.
func (b *bencher) row(what string, ours time.Duration, beside string, that time.Duration) {
	b.line(what, round(ours), beside, round(that), float64(ours)/float64(that))
}

// line is row for what is not a time.
func (b *bencher) line(what string, ours any, beside string, that any, ratio float64) {
	b.screen.Printf("| %s | %v | %s | %v | %.2f |", what, ours, beside, that, ratio)
}

func round(d time.Duration) time.Duration {
	switch {
	case d > 10*time.Second:
		return d.Round(time.Second)
	case d > time.Second:
		return d.Round(10 * time.Millisecond)
	case d > time.Millisecond:
		return d.Round(100 * time.Microsecond)
	}
	return d.Round(100 * time.Nanosecond)
}

// pairs runs two things in turn, and returns the median of each. In turn, because what
// else the machine does changes while it is measured.
func (b *bencher) pairs(ours, that func(n int) error) (time.Duration, time.Duration, error) {
	var took [2][]time.Duration
	for n := range b.times + 1 {
		for i, do := range []func(int) error{ours, that} {
			began := time.Now()
			if err := do(n); err != nil {
				return 0, 0, err
			}
			if n > 0 { // the first time warms caches
				took[i] = append(took[i], time.Since(began))
			}
			if err := b.ctx.Err(); err != nil {
				return 0, 0, err
			}
		}
	}
	for i := range took {
		slices.Sort(took[i])
	}
	return took[0][len(took[0])/2], took[1][len(took[1])/2], nil
}

// copyWorkshop makes a copy of the workshop in which every step is solved.
func (b *bencher) copyWorkshop() error {
	b.screen.Progress("copying the workshop ...")
	dir, err := os.MkdirTemp("", "workshop-bench-*")
	if err != nil {
		return err
	}
	b.dir = dir
	top := filepath.Join(dir, "workshop")
	for _, folder := range []string{"solutions", "steps", "scripts", filepath.Join("testdata", "tokens")} {
		if err := os.CopyFS(filepath.Join(top, folder), os.DirFS(b.workshop.Path(folder))); err != nil {
			return err
		}
	}
	for _, file := range []string{"go.work", "go.work.sum"} {
		if err := copyFile(b.workshop.Path(file), filepath.Join(top, file)); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	if b.copy, err = steps.Open(top); err != nil {
		return err
	}
	if b.list, err = b.copy.Steps(); err != nil {
		return err
	}
	for _, step := range b.list {
		files, err := step.Files()
		if err != nil {
			return err
		}
		for _, file := range files {
			if file.Kind == steps.Stub {
				if err := copyFile(filepath.Join(step.SolutionDir(), filepath.FromSlash(file.Name)), filepath.Join(step.Dir(), filepath.FromSlash(file.Name))); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func copyFile(from, to string) error {
	text, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, text, 0o644)
}

// change adds a line to the learner's first file of a step, another one each time.
func change(step steps.Step, n int) error { return changeFrom(step, step, n) }

// changeFrom writes the learner's first file of a step as the solution has it, and a
// little more, into the same step of another workshop. It is more that the program does:
// otherwise Go would find that it has this binary, and what came of it, already.
func changeFrom(step, mine steps.Step, n int) error {
	files, err := step.Files()
	if err != nil {
		return err
	}
	for _, file := range files {
		if file.Kind == steps.Stub {
			solved, err := os.ReadFile(filepath.Join(step.SolutionDir(), filepath.FromSlash(file.Name)))
			if err != nil {
				return err
			}
			return os.WriteFile(filepath.Join(mine.Dir(), filepath.FromSlash(file.Name)), fmt.Appendf(solved, "\nvar changed int\n\nfunc init() { changed = %d }\n", n), 0o644)
		}
	}
	return nil
}

func (b *bencher) run(dir string, env []string, name string, args ...string) error {
	cmd := exec.CommandContext(b.ctx, name, args...)
	cmd.Dir = dir
	cmd.Env = append(append(os.Environ(), "GOFLAGS=", "PWD="+dir), env...)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s %s: %w\n%s", name, strings.Join(args, " "), err, out)
	}
	return nil
}

func (b *bencher) checkRows() error {
	g, err := b.goCommand()
	if err != nil {
		return err
	}
	for _, number := range []string{"03", "05"} {
		step, err := b.copy.Find(number)
		if err != nil {
			return err
		}
		b.screen.Progress("saving and checking step %s ...", number)
		checker := &check.Checker{Go: g, Workshop: b.copy}
		n := time.Now().UnixNano() // so that no cache knows it
		ours, that, err := b.pairs(func(i int) error {
			if err := change(step, int(n)+i); err != nil {
				return err
			}
			report, err := checker.Step(b.ctx, step, true)
			if err == nil && report.State != check.Done {
				err = fmt.Errorf("%s is %s", step.Name, report.State)
			}
			return err
		}, func(i int) error {
			if err := change(step, -int(n)-i); err != nil {
				return err
			}
			return b.run(step.Dir(), []string{"GOWORK=off"}, "go", "test", ".")
		})
		if err != nil {
			return err
		}
		b.row("from a save to the verdict, step "+number, ours, "`go test .` after a save", that)
	}
	b.screen.Progress("checking what has not changed ...")
	if err := b.run(b.copy.Root, nil, "go", "-C", "scripts", "tool", "workshop", "check"); err != nil {
		return err
	}
	ours, that, err := b.pairs(func(int) error {
		return b.run(b.copy.Root, nil, "go", "-C", "scripts", "tool", "workshop", "check")
	}, func(int) error { return b.run(b.copy.Root, nil, "go", "test", "work") })
	if err != nil {
		return err
	}
	b.row("a check of all steps, nothing changed", ours, "`go test work`, the same", that)
	last, err := b.copy.Find("03")
	if err != nil {
		return err
	}
	n := time.Now().UnixNano()
	ours, that, err = b.pairs(func(i int) error {
		if err := change(last, int(n)+i); err != nil {
			return err
		}
		return b.run(b.copy.Root, nil, "go", "-C", "scripts", "tool", "workshop", "check")
	}, func(i int) error {
		if err := change(last, -int(n)-i); err != nil {
			return err
		}
		return b.run(b.copy.Root, nil, "go", "test", "work")
	})
	if err != nil {
		return err
	}
	b.row("a check of all steps, step 03 changed", ours, "`go test work`, the same", that)
	return nil
}

// classRows grades classes, beside a loop over fresh clones with go test.
func (b *bencher) classRows() error {
	b.screen.Progress("testing one fresh clone ...")
	var loop []time.Duration
	for n := range 3 {
		clone := filepath.Join(b.dir, fmt.Sprint("clone-", n))
		began := time.Now()
		if err := os.CopyFS(clone, os.DirFS(b.copy.Root)); err != nil {
			return err
		}
		for _, step := range b.list {
			if err := change(steps.Step{Workshop: &steps.Workshop{Root: clone}, Name: step.Name}, n); err != nil {
				return err
			}
			if err := b.run(filepath.Join(clone, "steps", step.Name), []string{"GOWORK=off"}, "go", "test", "."); err != nil {
				return err
			}
		}
		loop = append(loop, time.Since(began))
	}
	slices.Sort(loop)
	one := loop[1]
	for _, kind := range []string{"identical", "of one changed step each", "of all steps changed"} {
		b.screen.Progress("grading %d submissions, %s ...", b.size, kind)
		took, err := b.gradeClass(kind)
		if err != nil {
			return err
		}
		b.row(fmt.Sprintf("a class of %d, %s", b.size, kind), took, fmt.Sprintf("`go test` in %d fresh clones (3 measured)", b.size), one*time.Duration(b.size))
	}
	return b.isolationRow()
}

func (b *bencher) gradeClass(kind string) (time.Duration, error) {
	class := filepath.Join(b.dir, "class "+kind)
	for n := range b.size {
		learner := filepath.Join(class, fmt.Sprintf("learner-%03d", n))
		if err := os.CopyFS(filepath.Join(learner, "steps"), os.DirFS(b.copy.Path("steps"))); err != nil {
			return 0, err
		}
		for i, step := range b.list {
			mine := steps.Step{Workshop: &steps.Workshop{Root: learner}, Name: step.Name}
			line := 1_000_000_007 // the same for everybody
			if kind == "of all steps changed" || kind == "of one changed step each" && n%len(b.list) == i {
				line = int(time.Now().UnixNano())
			}
			if err := changeFrom(step, mine, line); err != nil {
				return 0, err
			}
		}
	}
	g, err := b.goCommand()
	if err != nil {
		return 0, err
	}
	began := time.Now()
	reader, err := intake.NewReader(b.list)
	if err != nil {
		return 0, err
	}
	found, err := reader.Find(class)
	if err != nil {
		return 0, err
	}
	var submissions []*intake.Submission
	for _, path := range found {
		submissions = append(submissions, reader.Read(path))
	}
	grader := &grade.Grader{Go: g, Workshop: b.copy, Steps: b.list, Sandbox: sandbox.Find(b.ctx), Fresh: true, Jobs: runtime.NumCPU()}
	result, err := grader.Class(b.ctx, submissions)
	if err != nil {
		return 0, err
	}
	for _, learner := range result.Learners {
		if learner.Points != learner.Most {
			return 0, fmt.Errorf("%s has %g of %g points", learner.Name, learner.Points, learner.Most)
		}
	}
	return time.Since(began), nil
}

// isolationRow is what a process costs more in the sandbox. The program is ours, which
// says its usage and ends.
func (b *bencher) isolationRow() error {
	box := sandbox.Find(b.ctx)
	if box.Kind == sandbox.None {
		b.screen.Printf("| a process in isolation | not here: %s | | | |", box.Why)
		return nil
	}
	program := filepath.Join(b.dir, "program")
	source := filepath.Join(b.dir, "program.go")
	if err := os.WriteFile(source, []byte("package main\n\nfunc main() {}\n"), 0o644); err != nil {
		return err
	}
	if err := b.run(b.dir, []string{"CGO_ENABLED=0", "GOWORK=off"}, "go", "build", "-o", program, source); err != nil {
		return err
	}
	if err := os.Chmod(b.dir, 0o755); err != nil {
		return err
	}
	const each = 20
	in := func(box *sandbox.Sandbox) func(int) error {
		return func(int) error {
			for range each {
				if out, err := box.Command(b.ctx, program, "/tmp", nil, nil).CombinedOutput(); err != nil {
					return fmt.Errorf("%w: %s", err, out)
				}
			}
			return nil
		}
	}
	ours, that, err := b.pairs(in(box), in(sandbox.Off()))
	if err != nil {
		return err
	}
	b.row("a process that does nothing, in isolation", ours/each, "without", that/each)
	return nil
}

// serverRows measures the reference server's processor time for a request, beside that of
// servers which do less.
func (b *bencher) serverRows() error {
	server, cleanUp, err := b.build(b.list[len(b.list)-1].SolutionDir(), "off")
	if err != nil {
		return err
	}
	defer cleanUp()
	floors, err := b.buildFloor()
	if err != nil {
		return err
	}
	ours := func(route string) target { return target{program: server, route: route} }
	floor := func(kind, route string) target {
		return target{program: floors, args: []string{kind}, route: route}
	}
	targets := []struct {
		name string
		target
	}{
		{"nothing", floor("nothing", "GET /auth/me")}, {"hmac", floor("hmac", "GET /auth/me")}, {"me", ours("GET /auth/me")},
		{"bad", ours("GET /auth/me, bad signature")}, {"list", ours("GET /tasks")},
		{"insert", floor("insert", "POST /tasks")}, {"post", ours("POST /tasks")},
		{"bcrypt", floor("bcrypt", "POST /auth/token")}, {"login", ours("POST /auth/token")},
	}
	measured := map[string]usage{}
	for _, t := range targets {
		b.screen.Progress("putting %s under load (%s) ...", t.route, t.name)
		if measured[t.name], err = b.underLoad(t.target); err != nil {
			return fmt.Errorf("%s: %w", t.name, err)
		}
	}
	for _, r := range []struct{ what, name, beside, that string }{
		{"`GET /auth/me`", "me", "a handler that checks an HMAC", "hmac"},
		{"`GET /auth/me`, bad signature", "bad", "a handler that checks an HMAC", "hmac"},
		{"`GET /tasks`, ten of them", "list", "a handler that checks an HMAC", "hmac"},
		{"a handler that checks an HMAC", "hmac", "a handler that does nothing", "nothing"},
		{"`POST /tasks`", "post", "a handler with one insert", "insert"},
		{"`POST /auth/token`, cost 10", "login", "a handler with one bcrypt", "bcrypt"},
	} {
		b.row(fmt.Sprintf("%s: processor time (%.0f a second)", r.what, measured[r.name].rate),
			measured[r.name].each, fmt.Sprintf("%s (%.0f a second)", r.beside, measured[r.that].rate), measured[r.that].each)
	}
	return b.preparedRow(floors)
}

// preparedRow is what a statement costs that is prepared once.
func (b *bencher) preparedRow(floors string) error {
	const each = 20_000
	ask := func(kind string) func(int) error {
		return func(n int) error {
			database := "DATABASE=" + filepath.Join(b.dir, fmt.Sprintf("%s-%d.db", kind, n))
			return b.run(b.dir, []string{database}, floors, kind, strconv.Itoa(each))
		}
	}
	ours, that, err := b.pairs(ask("prepared"), ask("plain"))
	if err != nil {
		return err
	}
	b.row("the statement for a user, prepared once", ours/each, "prepared each time", that/each)
	return nil
}

//go:embed floor.go.txt
var floorSource []byte

// buildFloor builds the servers to compare with, beside step 04, which has all modules
// that they need.
func (b *bencher) buildFloor() (program string, err error) {
	step, err := b.copy.Find("04")
	if err != nil {
		return "", err
	}
	folder := filepath.Join(step.SolutionDir(), "floor")
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return "", err
	}
	if err := os.WriteFile(filepath.Join(folder, "main.go"), floorSource, 0o644); err != nil {
		return "", err
	}
	program = filepath.Join(b.dir, "floor.exe") // Windows wants the ending
	return program, b.run(folder, []string{"GOWORK=off"}, "go", "build", "-o", program, ".")
}

// target is a server, and what is asked of it.
type target struct {
	program string
	args    []string
	route   string
}

// usage is what a server used for a request.
type usage struct {
	each time.Duration // processor time
	rate float64       // requests a second
}

const benchKey = "for-benchmarks-only-not-a-secret-at-all"

// underLoad starts the server, sends as many requests as it answers, and stops it. The
// processor time of a server that is only started and stopped is taken off.
func (b *bencher) underLoad(t target) (usage, error) {
	idle, _, _, err := b.serve(t, 0)
	if err != nil {
		return usage{}, err
	}
	busy, requests, took, err := b.serve(t, b.load)
	if err != nil {
		return usage{}, err
	}
	return usage{(busy - idle) / time.Duration(max(1, requests)), float64(requests) / took.Seconds()}, nil
}

func (b *bencher) serve(t target, load time.Duration) (used time.Duration, requests int64, took time.Duration, err error) {
	server, err := b.start(t, "BCRYPT_COST=10")
	if err != nil {
		return 0, 0, 0, err
	}
	defer server.kill()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64, DialContext: (&net.Dialer{}).DialContext}}
	request, err := prepare(b.ctx, client, server.url, t)
	if err != nil {
		return 0, 0, 0, err
	}
	if load > 0 {
		requests, took, err = hammer(b.ctx, client, request, load)
		if err != nil {
			return 0, 0, 0, err
		}
	}
	if err := stopServer(server.cmd.Process); err != nil {
		return 0, 0, 0, err
	}
	select {
	case <-server.exited:
	case <-time.After(15 * time.Second):
		return 0, 0, 0, errors.New("it did not stop when it was told to")
	}
	return server.cmd.ProcessState.UserTime() + server.cmd.ProcessState.SystemTime(), requests, took, nil
}

// running is a server that answers.
type running struct {
	url    string
	cmd    *exec.Cmd
	exited chan struct{}
}

func (r *running) kill() { _ = r.cmd.Process.Kill(); <-r.exited }

// start starts a server, with a database of its own and more in its environment.
func (b *bencher) start(t target, env ...string) (*running, error) {
	address, err := freeAddress()
	if err != nil {
		return nil, err
	}
	data, err := os.MkdirTemp(b.dir, "data-*")
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(b.ctx, t.program, t.args...)
	cmd.Dir = b.copy.Root
	cmd.Env = append(append(os.Environ(), "ADDR="+address, "SECRET_KEY="+benchKey, "DATABASE="+filepath.Join(data, "tasks.db")), env...)
	var said bytes.Buffer
	cmd.Stderr = &said
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	server := &running{"http://" + address, cmd, make(chan struct{})}
	go func() { _ = cmd.Wait(); close(server.exited) }()
	if err := waitFor(server.url+"/healthz", server.exited); err != nil {
		server.kill()
		return nil, fmt.Errorf("%w: %s", err, said.String())
	}
	return server, nil
}

// prepare makes a user with ten tasks, and returns what makes the target's request, and
// the status that it wants.
func prepare(ctx context.Context, client *http.Client, url string, t target) (func() (*http.Request, int), error) {
	token := forged("somebody")
	if len(t.args) == 0 {
		const user = `{"email":"ann@example.com","password":"correct-horse"}`
		if _, err := call(ctx, client, "POST", url+"/users", "", user); err != nil {
			return nil, err
		}
		answer, err := call(ctx, client, "POST", url+"/auth/token", "", "username=ann@example.com&password=correct-horse")
		if err != nil {
			return nil, err
		}
		token, _ = answer["access_token"].(string)
		if t.route == "GET /tasks" {
			for range 10 {
				if _, err := call(ctx, client, "POST", url+"/tasks", token, `{"title":"Write report"}`); err != nil {
					return nil, err
				}
			}
		}
	}
	method, path, _ := strings.Cut(strings.TrimSuffix(t.route, ", bad signature"), " ")
	want, body, kind := http.StatusOK, "", ""
	switch {
	case strings.HasSuffix(t.route, ", bad signature"):
		want, token = http.StatusUnauthorized, token[:len(token)-4]+"AAAA"
	case t.route == "POST /tasks":
		want, body, kind = http.StatusCreated, `{"title":"Write report"}`, "application/json"
	case t.route == "POST /auth/token":
		body, kind = "username=ann@example.com&password=correct-horse", "application/x-www-form-urlencoded"
	}
	return func() (*http.Request, int) {
		r, err := http.NewRequestWithContext(ctx, method, url+path, strings.NewReader(body))
		if err != nil {
			panic(err) // the method and the URL are ours
		}
		if kind != "" {
			r.Header.Set("Content-Type", kind)
		}
		if path != "/auth/token" {
			r.Header.Set("Authorization", "Bearer "+token)
		}
		return r, want
	}, nil
}

// call sends a request that must be answered with a status below 300, and returns the
// object in the answer, if it is one.
func call(ctx context.Context, client *http.Client, method, url, token, body string) (map[string]any, error) {
	r, err := http.NewRequestWithContext(ctx, method, url, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", "application/json")
	if strings.HasSuffix(url, "/auth/token") {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	answer, err := client.Do(r)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		return nil, err
	}
	if answer.StatusCode >= 300 {
		return nil, fmt.Errorf("%s %s is answered with %s: %.200s", method, r.URL.Path, answer.Status, text)
	}
	var object map[string]any
	_ = json.Unmarshal(text, &object)
	return object, nil
}

// hammer sends requests from some clients at once, and counts the answers.
func hammer(ctx context.Context, client *http.Client, request func() (*http.Request, int), load time.Duration) (int64, time.Duration, error) {
	var answered atomic.Int64
	var failure atomic.Pointer[error]
	began := time.Now()
	var group sync.WaitGroup
	for range 16 {
		group.Go(func() {
			for time.Since(began) < load && failure.Load() == nil && ctx.Err() == nil {
				r, want := request()
				answer, err := client.Do(r)
				if err == nil {
					_, _ = io.Copy(io.Discard, answer.Body)
					answer.Body.Close()
					if answer.StatusCode != want {
						err = fmt.Errorf("answered with %s", answer.Status)
					}
				}
				if err != nil {
					failure.Store(&err)
					return
				}
				answered.Add(1)
			}
		})
	}
	group.Wait()
	if err := failure.Load(); err != nil {
		return 0, 0, *err
	}
	return answered.Load(), time.Since(began), ctx.Err()
}

// forged is a token under benchKey.
func forged(subject string) string {
	part := func(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }
	signed := part(`{"alg":"HS256","typ":"JWT"}`) + "." + part(fmt.Sprintf(`{"sub":%q,"exp":%d}`, subject, time.Now().Unix()+3600))
	mac := hmac.New(sha256.New, []byte(benchKey))
	mac.Write([]byte(signed))
	return signed + "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}
