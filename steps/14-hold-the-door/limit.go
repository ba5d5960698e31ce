package door

import (
	"sync"
	"time"
)

// Limit counts the failures of each key, which is an account or an address. Many requests
// may use it at the same time.
type Limit struct {
	max    int           // failures
	window time.Duration // within which they are counted
	size   int           // keys that are kept at most

	mu   sync.Mutex
	keys map[string][]Attempt // those that count, the oldest first
	last int                  // the number of the latest attempt
}

// NewLimit returns a Limit of max failures in any window, which keeps size keys at most.
func NewLimit(max int, window time.Duration, size int) *Limit {
	return &Limit{max: max, window: window, size: size, keys: map[string][]Attempt{}}
}

// Attempt is one try that a Limit has let through, and that counts until it's settled.
type Attempt struct {
	key    string
	time   time.Time
	number int // each has its own
}

// Try begins an attempt, if fewer than max count for its key; an attempt counts from here
// on, before anybody knows how it ends, so that of a hundred at once only max go on. If
// there are too many, it returns for how long, and what it refuses doesn't count.
//
// An attempt counts for window. A key for which nothing counts is not kept. If there
// are size keys and a new one comes, one is forgotten for which the fewest attempts count,
// so nobody gets rid of a key with many by trying new ones.
func (l *Limit) Try(key string) (attempt Attempt, retry time.Duration, ok bool) {
	// TODO 4: count an attempt, or refuse it.
	return Attempt{}, 0, true
}

// Undo takes an attempt back, which then never counted: it succeeded, or nobody knows. An
// attempt that counts no more, or has been taken back, changes nothing.
func (l *Limit) Undo(attempt Attempt) {
	// TODO 5: take an attempt back, and forget a key.
	_ = attempt
}

// Reset forgets all attempts of a key.
func (l *Limit) Reset(key string) {
	// TODO 5: take an attempt back, and forget a key.
	_ = key
}
