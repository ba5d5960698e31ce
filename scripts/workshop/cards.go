package main

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"tokenauth.example/scripts/internal/cache"
	"tokenauth.example/scripts/internal/gotest"
	"tokenauth.example/scripts/internal/mistakes"
	"tokenauth.example/scripts/internal/steps"
	"tokenauth.example/scripts/internal/verdict"
)

// mistakes applies each mistake to its solution, and runs the tests on it.
func (v *verifier) mistakes() (string, error) {
	total := 0
	for _, step := range v.steps {
		tests, err := step.Tests()
		if err != nil {
			return "", err
		}
		cards, results, err := v.runCards(step, "mistakes", tests)
		if err != nil {
			return "", err
		}
		total += len(cards)
		alone := map[string]bool{} // tests that caught a mistake that no other did
		for i, c := range cards {
			v.mistake(c, results[i])
			if failed := failedTests(results[i]); len(failed) == 1 {
				alone[failed[0]] = true
			}
		}
		for _, test := range tests {
			if v.only == "" && !alone[test.Name] && test.Stays == "" {
				v.wrong("%s: %s catches no mistake that no other test catches: add one to testdata/mistakes/%[1]s, or say in its comment why it stays: // Stays: ...", step.Name, test.Name)
			}
		}
	}
	return fmt.Sprintf("%d of them", total), v.listed("mistakes")
}

// mistake judges what the tests made of a mistake.
func (v *verifier) mistake(c mistakes.Card, result gotest.Result) {
	name, err := filepath.Rel(v.workshop.Root, c.File)
	if err != nil {
		name = c.File
	}
	if result.Build != "" {
		v.wrong("%s: does not compile, so no test can catch it:\n%s", name, result.Build)
		return
	}
	i := slices.IndexFunc(result.Tests, func(t gotest.TestResult) bool { return t.Name == c.Caught })
	if i < 0 {
		v.wrong("%s: there is no test %s in this step", name, c.Caught)
		return
	}
	test := result.Tests[i]
	verdicts := map[string]verdict.Verdict{"failed": verdict.Fail, "panicked": verdict.Panicked, "timed out": verdict.TimedOut, "exited": verdict.Exited}
	usual, other, _ := strings.Cut(c.Ends, " or ")
	if other != "" && test.Verdict == verdicts[other] {
		return // it says something else each time, as requests that meet do
	}
	wanted := verdicts[usual]
	said := test.Output
	if test.Failure != nil {
		said = test.Failure.Why
	}
	switch {
	case test.Verdict == verdict.Pass:
		v.wrong("%s: %s does not catch it; caught by: %s", name, c.Caught, strings.Join(failedTests(result), ", "))
	case test.Verdict != wanted:
		v.wrong("%s: %s ends with %q, and the card says %q:\n%s", name, c.Caught, test.Verdict, c.Ends, test.Output)
	case !strings.Contains(strings.Join(strings.Fields(said), " "), strings.Join(strings.Fields(c.Says), " ")):
		v.wrong("%s: %s does not say %q. It says:\n%s", name, c.Caught, c.Says, said)
	}
}

// variants applies each variant to its solution: every test must pass, shuffled, and
// under the race detector if that was asked for.
func (v *verifier) variants() (string, error) {
	total := 0
	for _, step := range v.steps {
		tests, err := step.Tests()
		if err != nil {
			return "", err
		}
		cards, results, err := v.runCards(step, "variants", tests)
		if err != nil {
			return "", err
		}
		total += len(cards)
		for i, c := range cards {
			name, err := filepath.Rel(v.workshop.Root, c.File)
			if err != nil {
				return "", err
			}
			if results[i].Build != "" {
				v.wrong("%s: does not compile:\n%s", name, results[i].Build)
				continue
			}
			for _, test := range results[i].Tests {
				if test.Verdict != verdict.Pass {
					v.wrong("%s: is right, and %s refuses it:\n%s", name, test.Name, test.Output)
				}
			}
		}
	}
	return fmt.Sprintf("%d of them, shuffled, %s", total, v.withRace()), v.listed("variants")
}

func failedTests(result gotest.Result) []string {
	var names []string
	for _, test := range result.Tests {
		if test.Verdict != verdict.Pass {
			names = append(names, test.Name)
		}
	}
	return names
}

// withRace says whether the race detector was used.
func (v *verifier) withRace() string {
	if v.race {
		return "and under -race"
	}
	return "without -race"
}

