// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

// Package storetest asks stores of a database what examples don't: it makes up stories,
// lets the database fail, and looks for what was left in it. The workshop's tests use it in
// steps 04 and 07.
package storetest

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Event is one thing that happens in a story. Its text tells it: "sign up ann".
type Event interface{ String() string }

// Wrong is what is wrong after a story: why it must not be so, what came, and what should
// have.
type Wrong struct{ Why, Got, Want string }

// longest is how many events a story has at most.
const longest = 12

// Stories makes up short stories, the same ones each time, and has each of them played from
// a fresh start. Play stops at the first event after which something is wrong, and returns
// what. The first story that goes wrong is shortened until no event can be left out of it,
// and fails the test.
func Stories[E Event](t *testing.T, many int, invent func(*rand.Rand) E, play func([]E) *Wrong) {
	t.Helper()
	for seed := range uint64(many) {
		chance := rand.New(rand.NewPCG(seed, 1))
		var story []E
		for range 4 + chance.IntN(longest-3) {
			story = append(story, invent(chance))
		}
		if wrong := play(story); wrong != nil {
			story, wrong = shorten(story, wrong, play)
			require.Equal(t, wrong.Want, wrong.Got, "%s: %s", tell(story), wrong.Why)
		}
	}
}

// shorten leaves out of a story, from its end, what it goes wrong without. It begins again
// until nothing more can go.
func shorten[E Event](story []E, wrong *Wrong, play func([]E) *Wrong) ([]E, *Wrong) {
	for shortened := true; shortened; {
		shortened = false
		for i := len(story) - 1; i >= 0; i-- {
			shorter := slices.Delete(slices.Clone(story), i, i+1)
			if still := play(shorter); still != nil {
				story, wrong, shortened = shorter, still, true
			}
		}
	}
	return story, wrong
}

// tell tells a story in one line.
func tell[E Event](story []E) string {
	told := make([]string, 0, len(story))
	for _, event := range story {
		told = append(told, event.String())
	}
	return strings.Join(told, ", ")
}

// Answer is how a story tells an error, or that there was none.
func Answer(err error) string {
	if err == nil {
		return "no error"
	}
	return "the error " + err.Error()
}
