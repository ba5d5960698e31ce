package contract

import "testing"

// The reference server of the second track keeps its contract, over TLS. Its certificate and its
// URL are all that is needed.
func TestTheSecondReferencePasses(t *testing.T) {
	if testing.Short() {
		t.Skip("it compiles the server")
	}
	b := newBenchOf(t, 2)
	failed, ran := failures(t, b.serves(t, b.build(t, nil)))
	t.Logf("%d cases", ran)
	for name, story := range failed {
		t.Errorf("%s: %s", name, story)
	}
}
