// Package progress remembers what a learner had reached at the last check, to say what has
// changed since. It only adds to what is shown: verdicts come from the files alone.
package progress

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"tokenauth.example/scripts/internal/check"
	"tokenauth.example/scripts/internal/steps"
	"tokenauth.example/scripts/internal/verdict"
)

// Progress is what was reached, by step.
type Progress struct {
	file  string
	Steps map[string]Step
}

// Step is what was reached in a step.
type Step struct {
	Passed  []string // the tests that passed
	Failing string   // the test that was shown, or ""
	Times   int      // how many versions of the code it has failed on, one after the other
	Code    string   // a hash of the last of them
}

// Change is what is different since the last check.
type Change struct {
	Green []string // tests that pass now, and did not
	Red   []string // tests that do not pass any more
	// Stuck is how many versions of the code the first failing test has failed on, one after
	// the other; 0 if none fails.
	Stuck int
}

// Load reads what was remembered of a workshop. If it cannot be read, nothing was.
func Load(workshop *steps.Workshop) *Progress {
	p := &Progress{file: workshop.Path(".workshop", "progress.json"), Steps: map[string]Step{}}
	if content, err := os.ReadFile(p.file); err == nil {
		_ = json.Unmarshal(content, &p.Steps)
	}
	return p
}

// Update takes a report in, and returns what has changed. A step that could not be run keeps
// what it had: a typing error takes nothing away.
func (p *Progress) Update(report check.StepReport) Change {
	before, known := p.Steps[report.Step.Name]
	switch report.State {
	case check.NotStarted:
		delete(p.Steps, report.Step.Name)
		return Change{}
	case check.InProgress, check.Done:
	default:
		return Change{}
	}
	now := Step{Code: hash(report.Sources)}
	var change Change
	for _, test := range report.Result.Tests {
		passed := test.Verdict == verdict.Pass
		passedBefore := slices.Contains(before.Passed, test.Name)
		switch {
		case passed:
			now.Passed = append(now.Passed, test.Name)
			if !passedBefore && (known || !test.Guard) { // a guard passes on the stub
				change.Green = append(change.Green, test.Name)
			}
		case passedBefore:
			change.Red = append(change.Red, test.Name)
		}
	}
	if failure := report.Result.FirstFailure(); failure != nil {
		now.Failing, now.Times = failure.Name, 1
		if before.Failing == failure.Name {
			now.Times = before.Times
			if before.Code != now.Code {
				now.Times++
			}
		}
		change.Stuck = now.Times
	}
	p.Steps[report.Step.Name] = now
	return change
}

// Passed counts the tests that passed in a step.
func (p *Progress) Passed(step steps.Step) int { return len(p.Steps[step.Name].Passed) }

// Save keeps what was taken in. Where it cannot, the next check compares with what was known
// before, so there is no error.
func (p *Progress) Save() {
	content, err := json.Marshal(p.Steps)
	if err != nil || os.MkdirAll(filepath.Dir(p.file), 0o755) != nil {
		return
	}
	_ = os.WriteFile(p.file, content, 0o644)
}

// hash is one of what the learner has written.
func hash(sources map[string][]byte) string {
	sum := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(sources)) {
		fmt.Fprintf(sum, "%q %q\n", name, sources[name])
	}
	return hex.EncodeToString(sum.Sum(nil)[:8])
}
