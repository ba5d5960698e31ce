package report

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"math"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"tokenauth.example/scripts/internal/golden"
	"tokenauth.example/scripts/internal/verdict"
)

// evil is what a learner may print or call things.
const evil = "a\x00b\x07\x1b[31mc\x16--- PASS\r\nd\re\xff\xfe\xc3(\u0085\u202e\ufffe\uffff]]><script>alert(1)</script>&amp;<!--,;\"'\tend\n"

// hostile has every verdict, and texts that break what they can.
func hostile() Class {
	c := Class{Version: 1, Graded: time.Date(2026, 9, 1, 10, 0, 0, 5e8, time.FixedZone("", 7200)), Seconds: 12.3456,
		Isolation: "none", Warnings: []string{evil}, Interrupted: true}
	for s := range 3 {
		step := Step{Name: fmt.Sprintf("%02d-step", s+1), Title: "Step " + evil}
		for t := range verdict.Reported {
			step.Tests = append(step.Tests, Test{fmt.Sprintf("TestNo%d", t+1), t/3 + 1, "Asks for " + evil, 0.1 * float64(t+1)})
		}
		c.Steps = append(c.Steps, step)
	}
	c.Steps = append(c.Steps, Step{Name: "04-empty"})
	huge := strings.Repeat(evil+"<<<<<<<<", 5<<20/(len(evil)+8))
	for i, name := range []string{"ada", "Grace, \"Hopper\"", "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "x\ny", evil, evil, "huge", "zoë", ""} {
		l := Learner{Name: name, Source: evil, Seconds: 1.5, Notes: []string{evil}}
		for s, step := range c.Steps {
			result := StepResult{Name: step.Name, Build: evil}
			for t, test := range step.Tests {
				r := TestResult{Name: test.Name, Verdict: verdict.Reported[(i+s+t)%len(verdict.Reported)], Most: test.Points, Seconds: 0.0126,
					Output: evil, Unstable: t == 3, Mistakes: []string{evil}}
				if r.Verdict == verdict.Pass {
					r.Points = r.Most
				} else if t != 5 { // one has no cause
					r.Cause, r.Sent, r.Answered, r.Got, r.Want = evil, evil, evil, evil, evil
				}
				if name == "huge" && s == 0 && t == 0 {
					r.Output, r.Got, r.Verdict, r.Points = huge, huge, verdict.Fail, 0
				}
				l.Points += r.Points
				l.Most += r.Most
				result.Tests = append(result.Tests, r)
			}
			l.Steps = append(l.Steps, result)
		}
		c.Learners = append(c.Learners, l)
	}
	bare := Learner{Name: "nothing", Problem: "=" + evil}
	for _, step := range c.Steps {
		for _, test := range step.Tests {
			bare.Most += test.Points
		}
	}
	c.Learners = append(c.Learners, bare)
	return c
}

// small is easy to read. One of its learners has half a point.
func small() Class {
	return Class{
		Version: 1, Graded: time.Date(2026, 9, 1, 10, 0, 0, 0, time.UTC), Seconds: 4.25, Isolation: "bubblewrap",
		Steps: []Step{
			{Name: "01-hash-passwords", Title: "Hash passwords", Tests: []Test{
				{"TestHash_RoundTrip", 1, "A password matches its own hash.", 1.5},
				{"TestHash_Guard", 1, "Nothing panics.", 0}}},
			{Name: "03-verify-tokens", Title: "Verify tokens", Tests: []Test{
				{"TestVerify_RefusesAlgNone", 2, "A token that says alg none is refused.", 2}}},
		},
		Learners: []Learner{
			{Name: "ada", Source: "submissions/ada", Points: 1.5, Most: 3.5, Seconds: 1.25, Notes: []string{"go.mod differs from the starter; graded with the original"},
				Steps: []StepResult{
					{Name: "01-hash-passwords", Tests: []TestResult{
						{Name: "TestHash_RoundTrip", Verdict: verdict.Pass, Points: 1.5, Most: 1.5, Seconds: 0.25},
						{Name: "TestHash_Guard", Verdict: verdict.Pass, Seconds: 0.01}}},
					{Name: "03-verify-tokens", Tests: []TestResult{
						{Name: "TestVerify_RefusesAlgNone", Verdict: verdict.Fail, Cause: "the token was taken", Sent: "Authorization: Bearer eyJhbGciOiJub25lIn0.e30.",
							Got: "nil", Want: "an error", Most: 2, Seconds: 0.5, Output: "verify: <nil>\n", Mistakes: []string{"03-alg-none"}}}},
				}},
			{Name: "bob", Source: "submissions/bob.zip", Most: 3.5, Problem: "the archive has a link that leaves it: ../../etc/passwd"},
		},
	}
}

