package grade

import (
	"bufio"
	"fmt"
	"os"
	"strconv"
	"strings"

	"tokenauth.example/scripts/internal/steps"
)

// Points say what a test earns. A guard earns nothing: it passes before anything is done.
type Points struct {
	steps, tests map[string]float64 // by number of the step, and by name of the test
}

// ReadPoints reads a file with a line for each step or test: its number or name, and what
// each of its tests, or that test, earns. A section of the contract has a name such as
// "contract/log-in". "#" begins a comment.
func ReadPoints(name string, list []steps.Step) (Points, error) {
	p := Points{map[string]float64{}, map[string]float64{}}
	file, err := os.Open(name)
	if err != nil {
		return p, err
	}
	defer file.Close()
	known := map[string]bool{}
	for _, step := range list {
		known[step.Number()] = true
		tests, err := step.Tests()
		if err != nil {
			return p, err
		}
		for _, test := range tests {
			known[test.Name] = true
		}
	}
	for _, row := range outsideRows(0) {
		known[row.Name] = true
	}
	lines := bufio.NewScanner(file)
	for n := 1; lines.Scan(); n++ {
		text, _, _ := strings.Cut(lines.Text(), "#")
		fields := strings.Fields(text)
		if len(fields) == 0 {
			continue
		}
		if len(fields) != 2 || !known[fields[0]] {
			return p, fmt.Errorf("%s:%d: a line is the number of a step, or the name of a test, and its points: %q", name, n, strings.TrimSpace(text))
		}
		points, err := strconv.ParseFloat(fields[1], 64)
		if err != nil || points < 0 || points > 1e6 {
			return p, fmt.Errorf("%s:%d: points are a number from 0 on: %q", name, n, fields[1])
		}
		if _, err := strconv.Atoi(fields[0]); err != nil {
			p.tests[fields[0]] = points
		} else {
			p.steps[fields[0]] = points
		}
	}
	return p, lines.Err()
}

// Of returns what a test earns: its own points, or those of its step, or one.
func (p Points) Of(step steps.Step, test steps.Test) float64 {
	if test.Guard {
		return 0
	}
	if points, ok := p.tests[test.Name]; ok {
		return points
	}
	if points, ok := p.steps[step.Number()]; ok {
		return points
	}
	return 1
}
