package contract

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// pace is how a server is asked, in proportion to how quick it is. A machine with much else
// to do, or a server that hashes at a high cost, must not look like one that hangs.
type pace struct {
	login  time.Duration // how long a login takes while nothing else is asked; 0 if nobody could log in
	simple time.Duration // how long an answer takes that needs no password

	caseTime time.Duration // how long a case may take
	longest  time.Duration // how long any request may be waited for
	soon     time.Duration // how long an answer may take that must not wait for anything
	hangTime time.Duration // after this, a request that is asked alone hangs, and is not just slow
	prompt   time.Duration // a simple answer within this is prompt
	overload time.Duration // a server that gives up after this has more to do than it can
	hashing  int           // how many cases that hash passwords run at a time
	quiet    bool          // nothing else is asked
}

// newPace returns the pace for a server. next is how much longer a login takes for each
// other one at the same time: the login itself where passwords are hashed one by one, and
// nothing where there are processors enough.
func newPace(login, next, simple time.Duration) pace {
	const maxQueue = 2 * time.Second // how long the logins of all cases may keep one waiting
	p := pace{
		login: login, simple: simple,
		caseTime: max(30*time.Second, 60*login),
		longest:  max(30*time.Second, 60*login),
		soon:     max(5*time.Second, 5*login),
		hangTime: max(5*time.Second, 15*login),
		prompt:   max(time.Second, 5*simple),
		overload: max(2*time.Second, 2*login),
		hashing:  maxHashing,
	}
	if next > 0 {
		p.hashing = int(min(maxHashing, max(1, maxQueue/next)))
	}
	return p
}

// maxHashing is how many cases that hash passwords run at a time on the quickest server.
const maxHashing = 8

// measureTime is how long a request may take that is timed.
const measureTime = time.Minute

// measure times simple requests and logins, while nothing else is asked.
func (s *suite) measure(ctx context.Context) pace {
	simple := s.timeSimple(ctx)
	const crowd = 4
	one, ok := s.timeLogins(ctx, 1)
	if !ok {
		return newPace(0, 0, simple)
	}
	all, ok := s.timeLogins(ctx, crowd)
	if !ok {
		return newPace(one, one, simple)
	}
	return newPace(one, max(0, all-one)/(crowd-1), simple)
}

// timeSimple returns the time of the slowest of three simple requests.
func (s *suite) timeSimple(ctx context.Context) (slowest time.Duration) {
	for range 3 {
		began := time.Now()
		_, _ = s.at.send(ctx, get("/auth/me").within(measureTime))
		slowest = max(slowest, time.Since(began))
	}
	return slowest
}

// timeLogins returns how long Ann needs to log in n times at once. ok is false if she cannot.
func (s *suite) timeLogins(ctx context.Context, n int) (took time.Duration, ok bool) {
	if s.ann.err != nil {
		return 0, false
	}
	began := time.Now()
	var refused atomic.Int32
	var group sync.WaitGroup
	for range n {
		group.Go(func() {
			a, err := s.at.send(ctx, login(s.ann.email, s.ann.password).within(measureTime))
			if err != nil || a.status != http.StatusOK {
				refused.Add(1)
			}
		})
	}
	group.Wait()
	return time.Since(began), refused.Load() == 0
}

// alone returns the pace at which late cases are asked again, one at a time: a generous one.
func (p pace) alone() pace {
	p.quiet = true
	p.soon, p.longest = max(2*p.soon, 2*p.hangTime), 4*p.hangTime
	p.caseTime = max(2*p.caseTime, p.longest)
	return p
}

// limit returns how long an answer may take.
func (p pace) limit(r request) time.Duration {
	switch {
	case r.limit > 0:
		return r.limit
	case r.atOnce:
		return p.soon
	}
	return p.longest
}

// late reports whether an answer did not come in its time, or is one that a server gives when
// it has more to do than it can: whether it is right cannot be told then.
func (p pace) late(r request, answers []answer, err error, waited time.Duration) bool {
	crowded, overload := true, p.overload
	if p.quiet && !r.beside {
		crowded, overload = false, p.hangTime
	}
	switch {
	case errors.Is(err, errNoAnswer): // a server limits its own time, too
		return waited >= overload
	case err != nil:
		return errors.Is(err, errLate) || isOurs(err)
	}
	const slow = 250 * time.Millisecond // several logins of this are a crowd
	return r.hashes() && slices.ContainsFunc(answers, func(a answer) bool {
		return a.status >= 500 && waited >= overload ||
			a.status == http.StatusServiceUnavailable && a.text("error") == "overloaded" && crowded && p.login >= slow
	})
}

// isOurs reports whether there was no connection because this machine has no room for more.
func isOurs(err error) bool {
	return slices.ContainsFunc([]error{syscall.EMFILE, syscall.ENFILE, syscall.ENOBUFS, syscall.EADDRNOTAVAIL}, func(ours error) bool { return errors.Is(err, ours) })
}
