package contract

import (
	"os"
	"runtime"
	"testing"
	"time"

	"tokenauth.example/scripts/internal/mistakes"
)

// A server that is right in its own way passes the whole contract: the suite asks for
// nothing that the contract leaves free. Those of the last step are run always, those of
// the steps before it, which have tests of their own, if VARIANTS is set. SAMPLE makes them
// fewer, see mistakes.Sample. What was found is kept.
func TestRightVariants(t *testing.T) {
	if testing.Short() {
		t.Skip("it compiles a server for each variant")
	}
	b := newBench(t)
	ground := b.ground(t)
	list, err := b.workshop.Steps()
	if err != nil {
		t.Fatal(err)
	}
	quick := quickHashes(t, list)
	sample := mistakes.ParseSample(os.Getenv("SAMPLE"))
	slots := make(chan struct{}, runtime.NumCPU())
	for _, step := range list {
		if step.Name != b.last.Name && os.Getenv("VARIANTS") == "" {
			continue
		}
		cards, err := mistakes.Read(b.workshop.Path("testdata", "variants", step.Name))
		if err != nil {
			t.Fatal(err)
		}
		for _, card := range cards {
			if !sample.Has(step.Name, "variants", card.Name) {
				continue
			}
			t.Run(step.Number()+"/"+card.Name, func(t *testing.T) {
				t.Parallel()
				slots <- struct{}{}
				defer func() { <-slots }()
				if deadline, ok := t.Deadline(); ok && time.Until(deadline) < 2*time.Minute {
					t.Skip("there is no time left. What has been found is kept: run this again")
				}
				for name, story := range b.judge(t, ground, step, card, quick, nil) {
					t.Errorf("%s: %s", name, story)
				}
			})
		}
	}
}
