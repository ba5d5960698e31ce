package contract

import (
	"context"
	"slices"
	"time"

	"tokenauth.example/scripts/internal/verdict"
)

// lateness is that a request was answered too late.
type lateness struct {
	waited time.Duration // 0 if none was
	route  string        // which: "GET /tasks"
}

// longer returns the one of the two that waited longer.
func (l lateness) longer(other lateness) lateness {
	if other.waited > l.waited {
		return other
	}
	return l
}

// againTime is how long late cases are asked again, all together.
const againTime = 3 * time.Minute

// again asks the cases once more that were late, one by one, while nothing else is asked. It
// changes their outcomes: to what they are when there is time, to a failure if the server
// hangs on the one case, or its route, and on nothing else, and otherwise to one that could not be judged.
func (s *suite) again(ctx context.Context, all []job, outcomes map[string]Outcome) {
	late := slices.DeleteFunc(slices.Clone(all), func(j job) bool { return outcomes[j.name].late.waited == 0 })
	if len(late) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, againTime)
	defer cancel()
	p := newPace(max(s.pace.login, s.measure(ctx).login), 0, s.pace.simple)
	s.askAgain(ctx, p.alone(), late, outcomes, len(all))
}

// askAgain asks late cases at a pace, one by one.
func (s *suite) askAgain(ctx context.Context, p pace, late []job, outcomes map[string]Outcome, all int) {
	quiet := *s
	quiet.pace = p
	const proof = 2 // cases on which a route has hung, so that no more need be asked
	hung := map[string]int{}
	for i, j := range late {
		if o := outcomes[j.name]; hung[o.late.route] < proof {
			o = quiet.alone(ctx, j.of, o)
			outcomes[j.name] = o
			if o.late.waited > 0 {
				hung[o.late.route]++
			}
		}
		s.progress(all-len(late)+i+1, all)
	}
}

// alone runs a case while nothing else is asked but simple requests, which show whether the
// server answers at all. first is what became of the case before.
func (s *suite) alone(ctx context.Context, c Case, first Outcome) Outcome {
	for range 2 {
		before := s.prompt(ctx)
		watched := s.watch(ctx)
		o := s.run(ctx, c)
		meanwhile := watched()
		after := s.prompt(ctx)
		switch {
		case o.Verdict == verdict.NotRun: // there is no time left
			return notJudged(first)
		case o.late.waited == 0:
			return o
		case !before || !after || o.late.waited < s.pace.hangTime:
			return notJudged(o)
		case meanwhile:
			return o // it hangs on this, and answers everything else
		}
		first = o
	}
	// Twice the server was prompt until the case began and as soon as it had ended, and
	// served nobody between: that is no slow machine.
	return first
}

// prompt reports whether a simple request is answered promptly.
func (s *suite) prompt(ctx context.Context) bool {
	_, err := s.at.send(ctx, get("/auth/me").within(s.pace.prompt))
	return err == nil
}

// watch sends simple requests, one after the other, until the function that it returns is
// called. That reports whether all were answered promptly.
func (s *suite) watch(ctx context.Context) (watched func() bool) {
	ctx, cancel := context.WithCancel(ctx)
	all := make(chan bool, 1)
	stop := make(chan struct{})
	go func() {
		prompt := true
		for {
			prompt = s.prompt(ctx) && prompt
			select {
			case <-stop:
				all <- prompt
				return
			case <-time.After(s.pace.prompt / 4):
			}
		}
	}()
	return func() bool {
		close(stop)
		defer cancel()
		return <-all
	}
}

// notJudged is the outcome of a case of which nobody knows what would have become in more time.
func notJudged(o Outcome) Outcome {
	o.Verdict = verdict.NotJudged
	o.Cause = "could not be judged, because the server or the machine is too slow: " + o.Cause
	o.late = lateness{}
	return o
}
