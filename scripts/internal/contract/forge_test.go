package contract

import "testing"

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

// An id that is not there is another one, whatever its letters are.
func TestUnlike(t *testing.T) {
	for _, id := range []string{"7", "000000000000", "ffffffff-ffff-7fff-bfff-ffffffffffff", "99999999", "zzzzzzzzzz", "QZ7A2FGGGGGG", "----------0-----"} {
		if other := unlike(id); other == id || len(id) >= 8 && len(other) != len(id) {
			t.Errorf("unlike %q is %q", id, other)
		}
	}
}
