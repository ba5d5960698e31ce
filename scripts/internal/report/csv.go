package report

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"

	"tokenauth.example/scripts/internal/verdict"
)

// CSV writes a row for each learner, under a heading (RFC 4180, commas, UTF-8):
//
//	name       of the submission
//	points     earned; empty for somebody who has no grade
//	most       that can be earned
//	percent    0 to 100, with two decimals; 100 only for all points; empty without a grade
//	STEP       points earned in it, a column for each step, called as the step; empty if it
//	           is not known what became of all its tests
//	passed     how many tests passed
//	tests      how many there are
//	problem    why nothing was graded, or how many tests have no result
//	isolation  what kept the submissions in, or none
//
// A text that a spreadsheet would take for a formula has an apostrophe before it:
// https://owasp.org/www-community/attacks/CSV_Injection
func CSV(w io.Writer, c Class) error {
	c = cleaned(c)
	heading := []string{"name", "points", "most", "percent"}
	for _, step := range c.Steps {
		heading = append(heading, cell(step.Name))
	}
	out := csv.NewWriter(w)
	out.Write(append(heading, "passed", "tests", "problem", "isolation"))
	for _, l := range c.Learners {
		steps, unknownIn := map[string]float64{}, map[string]int{}
		passed, unknown, all := 0, 0, rows(c, l)
		for _, r := range all {
			steps[r.Step.Name] += r.Result.Points
			switch {
			case r.Result.Verdict == verdict.Pass:
				passed++
			case !r.Result.Known():
				unknown++
				unknownIn[r.Step.Name]++
			}
		}
		problem := l.Problem
		if problem == "" && unknown > 0 {
			problem = fmt.Sprintf("%d of %d tests have no result", unknown, len(all))
		}
		record := []string{cell(l.Name), number(l.Points), number(l.MaxPoints), percent(l.Points, l.MaxPoints)}
		if unknown > 0 {
			record[1], record[3] = "", ""
		}
		for _, step := range c.Steps {
			points := number(steps[step.Name])
			if unknownIn[step.Name] > 0 {
				points = ""
			}
			record = append(record, points)
		}
		out.Write(append(record, strconv.Itoa(passed), strconv.Itoa(len(all)), cell(problem), cell(c.Isolation)))
	}
	out.Flush()
	return out.Error()
}

// cell returns a text on one line that is no formula.
func cell(s string) string {
	s = strings.ReplaceAll(s, "\n", " ")
	if s != "" && strings.ContainsRune("=+-@\t", rune(s[0])) {
		return "'" + s
	}
	return s
}

// number returns a number with as many digits as it has.
func number(n float64) string { return strconv.FormatFloat(n, 'f', -1, 64) }

// percent returns the share of the points, rounded, but never to all.
func percent(points, max float64) string {
	if max == 0 {
		return "0.00"
	}
	share := fmt.Sprintf("%.2f", 100*points/max)
	if share == "100.00" && points < max {
		return "99.99"
	}
	return share
}
