package report

import (
	"bufio"
	"cmp"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"tokenauth.example/scripts/internal/text"
	"tokenauth.example/scripts/internal/verdict"
)

//go:embed class.html.tmpl
var htmlSource string

var htmlTemplate = template.Must(template.New("class").Parse(htmlSource))

// htmlPolicy lets the browser load nothing at all, and use the one stylesheet that stands
// in the page. Whatever gets past the escaping cannot run, and cannot send anything.
var htmlPolicy = func() string {
	_, style, _ := strings.Cut(htmlSource, "<style>")
	style, _, _ = strings.Cut(style, "</style>")
	sum := sha256.Sum256([]byte(style))
	return "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; base-uri 'none'; form-action 'none'"
}()

// HTML writes the class as one page for whoever teaches it. It needs no other file, no
// network and no JavaScript.
func HTML(w io.Writer, c Class) error {
	out := bufio.NewWriter(w)
	if err := htmlTemplate.Execute(out, newHTMLPage(c)); err != nil {
		return err
	}
	return out.Flush()
}

type htmlPage struct {
	Policy, Title                     string
	Graded, GradedISO, Took, Isolated string
	Alarms, Warnings                  []string
	Learners                          int
	Failures                          int // learners' tests that failed
	Stats                             *htmlStats
	Legend                            []htmlLegend
	Unrun                             []htmlMistake
	Mistakes, MoreMistakes            []htmlMistake
	Steps                             []htmlStep
	People                            []htmlPerson
	Message, Output                   int // texts are shortened to this
	Lowered                           bool
}

// htmlMark is how a verdict looks: a class of the stylesheet, and a letter that says the
// same without colour.
type htmlMark struct{ Class, Letter, Word string }

type htmlLegend struct {
	Mark    htmlMark
	Meaning string
	Count   int
}

var htmlLegends = map[verdict.Verdict]htmlLegend{
	verdict.Pass:        {Mark: htmlMark{"p", "✓", ""}, Meaning: "each time it was run"},
	verdict.Fail:        {Mark: htmlMark{"f", "F", ""}, Meaning: "an assertion failed"},
	verdict.Error:       {Mark: htmlMark{"e", "E", ""}, Meaning: "it panicked, or its process ended"},
	verdict.TimedOut:    {Mark: htmlMark{"t", "T", ""}, Meaning: "it did not end in its time"},
	verdict.OutOfMemory: {Mark: htmlMark{"m", "M", ""}, Meaning: "it needed more than it may have"},
	verdict.OutputLimit: {Mark: htmlMark{"l", "L", ""}, Meaning: "it printed more than it may"},
	verdict.BuildError:  {Mark: htmlMark{"b", "B", ""}, Meaning: "the code does not compile, or files are missing"},
	verdict.Rejected:    {Mark: htmlMark{"r", "R", ""}, Meaning: "the code uses what no step needs"},
	verdict.Tampered:    {Mark: htmlMark{"x", "X", ""}, Meaning: "the code changes what the tests say"},
	verdict.NotRun:      {Mark: htmlMark{"n", "–", ""}, Meaning: "grading was interrupted before it"},
	verdict.GraderError: {Mark: htmlMark{"g", "G", ""}, Meaning: "the grader could not find out; not the learner's fault"},
}

func htmlMarkOf(v verdict.Verdict) htmlMark {
	m := htmlMark{"g", "?", htmlLine(string(v), 40)}
	if known, ok := htmlLegends[v]; ok {
		m.Class, m.Letter = known.Mark.Class, known.Mark.Letter
	}
	return m
}

type htmlStats struct {
	Of                                 int // learners that count
	Mean, Most, Share, Deviation       string
	Median, LowerQuarter, UpperQuarter string
	Lowest, Highest                    string
	Bars                               []htmlBar
	Told                               string // the bars in words
}

type htmlBar struct{ X, Y, Height, LabelY, Count int }

type htmlLink struct{ To, Text string }

type htmlCount struct {
	Text  string
	Count int
}

// htmlMistake is a test that learners failed, or a step whose code was not run.
type htmlMistake struct {
	Test, Step, Requirement string
	Mark                    htmlMark
	Count, Of, Bar          int
	Looks                   []htmlCount
	MoreLooks               int
	Who, MoreWho            []htmlLink
}

