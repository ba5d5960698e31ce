package contract

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"tokenauth.example/scripts/internal/server"
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
	s := serve(t, []string{b.build(t, nil, "-race", "-gcflags=golang.org/x/crypto/blowfish=-race=false")})
	t.Logf("built in %v", time.Since(began).Round(time.Second))

	began = time.Now()
	result, err := Run(t.Context(), Options{URL: s.URL, Key: key})
	if err != nil {
		t.Fatal(err)
	}
	ran := 0
	for _, outcome := range result.Outcomes {
		if outcome.Verdict != verdict.NotRun {
			ran++
		}
	}
	answered := flood(t, s.URL)
	t.Logf("%d cases and %d more requests in %v", ran, answered, time.Since(began).Round(time.Second))
	if ran < 200 || answered < 400 {
		t.Errorf("%d cases ran and %d requests of the flood were answered: that proves little", ran, answered)
	}

	err = s.Stop(time.Minute)
	if errors.Is(err, server.ErrDoesNotStop) {
		t.Fatalf("told to stop, the server does not exit: %v", err)
	}
	said := s.Said()
	for _, word := range []string{"DATA RACE", "panic"} {
		if _, after, found := strings.Cut(said, word); found {
			t.Fatalf("the server printed: %s%.4000s", word, after)
		}
	}
	if err != nil && runtime.GOOS != "windows" { // there it was killed
		t.Errorf("the server ends with: %v", err)
	}
}

// flood sends requests of all kinds from 16 users at once, and counts the answers.
func flood(t *testing.T, url string) (answered int) {
	at, err := newPlace(url, nil)
	if err != nil {
		t.Fatal(err)
	}
	s := &suite{at: at, pace: newPace(0, 0, 0)}
	var mu sync.Mutex
	var group sync.WaitGroup
	for range 16 {
		group.Go(func() {
			u, _ := s.newPerson(t.Context())
			if u.err != nil {
				t.Error(u.err)
				return
			}
			for n := range 5 {
				a, _ := s.at.send(t.Context(), post("/tasks", fmt.Sprintf(`{"title":"task %d"}`, n)).as(u.token))
				for _, r := range []request{
					get("/tasks").as(u.token), get("/tasks/" + a.id()).as(u.token), ask("DELETE", "/tasks/"+a.id()).as(u.token),
					get("/auth/me").as(u.token), get("/auth/me").as(u.token + "x"), get("/tasks"), get("/nothing"), get("/healthz"), get("/docs"),
					post("/users", `{"email":"`+u.email+`","password":"short"}`), form("username=&password="),
				} {
					if _, err := s.at.send(t.Context(), r.within(time.Minute)); err != nil {
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
