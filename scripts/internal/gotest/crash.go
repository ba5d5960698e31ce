package gotest

import (
	"cmp"
	"path/filepath"
	"regexp"
	"strings"
)

// Crash is what Go itself found wrong with a program. It ends the program for it, but for
// a data race, of which it tells.
type Crash struct {
	// Said are Go's own words: "panic: assignment to entry in nil map".
	Said string
	// Means is the same for somebody who meets it for the first time, or "".
	Means string

	places []string // where the program was, the innermost first
}

// Place returns the first place of the program's that is below a folder, as
// "add.go:13", or "". One in a file that is given, such as a test, counts where there
// is no other.
func (c Crash) Place(folder string, given func(file string) bool) string {
	inGiven := ""
	for _, place := range c.places {
		place, err := filepath.Rel(folder, place)
		if err != nil || place == ".." || strings.HasPrefix(place, ".."+string(filepath.Separator)) {
			continue
		}
		place = filepath.ToSlash(place)
		if file, _, _ := strings.Cut(place, ":"); !given(file) {
			return place
		}
		inGiven = cmp.Or(inGiven, place)
	}
	return inGiven
}

var crashed = regexp.MustCompile(`^(panic: |fatal error: |WARNING: DATA RACE).*`)

// A frame is indented by a tab, and in a report on a race by six spaces.
var frame = regexp.MustCompile(`^(?:\t| {6})(\S.*\.go:[0-9]+)(?: .*)?$`)

// What Go says, and what it means.
var crashes = []struct {
	said  *regexp.Regexp
	means string
}{
	{regexp.MustCompile(`^WARNING: DATA RACE`), "Two goroutines use the same variable at the same time, and one of them changes it: what comes of it is chance. Guard it with a sync.Mutex, or give each its own."},
	{regexp.MustCompile(`^fatal error: concurrent map `), "Two goroutines use one map at the same time, and one of them changes it. Requests come at the same time, too: guard the map with a sync.Mutex."},
	{regexp.MustCompile(`^(fatal error: all goroutines are asleep|panic: deadlock: )`), "Everything waits, and nothing is left that could end the waiting. Is a lock never released, or a channel never sent to or closed?"},
	{regexp.MustCompile(`^panic: runtime error: .*nil pointer dereference`), "Something is nil, and is used as if it were not. Was a field of a struct never set, or an error not looked at that came with nil?"},
	{regexp.MustCompile(`^panic: runtime error: (index|slice bounds) out of range`), "An index is outside of a slice or a text. Look at the length first."},
	{regexp.MustCompile(`^panic: assignment to entry in nil map`), "A map is written to that was never made. Make it first, as in make(map[string]int)."},
	{regexp.MustCompile(`^panic: close of closed channel`), "A channel is closed a second time. Close it in one place, which is reached once."},
	{regexp.MustCompile(`^panic: send on closed channel`), "Something is sent to a channel that is closed already. Only the one who sends should close it."},
	{regexp.MustCompile(`^panic: interface conversion: `), "A value is not of the type that the code says it is. Ask instead of saying: v, ok := x.(string)."},
	{regexp.MustCompile(`^fatal error: sync: \w*[uU]nlock of unlocked`), "A lock is released that nobody holds. Each Unlock needs a Lock before it."},
	{regexp.MustCompile(`^fatal error: stack overflow`), "A function calls itself, and never stops."},
}

// ParseCrash returns what Go found wrong, if the output of a test tells of it, or nil.
func ParseCrash(output string) *Crash {
	var crash *Crash
	for line := range strings.Lines(strings.ReplaceAll(output, "\x16", "")) {
		line = strings.TrimRight(line, "\r\n")
		if crash == nil && crashed.MatchString(line) {
			said, _, _ := strings.Cut(line, " [recovered")
			crash = &Crash{Said: said}
		} else if match := frame.FindStringSubmatch(line); match != nil && crash != nil {
			crash.places = append(crash.places, match[1])
		}
	}
	if crash == nil {
		return nil
	}
	for _, known := range crashes {
		if known.said.MatchString(crash.Said) {
			crash.Means = known.means
			break
		}
	}
	return crash
}
