package report

import (
	"cmp"
	"slices"
	"strings"

	"tokenauth.example/scripts/internal/verdict"
)

// htmlMistake is a test that learners failed, or a step whose code was not run.
type htmlMistake struct {
	Test, Step, Requirement string
	Mark                    htmlMark
	Count, Of, Bar          int
	Looks                   []htmlCount
	MoreLooks               int
	Who, MoreWho            []htmlLink
}

type htmlLink struct{ To, Text string }

type htmlCount struct {
	Text  string
	Count int
}

// findMistakes fills in what went wrong most often.
func (p *htmlPage) findMistakes(c Class) {
	for s, step := range c.Steps {
		for t := range step.Tests {
			if m := p.failedTest(c, s, t); len(m.Who) > 0 {
				p.Mistakes = append(p.Mistakes, m)
			}
		}
		for _, v := range verdict.Reported {
			if m := p.refusedStep(s, v); v.Refused() && len(m.Who) > 0 {
				p.Unrun = append(p.Unrun, m)
			}
		}
	}
	rank(p.Unrun)
	rank(p.Mistakes)
	if len(p.Mistakes) > 20 {
		p.Mistakes, p.MoreMistakes = p.Mistakes[:15], p.Mistakes[15:]
	}
}

// failedTest returns who failed a test, and the known mistakes that this looks like.
func (p *htmlPage) failedTest(c Class, s, t int) htmlMistake {
	step := p.Steps[s]
	m := htmlMistake{
		Test: step.Tests[t].Name, Step: step.Number + " " + step.Title, Requirement: step.Tests[t].Requirement, Of: len(c.Learners),
	}
	looks := map[string]int{}
	for i, row := range step.Rows {
		if t >= len(row.Cells) {
			continue
		}
		result := c.Learners[i].Steps[s].Tests[t]
		if !result.Verdict.Failed() {
			continue
		}
		m.Who = append(m.Who, htmlLink{row.Cells[t].To(), row.Name})
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
	return m
}

// refusedStep returns whose code of a step has the verdict.
func (p *htmlPage) refusedStep(s int, v verdict.Verdict) htmlMistake {
	step := p.Steps[s]
	m := htmlMistake{Mark: htmlMarkOf(v), Step: step.Number + " " + step.Title, Of: p.Learners}
	for _, row := range step.Rows {
		if t := slices.IndexFunc(row.Cells, func(cell htmlCell) bool { return cell.Mark == m.Mark }); t >= 0 {
			m.Who = append(m.Who, htmlLink{row.Cells[t].To(), row.Name})
		}
	}
	return m
}

// rank puts what most learners did first.
func rank(list []htmlMistake) {
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
