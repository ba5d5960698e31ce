package contract

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"tokenauth.example/scripts/internal/verdict"
)

// Options are what to run, and on which server.
type Options struct {
	Track       int      // which track's server it is; 1 if 0
	URL         string   // "http://127.0.0.1:8000"
	Key         string   // the server's SECRET_KEY, or "": then the cases that need it are not run
	Authorities []byte   // certificates in PEM that are trusted for https; the machine's if there are none
	Sections    []string // their names; all if there are none
	Jobs        int      // how many run at a time; a few for each processor if 0
	// Progress is called after each case that is done with, one call at a time.
	Progress func(done, all int)

	only map[string]bool // the names of cases, "section/case"; all of the sections if it is nil
}

// NoServer is that there is nothing that could be judged.
type NoServer struct{ Says string }

func (e NoServer) Error() string { return e.Says }

// ErrSection is that there is no section of a name.
var ErrSection = errors.New("there is no such section")

// Run runs the cases. It returns a NoServer if nothing answers at the URL, or nothing that
// could be such a server, and an ErrSection if a section is named that is not there.
func Run(ctx context.Context, o Options) (Result, error) {
	if o.Track == 0 {
		o.Track = 1
	}
	list, err := pick(Sections(o.Track), o.Sections)
	if err != nil {
		return Result{}, err
	}
	at, err := newPlace(o.URL, o.Authorities)
	if err != nil {
		return Result{}, NoServer{err.Error()}
	}
	at.spread = o.Track == 2 && at.canSpread() // it limits what may fail from one address
	if o.Jobs == 0 {
		o.Jobs = max(8, 2*runtime.NumCPU()) // most of the time a case waits
	}
	s := &suite{Options: o, at: at, pace: newPace(0, 0, 0)}
	if err := s.greet(ctx); err != nil {
		return Result{}, err
	}
	result := Result{URL: o.URL, Began: time.Now(), Sections: list}
	s.meet(ctx)
	s.pace = s.measure(ctx)
	all := s.jobs(list)
	result.Outcomes = s.runAll(ctx, all)
	s.again(ctx, all, result.Outcomes)
	result.Took = time.Since(result.Began)
	result.Stopped = ctx.Err() != nil
	if n := result.NotJudged(); n > 0 {
		result.Notes = append(result.Notes, fmt.Sprintf("%d cases could not be judged: the answers came too late, and it is not known whether for want of time alone. One login takes %v. Stop what else runs on this machine, or let the server hash at a lower cost while it is asked (BCRYPT_COST=10), and ask again.", n, s.pace.login.Round(10*time.Millisecond)))
	}
	if !result.Stopped && s.greet(ctx) != nil {
		result.Notes = append(result.Notes, "At the end the server did not answer any more: whatever came after that failed for this reason alone. Look at what the server printed.")
	}
	return result, nil
}

// pick returns the sections of those names, or all.
func pick(all []Section, names []string) ([]Section, error) {
	if len(names) == 0 {
		return all, nil
	}
	var picked []Section
	for _, name := range names {
		i := slices.IndexFunc(all, func(s Section) bool { return s.Name == name })
		if i < 0 {
			var known []string
			for _, s := range all {
				known = append(known, s.Name)
			}
			return nil, fmt.Errorf("%w as %q: they are %s", ErrSection, name, strings.Join(known, ", "))
		}
		picked = append(picked, all[i])
	}
	return picked, nil
}

// job is a case that is to be run.
type job struct {
	name string // "section/case"
	of   Case
}

func (s *suite) jobs(list []Section) (all []job) {
	for _, section := range list {
		for _, c := range section.Cases {
			if name := section.Name + "/" + c.Name; s.only == nil || s.only[name] {
				all = append(all, job{name, c})
			}
		}
	}
	return all
}

// runAll runs cases, several at a time, and returns what became of them, by name. Those that
// may hash passwords have places of their own: how many of them a server can serve is
// another question than how many others. Those that time something come last, one by one.
func (s *suite) runAll(ctx context.Context, all []job) map[string]Outcome {
	outcomes := map[string]Outcome{}
	done := 0
	var mu sync.Mutex
	runWith := func(s *suite, j job) {
		outcome := s.run(ctx, j.of)
		mu.Lock()
		defer mu.Unlock()
		outcomes[j.name] = outcome
		if outcome.late.waited == 0 { // or it will be asked again
			done++
			s.progress(done, len(all))
		}
	}
	run := func(j job) { runWith(s, j) }
	var light, hashing, single []job
	for _, j := range all {
		switch {
		case j.of.Alone:
			single = append(single, j)
		case j.of.Do != nil || j.of.Send.hashes():
			hashing = append(hashing, j)
		default:
			light = append(light, j)
		}
	}
	var group sync.WaitGroup
	group.Go(func() { sideBySide(light, s.Jobs, run) })
	group.Go(func() { sideBySide(hashing, min(s.Jobs, s.pace.hashing), run) })
	group.Wait()
	quiet := *s
	quiet.pace = s.pace.alone()
	sideBySide(single, 1, func(j job) { runWith(&quiet, j) })
	return outcomes
}

func (s *suite) progress(done, all int) {
	if s.Progress != nil {
		s.Progress(done, all)
	}
}

// sideBySide runs jobs in their order, some at a time.
func sideBySide(all []job, workers int, run func(job)) {
	next := make(chan job)
	var group sync.WaitGroup
	for range workers {
		group.Go(func() {
			for j := range next {
				run(j)
			}
		})
	}
	for _, j := range all {
		next <- j
	}
	close(next)
	group.Wait()
}

// noKey is why cases that need the key are not run.
const noKey = "it forges tokens, for which it needs the server's key: give it with -secret, or in SECRET_KEY"

// stop ends a case, as a panic that run recovers.
type stop struct{ outcome Outcome }

// run runs one case.
func (s *suite) run(ctx context.Context, c Case) (outcome Outcome) {
	switch {
	case ctx.Err() != nil:
		return Outcome{Verdict: verdict.NotRun, Cause: "the run was interrupted before it"}
	case c.Key && s.Key == "":
		return Outcome{Verdict: verdict.NotRun, Cause: noKey}
	case c.Key && !c.Twin && s.keyProblem != "":
		return Outcome{Verdict: verdict.NotRun, Cause: s.keyProblem}
	}
	limited, cancel := context.WithTimeout(ctx, s.pace.caseTime)
	defer cancel()
	began := time.Now()
	t := &try{suite: s, of: c, values: map[string]string{}, within: limited}
	defer func() {
		s.guests.giveBack(t, outcome.Verdict)
	}()
	defer func() {
		if ended := recover(); ended != nil {
			stopped, ok := ended.(stop)
			if !ok {
				panic(ended)
			}
			outcome = stopped.outcome
			outcome.late = t.late
			if ctx.Err() != nil {
				outcome = Outcome{Verdict: verdict.NotRun, Cause: "the run was interrupted during it"}
			}
		}
		if t.changed != nil && ctx.Err() == nil { // whatever else is wrong, this says more
			outcome = *t.changed
		}
		outcome.Took = time.Since(began)
	}()
	if c.Do != nil {
		c.Do(limited, t)
	} else {
		t.one(limited, c)
	}
	return Outcome{Verdict: verdict.Pass}
}
