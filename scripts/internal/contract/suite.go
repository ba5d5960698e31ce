package contract

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// suite is one run on a server.
type suite struct {
	Options
	at   place
	pace pace
	skew time.Duration // how far the server's clock is ahead of ours

	ann, bob   person  // Bob is shared: cases may add tasks to his, and must not count them
	guests     *guests // Anns, of whom each case has one for itself
	keyProblem string  // why tokens that we sign say nothing about the server, or ""
}

// greet finds out whether there is a server of the kind that the contract is about. It
// may be a bad one: any of the answers that only such a server gives will do.
func (s *suite) greet(ctx context.Context) error {
	limited, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	var first error
	answered := false
	for _, probe := range []struct {
		request  request
		statuses []int
	}{
		{get("/auth/me"), []int{401}},
		{get("/tasks"), []int{401}},
		{form(""), []int{400, 401, 422}},
		{post("/users", "{}"), []int{400, 422}},
	} {
		began := time.Now()
		a, err := s.at.send(limited, probe.request)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case errors.Is(err, errUnreachable):
			return NoServer{fmt.Sprintf("nobody answers at %s (%v)", s.URL, err)}
		case err != nil:
			if first == nil {
				first = err
			}
			continue
		}
		answered = true
		s.setClock(a, began)
		if slices.Contains(probe.statuses, a.status) {
			return nil
		}
	}
	if !answered {
		return NoServer{fmt.Sprintf("something listens at %s, and it does not answer as a server does: %v", s.URL, first)}
	}
	return NoServer{fmt.Sprintf("a server answers at %s, and it is not the one that the contract is about: GET /auth/me and GET /tasks do not answer 401, nor do POST /auth/token and POST /users refuse an empty request", s.URL)}
}

// setClock takes the server's time from an answer to a request that was sent at a time. It
// may have been stamped at any moment since, and has no parts of a second.
func (s *suite) setClock(a answer, sent time.Time) {
	date, err := http.ParseTime(a.header.Get("Date"))
	if err != nil {
		return
	}
	const unclear = 2 * time.Second
	switch {
	case date.After(time.Now().Add(unclear)):
		s.skew = time.Until(date).Round(time.Second)
	case date.Before(sent.Add(-unclear)):
		s.skew = date.Sub(sent).Round(time.Second)
	}
}

// now is the server's time.
func (s *suite) now() int64 { return time.Now().Add(s.skew).Unix() }

// meet signs up those whom many cases need, and finds out whether the key is the server's. It
// gives them much time: how quick the server is will be known only after that.
func (s *suite) meet(ctx context.Context) {
	const meetTime = 2 * time.Minute
	s.pace.caseTime, s.pace.longest = meetTime, meetTime
	watched := s.watch(ctx)
	var late lateness
	if s.ann, late = s.newPerson(ctx); s.ann.err == nil {
		s.bob, late = s.newPerson(ctx)
	} else {
		s.bob = s.ann
	}
	slow := !watched() && late.waited > 0
	s.ann.late, s.bob.late = slow && s.ann.err != nil, slow
	s.guests = &guests{first: s.ann}
	if s.Key != "" {
		s.keyProblem = s.tryKey(ctx)
	}
}

// tryKey returns why tokens that we sign say nothing about the server, or "".
func (s *suite) tryKey(ctx context.Context) string {
	if s.ann.err != nil {
		return s.ann.err.Error()
	}
	subject, _ := claims(s.ann.token)["sub"].(string)
	token := hs256(s.Key, goodHeader, fmt.Sprintf(`{"sub":%s,"exp":%d}`, quoted(subject), s.now()+600))
	switch a, err := s.at.send(ctx, get("/auth/me").as(token).within(s.pace.longest)); {
	case errors.Is(err, errLate):
		return "whether the key is the server's could not be found out: the server, or the machine, is too slow"
	case err != nil || a.status != http.StatusOK:
		return "a good token that is signed with the key is refused, so refusing a bad one says nothing: see tokens/takes-a-token-signed-with-the-key"
	}
	return ""
}

// exchange is a request and its answer, ready to be shown.
type exchange struct {
	sent, answered string
	err            error // why there is no answer, or nil
}

func (s *suite) exchange(r request, a answer, err error) exchange {
	head, body := s.at.bytes(r)
	sent := readable(head + body)
	if r.repeat > 1 {
		sent += fmt.Sprintf("\n[... and the body again, %d times in all ...]", r.repeat)
	}
	answered := readable(a.raw)
	if err != nil {
		answered = strings.TrimSpace(answered + "\n[" + err.Error() + "]")
	}
	return exchange{sent, answered, err}
}

// missing is that what a case needs first is not there.
type missing struct {
	exchange
	says string
}

func (m missing) Error() string { return m.says }

func (m missing) Unwrap() error { return m.err }