// runner is the environment of Classroom 50.
func runner(name string) string {
	return map[string]string{"CLASSROOM": "cs", "ASSIGNMENT": "tokens", "SUBMISSION_TAG": "submit/1",
		"COMMIT_URL": "https://example.com/c", "RELEASE_URL": "https://example.com/r", "REVIEW_URL": "https://example.com/v"}[name]
}

// classes are what every format must be able to write.
func classes() map[string]Class {
	nobody := small()
	nobody.Learners = nil
	one := small()
	one.Steps, one.Learners = one.Steps[:1], one.Learners[:1]
	one.Learners[0].Steps, one.Learners[0].Most = one.Learners[0].Steps[:1], 1.5
	stopped := small()
	stopped.Interrupted = true
	for i := range stopped.Learners[0].Steps {
		for j := range stopped.Learners[0].Steps[i].Tests {
			test := &stopped.Learners[0].Steps[i].Tests[j]
			*test = TestResult{Name: test.Name, Verdict: verdict.NotRun, Most: test.Most}
		}
	}
	stopped.Learners[0].Points = 0
	return map[string]Class{"hostile": hostile(), "small": small(), "one step": one, "empty": {Version: 1, Learners: []Learner{{Name: "ada"}}},
		"nobody": nobody, "interrupted": stopped}
}

// written is a format's output for a class, or for each of its learners.
func written(t *testing.T, f Format, c Class) map[string][]byte {
	t.Helper()
	all := map[string][]byte{}
	if f.Class != nil {
		var out bytes.Buffer
		if err := f.Class(&out, c); err != nil {
			t.Fatal(err)
		}
		all[""] = out.Bytes()
		return all
	}
	for i, l := range c.Learners {
		var out bytes.Buffer
		if err := f.Learner(&out, c, l, runner); err != nil {
			t.Fatal(err)
		}
		all[fmt.Sprint(i)] = out.Bytes()
	}
	return all
}

func TestEveryFormatIsListedOnce(t *testing.T) {
	names, files := map[string]bool{}, map[string]bool{}
	for _, f := range Formats {
		if names[f.Name] || files[f.File] {
			t.Errorf("%s or its file is there twice", f.Name)
		}
		names[f.Name], files[f.File] = true, true
		if (f.Class == nil) == (f.Learner == nil) {
			t.Errorf("%s must be either for the class or for a learner", f.Name)
		}
	}
}

func TestNoControlCharacterIsWritten(t *testing.T) {
	c := hostile()
	for _, f := range Formats {
		for who, out := range written(t, f, c) {
			if !utf8.Valid(out) {
				t.Errorf("%s of learner %s is no UTF-8", f.Name, who)
			}
			text := string(out)
			if strings.HasSuffix(f.File, ".json") {
				text = strings.NewReplacer(`\u003c`, "<", `\u003e`, ">", `\u0026`, "&", `\u2028`, "", `\u2029`, "").Replace(text)
				if strings.Contains(text, `\u`) || strings.Contains(text, `\r`) || strings.Contains(text, `\b`) {
					t.Errorf("%s of learner %s has escaped control characters", f.Name, who)
				}
			}
			for _, r := range text {
				if unicode.IsControl(r) && r != '\n' && r != '\t' || unicode.Is(unicode.Bidi_Control, r) {
					t.Errorf("%s of learner %s has %U", f.Name, who, r)
					break
				}
			}
		}
	}
}

func TestJSONFollowsItsSchema(t *testing.T) {
	for _, f := range Formats {
		if filepath.Ext(f.File) != ".json" {
			continue
		}
		compiler := jsonschema.NewCompiler()
		compiler.AssertFormat()
		schema, err := compiler.Compile(filepath.Join("testdata", "schemas", f.File))
		if err != nil {
			t.Fatal(err)
		}
		for name, c := range classes() {
			for who, out := range written(t, f, c) {
				value, err := jsonschema.UnmarshalJSON(bytes.NewReader(out))
				if err == nil {
					err = schema.Validate(value)
				}
				if err != nil {
					t.Errorf("%s of learner %s of the class %s: %.1000s", f.Name, who, name, err)
				}
			}
		}
	}
}

