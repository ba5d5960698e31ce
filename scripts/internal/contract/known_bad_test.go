package contract

import (
	"bufio"
	"maps"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"tokenauth.example/scripts/internal/mistakes"
	"tokenauth.example/scripts/internal/steps"
)

// mistake is a line of testdata/contract.txt.
type mistake struct {
	step  steps.Step
	card  mistakes.Card
	cases []string // "section/case"
	me    bool     // the section "me" may fail as well
}

func knownBad(t *testing.T, b bench) []mistake {
	t.Helper()
	workshop, name := b.workshop, "contract.txt"
	if b.track == 2 {
		name = "contract-second.txt"
	}
	file, err := os.Open(workshop.Path("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var found []mistake
	cards := map[string][]mistakes.Card{}
	lines := bufio.NewScanner(file)
	for n := 1; lines.Scan(); n++ {
		words := strings.Fields(lines.Text())
		if len(words) == 0 || strings.HasPrefix(words[0], "#") {
			continue
		}
		number, card, _ := strings.Cut(words[0], "/")
		step, err := workshop.Find(number)
		if err != nil || len(words) < 2 {
			t.Fatalf("testdata/%s:%d: a line is STEP/CARD SECTION/CASE: %v", name, n, err)
		}
		if cards[step.Name] == nil {
			if cards[step.Name], err = mistakes.Read(workshop.Path("testdata", "mistakes", step.Name)); err != nil {
				t.Fatal(err)
			}
		}
		i := slices.IndexFunc(cards[step.Name], func(c mistakes.Card) bool { return c.Name == card })
		if i < 0 {
			t.Fatalf("testdata/%s:%d: there is no mistake %s", name, n, words[0])
		}
		m := mistake{step: step, card: cards[step.Name][i]}
		for _, word := range words[1:] {
			if m.me = m.me || strings.HasPrefix(word+"/", "me/"); word != "me" {
				m.cases = append(m.cases, word)
			}
		}
		found = append(found, m)
	}
	return found
}

func (m mistake) name() string { return m.step.Number() + "/" + m.card.Name }

// Servers that are known to be bad are found to be bad, each by the case that is meant for
// it. What was found is kept: nothing is run again that has not changed. SAMPLE makes them fewer,
// see mistakes.Sample.
func TestKnownBadServers(t *testing.T) { findsTheBad(t, 1) }

// The same of the second track's server.
func TestKnownBadSecondServers(t *testing.T) { findsTheBad(t, 2) }

func findsTheBad(t *testing.T, track int) {
	if testing.Short() {
		t.Skip("it compiles a server for each mistake")
	}
	b := newBenchOf(t, track)
	ground := b.ground(t)
	slots := make(chan struct{}, runtime.NumCPU())
	sample := mistakes.ParseSample(os.Getenv("SAMPLE"))
	var judged, skipped atomic.Int32
	t.Cleanup(func() {
		if n := judged.Load(); n < 40 && skipped.Load() > 0 {
			t.Errorf("there was time for %d servers only. What has been found is kept: run this again", n)
		}
	})
	for _, m := range knownBad(t, b) {
		if !sample.Has(m.step.Name, "mistakes", m.card.Name) {
			continue
		}
		t.Run(m.name(), func(t *testing.T) {
			t.Parallel()
			slots <- struct{}{}
			defer func() { <-slots }()
			if deadline, ok := t.Deadline(); ok && time.Until(deadline) < 2*time.Minute {
				skipped.Add(1)
				t.Skip("there is no time left. What has been found is kept: run this again")
			}
			only := caseNames("me")
			for _, name := range m.cases {
				only[name] = true
			}
			failed := b.judge(t, ground, m.step, m.card, nil, only)
			judged.Add(1)
			for _, name := range m.cases {
				if _, ok := failed[name]; !ok && !isLater(name) {
					t.Errorf("%s does not find it. It %s. Found by: %s", name, m.card.Wrong, strings.Join(slices.Sorted(maps.Keys(failed)), ", "))
				}
			}
			for name, story := range failed {
				if strings.HasPrefix(name, "me/") && !m.me {
					t.Errorf("%s fails too, and has nothing to do with it: %s", name, story)
				}
			}
		})
	}
}
