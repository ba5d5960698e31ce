package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"tokenauth.example/scripts/internal/check"
	"tokenauth.example/scripts/internal/command"
	"tokenauth.example/scripts/internal/gotest"
	"tokenauth.example/scripts/internal/mistakes"
	"tokenauth.example/scripts/internal/screen"
	"tokenauth.example/scripts/internal/session"
	"tokenauth.example/scripts/internal/setup"
	"tokenauth.example/scripts/internal/steps"
)

// verify proves that the workshop is right. Nothing in it depends on what a learner has done
// in steps/: solutions are run as they are, stubs as they are derived.
func verify(ctx context.Context, s *session.Session, in *command.Input) (int, error) {
	p, err := newProver(ctx, s, in)
	if err != nil {
		return command.Trouble, err
	}
	var found []string
	for _, part := range p.parts(in) {
		wrong, err := p.prove(ctx, part)
		if err != nil {
			return command.Trouble, err
		}
		for _, problem := range wrong {
			found = append(found, part.name+": "+headOf(problem))
		}
	}
	drifted, err := drift(s.Workshop)
	if err != nil {
		return command.Trouble, err
	}
	if len(drifted) > 0 {
		s.Screen.Printf("note   %d files in steps/ are not as they are derived. If you are learning, that is", len(drifted))
		s.Screen.Printf("       your work. If you maintain the workshop: %s", session.Plain("stubs -check"))
	}
	if len(found) > 0 { // people begin to read a long log at its end
		s.Screen.Printf("\n%d found wrong:", len(found))
		for _, head := range found {
			s.Screen.Wrap("  ", head)
		}
		return command.NotYet, nil
	}
	s.Screen.Printf("\nThe workshop is right.")
	return command.Done, nil
}

// prover proves the parts, and takes down what is wrong.
type prover struct {
	session  *session.Session
	screen   *screen.Screen
	workshop *steps.Workshop
	g        *gotest.Go
	cards    *cardRunner

	steps    []steps.Step
	only     string // the one card to run
	sample   mistakes.Sample
	race     bool // run what must pass under the race detector too
	update   bool // write golden files in place of comparing them
	problems []string
	stubs    map[string]check.StepReport // by step, what a learner sees at first
}

func newProver(ctx context.Context, s *session.Session, in *command.Input) (*prover, error) {
	list, err := in.Steps(s)
	if err != nil {
		return nil, err
	}
	g, err := s.Go(ctx)
	if err != nil {
		return nil, err
	}
	folders := []string{"solutions", "scripts"}
	if in.String("step") != "" || in.String("only") != "" {
		folders = folders[:1] // the runner's own tests are not run, so nothing of theirs is needed
	}
	for _, folder := range folders {
		if err := setup.Modules(ctx, s, folder); err != nil {
			return nil, err
		}
	}
	sample := mistakes.Sample{N: in.Int("sample")}
	if sample.N > 1 {
		commit, err := git(ctx, s.Workshop, "rev-parse", "HEAD")
		if err != nil {
			return nil, err
		}
		sample.Seed = strings.TrimSpace(string(commit))
	}
	return &prover{
		session: s, screen: s.Screen, workshop: s.Workshop, g: g, steps: list,
		cards: &cardRunner{g: g, workshop: s.Workshop, race: in.Bool("race")},
		only:  in.String("only"), sample: sample, race: in.Bool("race"), update: in.Bool("update"),
		stubs: map[string]check.StepReport{},
	}, nil
}

// part is one of the things to be proved.
type part struct {
	name, claim string
	ofStep      bool // it is proved where one step is to be proved
	ofCard      bool // it is proved where one card is
	prove       func(context.Context) (summary string, err error)
}

// parts returns what is to be proved, in order.
func (p *prover) parts(in *command.Input) []part {
	all := []part{
		{"versions", "one version of Go and of each module", false, false, p.versions},
		{"solutions", "they vet and pass every test", true, false, p.solutions},
		{"steady", "they pass shuffled, again and again, and on what fuzzing begins with", false, false, p.steady},
		{"stubs", "they vet, and fail every test by its own message", true, false, p.stubsFail},
		{"mistakes", "each is caught by the test meant for it", true, true, p.mistakes},
		{"variants", "each passes every test", true, true, p.variants},
		{"lessons", "they have their parts, and hints for every test", true, false, p.lessons},
		{"messages", "what learners are told is as it was read", true, false, p.messages},
		{"outputs", "what lessons show is what is printed", false, false, p.outputs},
		{"runner", "it vets and passes its own tests", false, false, p.runner},
	}
	switch {
	case p.only != "":
		all = slices.DeleteFunc(all, func(part part) bool { return !part.ofCard })
	case in.String("step") != "":
		all = slices.DeleteFunc(all, func(part part) bool { return !part.ofStep })
	}
	if in.Bool("cross") {
		all = append(all, part{"systems", "everything compiles for Windows and macOS", true, true, p.systems})
	}
	return all
}

// prove proves a part, prints what came of it, and returns what is wrong.
func (p *prover) prove(ctx context.Context, part part) (wrong []string, err error) {
	p.problems = nil
	began := time.Now()
	summary, err := part.prove(ctx)
	if err != nil {
		return nil, err
	}
	word := p.screen.Paint(screen.Green, "ok   ")
	if len(p.problems) > 0 {
		word = p.screen.Paint(screen.Red, "wrong")
	}
	p.screen.Printf("%s  %-10s %s: %s (%v)", word, part.name, part.claim, summary, time.Since(began).Round(time.Second))
	for _, problem := range p.problems {
		first, rest, _ := strings.Cut(problem, "\n")
		p.screen.Wrap("       ", first)
		for line := range strings.Lines(rest) { // an output, which must not be wrapped
			p.screen.Printf("         %s", strings.TrimRight(line, "\n"))
		}
	}
	return p.problems, nil
}

// headOf returns what is wrong in a line: with the first line of an output that says why.
func headOf(problem string) string {
	first, rest, _ := strings.Cut(problem, "\n")
	for line := range strings.Lines(rest) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "panic: ") || strings.HasPrefix(line, "fatal error: ") || strings.HasPrefix(line, "--- FAIL: ") {
			return first + " " + line
		}
	}
	return first
}

// wrong takes down something that is wrong.
func (p *prover) wrong(format string, args ...any) {
	p.problems = append(p.problems, fmt.Sprintf(format, args...))
}