func TestASchemaRefusesWhatIsNotItsFormat(t *testing.T) {
	for _, f := range Formats {
		if filepath.Ext(f.File) != ".json" {
			continue
		}
		schema, err := jsonschema.NewCompiler().Compile(filepath.Join("testdata", "schemas", f.File))
		if err != nil {
			t.Fatal(err)
		}
		for _, wrong := range []string{`{}`, `[]`, `{"version":1}`} {
			value, _ := jsonschema.UnmarshalJSON(strings.NewReader(wrong))
			if schema.Validate(value) == nil {
				t.Errorf("%s takes %s", f.Name, wrong)
			}
		}
	}
}

// TestXMLIsReadByOthers asks a parser that is not Go's, since Go's forgives.
func TestXMLIsReadByOthers(t *testing.T) {
	parse := func(text []byte) error {
		command := exec.Command("python3", "-c", "import sys, xml.etree.ElementTree as e; e.fromstring(sys.stdin.buffer.read())")
		if _, err := exec.LookPath("xmllint"); err == nil {
			command = exec.Command("xmllint", "--noout", "-")
		}
		command.Stdin = bytes.NewReader(text)
		out, err := command.CombinedOutput()
		if err != nil {
			err = fmt.Errorf("%w: %.300s", err, out)
		}
		return err
	}
	if parse([]byte("<a/>")) != nil {
		t.Skip("neither xmllint nor python3 is here: no parser other than Go's has read the JUnit XML")
	}
	if parse([]byte("<a>\x16</a>")) == nil {
		t.Error("the parser takes what is no XML")
	}
	for name, c := range classes() {
		for _, f := range Formats {
			if filepath.Ext(f.File) != ".xml" {
				continue
			}
			for _, out := range written(t, f, c) {
				if err := parse(out); err != nil {
					t.Errorf("%s of the class %s: %v", f.Name, name, err)
				}
			}
		}
	}
}

// same is equal but for the order in which fractions were added.
func same(a, b float64) bool { return math.Abs(a-b) < 1e-9 }

func TestEveryFormatHasThePointsOfTheClass(t *testing.T) {
	for name, c := range classes() {
		for _, f := range Formats {
			for who, out := range written(t, f, c) {
				sums, ok := map[string]func([]byte, Class) (points, most []float64){
					"json": sumsJSON, "csv": sumsCSV, "junit": sumsJUnit,
					"gradescope":   sumsTests("score", "max_score"),
					"autograding":  sumsTests("score", ""),
					"classroom50":  sumsTests("score", "max-score"),
					"prairielearn": sumsTests("points", "max_points"),
				}[f.Name]
				if !ok {
					continue // it has none
				}
				points, most := sums(out, c)
				learners := c.Learners
				if who != "" {
					i, _ := strconv.Atoi(who)
					learners = learners[i : i+1]
				}
				if len(points) != len(learners) {
					t.Fatalf("%s of the class %s has %d learners, not %d", f.Name, name, len(points), len(learners))
				}
				for i, l := range learners {
					if !same(points[i], l.Points) || !same(most[i], l.Most) {
						t.Errorf("%s of %q of the class %s: %v of %v points, not %v of %v", f.Name, l.Name, name, points[i], most[i], l.Points, l.Most)
					}
				}
			}
		}
	}
}

func sumsJSON(out []byte, _ Class) (points, most []float64) {
	var c Class
	if json.Unmarshal(out, &c) != nil {
		return nil, nil
	}
	for _, l := range c.Learners {
		points, most = append(points, l.Points), append(most, l.Most)
	}
	return points, most
}

func sumsCSV(out []byte, c Class) (points, most []float64) {
	records, _ := csv.NewReader(bytes.NewReader(out)).ReadAll()
	for _, record := range records[1:] {
		sum := 0.0
		for _, field := range record[4 : 4+len(c.Steps)] {
			n, _ := strconv.ParseFloat(field, 64)
			sum += n
		}
		total, _ := strconv.ParseFloat(record[1], 64)
		if !same(sum, total) {
			return nil, nil
		}
		n, _ := strconv.ParseFloat(record[2], 64)
		points, most = append(points, total), append(most, n)
	}
	return points, most
}

