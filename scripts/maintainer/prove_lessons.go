package main

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"tokenauth.example/scripts/internal/lesson"
	"tokenauth.example/scripts/internal/steps"
)

// The parts of every lesson, in order.
var headings = []string{"The idea", "Your tasks", "Check yourself", "What you have built", "Spot the bug", "Where it breaks in real life", "Going further"}

const (
	maxBefore   = 650 // words before somebody may write code
	minHints    = 3
	pictureMark = "```mermaid\n"
)

func (p *prover) lessons(context.Context) (string, error) {
	words := 0
	for _, step := range p.steps {
		text, err := lesson.Read(step.Dir())
		if err != nil {
			p.wrong("steps/%s/README.md cannot be read: git restore steps/%[1]s", step.Name)
			continue
		}
		words += text.Words
		compareForm(step, text, p.wrong)
		if err := compareNumbers(step, text, p.wrong); err != nil {
			return "", err
		}
	}
	return fmt.Sprintf("%d words", words), p.mapped()
}

// compareForm looks whether a lesson has the form of all lessons.
func compareForm(step steps.Step, text lesson.Lesson, wrong func(format string, args ...any)) {
	name := "steps/" + step.Name + "/README.md"
	var got []string
	for _, match := range regexp.MustCompile(`(?m)^## (.+)$`).FindAllStringSubmatch(text.Text, -1) {
		got = append(got, match[1])
	}
	if !slices.Equal(got, headings) {
		wrong("%s: the headings must be %q, and they are %q", name, headings, got)
	}
	if !bugs.MatchString(text.Text) || !strings.Contains(text.Text, "]("+spotPage+")") {
		wrong("%s: needs to name three bugs, <!-- bugs: a, b, c -->, and to link %s", name, spotPage)
	}
	if strings.HasSuffix(text.Built, ":") {
		wrong("%s: the first paragraph of \"What you have built\" is shown alone when the step is done, so it can't end with a colon", name)
	}
	if text.Minutes == "" {
		wrong("%s: needs a line such as: 20–35 minutes", name)
	}
	if text.Before > maxBefore {
		wrong("%s: has %d words before \"Check yourself\", and %d is the most", name, text.Before, maxBefore)
	}
	if n := strings.Count(text.Text, pictureMark); n != 1 {
		wrong("%s: needs one picture (%s), and has %d", name, strings.TrimSpace(pictureMark), n)
	}
}

// compareNumbers compares the numbers of a step's tasks: in the lesson, the stubs, the tests
// and the hints.
func compareNumbers(step steps.Step, text lesson.Lesson, wrong func(format string, args ...any)) error {
	files, err := step.Files()
	if err != nil {
		return err
	}
	tests, err := step.Tests()
	if err != nil {
		return err
	}
	set := map[int]bool{}
	for _, file := range files {
		for _, todo := range file.Todos {
			set[todo.Number] = true
		}
	}
	var todos, tested []int
	for number := range set {
		todos = append(todos, number)
	}
	slices.Sort(todos)
	for _, test := range tests {
		if len(tested) == 0 || tested[len(tested)-1] != test.Task {
			tested = append(tested, test.Task)
		}
	}
	if !slices.Equal(todos, text.Tasks) {
		wrong("steps/%s/README.md: the tasks are %v, and the stub's TODOs %v", step.Name, text.Tasks, todos)
	}
	if !slices.Equal(todos, tested) {
		wrong("%s: the tests are about the tasks %v, and the stub's TODOs are %v", step.Name, tested, todos)
	}
	hints, err := lesson.ReadHints(step.Dir())
	if err != nil {
		wrong("steps/%s: %v", step.Name, err)
		return nil
	}
	for _, test := range tests {
		if n := len(hints[test.Name]); n < minHints {
			wrong("steps/%s/HINTS.md: %s has %d hints, and needs %d", step.Name, test.Name, n, minHints)
		}
		delete(hints, test.Name)
	}
	for name := range hints {
		wrong("steps/%s/HINTS.md: there is no test %s", step.Name, name)
	}
	return nil
}