type htmlStep struct {
	ID, Number, Title, Most string
	Tests                   []htmlTest
	Tasks                   []htmlTask
	Rows                    []htmlRow
	Mean                    string
	Wide                    bool // does not fit a screen
}

type htmlTask struct{ Number, Tests int }

type htmlTest struct {
	Name, Subject, Rest, Requirement, Points string
	Guard, First                             bool // First of its task
	Task, Passed, Missed                     int
}

type htmlRow struct {
	Person, Name, Points string
	Cells                []htmlCell
	Nothing              int // so many tests that there is nothing to say of
}

type htmlCell struct {
	Mark            htmlMark
	To              string // where its message is, "" for a pass
	First, Unstable bool
}

type htmlPerson struct {
	ID, Name, Source, Points, Most, Took, Problem string
	Passed, Tests                                 int
	Notes                                         []string
	Steps                                         []htmlPart
}

// htmlPart is a learner's step.
type htmlPart struct {
	Number, Title, Points, Most string
	Shade                       int // 0 to 4
	Missing                     bool
	Passed, Tests               int
	Notes                       []string
	Build                       string
	Results                     []*htmlResult

	build string
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

func newHTMLPage(c Class) *htmlPage {
	p := &htmlPage{
		Policy:   htmlPolicy,
		Isolated: htmlLine(c.Isolation, 80),
		Graded:   "at an unknown time",
		Took:     htmlSeconds(c.Seconds),
		Learners: len(c.Learners),
		Warnings: htmlLines(c.Warnings),
	}
	p.Title = fmt.Sprintf("Class report, %s", htmlPlural(len(c.Learners), "learner"))
	if !c.Graded.IsZero() {
		p.Graded, p.GradedISO = c.Graded.Format("Monday 2 January 2006, 15:04 MST"), c.Graded.Format(time.RFC3339)
		p.Title += ", " + c.Graded.Format("2 January 2006")
	}
	switch c.Isolation {
	case "none":
		p.Alarms = append(p.Alarms, "Nothing kept the submissions in. While it was graded, any of them could read and change this machine, the other submissions, and this result.")
	case "":
		p.Alarms = append(p.Alarms, "It is not known what kept the submissions in. Trust this result only if you trust every submission.")
	}
	if c.Interrupted {
		p.Alarms = append(p.Alarms, "Grading was interrupted. Some tests were not run, so points are lower than they should be.")
	}
	p.Stats = newHTMLStats(c)

	counts, unstable := map[verdict.Verdict]int{}, 0
	for s, step := range c.Steps {
		p.Steps = append(p.Steps, newHTMLStep(s, step))
	}
	for i, l := range c.Learners {
		person := htmlPerson{
			ID: "l" + strconv.Itoa(i+1), Name: htmlName(l.Name), Source: htmlLine(l.Source, 200), Points: htmlNumber(l.Points), Most: htmlNumber(l.Most),
			Took: htmlSeconds(l.Seconds), Problem: htmlText(l.Problem, 2000), Notes: htmlLines(l.Notes),
		}
		person.Passed, person.Tests = l.Passed()
		for s, step := range c.Steps {
			var result StepResult
			if s < len(l.Steps) {
				result = l.Steps[s]
			}
			part, cells := newHTMLPart(fmt.Sprintf("r%d-%d-", i+1, s+1), step, result)
			part.Number, part.Title = p.Steps[s].Number, p.Steps[s].Title
			person.Steps = append(person.Steps, part)
			row := htmlRow{Person: person.ID, Name: person.Name, Points: part.Points, Cells: cells}
			if part.Missing {
				row.Nothing = max(1, len(step.Tests))
			}
			for t := range cells {
				became := result.Tests[t].Verdict
				counts[became]++
				switch {
				case became == verdict.Pass:
					p.Steps[s].Tests[t].Passed++
				case became.Failed():
					p.Failures++
					fallthrough
				default:
					p.Steps[s].Tests[t].Missed++
				}
				if result.Tests[t].Unstable {
					unstable++
				}
			}
			p.Steps[s].Rows = append(p.Steps[s].Rows, row)
		}
		p.People = append(p.People, person)
	}
	if n := counts[verdict.GraderError]; n > 0 {
		p.Alarms = append(p.Alarms, fmt.Sprintf("The grader itself failed %s. The learners lost those points through no fault of theirs: grade again.", htmlPlural(n, "time")))
	}
	for _, v := range verdict.Reported {
		entry := htmlLegends[v]
		entry.Mark, entry.Count = htmlMarkOf(v), counts[v]
		p.Legend = append(p.Legend, entry)
	}
	p.Legend = append(p.Legend, htmlLegend{htmlMark{"u", "F~", "unstable"}, "passed once and failed once, on the same code", unstable})

	p.findMistakes(c)
	p.shorten()
	return p
}

func newHTMLStep(number int, step Step) htmlStep {
	s := htmlStep{ID: "s" + strconv.Itoa(number+1), Title: htmlLine(step.Title, 100), Wide: len(step.Tests) > 32}
	s.Number, _, _ = strings.Cut(htmlLine(step.Name, 100), "-")
	most := 0.0
	for t, test := range step.Tests {
		name := htmlLine(test.Name, 80)
		subject, rest, both := strings.Cut(strings.TrimPrefix(name, "Test"), "_")
		if !both {
			subject, rest = "", subject
		}
		most += test.Points
		if t == 0 || step.Tests[t-1].Task != test.Task {
			s.Tasks = append(s.Tasks, htmlTask{Number: test.Task})
		}
		s.Tasks[len(s.Tasks)-1].Tests++
		s.Tests = append(s.Tests, htmlTest{
			Name: name, Subject: subject, Rest: rest, Requirement: htmlSentence(test.Requirement, 300), Points: htmlNumber(test.Points),
			Guard: test.Points == 0, Task: test.Task, First: htmlFirst(step, t),
		})
	}
	s.Most = htmlNumber(most)
	return s
}

// htmlFirst tells whether a test is the first of its task, and not of the step.
func htmlFirst(step Step, t int) bool { return t > 0 && step.Tests[t-1].Task != step.Tests[t].Task }

func newHTMLPart(prefix string, step Step, result StepResult) (htmlPart, []htmlCell) {
	part := htmlPart{Notes: htmlLines(result.Notes), build: result.Build, Tests: len(step.Tests), Missing: len(result.Tests) == 0}
	cells := make([]htmlCell, 0, len(step.Tests))
	points, most := 0.0, 0.0
	for t, test := range result.Tests[:min(len(result.Tests), len(step.Tests))] {
		points, most = points+test.Points, most+test.Most
		cell := htmlCell{Mark: htmlMarkOf(test.Verdict), First: htmlFirst(step, t), Unstable: test.Unstable}
		if test.Verdict == verdict.Pass {
			part.Passed++
		}
		if test.Verdict != verdict.Pass || test.Unstable {
			message := test.Message()
			at := slices.IndexFunc(part.Results, func(r *htmlResult) bool {
				return r.Mark == cell.Mark && r.Unstable == test.Unstable && r.message == message && r.output == test.Output && slices.Equal(r.mistakes, test.Mistakes)
			})
			if at < 0 {
				at = len(part.Results)
				part.Results = append(part.Results, &htmlResult{
					ID: prefix + strconv.Itoa(t+1), Mark: cell.Mark, Unstable: test.Unstable, Looks: htmlLines(test.Mistakes),
					Requirement: htmlSentence(step.Tests[t].Requirement, 300), Points: htmlNumber(test.Points) + " of " + htmlNumber(test.Most),
					message: message, output: test.Output, mistakes: test.Mistakes,
				})
			}
			r := part.Results[at]
			if len(r.Tests) > 0 {
				r.Requirement, r.Points = "", ""
			}
			r.Tests = append(r.Tests, htmlLine(test.Name, 80))
			cell.To = r.ID
		}
		cells = append(cells, cell)
	}
	for _, r := range part.Results {
		r.All = len(r.Tests) > 1 && len(r.Tests) == len(step.Tests)
	}
	part.Points, part.Most = htmlNumber(points), htmlNumber(most)
	switch {
	case part.Missing:
		part.Points = ""
	case most > 0:
		part.Shade = int(4 * points / most)
	}
	return part, cells
}

// findMistakes fills in what went wrong most often.
func (p *htmlPage) findMistakes(c Class) {
	var all []htmlMistake
	for s, step := range c.Steps {
		for t := range step.Tests {
			m := htmlMistake{
				Test: p.Steps[s].Tests[t].Name, Step: p.Steps[s].Number + " " + p.Steps[s].Title, Requirement: p.Steps[s].Tests[t].Requirement, Of: len(c.Learners),
			}
			looks := map[string]int{}
			for i, row := range p.Steps[s].Rows {
				if t >= len(row.Cells) {
					continue
				}
				result := c.Learners[i].Steps[s].Tests[t]
				link := htmlLink{row.Cells[t].To, row.Name}
				if !result.Verdict.Failed() {
					continue
				}
				m.Who = append(m.Who, link)
				for _, mistake := range result.Mistakes {
					looks[htmlSentence(mistake, 200)]++
				}
			}
			delete(looks, "")
			for mistake, count := range looks {
				m.Looks = append(m.Looks, htmlCount{mistake, count})
			}
			slices.SortFunc(m.Looks, func(a, b htmlCount) int { return cmp.Or(b.Count-a.Count, strings.Compare(a.Text, b.Text)) })
			m.MoreLooks = max(0, len(m.Looks)-6)
			m.Looks = m.Looks[:len(m.Looks)-m.MoreLooks]
			if len(m.Who) > 0 {
				all = append(all, m)
			}
		}
		for _, v := range verdict.Reported {
			m := htmlMistake{Mark: htmlMarkOf(v), Step: p.Steps[s].Number + " " + p.Steps[s].Title, Of: len(c.Learners)}
			for i, row := range p.Steps[s].Rows {
				t := slices.IndexFunc(row.Cells, func(cell htmlCell) bool { return cell.Mark == m.Mark })
				if v.Refused() && t >= 0 {
					m.Who = append(m.Who, htmlLink{row.Cells[t].To, p.People[i].Name})
				}
			}
			if len(m.Who) > 0 {
				p.Unrun = append(p.Unrun, m)
			}
		}
	}
	for _, list := range [][]htmlMistake{p.Unrun, all} {
		for i := range list {
			m := &list[i]
			m.Count = len(m.Who)
			m.Bar = 60 * m.Count / m.Of
			if len(m.Who) > 14 {
				m.Who, m.MoreWho = m.Who[:12], m.Who[12:]
			}
		}
		slices.SortStableFunc(list, func(a, b htmlMistake) int { return b.Count - a.Count })
	}
	p.Mistakes = all
	if len(all) > 20 {
		p.Mistakes, p.MoreMistakes = all[:15], all[15:]
	}
}

// htmlBudget is how many bytes the page may have, about.
const htmlBudget = 14 << 20

// shorten fills in messages and outputs, as long as a page can hold that opens quickly.
func (p *htmlPage) shorten() {
	fixed := 0
	for _, step := range p.Steps {
		fixed += len(step.Tests) * (800 + 60*len(step.Rows))
	}
	for _, person := range p.People {
		fixed += 1500
		for _, part := range person.Steps {
			fixed += 400 + 300*len(part.Results)
		}
	}
	limits := []struct {
		message, output int
		requirement     bool
	}{{2000, 4000, true}, {1500, 2500, true}, {1200, 1500, true}, {800, 1000, true}, {500, 600, true}, {400, 300, true}, {300, 150, false}, {150, 0, false}, {80, 0, false}, {30, 0, false}, {0, 0, false}}
	for i, limit := range limits {
		used := fixed
		cut := func(s string, n int) string {
			if used > htmlBudget && i < len(limits)-1 {
				return ""
			}
			s = htmlText(s, n)
			used += len(template.HTMLEscapeString(s))
			return s
		}
		for _, person := range p.People {
			for s := range person.Steps {
				part := &person.Steps[s]
				part.Build = cut(part.build, limit.output)
				for _, r := range part.Results {
					r.Message, r.Output = cut(r.message, limit.message), cut(r.output, limit.output)
					if limit.requirement {
						used += len(r.Requirement)
					} else {
						r.Requirement = ""
					}
				}
			}
		}
		p.Message, p.Output, p.Lowered = limit.message, limit.output, i > 0
		if used <= htmlBudget {
			return
		}
	}
}

// newHTMLStats is nil if nobody could be graded.
func newHTMLStats(c Class) *htmlStats {
	var points []float64
	most, sum := 0.0, 0.0
	for _, l := range c.Learners {
		if l.Problem == "" {
			points, most, sum = append(points, l.Points), max(most, l.Most), sum+l.Points
		}
	}
	n := float64(len(points))
	if n == 0 {
		return nil
	}
	slices.Sort(points)
	mean, squares := sum/n, 0.0
	for _, p := range points {
		squares += (p - mean) * (p - mean)
	}
	quantile := func(q float64) string {
		at := q * (n - 1)
		low := int(at)
		high := min(low+1, len(points)-1)
		return htmlTenths(points[low] + (at-float64(low))*(points[high]-points[low]))
	}
	s := &htmlStats{
		Of: len(points), Mean: htmlTenths(mean), Most: htmlNumber(most), Deviation: htmlTenths(math.Sqrt(squares / n)), Median: quantile(0.5),
		LowerQuarter: quantile(0.25), UpperQuarter: quantile(0.75), Lowest: quantile(0), Highest: quantile(1),
	}
	if most <= 0 {
		return s
	}
	s.Share = strconv.Itoa(int(math.Round(100*mean/most))) + " %"
	var tenths [10]int
	for _, p := range points {
		tenths[max(0, min(9, int(10*p/most)))]++
	}
	var told []string
	highest := slices.Max(tenths[:])
	for i, count := range tenths {
		height := 56 * count / highest
		if count > 0 {
			height = max(2, height)
			told = append(told, fmt.Sprintf("%d to %d %%: %s", 10*i, 10*i+10, htmlPlural(count, "learner")))
		}
		s.Bars = append(s.Bars, htmlBar{X: 30 * i, Y: 72 - height, Height: height, LabelY: 68 - height, Count: count})
	}
	s.Told = "Learners by share of the points. " + strings.Join(told, "; ")
	return s
}

func htmlNumber(f float64) string {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return "?"
	}
	return strconv.FormatFloat(math.Round(f*100)/100, 'f', -1, 64)
}