// sumsJUnit needs the suites in the order of the class.
func sumsJUnit(out []byte, c Class) (points, most []float64) {
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
			for _, property := range suite.Properties {
				n, _ := strconv.ParseFloat(property.Value, 64)
				sum[property.Name] += n
			}
		}
		suites.Suites = suites.Suites[len(c.Steps):]
		points, most = append(points, sum["points"]), append(most, sum["most"])
	}
	return points, most
}

func sumsTests(score, highest string) func([]byte, Class) (points, most []float64) {
	return func(out []byte, _ Class) (points, most []float64) {
		var result struct {
			Tests    []map[string]any
			MaxScore float64 `json:"max_score"` // autograding's
		}
		if json.Unmarshal(out, &result) != nil {
			return nil, nil
		}
		points, most = []float64{0}, []float64{result.MaxScore}
		for _, test := range result.Tests {
			points[0] += test[score].(float64)
			if highest != "" {
				most[0] += test[highest].(float64)
			}
		}
		return points, most
	}
}

// Who reads only the text of a result must learn that there was no isolation.
func TestWarningsAreInTheTextOfAResult(t *testing.T) {
	for _, f := range Formats {
		if f.Name != "gradescope" && f.Name != "prairielearn" {
			continue
		}
		c := small()
		c.Learners = c.Learners[:1]
		for _, want := range []string{"", "Warning: No isolation: trust these grades less."} {
			if want != "" {
				c.Isolation, c.Warnings = "none", []string{"No isolation: trust these grades less."}
			}
			var result struct{ Output string }
			if err := json.Unmarshal(written(t, f, c)["0"], &result); err != nil {
				t.Fatal(err)
			}
			if strings.Contains(result.Output, "Warning") != (want != "") || !strings.Contains(result.Output, want) {
				t.Errorf("%s: with the warnings %q, the output is %q", f.Name, c.Warnings, result.Output)
			}
		}
	}
}

