package contract

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"maps"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tokenauth.example/scripts/internal/cache"
	"tokenauth.example/scripts/internal/gotest"
	"tokenauth.example/scripts/internal/mistakes"
	"tokenauth.example/scripts/internal/steps"
	"tokenauth.example/scripts/internal/verdict"
)

// key is longer than 32 bytes, so that a server that cuts it off is found.
const key = "a-key-for-tests-only-0123456789abcdef-and-a-little-more"

// bench is where servers are built.
type bench struct {
	workshop *steps.Workshop
	g        *gotest.Go
	last     steps.Step // the step that is the server
}

func newBench(t *testing.T) bench {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	workshop, err := steps.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	list, err := workshop.Steps()
	if err != nil {
		t.Fatal(err)
	}
	g, err := gotest.NewGo(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return bench{workshop, g, list[len(list)-1]}
}

// build compiles the reference server, some files of it replaced.
func (b bench) build(t *testing.T, overlay gotest.Overlay, flags ...string) (binary string) {
	t.Helper()
	dir := t.TempDir()
	flag, err := overlay.Write(dir)
	if err != nil {
		t.Fatal(err)
	}
	binary = filepath.Join(dir, "server.exe")
	// The tables for debuggers take half of the time, and nobody reads them.
	args := slices.Concat([]string{"build", "-buildvcs=false", "-ldflags=-w", "-o", binary, flag}, flags, []string{"."})
	if out, err := b.g.Command(t.Context(), b.last.SolutionDir(), nil, args...).CombinedOutput(); err != nil {
		t.Fatalf("the server does not compile: %v\n%s", err, out)
	}
	return binary
}

// serve runs a server until the test ends, and returns its URL when it answers.
func serve(t *testing.T, command ...string) (url string) {
	t.Helper()
	return start(t, command...).url
}

// process is a server that runs.
type process struct {
	url    string
	cmd    *exec.Cmd
	said   *safeBuffer
	exited chan struct{} // closed when it has
}

// start is serve for a test that wants more than the URL.
func start(t *testing.T, command ...string) process {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	listener.Close()
	said := &safeBuffer{}
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Env = append(os.Environ(), "SECRET_KEY="+key, "ADDR="+address, "DATABASE="+filepath.Join(t.TempDir(), "tasks.db"), "BCRYPT_COST=10", "ACCESS_TOKEN_EXPIRE_MINUTES=30")
	cmd.Stdout, cmd.Stderr = said, said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	exited := make(chan struct{})
	go func() { _ = cmd.Wait(); close(exited) }()
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		<-exited
		if said := said.String(); t.Failed() && said != "" {
			t.Logf("the server printed at its end:\n%s", said[max(0, len(said)-4000):])
		}
	})
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		select {
		case <-exited:
			t.Fatalf("the server exited: %s", said.String())
		default:
		}
		if response, err := http.Get("http://" + address + "/tasks"); err == nil {
			response.Body.Close()
			return process{"http://" + address, cmd, said, exited}
		}
	}
	t.Fatalf("the server does not answer: %s", said.String())
	return process{}
}

type safeBuffer struct {
	mu     sync.Mutex
	buffer bytes.Buffer
}

func (b *safeBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buffer.Write(p)
}

func (b *safeBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buffer.String()
}

