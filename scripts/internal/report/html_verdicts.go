package report

import "tokenauth.example/scripts/internal/verdict"

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
	verdict.NotRun:      {Mark: htmlMark{"n", "–", ""}, Meaning: "grading was interrupted before it, or could not read the hand-in"},
	verdict.GraderError: {Mark: htmlMark{"g", "G", ""}, Meaning: "the grader could not find out; not the learner's fault"},
}

// htmlMarkOf returns the mark of a verdict, be it a known one or not.
func htmlMarkOf(v verdict.Verdict) htmlMark {
	m := htmlMark{"g", "?", htmlLine(string(v), 40)}
	if known, ok := htmlLegends[v]; ok {
		m.Class, m.Letter = known.Mark.Class, known.Mark.Letter
	}
	return m
}

// htmlCounts counts the results of the whole class.
type htmlCounts struct {
	verdicts map[verdict.Verdict]int
	unstable int
}

func (c *htmlCounts) add(results []TestResult) {
	if c.verdicts == nil {
		c.verdicts = map[verdict.Verdict]int{}
	}
	for _, result := range results {
		c.verdicts[result.Verdict]++
		if result.Unstable {
			c.unstable++
		}
	}
}

// newHTMLLegend explains every mark that the page can have.
func newHTMLLegend(counts htmlCounts) []htmlLegend {
	var legend []htmlLegend
	for _, v := range verdict.Reported {
		entry := htmlLegends[v]
		entry.Mark, entry.Count = htmlMarkOf(v), counts.verdicts[v]
		legend = append(legend, entry)
	}
	return append(legend, htmlLegend{htmlMark{"u", "F~", "unstable"}, "passed once and failed once, on the same code", counts.unstable})
}