func htmlTenths(f float64) string { return htmlNumber(math.Round(f*10) / 10) }

func htmlPlural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return strconv.Itoa(n) + " " + what + "s"
}

func htmlSeconds(s float64) string {
	switch {
	case math.IsNaN(s) || s < 0 || s > 1e7:
		return "an unknown time"
	case s < 10:
		return strconv.FormatFloat(s, 'f', 1, 64) + " s"
	case s < 120:
		return strconv.Itoa(int(math.Round(s))) + " s"
	}
	return fmt.Sprintf("%d min %d s", int(s)/60, int(s)%60)
}

// htmlName is a name that can be seen, whatever it is.
func htmlName(s string) string {
	if s = strings.TrimSpace(htmlLine(s, 60)); s != "" {
		return s
	}
	return "(no name)"
}

// htmlLines are short texts, and not too many.
func htmlLines(texts []string) []string {
	var lines []string
	for i, s := range texts {
		if i == 40 {
			return append(lines, fmt.Sprintf("and %d more", len(texts)-i))
		}
		if line := htmlSentence(s, 600); line != "" {
			lines = append(lines, line)
		}
	}
	return lines
}

// htmlSentence is htmlText on one line, wherever its lines ended.
func htmlSentence(s string, limit int) string {
	return htmlText(strings.Join(strings.Fields(s), " "), limit)
}

// htmlLine is htmlText on one line, and shows where its lines ended.
func htmlLine(s string, limit int) string {
	return strings.NewReplacer("\n", `\n`, "\t", `\t`).Replace(htmlText(s, limit))
}

// htmlText makes any bytes harmless to look at: no more than limit of them, head and
// tail; what is not a letter is shown as what it is. The template escapes the rest.
func htmlText(s string, limit int) string {
	if limit == 0 {
		return ""
	}
	if len(s) > limit {
		head, tail := limit*2/3, len(s)-limit/3
		for range utf8.UTFMax - 1 { // no letter is cut in two
			if head > 0 && !utf8.RuneStart(s[head]) {
				head--
			}
			if tail < len(s) && !utf8.RuneStart(s[tail]) {
				tail++
			}
		}
		gap := " … "
		if limit > 100 {
			gap = fmt.Sprintf(" [… %d bytes left out …] ", tail-head)
		}
		return text.Visible(s[:head]) + gap + text.Visible(s[tail:])
	}
	return text.Visible(s)
}
