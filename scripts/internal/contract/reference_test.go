package contract

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"tokenauth.example/scripts/internal/gotest"
	"tokenauth.example/scripts/internal/server"
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
	track    int        // whose it is
}

func newBench(t *testing.T) bench { return newBenchOf(t, 1) }

// newBenchOf is for the server of a track.
func newBenchOf(t *testing.T, track int) bench {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	workshop, err := steps.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	servers, err := workshop.Servers()
	if err != nil {
		t.Fatal(err)
	}
	g, err := gotest.NewGo(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(servers) < track {
		t.Fatalf("track %d has no server", track)
	}
	return bench{workshop, g, servers[track-1], track}
}

// serves runs a server until the test ends, and returns how it is asked.
func (b bench) serves(t *testing.T, binary string) Options {
	t.Helper()
	folder := t.TempDir()
	running := serve(t, []string{binary}, "DATABASE="+filepath.Join(folder, "tasks.db"))
	if b.track == 1 {
		return Options{URL: running.URL, Key: key}
	}
	certificate, err := os.ReadFile(filepath.Join(folder, "localhost-cert.pem"))
	if err != nil {
		t.Fatal(err)
	}
	return Options{Track: 2, URL: "https://" + running.Address, Authorities: certificate}
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

// quickHashes makes a server's hashes cost a sixteenth, so that asking many servers everything
// takes minutes. What they answer is the same.
func quickHashes(t *testing.T, list []steps.Step) gotest.Overlay {
	t.Helper()
	file := filepath.Join(list[0].SolutionDir(), "password.go")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	const cost = "bcrypt.GenerateFromPassword([]byte(plain), h.Cost)"
	if strings.Count(string(text), cost) != 1 {
		t.Fatalf("%s does not say %q once", file, cost)
	}
	return gotest.Overlay{file: []byte(strings.Replace(string(text), cost, "bcrypt.GenerateFromPassword([]byte(plain), h.Cost-4)", 1))}
}

// serve runs a server until the test ends. More settings are NAME=value, and win over those
// that tests have.
func serve(t *testing.T, command []string, settings ...string) *server.Server {
	t.Helper()
	address, err := server.FreeAddress()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Env = slices.Concat(os.Environ(), []string{"SECRET_KEY=" + key, "ADDR=" + address, "DATABASE=" + filepath.Join(t.TempDir(), "tasks.db"), "BCRYPT_COST=10", "ACCESS_TOKEN_EXPIRE_MINUTES=30"}, settings)
	s, err := server.Start(t.Context(), cmd, address, time.Minute)
	if err != nil {
		said := ""
		if s != nil {
			said = s.Said()
		}
		t.Fatalf("the server does not start: %v\n%s", err, said)
	}
	t.Cleanup(func() {
		s.Kill()
		if said := s.Said(); t.Failed() && said != "" {
			t.Logf("the server printed at its end:\n%s", said[max(0, len(said)-4000):])
		}
	})
	return s
}

// failures runs sections and returns what failed, with what was got, and how many cases ran.
func failures(t *testing.T, o Options) (failed map[string]string, ran int) {
	t.Helper()
	result, err := Run(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	timed := map[string]bool{} // cases that a machine with much to do may spoil
	for _, section := range result.Sections {
		for _, c := range section.Cases {
			timed[section.Name+"/"+c.Name] = c.Alone
		}
	}
	failed = map[string]string{}
	for name, outcome := range result.Outcomes {
		switch {
		case outcome.Verdict == verdict.NotJudged && timed[name]:
			t.Logf("%s: %s", name, outcome.Cause)
		case outcome.Verdict == verdict.NotJudged:
			t.Errorf("%s could not be judged: this machine is too slow, or has too much to do: %s", name, outcome.Cause)
		}
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
	url := serve(t, []string{newBench(t).build(t, nil)}).URL
	for _, secret := range []string{key, ""} {
		began := time.Now()
		failed, ran := failures(t, Options{URL: url, Key: secret})
		t.Logf("%d cases in %v", ran, time.Since(began).Round(time.Second/10))
		for name, story := range failed {
			t.Errorf("%s: %s", name, story)
		}
	}
}