func TestTotalsAreNotRounded(t *testing.T) {
	c := small()
	tenth := 0.1
	c.Learners = c.Learners[:1]
	c.Learners[0].Points, c.Learners[0].Most = tenth+0.2, 1/(tenth*30)
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

func TestCSVHasNoFormulas(t *testing.T) {
	c := hostile()
	c.Steps[1].Name = "=step"
	records, err := csv.NewReader(bytes.NewReader(written(t, Formats[1], c)[""])).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if len(records) != len(c.Learners)+1 {
		t.Errorf("%d rows for %d learners", len(records), len(c.Learners))
	}
	for _, record := range records {
		for _, field := range record {
			if field != "" && strings.Contains("=+-@\t", field[:1]) || strings.Contains(field, "\n") {
				t.Errorf("%q", field)
			}
		}
	}
	for text, want := range map[string]string{"=1": "'=1", "+1": "'+1", "-1": "'-1", "@a": "'@a", "\ta": "'\ta", "a=1": "a=1", "": ""} {
		if got := cell(text); got != want {
			t.Errorf("cell(%q) is %q, not %q", text, got, want)
		}
	}
}

func TestPercentIsNeverRoundedToAll(t *testing.T) {
	for _, test := range []struct {
		points, most float64
		want         string
	}{{0, 0, "0.00"}, {29, 100, "29.00"}, {99999, 100000, "99.99"}, {3, 3, "100.00"}, {2, 3, "66.67"}} {
		if got := percent(test.points, test.most); got != test.want {
			t.Errorf("%v of %v is %s, not %s", test.points, test.most, got, test.want)
		}
	}
}

func TestJUnitTellsVerdictsApart(t *testing.T) {
	c := hostile()
	var suites junitSuites
	out := written(t, Formats[2], c)[""]
	if err := xml.Unmarshal(out, &suites); err != nil {
		t.Fatal(err)
	}
	if len(out) > 30<<20 {
		t.Errorf("GitLab does not read %d bytes", len(out))
	}
	seen := map[string]bool{}
	var total junitSuites
	for _, suite := range suites.Suites {
		for _, test := range suite.Cases {
			key := test.Class + "\x00" + test.Name
			if seen[key] {
				t.Errorf("%s is there twice", key)
			}
			seen[key] = true
			total.Tests++
			switch {
			case test.Failure != nil:
				total.Failures++
				if test.Failure.Type != string(verdict.Fail) {
					t.Errorf("%s is a failure", test.Failure.Type)
				}
			case test.Error != nil:
				total.Errors++
				if slices.Contains([]string{string(verdict.Pass), string(verdict.Fail), string(verdict.NotRun)}, test.Error.Type) {
					t.Errorf("%s is an error", test.Error.Type)
				}
			case test.Skipped != nil:
				total.Skipped++
			}
		}
	}
	if total.Tests != suites.Tests || total.Failures != suites.Failures || total.Errors != suites.Errors || total.Skipped != suites.Skipped {
		t.Errorf("counted %+v, but it says %+v", total, junitSuites{Tests: suites.Tests, Failures: suites.Failures, Errors: suites.Errors, Skipped: suites.Skipped})
	}
	verdicts := map[verdict.Verdict]int{}
	for _, l := range c.Learners {
		for _, r := range rows(c, l) {
			verdicts[r.Result.Verdict]++
		}
	}
	if suites.Failures != verdicts[verdict.Fail] || suites.Skipped != verdicts[verdict.NotRun] {
		t.Errorf("%d failures and %d skipped, not %d and %d", suites.Failures, suites.Skipped, verdicts[verdict.Fail], verdicts[verdict.NotRun])
	}
}

func TestLimitsAreKept(t *testing.T) {
	c := hostile()
	for _, l := range c.Learners {
		var out bytes.Buffer
		if err := PrairieLearn(&out, c, l, nil); err != nil || out.Len() > 1_000_000 {
			t.Errorf("PrairieLearn of %.20q: %d bytes, %v", l.Name, out.Len(), err)
		}
		out.Reset()
		if err := ExercismV3(&out, c, l, nil); err != nil {
			t.Fatal(err)
		}
		var result exercism
		if err := json.Unmarshal(out.Bytes(), &result); err != nil {
			t.Fatal(err)
		}
		if (result.Status == "error") != (l.Name == "nothing") {
			t.Errorf("%.20q is %s", l.Name, result.Status)
		}
		for i, test := range result.Tests {
			if test.Output != nil && len(*test.Output) > 500 || test.Message != nil && len(*test.Message) > 65_535 {
				t.Errorf("%.20q: %s is too long", l.Name, test.Name)
			}
			if want := c.Steps[i/len(verdict.Reported)].Name + "/" + c.Steps[i/len(verdict.Reported)].Tests[i%len(verdict.Reported)].Name; test.Name != want {
				t.Errorf("%s is where %s belongs", test.Name, want)
			}
		}
	}
}

func TestWhatTheCompilerSaidIsPassedOn(t *testing.T) {
	c := small()
	step := &c.Learners[0].Steps[1]
	step.Build, step.Tests[0].Verdict, step.Tests[0].Cause = "tokens.go:7:2: undefined: x", verdict.BuildError, "the step does not compile"
	for _, f := range Formats {
		if out := written(t, f, c); f.Name != "csv" && f.Name != "classroom50" && !strings.Contains(string(out[""])+string(out["0"]), "undefined: x") {
			t.Errorf("%s does not say what is undefined", f.Name)
		}
	}
}

func TestClassroom50LinksTheCommitWithoutAReview(t *testing.T) {
	c := small()
	var out bytes.Buffer
	env := func(name string) string { return strings.TrimPrefix(runner(name), "https://example.com/v") }
	if err := Classroom50(&out, c, c.Learners[0], env); err != nil || !strings.Contains(out.String(), `"review": "https://example.com/c"`) {
		t.Errorf("%v\n%s", err, out.Bytes())
	}
}

func TestCleaningLeavesTheOriginalAndWhatIsCleanAlone(t *testing.T) {
	c, before := hostile(), hostile()
	cleaned(c)
	if !reflect.DeepEqual(c, before) {
		t.Error("cleaning changed its argument")
	}
	var back Class
	if err := json.Unmarshal(written(t, Formats[0], small())[""], &back); err != nil || !reflect.DeepEqual(back, cleaned(small())) {
		t.Errorf("what was read is not what was written: %v", err)
	}
	if got := cleaned("a\tb\r\nc\x1b\xffé\u202e"); got != "a\tb\nc.\ufffdé." {
		t.Errorf("%q", got)
	}
}

// What is written of the small class is kept in testdata/golden.
func TestGoldens(t *testing.T) {
	c := small()
	for _, f := range Formats {
		if f.Name == "html" {
			continue // too large to be read
		}
		for who, out := range written(t, f, c) {
			name := f.File
			if who != "" {
				i, _ := strconv.Atoi(who)
				name = c.Learners[i].Name + "." + f.File
			}
			golden.Compare(t, filepath.Join("testdata", "golden", name), out)
		}
	}
}
