package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path"

	"tokenauth.example/scripts/internal/command"
	"tokenauth.example/scripts/internal/gotest"
	"tokenauth.example/scripts/internal/mistakes"
	"tokenauth.example/scripts/internal/mistakes/rebase"
	"tokenauth.example/scripts/internal/session"
	"tokenauth.example/scripts/internal/setup"
	"tokenauth.example/scripts/internal/steps"
)

// rebaseCards brings the cards, and the bugs that lessons show, from the solutions of a commit
// to those in the working tree, and proves those that it changed.
func rebaseCards(ctx context.Context, s *session.Session, in *command.Input) (int, error) {
	list, err := in.Steps(s)
	if err != nil {
		return command.Trouble, err
	}
	g, err := s.Go(ctx)
	if err != nil {
		return command.Trouble, err
	}
	groups, err := readGroups(list)
	if err != nil {
		return command.Trouble, err
	}
	rebaser, err := newRebaser(ctx, s, g, in.String("from"), groups)
	if err != nil {
		return command.Trouble, err
	}
	var failed []string // as the verb card wants them
	for _, step := range list {
		names, err := rebaseStep(ctx, s, rebaser, step, groups)
		if err != nil {
			return command.Trouble, err
		}
		for _, name := range names {
			failed = append(failed, "-step "+step.Number()+" "+name)
		}
	}
	if len(failed) > 0 {
		s.Screen.Printf("")
		s.Screen.Wrap("", "What could not be rebased is as it was. To make one again, commit the solution, edit it as the card does, and call this; the card keeps its head:")
		s.Screen.Printf("  %s", session.Plain("card "+failed[0]))
	}
	drifted, err := driftedFiles(s.Workshop) // lessons show cards
	if err != nil {
		return command.Trouble, err
	}
	if err := derive(ctx, s, drifted); err != nil {
		return command.Trouble, err
	}
	p := &prover{session: s, screen: s.Screen, workshop: s.Workshop, g: g, cards: &cardRunner{g: g, workshop: s.Workshop}}
	wrong, err := p.proveGroups(ctx, "each rebased one", groups)
	if err != nil {
		return command.Trouble, err
	}
	if len(failed)+wrong > 0 {
		return command.NotYet, nil
	}
	return command.Done, nil
}

// group is the cards of a step that are of one kind.
type group struct {
	step  steps.Step
	kind  string
	cards []mistakes.Card
}

// readGroups reads the cards of steps.
func readGroups(list []steps.Step) ([]*group, error) {
	var groups []*group
	for _, step := range list {
		for _, kind := range cardKinds {
			cards, err := mistakes.Read(step.Workshop.Path("testdata", kind, step.Name))
			if err != nil {
				return nil, err
			}
			groups = append(groups, &group{step, kind, cards})
		}
	}
	return groups, nil
}

// newRebaser compares the solutions of a commit with those in the working tree.
func newRebaser(ctx context.Context, s *session.Session, g *gotest.Go, commit string, groups []*group) (*rebase.Rebaser, error) {
	before, err := solutionsAt(ctx, s.Workshop, commit)
	if err != nil {
		return nil, err
	}
	if err := setup.Modules(ctx, s, "solutions"); err != nil {
		return nil, err
	}
	s.Screen.Progress("reading what the solutions import ... (the first time, SQLite takes a minute)")
	defer s.Screen.Clear()
	cards := map[string][]mistakes.Card{}
	for _, group := range groups {
		cards[group.step.Name] = append(cards[group.step.Name], group.cards...)
	}
	solutions := s.Workshop.Path("solutions")
	return rebase.New(before, os.DirFS(solutions), cards, func(args ...string) ([]byte, error) {
		out, err := g.Command(ctx, solutions, []string{"GOWORK=" + s.Workshop.Path("solutions", "go.work")}, append([]string{"list"}, args...)...).Output()
		if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
			err = fmt.Errorf("%w: %s", err, exit.Stderr)
		}
		return out, err
	})
}

// rebaseStep rebases the cards of a step, and leaves in the groups those that have changed. It
// returns the names of those that could not be.
func rebaseStep(ctx context.Context, s *session.Session, rebaser *rebase.Rebaser, step steps.Step, groups []*group) (failed []string, err error) {
	if err := rebaser.Compiles(step.Name); err != nil {
		return nil, session.WayOut(fmt.Errorf("solutions/%s does not compile: %w", step.Name, err), "Repair it first: a card can only be brought to a solution that is whole.")
	}
	alone, changed := 0, 0
	var notes []string
	for _, group := range groups {
		if group.step.Name != step.Name {
			continue
		}
		var rebased []mistakes.Card
		for _, c := range group.cards {
			if ctx.Err() != nil {
				return nil, ctx.Err()
			}
			s.Screen.Progress("rebasing %s of %s: %s ...", group.kind, step.Name, c.Name)
			name := path.Join("testdata", group.kind, step.Name, c.Name+".diff")
			became, err := rebaser.Card(step.Name, c)
			switch {
			case err != nil:
				failed = append(failed, c.Name)
				notes = append(notes, fmt.Sprintf("%s could not be: %v", name, err))
				continue
			case became.Text == nil:
				alone++
				continue
			}
			changed++
			note, err := writeRebased(ctx, s.Workshop, name, became)
			if err != nil {
				return nil, err
			}
			notes = append(notes, note...)
			if c, err = mistakes.ReadFile(c.File); err != nil {
				return nil, err
			}
			rebased = append(rebased, c)
		}
		group.cards = rebased
	}
	s.Screen.Printf("%s: %d as they were, %d rebased, %d could not be.", step.Name, alone, changed, len(failed))
	for _, note := range notes {
		s.Screen.Wrap("  ", note)
	}
	return failed, nil
}

// writeRebased writes a rebased card, and returns what has to be said about it.
func writeRebased(ctx context.Context, workshop *steps.Workshop, name string, became rebase.Rebased) (notes []string, err error) {
	copied, err := overwrite(ctx, workshop, name, became.Text)
	if copied != "" {
		notes = append(notes, fmt.Sprintf("%s was written. What was there: %s", name, path.Base(copied)))
	}
	for _, place := range became.Kept {
		notes = append(notes, fmt.Sprintf("%s replaces all that the solution changed in %s: look whether it should have some of it.", name, place))
	}
	return notes, err
}

// proveGroups runs the tests on cards, says what came of it, and returns how many are wrong.
func (p *prover) proveGroups(ctx context.Context, which string, groups []*group) (wrong int, err error) {
	total := 0
	for _, group := range groups {
		total += len(group.cards)
	}
	if total == 0 {
		return 0, nil
	}
	found, err := p.prove(ctx, part{name: "cards", claim: which + " is what its head says", prove: func(ctx context.Context) (string, error) {
		for _, group := range groups {
			tests, err := group.step.Tests()
			if err != nil {
				return "", err
			}
			results, err := p.runEach(ctx, group.step, group.kind, group.cards, tests)
			if err != nil {
				return "", err
			}
			for i, c := range group.cards {
				p.judged(c, cardProblem(group.kind, c, results[i]))
			}
		}
		return fmt.Sprintf("%d of them", total), nil
	}})
	return len(found), err
}

// cardProblem returns what is wrong with what the tests made of a card of a kind, or "".
func cardProblem(kind string, c mistakes.Card, result gotest.Result) string {
	if kind == "variants" {
		return variantProblem(result)
	}
	return mistakeProblem(c, result)
}
