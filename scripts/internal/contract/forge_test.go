package contract

import (
	"strings"
	"testing"
)

// A signature that is changed is another one, whatever its letters are.
func TestFlip(t *testing.T) {
	for letter := range 256 {
		signature := make([]byte, 32)
		for i := range signature {
			signature[i] = byte(letter)
		}
		for at := range signature {
			changed := unpart(flip(part(string(signature)), at))
			for i := range signature {
				if (changed[i] != signature[i]) != (i == at) {
					t.Fatalf("byte %d of %x is to be changed, and it becomes %x", at, signature, changed)
				}
			}
		}
	}
}

// A text with a bit to spare changed is another one, and is decoded to the same.
func TestSpare(t *testing.T) {
	for length := range 40 {
		text := part(strings.Repeat("\xa7", length))
		other := spare(text)
		if other == text || unpart(strings.TrimRight(other, "=")) != unpart(text) {
			t.Errorf("spare %q is %q", text, other)
		}
	}
}

// An id that is not there is another one, whatever its letters are.
func TestUnlike(t *testing.T) {
	for _, id := range []string{"7", "000000000000", "ffffffff-ffff-7fff-bfff-ffffffffffff", "99999999", "zzzzzzzzzz", "QZ7A2FGGGGGG", "----------0-----"} {
		if other := unlike(id); other == id || len(id) >= 8 && len(other) != len(id) {
			t.Errorf("unlike %q is %q", id, other)
		}
	}
}
