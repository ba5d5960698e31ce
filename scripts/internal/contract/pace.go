package contract

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"sync"
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
	patience time.Duration // after this, a request that is asked alone has waited for a server that hangs
	prompt   time.Duration // a simple answer within this is prompt
	overload time.Duration // a server that gives up after this has more to do than it can
	hashing  int           // how many cases that hash passwords run at a time
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
		patience: max(5*time.Second, 15*login),
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

// measure times simple requests and logins, while nothing else is asked.
func (s *suite) measure(ctx context.Context) pace {
	simple := s.timeSimple(ctx)
	if s.ann.err != nil || ctx.Err() != nil {
		return newPace(0, 0, simple)
	}
	const side = 4 // logins at the same time
	one, all := s.timeLogins(ctx, 1), s.timeLogins(ctx, side)
	return newPace(one, max(0, all-one)/(side-1), simple)
}

// timeSimple returns the time of the slowest of three simple requests.
func (s *suite) timeSimple(ctx context.Context) (slowest time.Duration) {
	for range 3 {
		began := time.Now()
		_, _ = s.at.send(ctx, get("/auth/me"))
		slowest = max(slowest, time.Since(began))
	}
	return slowest
}

// timeLogins returns how long Ann needs to log in n times at once.
func (s *suite) timeLogins(ctx context.Context, n int) time.Duration {
	began := time.Now()
	var group sync.WaitGroup
	for range n {
		group.Go(func() { _, _ = s.at.send(ctx, login(s.ann.email, s.ann.password)) })
	}
	group.Wait()
	return time.Since(began)
}

// alone returns the pace at which late cases are asked again, one at a time: a generous one.
func (p pace) alone() pace {
	p.caseTime, p.soon, p.longest = 2*p.caseTime, 2*p.soon, 4*p.patience
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
	switch {
	case errors.Is(err, errNoAnswer): // a server limits its own time, too
		return waited >= p.overload
	case err != nil:
		return errors.Is(err, errLate) || isOurs(err)
	}
	const slow = 250 * time.Millisecond // several logins at once of this are a crowd
	return r.hashes() && slices.ContainsFunc(answers, func(a answer) bool {
		return a.status >= 500 && waited >= p.overload ||
			a.status == http.StatusServiceUnavailable && a.text("error") == "overloaded" && p.login >= slow
	})
}

// isOurs reports whether there was no connection because this machine has no room for more.
func isOurs(err error) bool {
	return slices.ContainsFunc([]error{syscall.EMFILE, syscall.ENFILE, syscall.ENOBUFS, syscall.EADDRNOTAVAIL}, func(ours error) bool { return errors.Is(err, ours) })
}
