package contract

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"tokenauth.example/scripts/internal/verdict"
)

// The reference server, built with the race detector, has nothing to report after the
// whole contract and a flood of mixed requests. Whether the answers are right is for
// other tests: under the detector everything is slow.
//
// It needs a C compiler and up to some minutes, so it is run only if RACE is set.
func TestTheReferenceHasNoRaces(t *testing.T) {
	if os.Getenv("RACE") == "" {
		t.Skip("it needs a C compiler, and time: set RACE=1")
	}
	b := newBench(t)
	b.g = b.g.With("CGO_ENABLED=1")
	out, err := b.g.Command(t.Context(), b.last.SolutionDir(), nil, "env", "CC").Output()
	compiler, _, _ := strings.Cut(strings.TrimSpace(string(out)), " ")
	if err == nil {
		_, err = exec.LookPath(compiler)
	}
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatalf("CI needs a C compiler for the race detector: %v", err)
		}
		t.Skipf("the race detector needs a C compiler, and there is none: %v", err)
	}
	began := time.Now()
	// blowfish calculates, and shares nothing. The detector would make it ten times slower,
	// and hashing is most of what the server does here.
	server := start(t, b.build(t, nil, "-race", "-gcflags=golang.org/x/crypto/blowfish=-race=false"))
	t.Logf("built in %v", time.Since(began).Round(time.Second))

	began = time.Now()
	result, err := Run(t.Context(), Options{URL: server.url, Key: key, CaseTime: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	ran := 0
	for _, outcome := range result.Outcomes {
		if outcome.Verdict != verdict.NotRun {
			ran++
		}
	}
	answered := flood(t, server.url)
	t.Logf("%d cases and %d more requests in %v", ran, answered, time.Since(began).Round(time.Second))
	if ran < 200 || answered < 400 {
		t.Errorf("%d cases ran and %d requests of the flood were answered: that proves little", ran, answered)
	}

	if server.cmd.Process.Signal(os.Interrupt) != nil { // Windows has no signals
		_ = server.cmd.Process.Kill()
	}
	select {
	case <-server.exited:
	case <-time.After(time.Minute):
		t.Fatal("told to stop, the server does not exit")
	}
	said := server.said.String()
	for _, word := range []string{"DATA RACE", "panic"} {
		if _, after, found := strings.Cut(said, word); found {
			t.Fatalf("the server printed: %s%.4000s", word, after)
		}
	}
	if code := server.cmd.ProcessState.ExitCode(); code > 0 { // a process that was killed has none
		t.Errorf("the server exits with %d", code)
	}
}

// flood sends requests of all kinds from 16 users at once, and counts the answers.
func flood(t *testing.T, url string) (answered int) {
	where, err := newServer(url)
	if err != nil {
		t.Fatal(err)
	}
	s := &suite{Options: Options{URL: url, CaseTime: time.Minute}, server: where, ctx: t.Context()}
	var mu sync.Mutex
	var group sync.WaitGroup
	for range 16 {
		group.Go(func() {
			u, err := s.newUser(t.Context(), newEmail(), password)
			if err != nil {
				t.Error(err)
				return
			}
			for n := range 5 {
				a, _ := s.server.send(t.Context(), post("/tasks", fmt.Sprintf(`{"title":"task %d"}`, n)).as(u.token))
				for _, r := range []request{
					get("/tasks").as(u.token), get("/tasks/" + a.id()).as(u.token), ask("DELETE", "/tasks/"+a.id()).as(u.token),
					get("/auth/me").as(u.token), get("/auth/me").as(u.token + "x"), get("/tasks"), get("/nothing"), get("/healthz"), get("/docs"),
					post("/users", `{"email":"`+u.email+`","password":"short"}`), form("username=&password="),
				} {
					if _, err := s.server.send(t.Context(), r.within(time.Minute)); err != nil {
						t.Errorf("%s %s is not answered: %v", r.method, r.target, err)
						continue
					}
					mu.Lock()
					answered++
					mu.Unlock()
				}
			}
		})
	}
	group.Wait()
	return answered
}
