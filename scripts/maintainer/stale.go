package main

import (
	"os"
	"path"
	"path/filepath"
	"slices"

	"tokenauth.example/scripts/internal/mistakes"
	"tokenauth.example/scripts/internal/steps"
)

// staleCards returns the cards that do not fit their solutions any more. Nothing derives
// them, so they have no text.
func staleCards(workshop *steps.Workshop) ([]derived, error) {
	list, err := workshop.Steps()
	if err != nil {
		return nil, err
	}
	var stale []derived
	for _, step := range list {
		tests, err := step.Tests()
		if err != nil {
			return nil, err
		}
		for _, kind := range cardKinds {
			cards, err := mistakes.Read(workshop.Path("testdata", kind, step.Name))
			if err != nil {
				return nil, err
			}
			for _, c := range cards {
				why, err := c.Stale(solution(step))
				if err != nil {
					return nil, err
				}
				if why == "" && c.Caught != "" && !slices.ContainsFunc(tests, func(t steps.Test) bool { return t.Name == c.Caught }) {
					why = "there is no test " + c.Caught
				}
				if why != "" {
					stale = append(stale, derived{name: path.Join("testdata", kind, step.Name, c.Name+".diff"), says: "does not fit its solution any more: " + why})
				}
			}
		}
	}
	return stale, nil
}

// solution returns what reads the files of a step's solution, by their names below its folder.
func solution(step steps.Step) func(file string) ([]byte, error) {
	return func(file string) ([]byte, error) {
		return os.ReadFile(filepath.Join(step.SolutionDir(), filepath.FromSlash(file)))
	}
}
