package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"tokenauth.example/scripts/internal/command"
	"tokenauth.example/scripts/internal/gotest"
	"tokenauth.example/scripts/internal/mistakes"
	"tokenauth.example/scripts/internal/screen"
	"tokenauth.example/scripts/internal/session"
	"tokenauth.example/scripts/internal/verdict"
)

// asker asks questions on the screen.
type asker struct {
	answers *bufio.Reader
	screen  *screen.Screen
}

func newAsker(in io.Reader, out *screen.Screen) *asker { return &asker{bufio.NewReader(in), out} }

// ask asks for one line. With nothing typed, it is what was proposed.
func (a *asker) ask(question, proposed string) (string, error) {
	a.screen.Printf("")
	a.screen.Wrap("", question)
	if proposed != "" {
		a.screen.Wrap("  ", "Press Enter for: "+proposed)
	}
	line, err := a.answers.ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", err
	}
	if line = strings.TrimSpace(line); line == "" {
		line = proposed
	}
	return line, nil
}

// askHead returns the head of a card. What flags do not say is asked for. Old is the head of
// the card that is made again, and result what the tests made of the new one.
func askHead(a *asker, in *command.Input, old mistakes.Head, kind string, result gotest.Result) (head mistakes.Head, err error) {
	questions := []question{
		{"differs", "How does it differ from the solution?", &head.Differs, func() string { return old.Differs }, false},
	}
	if kind == "mistakes" {
		questions = []question{
			{"wrong", `What is wrong? As in: accepts any HMAC, not only HS256`, &head.Wrong, func() string { return old.Wrong }, false},
			{"costs", `What does that cost in the real world, and who says so? As in: somebody who sends a token chooses how it is checked (CVE-2018-0114)`, &head.Costs, func() string { return old.Costs }, false},
			{"breaks", `Which requirements does it break, of those in testdata/standards.txt? As in: ASVS 9.1.2; RFC 8725, section 3.1. Enter alone is for none.`, &head.Breaks, func() string { return old.Breaks }, true},
			{"caught", "Which test catches it?", &head.Caught, func() string { return proposedTest(old.Caught, result) }, false},
			{"says", "Which phrase of what that test says tells a learner what is wrong?", &head.Says, func() string { return proposedPhrase(old.Says, head.Caught, result) }, false},
		}
	}
	for _, q := range questions {
		if *q.answer = in.String(q.name); *q.answer != "" {
			continue
		}
		if *q.answer, err = a.ask(q.text, q.propose()); err != nil {
			return head, err
		}
		if *q.answer == "" && !q.optional {
			return head, session.WayOut(fmt.Errorf("the card needs to say it: %s", q.name), "Answer, or say it with -%s. Nothing was written.", q.name)
		}
	}
	head.Ends = "failed"
	if test := resultOf(head.Caught, result); test != nil && kind == "mistakes" {
		head.Ends = endings[test.Verdict]
	}
	return head, nil
}

// question is one that is asked about a card.
type question struct {
	name, text string
	answer     *string
	propose    func() string
	optional   bool
}

func resultOf(name string, result gotest.Result) *gotest.TestResult {
	i := slices.IndexFunc(result.Tests, func(t gotest.TestResult) bool { return t.Name == name })
	if i < 0 {
		return nil
	}
	return &result.Tests[i]
}

// proposedTest is the one that caught the card before, or the first that catches it now.
func proposedTest(old string, result gotest.Result) string {
	if test := resultOf(old, result); test != nil && test.Verdict != verdict.Pass {
		return old
	}
	return result.FirstFailure().Name
}

// proposedPhrase is the one that the card had before, if the test says it still, or the
// beginning of what the test says.
func proposedPhrase(old, test string, result gotest.Result) string {
	caught := resultOf(test, result)
	if caught == nil {
		return ""
	}
	text := strings.Join(strings.Fields(said(*caught)), " ")
	if old != "" && strings.Contains(text, old) {
		return old
	}
	phrase, _, _ := strings.Cut(text, ": ")
	return phrase
}

// said returns what a test says to a learner: its message, or Go's words for a crash.
func said(test gotest.TestResult) string {
	if test.Failure != nil {
		return test.Failure.Why
	}
	if crash := gotest.ParseCrash(test.Output); crash != nil {
		return crash.Said
	}
	return ""
}