// failures runs sections and returns what failed, with what was got, and how many cases ran.
func failures(t *testing.T, o Options) (failed map[string]string, ran int) {
	t.Helper()
	result, err := Run(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	failed = map[string]string{}
	for name, outcome := range result.Outcomes {
		if outcome.Verdict != verdict.NotRun {
			ran++
		}
		if outcome.Verdict == verdict.Fail || outcome.Verdict == verdict.TimedOut {
			failed[name] = fmt.Sprintf("wanted %s, got %s\n%s\n\n%s", outcome.Want, outcome.Got, outcome.Sent, outcome.Answered)
		}
	}
	return failed, ran
}

// The reference server keeps the contract.
func TestTheReferencePasses(t *testing.T) {
	if testing.Short() {
		t.Skip("it compiles the server")
	}
	url := serve(t, newBench(t).build(t, nil))
	for _, secret := range []string{key, ""} {
		began := time.Now()
		failed, ran := failures(t, Options{URL: url, Key: secret})
		t.Logf("%d cases in %v", ran, time.Since(began).Round(time.Second/10))
		for name, story := range failed {
			t.Errorf("%s: %s", name, story)
		}
	}
}

// mistake is a line of testdata/contract.txt.
type mistake struct {
	step  steps.Step
	card  mistakes.Card
	cases []string // "section/case"
	me    bool     // the section "me" may fail as well
}

func knownBad(t *testing.T, workshop *steps.Workshop) []mistake {
	t.Helper()
	file, err := os.Open(workshop.Path("testdata", "contract.txt"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var found []mistake
	cards := map[string][]mistakes.Card{}
	lines := bufio.NewScanner(file)
	for n := 1; lines.Scan(); n++ {
		words := strings.Fields(lines.Text())
		if len(words) == 0 || strings.HasPrefix(words[0], "#") {
			continue
		}
		number, name, _ := strings.Cut(words[0], "/")
		step, err := workshop.Find(number)
		if err != nil || len(words) < 2 {
			t.Fatalf("testdata/contract.txt:%d: a line is STEP/CARD SECTION/CASE: %v", n, err)
		}
		if cards[step.Name] == nil {
			if cards[step.Name], err = mistakes.Read(workshop.Path("testdata", "mistakes", step.Name)); err != nil {
				t.Fatal(err)
			}
		}
		i := slices.IndexFunc(cards[step.Name], func(c mistakes.Card) bool { return c.Name == name })
		if i < 0 {
			t.Fatalf("testdata/contract.txt:%d: there is no mistake %s", n, words[0])
		}
		m := mistake{step: step, card: cards[step.Name][i]}
		for _, word := range words[1:] {
			if m.me = m.me || strings.HasPrefix(word+"/", "me/"); word != "me" {
				m.cases = append(m.cases, word)
			}
		}
		found = append(found, m)
	}
	return found
}

func (m mistake) name() string { return m.step.Number() + "/" + m.card.Name }

func (m mistake) sections() []string {
	var names []string
	for _, c := range m.cases {
		section, _, _ := strings.Cut(c, "/")
		names = append(names, section)
	}
	names = append(names, "me")
	slices.Sort(names)
	return slices.Compact(names)
}

// Every section finds a mistake, and every case that is named is there.
func TestEverySectionFindsAMistake(t *testing.T) {
	known := map[string]bool{}
	for _, section := range Sections() {
		for _, c := range section.Cases {
			known[section.Name+"/"+c.Name] = true
		}
	}
	finds := map[string]bool{}
	list := knownBad(t, newBench(t).workshop)
	for _, m := range list {
		for _, c := range m.cases {
			if !known[c] {
				t.Errorf("testdata/contract.txt: %s: there is no case %s", m.name(), c)
			}
			section, _, _ := strings.Cut(c, "/")
			finds[section] = true
		}
	}
	for _, section := range Sections() {
		if !finds[section.Name] {
			t.Errorf("testdata/contract.txt: no server is found bad by the section %s", section.Name)
		}
	}
	if len(list) < 40 {
		t.Errorf("testdata/contract.txt: %d servers, and there must be 40 or more", len(list))
	}
}

// Servers that are known to be bad are found to be bad, each by the case that is meant for
// it. What was found is kept: nothing is run again that has not changed.
func TestKnownBadServers(t *testing.T) {
	if testing.Short() {
		t.Skip("it compiles a server for each mistake")
	}
	b := newBench(t)
	ground := cache.NewKey("contract 1")
	list, err := b.workshop.Steps()
	if err != nil {
		t.Fatal(err)
	}
	isCode := func(name string) bool { return !strings.HasSuffix(name, "_test.go") && filepath.Ext(name) != ".md" }
	for _, step := range list {
		if err := ground.AddTree(step.SolutionDir(), isCode); err != nil {
			t.Fatal(err)
		}
	}
	if err := ground.AddTree(b.workshop.Path("scripts", "internal", "contract"), func(name string) bool { return isCode(name) && filepath.Ext(name) == ".go" }); err != nil {
		t.Fatal(err)
	}
	slots := make(chan struct{}, max(1, runtime.NumCPU()/2)) // a server and its cases keep more than one processor busy
	var judged, skipped atomic.Int32
	t.Cleanup(func() {
		if n := judged.Load(); n < 40 && skipped.Load() > 0 {
			t.Errorf("there was time for %d servers only. What has been found is kept: run this again", n)
		}
	})
	for _, m := range knownBad(t, b.workshop) {
		t.Run(m.name(), func(t *testing.T) {
			t.Parallel()
			slots <- struct{}{}
			defer func() { <-slots }()
			if deadline, ok := t.Deadline(); ok && time.Until(deadline) < 2*time.Minute {
				skipped.Add(1)
				t.Skip("there is no time left. What has been found is kept: run this again")
			}
			failed := b.judge(t, ground.String(), m)
			judged.Add(1)
			for _, name := range m.cases {
				if _, ok := failed[name]; !ok {
					t.Errorf("%s does not find it. It %s. Found by: %s", name, m.card.Wrong, strings.Join(slices.Sorted(maps.Keys(failed)), ", "))
				}
			}
			for name, story := range failed {
				if strings.HasPrefix(name, "me/") && !m.me {
					t.Errorf("%s fails too, and has nothing to do with it: %s", name, story)
				}
			}
		})
	}
}

// judge returns what a server with the mistake fails.
func (b bench) judge(t *testing.T, ground string, m mistake) (failed map[string]string) {
	t.Helper()
	changed, err := m.card.Apply(func(file string) ([]byte, error) {
		return os.ReadFile(filepath.Join(m.step.SolutionDir(), filepath.FromSlash(file)))
	})
	if err != nil {
		t.Fatal(err)
	}
	overlay, of := gotest.Overlay{}, cache.NewKey(ground)
	for _, name := range slices.Sorted(maps.Keys(changed)) {
		of.Add(name, changed[name])
		overlay[filepath.Join(m.step.SolutionDir(), filepath.FromSlash(name))] = changed[name]
	}
	of.Add(strings.Join(m.sections(), " "), nil)
	file := b.workshop.Path(".workshop", "proofs", "contract", m.step.Name, m.card.Name+".json")
	if found, ok := cache.Recall[map[string]string](file, of.String()); ok {
		return found
	}
	failed, _ = failures(t, Options{URL: serve(t, b.build(t, overlay)), Key: key, Sections: m.sections(), Jobs: 8})
	if t.Context().Err() == nil {
		cache.Remember(file, of.String(), failed)
	}
	return failed
}

// Where there is no server, or another one, it says so.
func TestNoServer(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed := listener.Addr().String()
	listener.Close()
	talker, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer talker.Close()
	go func() {
		for {
			connection, err := talker.Accept()
			if err != nil {
				return
			}
			fmt.Fprint(connection, "220 mail.example ESMTP\r\n")
			connection.Close()
		}
	}()
	other := &http.Server{Addr: "127.0.0.1:0", Handler: http.NotFoundHandler()}
	elsewhere, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = other.Serve(elsewhere) }()
	defer other.Close()
	for _, test := range []struct{ url, says string }{
		{"http://" + closed, "nobody answers"},
		{"http://" + talker.Addr().String(), "does not answer as a server does"},
		{"http://" + elsewhere.Addr().String(), "is not the one"},
		{"ftp://127.0.0.1", "is not the URL"},
		{"127.0.0.1:8000", "is not the URL"},
	} {
		_, err := Run(context.Background(), Options{URL: test.url, CaseTime: 2 * time.Second})
		if _, ok := err.(NoServer); !ok || !strings.Contains(err.Error(), test.says) {
			t.Errorf("Run on %s: %v, and it must be a NoServer that says %q", test.url, err, test.says)
		}
	}
}

// Names are unique, and each case says what it wants and why.
func TestCasesAreComplete(t *testing.T) {
	total := 0
	for _, section := range Sections() {
		seen := map[string]bool{}
		for _, c := range section.Cases {
			total++
			switch {
			case seen[c.Name]:
				t.Errorf("%s/%s is there twice", section.Name, c.Name)
			case c.Name == "" || strings.ContainsAny(c.Name, " /\t"):
				t.Errorf("%s/%q: a name is words with - between them", section.Name, c.Name)
			case len(section.Name+c.Name) > 76:
				t.Errorf("%s/%s is too long for a line", section.Name, c.Name)
			case c.Why == "" || c.asks() == "":
				t.Errorf("%s/%s does not say what it wants, or why", section.Name, c.Name)
			case (c.Do == nil) == (c.Send.method == "" && c.Send.whole == ""):
				t.Errorf("%s/%s sends nothing, or has two ways to", section.Name, c.Name)
			}
			seen[c.Name] = true
		}
	}
	if total < 200 {
		t.Errorf("%d cases, and there must be 200 or more", total)
	}
}
