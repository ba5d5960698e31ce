package report

import (
	"bufio"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"strings"
	"time"

	"tokenauth.example/scripts/internal/verdict"
)

//go:embed class.html.tmpl
var htmlSource string

var htmlTemplate = template.Must(template.New("class").Parse(htmlSource))

// htmlPolicy lets the browser load nothing at all, and use only the one stylesheet that is
// part of the page. Whatever gets past the escaping cannot run, and cannot send anything.
var htmlPolicy = func() string {
	_, style, _ := strings.Cut(htmlSource, "<style>")
	style, _, _ = strings.Cut(style, "</style>")
	sum := sha256.Sum256([]byte(style))
	return "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; base-uri 'none'; form-action 'none'"
}()

// HTML writes the class as one page for the teacher. It needs no other file, no network and
// no JavaScript.
func HTML(w io.Writer, c Class) error {
	out := bufio.NewWriter(w)
	if err := htmlTemplate.Execute(out, newHTMLPage(c)); err != nil {
		return err
	}
	return out.Flush()
}

// htmlPage is what the template shows. Each of its parts is in a file of its own.
type htmlPage struct {
	Policy, Title                     string
	Graded, GradedISO, Took, Isolated string
	Alarms, Warnings                  []string
	Learners                          int
	Stats                             *htmlStats
	Legend                            []htmlLegend
	Unrun                             []htmlMistake
	Mistakes, MoreMistakes            []htmlMistake
	Steps                             []htmlStep
	People                            []htmlPerson
	MaxMessage, MaxOutput             int // texts are shortened to so many bytes
	Lowered                           bool
}

func newHTMLPage(c Class) *htmlPage {
	p := &htmlPage{
		Policy:   htmlPolicy,
		Title:    fmt.Sprintf("Class report, %s", htmlPlural(len(c.Learners), "learner")),
		Isolated: htmlLine(c.Isolation, 80),
		Graded:   "at an unknown time",
		Took:     htmlSeconds(c.Seconds),
		Learners: len(c.Learners),
		Warnings: htmlLines(c.Warnings),
		Stats:    newHTMLStats(c),
	}
	if !c.Graded.IsZero() {
		p.Graded, p.GradedISO = c.Graded.Format("Monday 2 January 2006, 15:04 MST"), c.Graded.Format(time.RFC3339)
		p.Title += ", " + c.Graded.Format("2 January 2006")
	}
	for s, step := range c.Steps {
		p.Steps = append(p.Steps, newHTMLStep(s, step))
	}
	var counts htmlCounts
	for i, l := range c.Learners {
		person := newHTMLPerson(i, l)
		for s, step := range c.Steps {
			var result StepResult
			if s < len(l.Steps) {
				result = l.Steps[s]
			}
			part, cells := newHTMLPart(fmt.Sprintf("r%d-%d-", i+1, s+1), step, result)
			part.Number, part.Title = p.Steps[s].Number, p.Steps[s].Title
			person.Steps = append(person.Steps, part)
			p.Steps[s].addRow(person, part, cells)
			counts.add(result.Tests[:len(cells)])
		}
		p.People = append(p.People, person)
	}
	p.Alarms = htmlAlarms(c, counts)
	p.Legend = newHTMLLegend(counts)
	p.fillIn()
	p.findMistakes(c)
	return p
}

// htmlAlarms returns what the teacher must know before anything else.
func htmlAlarms(c Class, counts htmlCounts) []string {
	var alarms []string
	switch c.Isolation {
	case "none":
		alarms = append(alarms, "Nothing kept the submissions in. While it was graded, any of them could read and change this machine, the other submissions, and this result.")
	case "":
		alarms = append(alarms, "It is not known what kept the submissions in. Trust this result only if you trust every submission.")
	}
	if c.Interrupted {
		alarms = append(alarms, "Grading was interrupted. A learner with a test that was not run has no grade yet, and does not count in the statistics.")
	}
	if n := counts.verdicts[verdict.GraderError]; n > 0 {
		alarms = append(alarms, fmt.Sprintf("The grader itself failed %s. Learners whom that befell have no grade, through no fault of theirs: grade again.", htmlPlural(n, "time")))
	}
	return alarms
}