// runCards runs the tests of a step on each of its cards of a kind, some at a time.
func (v *verifier) runCards(step steps.Step, kind string, tests []steps.Test) ([]mistakes.Card, []gotest.Result, error) {
	cards, err := mistakes.Read(v.workshop.Path("testdata", kind, step.Name))
	if err != nil {
		v.wrong("%v", err)
		return nil, nil, nil
	}
	if v.only != "" {
		cards = slices.DeleteFunc(cards, func(c mistakes.Card) bool { return c.Name != v.only })
	}
	ground, err := v.ground(step)
	if err != nil {
		return nil, nil, err
	}
	results := make([]gotest.Result, len(cards))
	errs := make([]error, len(cards))
	slots := make(chan struct{}, 2*runtime.GOMAXPROCS(0)) // tests wait for the disk as long as they compute
	var group sync.WaitGroup
	var mu sync.Mutex
	done := 0
	for i, c := range cards {
		group.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			results[i], errs[i] = v.runCard(step, kind, c, ground, tests)
			mu.Lock()
			defer mu.Unlock()
			done++
			v.screen.Progress("%s of %s: %d of %d ...", kind, step.Name, done, len(cards))
		})
	}
	group.Wait()
	for i, err := range errs {
		if v.ctx.Err() != nil {
			return nil, nil, v.ctx.Err()
		}
		if err != nil {
			v.wrong("%s: %v", cards[i].File, err)
			results[i].Build = err.Error()
		}
	}
	return cards, results, nil
}

// cardTime is how long one test may take on a card. Some wait for ever.
const cardTime = 20 * time.Second

// runCard runs the tests on one card. The result is kept, and not made again while
// nothing changes that it depends on.
func (v *verifier) runCard(step steps.Step, kind string, c mistakes.Card, ground string, tests []steps.Test) (gotest.Result, error) {
	changed, err := c.Apply(func(file string) ([]byte, error) {
		return os.ReadFile(filepath.Join(step.SolutionDir(), filepath.FromSlash(file)))
	})
	if err != nil {
		return gotest.Result{}, err
	}
	overlay := gotest.Overlay{}
	key := cache.NewKey(ground)
	if kind == "variants" && v.race {
		key.Add("race", nil)
	}
	for _, name := range slices.Sorted(maps.Keys(changed)) {
		key.Add(name, changed[name])
		overlay[filepath.Join(step.SolutionDir(), filepath.FromSlash(name))] = changed[name]
	}
	file := v.workshop.Path(".workshop", "proofs", kind, step.Name, c.Name+".json")
	if result, ok := cache.Recall[gotest.Result](file, key.String()); ok {
		return result, nil
	}
	result, err := v.runOverlay(step, overlay, tests, false)
	if err == nil && kind == "variants" && v.race && result.Done() {
		result, err = v.runOverlay(step, overlay, tests, true)
	}
	if err == nil && (kind == "mistakes" || result.Done()) { // what is refused may have run out of time
		cache.Remember(file, key.String(), result)
	}
	return result, err
}

// runOverlay runs the tests of a step on its solution, some files of it replaced.
func (v *verifier) runOverlay(step steps.Step, overlay gotest.Overlay, tests []steps.Test, race bool) (gotest.Result, error) {
	var flags []string
	if race {
		flags = underRace
	}
	// Much is compiled here, and little at a time: memory for time, and no threads that
	// wait for each other, as there are other cards to go on with.
	binary, said, err := v.g.With("GOGC=1000", "GOMAXPROCS=1").Compile(v.ctx, step.SolutionDir(), overlay, flags...)
	if err != nil {
		return gotest.Result{}, err
	}
	if binary == nil {
		return gotest.Result{Build: said}, nil
	}
	defer binary.Remove()
	binary.TestTime, binary.Temp = cardTime, inMemory()
	if result, whole := binary.Together(v.ctx, tests, "-test.shuffle=on"); whole {
		return result, nil
	}
	return binary.Each(v.ctx, tests)
}

// inMemory is a folder whose files never reach a disk, or "" where there is none: nobody
// keeps what the tests of a card write.
var inMemory = sync.OnceValue(func() string {
	const folder = "/dev/shm" // Linux has it
	probe, err := os.MkdirTemp(folder, "workshop-*")
	if err != nil {
		return ""
	}
	_ = os.Remove(probe)
	return folder
})

// ground is the key of all that the tests of a step stand on.
func (v *verifier) ground(step steps.Step) (string, error) {
	key := cache.NewKey("proofs 1")
	roots := []string{v.workshop.Path("testdata", "tokens")}
	list, err := v.workshop.Steps()
	if err != nil {
		return "", err
	}
	for _, s := range list {
		if s.Name <= step.Name {
			roots = append(roots, s.SolutionDir())
		}
	}
	for _, root := range roots {
		if err := key.AddTree(root, func(string) bool { return true }); err != nil {
			return "", err
		}
	}
	return key.String(), nil
}
