package report

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// htmlStats are the statistics of the learners who have a grade.
type htmlStats struct {
	Of                                 int // learners that count
	Mean, MaxPoints, Share, Deviation  string
	Median, LowerQuarter, UpperQuarter string
	Lowest, Highest                    string
	Bars                               []htmlBar
	BarsInWords                        string
}

type htmlBar struct{ X, Y, Height, LabelY, Count int }

// newHTMLStats returns nil if nobody could be graded.
func newHTMLStats(c Class) *htmlStats {
	var points []float64
	maxPoints, sum := 0.0, 0.0
	for _, l := range c.Learners {
		if l.Problem == "" && l.Graded() {
			points, maxPoints, sum = append(points, l.Points), max(maxPoints, l.MaxPoints), sum+l.Points
		}
	}
	if len(points) == 0 {
		return nil
	}
	slices.Sort(points)
	n := float64(len(points))
	mean, squares := sum/n, 0.0
	for _, p := range points {
		squares += (p - mean) * (p - mean)
	}
	s := &htmlStats{
		Of: len(points), Mean: htmlTenths(mean), MaxPoints: htmlNumber(maxPoints), Deviation: htmlTenths(math.Sqrt(squares / n)),
		Median: htmlTenths(quantile(points, 0.5)), LowerQuarter: htmlTenths(quantile(points, 0.25)), UpperQuarter: htmlTenths(quantile(points, 0.75)),
		Lowest: htmlTenths(points[0]), Highest: htmlTenths(points[len(points)-1]),
	}
	if maxPoints > 0 {
		s.Share = strconv.Itoa(int(math.Round(100*mean/maxPoints))) + " %"
		s.draw(points, maxPoints)
	}
	return s
}

// quantile returns the value below which the share q of the sorted values is, linear between
// its neighbours.
func quantile(sorted []float64, q float64) float64 {
	at := q * float64(len(sorted)-1)
	low := int(at)
	high := min(low+1, len(sorted)-1)
	return sorted[low] + (at-float64(low))*(sorted[high]-sorted[low])
}

// draw makes a bar for each tenth of the points: how many learners have so many.
func (s *htmlStats) draw(points []float64, maxPoints float64) {
	var tenths [10]int
	for _, p := range points {
		tenths[max(0, min(9, int(10*p/maxPoints)))]++
	}
	var words []string
	highest := slices.Max(tenths[:])
	for i, count := range tenths {
		height := 56 * count / highest
		if count > 0 {
			height = max(2, height)
			words = append(words, fmt.Sprintf("%d to %d %%: %s", 10*i, 10*i+10, htmlPlural(count, "learner")))
		}
		s.Bars = append(s.Bars, htmlBar{X: 30 * i, Y: 72 - height, Height: height, LabelY: 68 - height, Count: count})
	}
	s.BarsInWords = "Learners by share of the points. " + strings.Join(words, "; ")
}
