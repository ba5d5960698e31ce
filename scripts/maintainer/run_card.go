package main

import (
	"context"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"tokenauth.example/scripts/internal/cache"
	"tokenauth.example/scripts/internal/gotest"
	"tokenauth.example/scripts/internal/mistakes"
	"tokenauth.example/scripts/internal/steps"
)

// cardRunner runs the tests of a step on its cards.
type cardRunner struct {
	g        *gotest.Go
	workshop *steps.Workshop
	race     bool // variants under the race detector, too

	mu      sync.Mutex
	linkers map[string]*gotest.Linker // by step
}

// linker returns what compiles a step's tests.
func (r *cardRunner) linker(ctx context.Context, step steps.Step) (*gotest.Linker, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if known := r.linkers[step.Name]; known != nil {
		return known, nil
	}
	// Much is compiled here, and little at a time: memory for time, and no threads that
	// wait for each other, as there are other cards to go on with.
	made, err := r.g.With("GOGC=1000", "GOMAXPROCS=1").NewLinker(ctx, step.SolutionDir())
	if err != nil {
		return nil, err
	}
	if r.linkers == nil {
		r.linkers = map[string]*gotest.Linker{}
	}
	r.linkers[step.Name] = made
	return made, nil
}

// run runs the tests on one card of a kind, "mistakes" or "variants". ground is that of the
// step, see groundOf. The result is kept, and not made again while nothing changes that it
// depends on.
func (r *cardRunner) run(ctx context.Context, step steps.Step, kind string, c mistakes.Card, ground string, tests []steps.Test) (gotest.Result, error) {
	changed, err := c.Apply(solution(step))
	if err != nil {
		return gotest.Result{}, err
	}
	overlay := gotest.Overlay{}
	key := cache.NewKey(ground)
	if kind == "variants" && r.race {
		key.Add("race", nil)
	}
	if len(tests) == 1 {
		key.Add(tests[0].Name, nil)
	}
	for _, name := range slices.Sorted(maps.Keys(changed)) {
		key.Add(name, changed[name])
		overlay[filepath.Join(step.SolutionDir(), filepath.FromSlash(name))] = changed[name]
	}
	file := r.workshop.Path(".workshop", "proofs", kind, step.Name, c.Name+".json")
	if result, ok := cache.Recall[gotest.Result](file, key.String()); ok {
		return result, nil
	}
	result, err := r.overlay(ctx, step, overlay, tests, false)
	if err == nil && kind == "variants" && r.race && result.Done() {
		result, err = r.overlay(ctx, step, overlay, tests, true)
	}
	if err == nil && (kind == "mistakes" || result.Done()) { // what is refused may have run out of time
		cache.Remember(file, key.String(), result)
	}
	return result, err
}

// overlay runs the tests of a step on its solution, some files of it replaced.
func (r *cardRunner) overlay(ctx context.Context, step steps.Step, overlay gotest.Overlay, tests []steps.Test, race bool) (gotest.Result, error) {
	binary, said, err := r.compile(ctx, step, overlay, race)
	if err != nil {
		return gotest.Result{}, err
	}
	if binary == nil {
		return gotest.Result{Build: said}, nil
	}
	defer binary.Remove()
	binary.Temp = inMemory()
	if len(tests) == 1 {
		return binary.Each(ctx, tests)
	}
	if result, whole := binary.Together(ctx, tests, "-test.shuffle=on"); whole {
		return result, nil
	}
	return binary.Each(ctx, tests)
}

// compile compiles the tests of a step with some files of its solution replaced.
func (r *cardRunner) compile(ctx context.Context, step steps.Step, overlay gotest.Overlay, race bool) (*gotest.Binary, string, error) {
	if race {
		return r.g.Compile(ctx, step.SolutionDir(), overlay, underRace...)
	}
	linker, err := r.linker(ctx, step)
	if err != nil {
		return nil, "", err
	}
	return linker.Compile(ctx, overlay)
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

// groundOf returns the key of all that the tests of a step stand on.
func groundOf(step steps.Step) (string, error) {
	key := cache.NewKey("proofs 1")
	roots := []string{step.Workshop.Path("testdata", "tokens")}
	list, err := step.Workshop.Steps()
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
