package report

import (
	"strconv"
	"strings"

	"tokenauth.example/scripts/internal/verdict"
)

// htmlStep is a step's map: a row for each learner, a column for each test.
type htmlStep struct {
	ID, Number, Title, MaxPoints string
	Tests                        []htmlTest
	Tasks                        []htmlTask
	Rows                         []htmlRow
	Wide                         bool // does not fit a screen
}

// htmlTask is a task of the step, and how many tests are about it.
type htmlTask struct{ Number, Tests int }

type htmlTest struct {
	Name, Subject, Rest, Requirement, Points string
	Guard, First                             bool // First of its task
	Task, Passed, Missed                     int
}

type htmlRow struct {
	Person, Name, Points string
	Cells                []htmlCell
	Nothing              int // how many columns have no cell, since nothing was graded
}

type htmlCell struct {
	Mark            htmlMark
	First, Unstable bool

	result *htmlResult // nil for a pass
}

// To returns where the cell's message is, "" for a pass.
func (c htmlCell) To() string {
	if c.result == nil {
		return ""
	}
	return c.result.ID
}

// htmlWide is how many columns fit a screen.
const htmlWide = 32

func newHTMLStep(index int, step Step) htmlStep {
	s := htmlStep{ID: "s" + strconv.Itoa(index+1), Title: htmlLine(step.Title, 100), Wide: len(step.Tests) > htmlWide}
	s.Number, _, _ = strings.Cut(htmlLine(step.Name, 100), "-")
	maxPoints := 0.0
	for t, test := range step.Tests {
		name := htmlLine(test.Name, 80)
		subject, rest, both := strings.Cut(strings.TrimPrefix(name, "Test"), "_")
		if !both {
			subject, rest = "", subject
		}
		maxPoints += test.Points
		if t == 0 || step.Tests[t-1].Task != test.Task {
			s.Tasks = append(s.Tasks, htmlTask{Number: test.Task})
		}
		s.Tasks[len(s.Tasks)-1].Tests++
		s.Tests = append(s.Tests, htmlTest{
			Name: name, Subject: subject, Rest: rest, Requirement: htmlSentence(test.Requirement, 300), Points: htmlNumber(test.Points),
			Guard: test.Points == 0, Task: test.Task, First: htmlFirst(step, t),
		})
	}
	s.MaxPoints = htmlNumber(maxPoints)
	return s
}

// htmlFirst reports whether a test is the first of its task, and not of the step.
func htmlFirst(step Step, t int) bool { return t > 0 && step.Tests[t-1].Task != step.Tests[t].Task }

// addRow adds a learner to the map.
func (s *htmlStep) addRow(person htmlPerson, part htmlPart, cells []htmlCell) {
	row := htmlRow{Person: person.ID, Name: person.Name, Points: part.Points, Cells: cells}
	if part.Missing {
		row.Nothing = max(1, len(s.Tests))
	}
	for t, cell := range cells {
		switch cell.Mark {
		case htmlMarkOf(verdict.Pass):
			s.Tests[t].Passed++
		case htmlMarkOf(verdict.NotRun), htmlMarkOf(verdict.GraderError):
		default:
			s.Tests[t].Missed++
		}
	}
	s.Rows = append(s.Rows, row)
}
