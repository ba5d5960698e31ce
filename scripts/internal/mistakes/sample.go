package mistakes

import (
	"fmt"
	"hash/fnv"
	"strconv"
	"strings"
)

// Sample is one in N of the cards. Which ones, depends on Seed. The zero Sample has all.
type Sample struct {
	N    int
	Seed string
}

// Has reports whether a card of a step is in the sample.
func (s Sample) Has(step, kind, card string) bool {
	if s.N < 2 {
		return true
	}
	hash := fnv.New32a()
	fmt.Fprintln(hash, s.Seed, step, kind, card)
	return hash.Sum32()%uint32(s.N) == 0
}

// String is what ParseSample reads: "6 SEED".
func (s Sample) String() string { return fmt.Sprint(s.N, " ", s.Seed) }

// ParseSample reads what String has written. Of anything else it makes the zero Sample.
func ParseSample(text string) Sample {
	number, seed, _ := strings.Cut(text, " ")
	n, err := strconv.Atoi(number)
	if err != nil {
		return Sample{}
	}
	return Sample{n, seed}
}
