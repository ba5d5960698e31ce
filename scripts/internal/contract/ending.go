package contract

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"tokenauth.example/scripts/internal/verdict"
)

// want ends the case unless an answer is what it should be.
func (t *try) want(a answer, wanted ...want) {
	for _, c := range wants(wanted...).of(t.suite.Track) {
		if got := c.wrong(a); got != "" {
			if a.status == http.StatusTooManyRequests && t.suite.Track == 2 && !t.suite.at.spread {
				t.unclear("the server has seen too many failures from this address: ask it at 127.0.0.1 on Linux, where each request can come from another one, or let it take more (the workshop's: MAX_ADDRESS_FAILURES)")
			}
			o := t.failed(a.to.fillIn(c.wants), got)
			if a.to.method != "" || a.to.whole != "" { // not always the last one
				about := t.suite.exchange(a.to, a, nil)
				o.Sent, o.Answered = about.sent, about.answered
			}
			panic(stop{o})
		}
	}
}

// fail ends the case.
func (t *try) fail(wanted, format string, args ...any) {
	panic(stop{t.failed(wanted, fmt.Sprintf(format, args...))})
}

// broken ends the case because there was no answer to speak of.
func (t *try) broken(err error) {
	o := t.failed(t.of.asks(), err.Error())
	o.Unreached = errors.Is(err, errUnreachable)
	if errors.Is(err, errLate) {
		o.Verdict = verdict.TimedOut
		o.Got = "nothing, for as long as a client waits"
	}
	for _, e := range slices.Backward(t.log) { // of requests side by side, the one that it is about
		if errors.Is(e.err, err) {
			o.Sent, o.Answered = e.sent, e.answered
			break
		}
	}
	panic(stop{o})
}

// needed ends the case because something is missing that it needs first.
func (t *try) needed(err error) {
	var m missing
	if !errors.As(err, &m) {
		m = missing{t.last(), err.Error()}
	}
	panic(stop{Outcome{Verdict: verdict.Fail, Cause: m.says, Sent: m.sent, Answered: m.answered, Want: "what the case needs first"}})
}

// failed is the outcome of a failure, about the last request.
func (t *try) failed(wanted, got string) Outcome {
	const maxBefore = 12
	last := t.last()
	o := Outcome{Verdict: verdict.Fail, Cause: t.of.says() + ". " + t.of.Why, Sent: last.sent, Answered: last.answered, Got: got, Want: wanted}
	t.mu.Lock()
	defer t.mu.Unlock()
	var before []string
	for _, e := range t.log[:min(maxBefore, max(0, len(t.log)-1))] {
		before = append(before, e.sent+"\n\n"+e.answered)
	}
	o.Before = strings.Join(before, "\n\n")
	return o
}

// alike ends the case unless two answers are the same: status, body, and all headers that
// do not change by themselves. noise is a third answer, to the same request as the first.
// Where an answer repeats the id that it is about, that is no difference.
func (t *try) alike(first, noise, second answer, firstID, secondID string) {
	wanted := "the same answer, to the byte, headers but Date included"
	differ := func(got, other string) bool {
		return got != other && withoutID(got, secondID) != withoutID(other, firstID)
	}
	if first.status != second.status {
		t.fail(wanted, "status %d, and %d for the other", second.status, first.status)
	}
	if got, other := string(second.body), string(first.body); differ(got, other) {
		t.fail(wanted, "%s and %s for the other", readable(withoutID(got, secondID)), readable(withoutID(other, firstID)))
	}
	headers := maps.Clone(first.header)
	maps.Copy(headers, second.header)
	for _, name := range slices.Sorted(maps.Keys(headers)) {
		if name == "Date" || !slices.Equal(first.header[name], noise.header[name]) {
			continue
		}
		if got, other := strings.Join(second.header[name], ", "), strings.Join(first.header[name], ", "); differ(got, other) {
			t.fail(wanted, "%s: %s, and %q for the other", name, withoutID(got, secondID), withoutID(other, firstID))
		}
	}
}

func withoutID(text, id string) string {
	if id == "" {
		return text
	}
	return strings.ReplaceAll(text, id, "{id}")
}
