package report

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// same is equal but for the order in which fractions were added.
func same(a, b float64) bool { return math.Abs(a-b) < 1e-9 }

// unknown are the points of somebody who has no grade.
var unknown = math.NaN()

// A learner without a grade has no points, not even 0, in all formats that have a way to say so.
func TestEveryFormatHasThePointsOfTheClass(t *testing.T) {
	for name, c := range classes() {
		for _, f := range Formats {
			for who, out := range written(t, f, c) {
				sums, ok := map[string]func([]byte, Class) (points, max []float64){
					"json": sumsJSON, "csv": sumsCSV, "junit": sumsJUnit,
					"gradescope":   sumsTests("score", "max_score"),
					"autograding":  sumsTests("score", ""),
					"classroom50":  sumsTests("score", "max-score"),
					"prairielearn": sumsTests("points", "max_points"),
				}[f.Name]
				if !ok {
					continue // it has none
				}
				points, max := sums(out, c)
				learners := c.Learners
				if who != "" {
					i, _ := strconv.Atoi(who)
					learners = learners[i : i+1]
				}
				if len(points) != len(learners) {
					t.Fatalf("%s of the class %s has %d learners, not %d", f.Name, name, len(points), len(learners))
				}
				for i, l := range learners {
					if !graded(rows(c, l)) && !slices.Contains([]string{"gradescope", "autograding", "classroom50"}, f.Name) {
						if !math.IsNaN(points[i]) || f.Name != "prairielearn" && !same(max[i], l.MaxPoints) {
							t.Errorf("%s of %q of the class %s: %v of %v points, without a grade", f.Name, l.Name, name, points[i], max[i])
						}
						continue
					}
					if !same(points[i], l.Points) || !same(max[i], l.MaxPoints) {
						t.Errorf("%s of %q of the class %s: %v of %v points, not %v of %v", f.Name, l.Name, name, points[i], max[i], l.Points, l.MaxPoints)
					}
				}
			}
		}
	}
}

func sumsJSON(out []byte, _ Class) (points, max []float64) {
	var c struct {
		Learners []struct {
			Points *float64
			Most   float64
		}
	}
	if json.Unmarshal(out, &c) != nil {
		return nil, nil
	}
	for _, l := range c.Learners {
		if l.Points == nil {
			l.Points = &unknown
		}
		points, max = append(points, *l.Points), append(max, l.Most)
	}
	return points, max
}

func sumsCSV(out []byte, c Class) (points, max []float64) {
	records, _ := csv.NewReader(bytes.NewReader(out)).ReadAll()
	for _, record := range records[1:] {
		sum, empty := 0.0, 0
		for _, field := range record[4 : 4+len(c.Steps)] {
			n, err := strconv.ParseFloat(field, 64)
			if err != nil {
				empty++
			}
			sum += n
		}
		total, err := strconv.ParseFloat(record[1], 64)
		if (err != nil) != (empty > 0) || (err != nil) != (record[3] == "") || err == nil && !same(sum, total) {
			return nil, nil
		}
		if err != nil {
			total = unknown
		}
		n, _ := strconv.ParseFloat(record[2], 64)
		points, max = append(points, total), append(max, n)
	}
	return points, max
}

// sumsJUnit needs the suites in the order of the class.
func sumsJUnit(out []byte, c Class) (points, max []float64) {
	var suites junitSuites
	if xml.Unmarshal(out, &suites) != nil {
		return nil, nil
	}
	for _, l := range c.Learners {
		if l.Problem != "" {
			suites.Suites = suites.Suites[1:]
		}
		sum := map[string]float64{}
		for _, suite := range suites.Suites[:len(c.Steps)] {
			if !slices.ContainsFunc(suite.Properties, func(p junitProperty) bool { return p.Name == "points" }) {
				sum["points"] = unknown
			}
			for _, property := range suite.Properties {
				n, _ := strconv.ParseFloat(property.Value, 64)
				sum[property.Name] += n
			}
		}
		suites.Suites = suites.Suites[len(c.Steps):]
		points, max = append(points, sum["points"]), append(max, sum["most"])
	}
	return points, max
}

func sumsTests(score, highest string) func([]byte, Class) (points, max []float64) {
	return func(out []byte, _ Class) (points, max []float64) {
		var result struct {
			Tests    []map[string]any
			MaxScore float64 `json:"max_score"` // autograding's
		}
		if json.Unmarshal(out, &result) != nil {
			return nil, nil
		}
		points, max = []float64{0}, []float64{result.MaxScore}
		for _, test := range result.Tests {
			n, ok := test[score].(float64)
			if !ok {
				n = unknown
			}
			points[0] += n
			if highest != "" {
				n, _ := test[highest].(float64)
				max[0] += n
			}
		}
		return points, max
	}
}

func TestTotalsAreNotRounded(t *testing.T) {
	c := small()
	tenth := 0.1
	c.Learners = c.Learners[:1]
	c.Learners[0].Points, c.Learners[0].MaxPoints = tenth+0.2, 1/(tenth*30)
	for _, f := range Formats {
		if !slices.Contains([]string{"json", "csv", "classroom50"}, f.Name) {
			continue // they have no totals, or none but one in words
		}
		for _, out := range written(t, f, c) {
			if !strings.Contains(string(out), "0.30000000000000004") || !strings.Contains(string(out), "0.3333333333333333") {
				t.Errorf("%s rounds:\n%s", f.Name, out)
			}
		}
	}
}
