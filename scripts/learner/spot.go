package learner

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"

	"tokenauth.example/scripts/internal/check"
	"tokenauth.example/scripts/internal/command"
	"tokenauth.example/scripts/internal/mistakes"
	"tokenauth.example/scripts/internal/screen"
	"tokenauth.example/scripts/internal/session"
	"tokenauth.example/scripts/internal/steps"
)

// spot is a game: it shows a function of a step that is done, with a mistake in it that people
// have really made, and asks where it is and what it costs.
func spot(ctx context.Context, s *session.Session, in *command.Input) (int, error) {
	only, err := in.Step(s)
	if err != nil {
		return command.Trouble, err
	}
	done, err := doneSteps(ctx, s, only)
	if err != nil {
		return command.Trouble, err
	}
	if len(done) == 0 {
		s.Screen.Printf("")
		s.Screen.Wrap("  ", "The game shows the reference of steps that you have done, and this would give away the others. Finish one first:")
		s.Screen.Printf("  %s", s.Command("check", only))
		return command.NotYet, nil
	}
	score := loadScore(s)
	puzzle, others, err := deal(done, score)
	if err != nil {
		return command.Trouble, err
	}
	if puzzle == nil {
		s.Screen.Printf("")
		s.Screen.Wrap("  ", fmt.Sprintf("You've played all of them here, and found %d of %d. From now on they repeat.", score.Right, score.Of))
		score.Played = map[string]bool{}
		score.save(s)
		return command.Done, nil
	}
	play(s.Screen, os.Stdin, *puzzle, others, score)
	score.save(s)
	s.Screen.Printf("\n  Found so far: %d of %d.   Another: %s", score.Right, score.Of, s.Command("spot", only))
	return command.Done, nil
}

// doneSteps returns the steps that are done, or the one that is asked for if it is.
func doneSteps(ctx context.Context, s *session.Session, only *steps.Step) ([]steps.Step, error) {
	checked, err := checkSteps(ctx, s, only)
	if err != nil {
		return nil, err
	}
	var done []steps.Step
	for _, report := range checked.reports {
		if report.State == check.Done {
			done = append(done, report.Step)
		}
	}
	return done, nil
}

// deal draws a mistake that has not been played, and two others of its step, for what they
// cost. puzzle is nil if all have been played.
func deal(list []steps.Step, score *score) (puzzle *puzzle, others []mistakes.Card, err error) {
	type candidate struct {
		step steps.Step
		card mistakes.Card
	}
	var deck []candidate
	decks := map[string][]mistakes.Card{}
	for _, step := range list {
		cards, err := mistakes.Read(step.Workshop.Path("testdata", "mistakes", step.Name))
		if err != nil {
			return nil, nil, err
		}
		decks[step.Name] = cards
		for _, card := range cards {
			if !score.Played[step.Name+"/"+card.Name] {
				deck = append(deck, candidate{step, card})
			}
		}
	}
	for len(deck) > 0 {
		i := rand.IntN(len(deck))
		drawn := deck[i]
		deck = append(deck[:i], deck[i+1:]...)
		if puzzle, err = newPuzzle(drawn.step, drawn.card); err != nil {
			continue // a card that its solution has left behind is its maintainers' to find
		}
		for _, n := range rand.Perm(len(decks[drawn.step.Name])) {
			other := decks[drawn.step.Name][n]
			if other.Caught != drawn.card.Caught && len(others) < 2 {
				others = append(others, other)
			}
		}
		return puzzle, others, nil
	}
	return nil, nil, nil
}

// play shows a puzzle, asks, and shows the card.
func play(out *screen.Screen, from io.Reader, p puzzle, others []mistakes.Card, score *score) {
	answers := bufio.NewScanner(from)
	out.Printf("\n  %s. Somebody changed one thing here, and it is wrong.\n", p.name())
	for _, part := range p.parts {
		for i, line := range part.lines {
			out.Printf("  %4d  %s", part.first+i, strings.ReplaceAll(line, "\t", "    "))
		}
		out.Printf("")
	}
	out.Printf("  Which line is it? Its number, or Enter to give up:")
	line, _ := strconv.Atoi(ask(answers))
	found := p.at(line)
	right := p.costs(out, answers, others)
	out.Printf("")
	switch {
	case found && right:
		out.Printf("  %s", out.Paint(screen.Green, "Right, both times."))
	case found:
		out.Printf("  %s", out.Paint(screen.Green, "You've found it."))
	case right:
		out.Printf("  The line is another one, but that is what it costs.")
	default:
		out.Printf("  Not this time.")
	}
	p.show(out)
	score.Played[p.key()] = true
	score.Of++
	if found {
		score.Right++
	}
}

// costs asks what a mistake costs, and reports whether the answer is right.
func (p puzzle) costs(out *screen.Screen, answers *bufio.Scanner, others []mistakes.Card) bool {
	choices := append([]mistakes.Card{p.card}, others...)
	rand.Shuffle(len(choices), func(i, j int) { choices[i], choices[j] = choices[j], choices[i] })
	out.Printf("\n  And what does it cost?")
	right := ""
	for i, card := range choices {
		letter := string(rune('a' + i))
		if card.Name == p.card.Name {
			right = letter
		}
		out.Label(screen.Faint, fmt.Sprintf("    %s  ", letter), card.Costs)
	}
	return strings.ToLower(ask(answers)) == right
}

// ask returns a line that somebody types, or "" when there are no more.
func ask(answers *bufio.Scanner) string {
	if !answers.Scan() {
		return ""
	}
	return strings.TrimSpace(answers.Text())
}
