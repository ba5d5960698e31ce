package report

import "html/template"

// htmlSize is how many bytes the page may have, about. A browser opens that in seconds.
const htmlSize = 14 << 20

// htmlLimit is how many bytes a message and an output may have.
type htmlLimit struct {
	message, output int
	requirement     bool // whether it is with each result, too
}

// htmlLimits are tried from the first to the last: outputs get short sooner than messages.
var htmlLimits = []htmlLimit{
	{2000, 4000, true}, {1500, 2500, true}, {1200, 1500, true}, {800, 1000, true}, {500, 600, true}, {400, 300, true},
	{300, 150, false}, {150, 0, false}, {80, 0, false}, {30, 0, false}, {0, 0, false},
}

// fillIn fills in messages and outputs, with the first limit under which the page stays small
// enough to open quickly. Where even the last one is too large, what failed without a message is
// told together.
func (p *htmlPage) fillIn() {
	size := p.sizeWithoutTexts()
	for i, limit := range htmlLimits {
		p.MaxMessage, p.MaxOutput, p.Lowered = limit.message, limit.output, i > 0
		if p.fillInWithin(limit, size) <= htmlSize {
			return
		}
	}
	for _, person := range p.People {
		for s := range person.Steps {
			person.Steps[s].merge()
		}
	}
}

// sizeWithoutTexts returns about how many bytes the page has without messages and outputs.
func (p *htmlPage) sizeWithoutTexts() int {
	size := 0
	for _, step := range p.Steps {
		size += len(step.Tests) * (800 + 60*len(step.Rows))
	}
	for _, person := range p.People {
		size += 1500
		for _, part := range person.Steps {
			size += 400 + 300*len(part.Results)
		}
	}
	return size
}

// fillInWithin fills in messages and outputs as the limit has it, and returns how many bytes
// the page has then; once these are too many, it leaves the rest out.
func (p *htmlPage) fillInWithin(limit htmlLimit, size int) int {
	cut := func(s string, limit int) string {
		if size > htmlSize {
			return ""
		}
		s = htmlText(s, limit)
		size += len(template.HTMLEscapeString(s))
		return s
	}
	for _, person := range p.People {
		for s := range person.Steps {
			part := &person.Steps[s]
			part.Build = cut(part.build, limit.output)
			for _, r := range part.Results {
				r.Message, r.Output = cut(r.message, limit.message), cut(r.output, limit.output)
				if limit.requirement {
					size += len(r.Requirement)
				} else {
					r.Requirement = ""
				}
			}
		}
	}
	return size
}
