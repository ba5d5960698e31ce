package report

import (
	"slices"
	"strconv"

	"tokenauth.example/scripts/internal/verdict"
)

// htmlPerson is a learner, and what became of everything.
type htmlPerson struct {
	ID, Name, Source, Points, MaxPoints, Took, Problem string
	Graded                                             bool
	Passed, Tests                                      int
	Notes                                              []string
	Steps                                              []htmlPart
}

// htmlPart is a learner's step.
type htmlPart struct {
	Number, Title, Points, MaxPoints string
	Shade                            int // 0 to 4
	Missing                          bool
	Graded                           bool // it is known what became of all tests
	Passed, Tests                    int
	Notes                            []string
	Build                            string
	Results                          []*htmlResult

	build string // as it came
}

// htmlResult is a test that did not pass, or several of a step with the same story.
type htmlResult struct {
	ID              string
	Mark            htmlMark
	Unstable        bool
	Tests           []string
	All             bool // of the step's tests, and more than one
	Requirement     string
	Points          string
	Message, Output string
	Looks           []string

	message, output string // as they came
	mistakes        []string
}

func newHTMLPerson(index int, l Learner) htmlPerson {
	person := htmlPerson{
		ID: "l" + strconv.Itoa(index+1), Name: htmlName(l.Name), Source: htmlLine(l.Source, 200), Points: htmlNumber(l.Points), MaxPoints: htmlNumber(l.MaxPoints),
		Took: htmlSeconds(l.Seconds), Problem: htmlText(l.Problem, 2000), Graded: l.Graded(), Notes: htmlLines(l.Notes),
	}
	person.Passed, person.Tests = l.Passed()
	return person
}

// newHTMLPart returns a learner's step, and its cells in the step's map. The prefix begins
// the results' ids.
func newHTMLPart(prefix string, step Step, result StepResult) (htmlPart, []htmlCell) {
	part := htmlPart{Notes: htmlLines(result.Notes), build: result.Build, Tests: len(step.Tests), Missing: len(result.Tests) == 0, Graded: len(result.Tests) > 0 && result.Graded()}
	cells := make([]htmlCell, 0, len(step.Tests))
	points, maxPoints := 0.0, 0.0
	for t, test := range result.Tests[:min(len(result.Tests), len(step.Tests))] {
		points, maxPoints = points+test.Points, maxPoints+test.MaxPoints
		cell := htmlCell{Mark: htmlMarkOf(test.Verdict), First: htmlFirst(step, t), Unstable: test.Unstable}
		if test.Verdict == verdict.Pass {
			part.Passed++
		}
		if test.Verdict != verdict.Pass || test.Unstable {
			cell.result = part.add(prefix+strconv.Itoa(t+1), step.Tests[t], test)
		}
		cells = append(cells, cell)
	}
	for _, r := range part.Results {
		r.All = len(r.Tests) > 1 && len(r.Tests) == len(step.Tests)
	}
	part.Points, part.MaxPoints = htmlNumber(points), htmlNumber(maxPoints)
	switch {
	case part.Missing:
		part.Points = ""
	case !part.Graded:
		part.Points = "–"
	case maxPoints > 0:
		part.Shade = int(4 * points / maxPoints)
	}
	return part, cells
}

// add adds a result to the step, to those with the same story if there are any. Id is for a
// story that is new.
func (part *htmlPart) add(id string, test Test, result TestResult) *htmlResult {
	mark, message := htmlMarkOf(result.Verdict), result.Message()
	at := slices.IndexFunc(part.Results, func(r *htmlResult) bool {
		return r.Mark == mark && r.Unstable == result.Unstable && r.message == message && r.output == result.Output && slices.Equal(r.mistakes, result.Mistakes)
	})
	if at < 0 {
		points := ""
		if result.Known() {
			points = htmlNumber(result.Points) + " of " + htmlNumber(result.MaxPoints)
		}
		r := &htmlResult{
			ID: id, Mark: mark, Unstable: result.Unstable, Tests: []string{htmlLine(result.Name, 80)}, Looks: htmlLines(result.Mistakes),
			Requirement: htmlSentence(test.Requirement, 300), Points: points,
			message: message, output: result.Output, mistakes: result.Mistakes,
		}
		part.Results = append(part.Results, r)
		return r
	}
	r := part.Results[at]
	r.Tests = append(r.Tests, htmlLine(result.Name, 80))
	r.Requirement, r.Points = "", "" // which differ
	return r
}

// merge makes one result of those that say the same now that their texts are left out.
func (part *htmlPart) merge() {
	var kept []*htmlResult
	for _, r := range part.Results {
		at := slices.IndexFunc(kept, func(k *htmlResult) bool {
			return k.Mark == r.Mark && k.Unstable == r.Unstable && slices.Equal(k.mistakes, r.mistakes)
		})
		if at < 0 {
			kept = append(kept, r)
			continue
		}
		kept[at].Tests = append(kept[at].Tests, r.Tests...)
		kept[at].Points = "" // which differ
		r.ID = kept[at].ID   // where its cells lead
	}
	part.Results = kept
	for _, r := range kept {
		r.All = len(r.Tests) > 1 && len(r.Tests) == part.Tests
	}
}
