package contract

import (
	"errors"
	"fmt"
	"net/http"
	"syscall"
	"testing"
	"time"
)

// The pace is in proportion to a login, alone and among others.
func TestNewPace(t *testing.T) {
	for _, test := range []struct {
		login, next             time.Duration
		caseTime, soon, waiting time.Duration
		hashing                 int
	}{
		{0, 0, 30 * time.Second, 5 * time.Second, 5 * time.Second, 8},                                            // nobody can log in
		{50 * time.Millisecond, 50 * time.Millisecond, 30 * time.Second, 5 * time.Second, 5 * time.Second, 8},    // BCRYPT_COST=10
		{800 * time.Millisecond, 800 * time.Millisecond, 48 * time.Second, 5 * time.Second, 12 * time.Second, 2}, // BCRYPT_COST=14
		{3 * time.Second, 10 * time.Millisecond, 3 * time.Minute, 15 * time.Second, 45 * time.Second, 8},         // far away
		{10 * time.Second, 10 * time.Second, 10 * time.Minute, 50 * time.Second, 150 * time.Second, 1},           // hardly there
	} {
		p := newPace(test.login, test.next, 0)
		if got := fmt.Sprint(p.caseTime, p.soon, p.hangTime, p.hashing); got != fmt.Sprint(test.caseTime, test.soon, test.waiting, test.hashing) {
			t.Errorf("a login of %v, and %v for each more: %s", test.login, test.next, got)
		}
	}
}

// What a server gives that has more to do than it can is late, and what it gives while
// nobody else asks for anything is not.
func TestPace_Late(t *testing.T) {
	slow := newPace(time.Second, time.Second, 0)
	quick := newPace(50*time.Millisecond, 50*time.Millisecond, 0)
	beside := login("a", "b")
	beside.beside = true
	failed := []answer{{status: http.StatusInternalServerError}}
	overloaded := []answer{{status: http.StatusServiceUnavailable, body: []byte(`{"error":"overloaded"}`)}}
	for _, test := range []struct {
		name    string
		pace    pace
		send    request
		answers []answer
		err     error
		waited  time.Duration
		late    bool
	}{
		{"no answer", quick, get("/tasks"), nil, errLate, time.Second, true},
		{"no answer, alone", quick.alone(), get("/tasks"), nil, errLate, time.Second, true},
		{"a connection closed at once", quick, get("/tasks"), nil, errNoAnswer, time.Second, false},
		{"a connection closed after a time", quick, get("/tasks"), nil, errNoAnswer, 3 * time.Second, true},
		{"a connection closed after a time, alone", quick.alone(), get("/tasks"), nil, errNoAnswer, 3 * time.Second, false},
		{"no room for a connection here", quick, get("/tasks"), nil, fmt.Errorf("%w: %w", errUnreachable, syscall.EMFILE), 0, true},
		{"nobody there", quick, get("/tasks"), nil, fmt.Errorf("%w: %w", errUnreachable, errors.New("refused")), 0, false},
		{"a login that failed at once", slow, login("a", "b"), failed, nil, time.Second, false},
		{"a login that failed after a time", slow, login("a", "b"), failed, nil, 10 * time.Second, true},
		{"a login that failed after a time, alone", slow.alone(), login("a", "b"), failed, nil, 10 * time.Second, false},
		{"logins at once that failed after a time", slow.alone(), beside, failed, nil, 10 * time.Second, true},
		{"a task that failed after a time", slow, get("/tasks"), failed, nil, 10 * time.Second, false},
		{"overloaded", slow, login("a", "b"), overloaded, nil, time.Second, true},
		{"overloaded, alone", slow.alone(), login("a", "b"), overloaded, nil, time.Second, false},
		{"overloaded, by quick logins", quick, login("a", "b"), overloaded, nil, time.Second, false},
	} {
		if got := test.pace.late(test.send, test.answers, test.err, test.waited); got != test.late {
			t.Errorf("%s: late is %v", test.name, got)
		}
	}
}
