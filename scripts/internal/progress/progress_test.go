package progress_test

import (
	"fmt"
	"slices"
	"testing"

	"tokenauth.example/scripts/internal/check"
	"tokenauth.example/scripts/internal/gotest"
	"tokenauth.example/scripts/internal/progress"
	"tokenauth.example/scripts/internal/steps"
	"tokenauth.example/scripts/internal/verdict"
)

// A learner's afternoon: each line is a check, with the code it was about and how the three
// tests ended, and what is said of it.
func TestUpdate(t *testing.T) {
	workshop := &steps.Workshop{Root: t.TempDir()}
	names := []string{"TestA", "TestB", "TestGuard"}
	for n, moment := range []struct {
		state check.State
		code  string
		ended string // P or F for each test
		green []string
		red   []string
		stuck int
	}{
		{check.NotStarted, "", "FFP", nil, nil, 0},
		{check.InProgress, "1", "FFP", nil, nil, 1},
		{check.InProgress, "1", "FFP", nil, nil, 1}, // nothing was saved between
		{check.InProgress, "2", "FFP", nil, nil, 2},
		{check.DoesNotCompile, "3", "", nil, nil, 0},
		{check.InProgress, "4", "PFP", []string{"TestA"}, nil, 1},
		{check.InProgress, "5", "FPP", []string{"TestB"}, []string{"TestA"}, 1},
		{check.InProgress, "6", "FFF", nil, []string{"TestB", "TestGuard"}, 2},
		{check.Done, "7", "PPP", names, nil, 0},
		{check.Done, "7", "PPP", nil, nil, 0},
		{check.NotStarted, "", "FFP", nil, nil, 0}, // reset
		{check.InProgress, "8", "FFP", nil, nil, 1},
	} {
		report := check.StepReport{Step: steps.Step{Workshop: workshop, Name: "01-add"}, State: moment.state, Sources: map[string][]byte{"add.go": []byte(moment.code)}}
		for i, how := range moment.ended {
			report.Result.Tests = append(report.Result.Tests, gotest.TestResult{
				Test: steps.Test{Name: names[i], Guard: names[i] == "TestGuard"}, Verdict: map[rune]verdict.Verdict{'P': verdict.Pass, 'F': verdict.Fail}[how],
			})
		}
		p := progress.Load(workshop)
		got := p.Update(report)
		p.Save()
		if !slices.Equal(got.Green, moment.green) || !slices.Equal(got.Red, moment.red) || got.Stuck != moment.stuck {
			t.Errorf("check %d: got %s, want green %v, red %v, stuck %d", n+1, fmt.Sprintf("%+v", got), moment.green, moment.red, moment.stuck)
		}
	}
}
