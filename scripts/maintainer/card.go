package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"regexp"

	"tokenauth.example/scripts/internal/command"
	"tokenauth.example/scripts/internal/gotest"
	"tokenauth.example/scripts/internal/mistakes"
	"tokenauth.example/scripts/internal/session"
	"tokenauth.example/scripts/internal/steps"
	"tokenauth.example/scripts/internal/verdict"
)

// card makes a card of a solution that somebody has edited, proves it, and puts the solution
// back.
func card(ctx context.Context, s *session.Session, in *command.Input) (int, error) {
	step, c, err := namedCard(s, in)
	if err != nil {
		return command.Trouble, err
	}
	g, err := s.Go(ctx)
	if err != nil {
		return command.Trouble, err
	}
	edited, err := readEdit(ctx, step)
	if err != nil {
		return command.Trouble, err
	}
	tests, err := step.Tests()
	if err != nil {
		return command.Trouble, err
	}
	s.Screen.Progress("testing solutions/%s ...", step.Name)
	runner := &cardRunner{g: g, workshop: s.Workshop}
	result, err := runner.overlay(ctx, step, nil, tests, false)
	if err != nil {
		return command.Trouble, err
	}
	s.Screen.Clear()
	kind := "mistakes"
	if in.Bool("variant") || in.String("differs") != "" {
		kind = "variants"
	}
	if !showResult(s, step, kind, result) {
		return command.NotYet, nil
	}
	head, err := askHead(newAsker(os.Stdin, s.Screen), in, c.Head, kind, result)
	if err != nil {
		return command.Trouble, err
	}
	c = c.With(head)
	if problem := judge(kind, c, result); problem != "" {
		return command.Trouble, session.WayOut(errors.New("the head is not true: "+problem), "Nothing was written. Say it again.")
	}
	if err := writeCard(ctx, s, kind, &c, edited); err != nil {
		return command.Trouble, err
	}
	if err := edited.putBack(); err != nil {
		return command.Trouble, err
	}
	s.Screen.Printf("solutions/%s is as git has it again.", step.Name)
	return proveCard(ctx, s, &group{step, kind, []mistakes.Card{c}}, runner)
}

var cardName = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// namedCard returns the step and the card that are to be made. A card that is there already is
// to be made again, and has its head.
func namedCard(s *session.Session, in *command.Input) (steps.Step, mistakes.Card, error) {
	c := mistakes.Card{}
	example := session.Plain("card -step 03 accepts-hs512")
	if len(in.Args) != 1 || in.String("step") == "" {
		return steps.Step{}, c, session.WayOut(errors.New("which card, of which step?"), "Name both, as in: %s", example)
	}
	list, err := in.Steps(s)
	if err != nil {
		return steps.Step{}, c, err
	}
	step, name := list[0], in.Args[0]
	if !cardName.MatchString(name) {
		return step, c, session.WayOut(fmt.Errorf("%q is no name for a card", name), "Say what it does, in small letters with dashes, as in: %s", example)
	}
	for _, kind := range cardKinds {
		old, err := mistakes.ReadFile(s.Workshop.Path("testdata", kind, step.Name, name+".diff"))
		switch {
		case err == nil:
			c = old
		case !errors.Is(err, os.ErrNotExist):
			return step, c, err
		}
	}
	c.Name = name
	return step, c, nil
}

// showResult shows what the tests make of the edited solution, and reports whether that can be
// a card of the kind.
func showResult(s *session.Session, step steps.Step, kind string, result gotest.Result) bool {
	if result.Build != "" {
		s.Screen.Printf("It does not compile:\n\n%s\n", result.Build)
		s.Screen.Wrap("", "A card compiles: what the compiler finds, nobody needs a test for.")
		return false
	}
	for _, test := range result.Tests {
		if test.Verdict == verdict.Pass {
			continue
		}
		s.Screen.Printf("%s %s", test.Name, test.Verdict)
		s.Screen.Wrap("    ", said(test))
	}
	switch caught := !result.Done(); {
	case kind == "mistakes" && !caught:
		s.Screen.Wrap("", "Every test passes. If this is wrong, write the test that catches it in solutions/"+step.Name+", commit that, and call this again. If it is right, it is a variant: say so with -variant.")
	case kind == "variants" && caught:
		s.Screen.Wrap("", "A variant is right, and passes every test. If this is right, then what the tests above ask for is too much; if it is wrong, leave -variant out.")
	default:
		return true
	}
	return false
}

// writeCard writes a card of what was edited. It is an error if the card, read again, would
// make anything else of the solution in git.
func writeCard(ctx context.Context, s *session.Session, kind string, c *mistakes.Card, edited *edit) error {
	text, err := c.Write(edited.before, edited.now)
	if err != nil {
		return err
	}
	name := path.Join("testdata", kind, edited.step.Name, c.Name+".diff")
	file := s.Workshop.Path(filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	copied, err := overwrite(ctx, s.Workshop, name, text)
	if err != nil {
		return err
	}
	s.Screen.Printf("\n%s was written", name)
	if copied != "" {
		s.Screen.Printf("  What was there: %s", path.Base(copied))
	}
	if *c, err = mistakes.ReadFile(file); err != nil {
		return err
	}
	return edited.madeBy(*c)
}

// proveCard proves a card on the solution as it is, and puts it on the list of cards.
func proveCard(ctx context.Context, s *session.Session, made *group, runner *cardRunner) (int, error) {
	p := &prover{session: s, screen: s.Screen, workshop: s.Workshop, g: runner.g, cards: runner}
	wrong, err := p.proveGroups(ctx, "it", []*group{made})
	if err != nil {
		return command.Trouble, err
	}
	lists, err := driftedLists(s.Workshop)
	if err != nil {
		return command.Trouble, err
	}
	if err := derive(ctx, s, lists); err != nil {
		return command.Trouble, err
	}
	if wrong > 0 {
		return command.NotYet, nil
	}
	return command.Done, nil
}
