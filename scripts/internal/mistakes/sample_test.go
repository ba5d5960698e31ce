package mistakes

import (
	"fmt"
	"testing"
)

// A sample is about one in N, the same for the same seed, and another for another one; over some
// seeds every card comes up.
func TestSample_ComesToEveryCard(t *testing.T) {
	const cards, n = 600, 6
	missed := map[int]bool{}
	for card := range cards {
		missed[card] = true
	}
	for seed := range 60 {
		s := ParseSample(Sample{n, fmt.Sprint("commit ", seed)}.String())
		count := 0
		for card := range cards {
			if s.Has("01-add", "mistakes", fmt.Sprint(card)) {
				count++
				delete(missed, card)
			}
		}
		if count < cards/n/2 || count > cards/n*2 {
			t.Errorf("seed %d: %d of %d", seed, count, cards)
		}
	}
	if len(missed) > 0 {
		t.Errorf("%d cards never come up", len(missed))
	}
	if !(Sample{}).Has("01-add", "mistakes", "x") || !ParseSample("").Has("01-add", "mistakes", "x") {
		t.Error("the zero Sample has all")
	}
}
