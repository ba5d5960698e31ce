package door

import (
	"slices"
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
//
//workshop:todo 4 count an attempt, or refuse it.
//workshop:stub return Attempt{}, 0, true
func (l *Limit) Try(key string) (attempt Attempt, retry time.Duration, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	counts := l.count(key, now)
	if len(counts) >= l.max {
		return Attempt{}, counts[0].time.Add(l.window).Sub(now), false
	}
	if len(counts) == 0 && len(l.keys) >= l.size {
		l.forget(now)
	}
	l.last++
	attempt = Attempt{key, now, l.last}
	l.keys[key] = append(counts, attempt)
	return attempt, 0, true
}

// count returns the attempts that count for a key now.
//
//workshop:solution
func (l *Limit) count(key string, now time.Time) []Attempt {
	counts := l.keys[key]
	for len(counts) > 0 && !now.Before(counts[0].time.Add(l.window)) {
		counts = counts[1:]
	}
	if len(counts) == 0 {
		delete(l.keys, key)
	}
	return counts
}

// forget makes room for a key.
//
//workshop:solution
func (l *Limit) forget(now time.Time) {
	least, fewest := "", l.max+1
	for key := range l.keys {
		if n := len(l.count(key, now)); n < fewest {
			least, fewest = key, n
		}
	}
	delete(l.keys, least)
}

// Undo takes an attempt back, which then never counted: it succeeded, or nobody knows. An
// attempt that counts no more, or has been taken back, changes nothing.
//
//workshop:todo 5 take an attempt back, and forget a key.
//workshop:stub _ = attempt
func (l *Limit) Undo(attempt Attempt) {
	l.mu.Lock()
	defer l.mu.Unlock()
	counts := slices.DeleteFunc(l.keys[attempt.key], func(a Attempt) bool { return a.number == attempt.number })
	if l.keys[attempt.key] = counts; len(counts) == 0 {
		delete(l.keys, attempt.key)
	}
}

// Reset forgets all attempts of a key.
//
//workshop:todo 5 take an attempt back, and forget a key.
//workshop:stub _ = key
func (l *Limit) Reset(key string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.keys, key)
}
