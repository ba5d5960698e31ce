package contract

import (
	"context"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tokenauth.example/scripts/internal/verdict"
)

// unhurried is a server that answers every simple request, and others in ways of their own.
type unhurried struct {
	*httptest.Server
	asked atomic.Int32  // how often /late was
	hung  atomic.Int32  // how often /hangs was
	door  sync.Mutex    // everybody needs it
	stall atomic.Bool   // nobody is answered soon
	end   chan struct{} // closed when the test ends
}

func newUnhurried(t *testing.T) *unhurried {
	s := &unhurried{end: make(chan struct{})}
	mux := http.NewServeMux()
	wait := func(r *http.Request, limit time.Duration) {
		select {
		case <-r.Context().Done():
		case <-s.end:
		case <-time.After(limit):
		}
	}
	mux.HandleFunc("/auth/me", func(w http.ResponseWriter, r *http.Request) {
		if s.stall.Load() {
			wait(r, time.Minute)
		}
		w.WriteHeader(http.StatusUnauthorized)
	})
	mux.HandleFunc("/quick", func(w http.ResponseWriter, _ *http.Request) {})
	mux.HandleFunc("/wrong", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) })
	mux.HandleFunc("/late", func(w http.ResponseWriter, r *http.Request) {
		if s.asked.Add(1) == 1 {
			wait(r, time.Minute)
		}
	})
	mux.HandleFunc("/hangs", func(_ http.ResponseWriter, r *http.Request) { s.hung.Add(1); wait(r, time.Minute) })
	mux.HandleFunc("/stalls", func(_ http.ResponseWriter, r *http.Request) { s.stall.Store(true); wait(r, time.Minute) })
	mux.HandleFunc("/gives-up", func(w http.ResponseWriter, r *http.Request) {
		wait(r, 2*time.Second)
		w.WriteHeader(http.StatusInternalServerError)
	})
	mux.HandleFunc("/blocks", func(_ http.ResponseWriter, r *http.Request) { wait(r, time.Minute) })
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/users" || r.URL.Path == "/auth/token" {
			r.URL.Path = "/gives-up"
		}
		s.door.Lock()
		if r.URL.Path == "/blocks" {
			defer s.door.Unlock()
		} else {
			s.door.Unlock()
		}
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(s.Server.Close)
	t.Cleanup(func() { close(s.end) })
	return s
}

// quickPace is one at which late is soon enough for a test.
var quickPace = pace{caseTime: 2 * time.Second, longest: 2 * time.Second, soon: time.Second, hangTime: time.Second, prompt: time.Second, overload: time.Second, hashing: 2}

func (s *unhurried) suite(t *testing.T) *suite {
	t.Helper()
	at, err := newPlace(s.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	return &suite{Options: Options{URL: s.URL, Jobs: 4}, at: at, pace: quickPace}
}

// What is late is asked again, alone, and then it is told who is to blame.
func TestAgain(t *testing.T) {
	for _, test := range []struct {
		name string
		send request
		want verdict.Verdict
	}{
		{"answers in time", get("/quick"), verdict.Pass},
		{"is wrong in time", get("/wrong"), verdict.Fail},
		{"is late once", get("/late"), verdict.Pass},
		{"hangs on one request", get("/hangs"), verdict.TimedOut},
		{"hangs on one request that must not wait", get("/hangs").soon(), verdict.TimedOut},
		{"is late, as everything is from then on", get("/stalls"), verdict.NotJudged},
		{"lets everybody wait for one", get("/blocks"), verdict.TimedOut},
		{"gives up on a login that is asked alone", post("/users", "{}"), verdict.Fail},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := newUnhurried(t).suite(t)
			c := Case{Name: "is-answered", Why: "A test", Send: test.send, Want: status(200)}
			o := s.run(t.Context(), c)
			if late := test.want != verdict.Pass && test.name != "is wrong in time" || test.send.target == "/late"; late != (o.late.waited > 0) {
				t.Errorf("it was late: %v, and it waited for %v", late, o.late.waited)
			}
			if o.late.waited > 0 {
				quiet := *s
				quiet.pace = s.pace.alone()
				o = quiet.alone(t.Context(), c, o)
			}
			if o.Verdict != test.want {
				t.Errorf("the verdict is %q, not %q: %s", o.Verdict, test.want, o.Cause)
			}
		})
	}
}

// Of cases that are late, only those are asked again.
func TestRunAll_ThenAgain(t *testing.T) {
	server := newUnhurried(t)
	s := server.suite(t)
	all := []job{
		{"a/quick", Case{Name: "quick", Send: get("/quick"), Want: status(200)}},
		{"a/late", Case{Name: "late", Send: get("/late"), Want: status(200)}},
		{"a/wrong", Case{Name: "wrong", Send: get("/wrong"), Want: status(200)}},
	}
	s.ann.err = missing{} // nobody logs in here
	outcomes := s.runAll(t.Context(), all)
	if outcomes["a/late"].Verdict != verdict.TimedOut {
		t.Errorf("it was not late: %+v", outcomes["a/late"])
	}
	s.again(t.Context(), all, outcomes)
	for name, want := range map[string]verdict.Verdict{"a/quick": verdict.Pass, "a/late": verdict.Pass, "a/wrong": verdict.Fail} {
		if got := outcomes[name].Verdict; got != want {
			t.Errorf("%s: the verdict is %q, not %q", name, got, want)
		}
	}
	if n := server.asked.Load(); n != 2 {
		t.Errorf("what was late was asked %d times, not twice", n)
	}
}

// A run that is interrupted blames nobody for what it could not ask again.
func TestAgain_Interrupted(t *testing.T) {
	s := newUnhurried(t).suite(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if o := s.alone(ctx, Case{Name: "late", Send: get("/late")}, Outcome{Verdict: verdict.TimedOut, late: lateness{waited: 1}}); o.Verdict != verdict.NotJudged {
		t.Errorf("the verdict is %q", o.Verdict)
	}
}

// A route that hangs does not have to be waited for by every case that asks it.
func TestAgain_KnowsARouteThatHangs(t *testing.T) {
	server := newUnhurried(t)
	s := server.suite(t)
	var late []job
	outcomes := map[string]Outcome{}
	for _, target := range []string{"/hangs?1", "/hangs?2", "/hangs?3", "/hangs?4", "/quick"} {
		c := Case{Name: target, Send: get(target), Want: status(200)}
		late = append(late, job{target, c})
		outcomes[target] = Outcome{Verdict: verdict.TimedOut, late: lateness{time.Second, c.Send.route()}}
	}
	s.askAgain(t.Context(), quickPace.alone(), late, outcomes, len(late))
	for name, o := range outcomes {
		if want := map[bool]verdict.Verdict{true: verdict.Pass, false: verdict.TimedOut}[name == "/quick"]; o.Verdict != want {
			t.Errorf("%s: the verdict is %q, not %q", name, o.Verdict, want)
		}
	}
	if n := server.hung.Load(); n != 2 {
		t.Errorf("what hangs was asked %d times again, not twice", n)
	}
}
