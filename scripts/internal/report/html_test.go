package report_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"

	"tokenauth.example/scripts/internal/report"
	"tokenauth.example/scripts/internal/verdict"
)

func writeHTML(t *testing.T, c report.Class) []byte {
	t.Helper()
	var page bytes.Buffer
	if err := report.HTML(&page, c); err != nil {
		t.Fatal(err)
	}
	return page.Bytes()
}

func TestHTML(t *testing.T) {
	unfit := htmlClass(t, 3)
	for i := range unfit.Learners {
		unfit.Learners[i].Steps = unfit.Learners[i].Steps[:i]
	}
	noBody := htmlClass(t, 1)
	noBody.Learners = nil
	for name, c := range map[string]report.Class{
		"one": htmlClass(t, 1), "thirty": htmlClass(t, 30), "hostile": hostileClass(t), "steps missing": unfit, "no learners": noBody, "nothing": {},
	} {
		t.Run(name, func(t *testing.T) { checkHTML(t, writeHTML(t, c)) })
	}
}

// checkHTML fails if the page is not whole, or does anything.
func checkHTML(t *testing.T, page []byte) {
	t.Helper()
	if !utf8.Valid(page) {
		t.Error("the page is not valid UTF-8")
	}
	for _, r := range string(page) {
		if r != '\n' && r != '\t' && (unicode.IsControl(r) || unicode.Is(unicode.Cf, r) && r != 0x200c && r != 0x200d) {
			t.Errorf("the page has the character %U", r)
			break
		}
	}
	root, err := html.Parse(bytes.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	found := &found{t: t, elements: map[string]int{}, ids: map[string]bool{}, links: map[string]bool{}}
	for n := range root.Descendants() {
		switch n.Type {
		case html.CommentNode:
			t.Errorf("a comment: %q", n.Data)
		case html.ElementNode:
			found.add(n)
		}
	}
	for to := range found.links {
		if !found.ids[to] {
			t.Errorf("nothing has the id %q", to)
		}
	}
	for element, want := range map[string]int{"style": 1, "title": 1, "h1": 1, "main": 1, "meta": 5} {
		if found.elements[element] != want {
			t.Errorf("%d of <%s>", found.elements[element], element)
		}
	}
	sum := sha256.Sum256([]byte(found.style))
	if want := "style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"; !strings.HasPrefix(found.policy, "default-src 'none'; "+want+";") {
		t.Errorf("the policy is %q, and must have %s", found.policy, want)
	}
}

// found is what a page has.
type found struct {
	t             *testing.T
	elements      map[string]int
	ids, links    map[string]bool
	policy, style string
}

// htmlElements are those that the page uses.
var htmlElements = strings.Fields("html head meta title style body header main footer nav section article h1 h2 h3 h4 p ul li a table caption thead tbody tr th td div span strong b small bdi code pre details summary dl dt dd figure figcaption svg rect text line time br")

// add adds an element, and fails if it is not as those of the page are.
func (f *found) add(n *html.Node) {
	f.elements[n.Data]++
	if !slices.Contains(htmlElements, n.Data) {
		f.t.Errorf("an element that the page does not use: %s", n.Data)
	}
	attributes := map[string]string{}
	for _, a := range n.Attr {
		attributes[a.Key] = a.Val
		if strings.HasPrefix(a.Key, "on") || slices.Contains([]string{"src", "style", "srcdoc", "action", "xlink:href"}, a.Key) {
			f.t.Errorf("<%s %s=%q>", n.Data, a.Key, a.Val)
		}
	}
	if id, ok := attributes["id"]; ok {
		if f.ids[id] {
			f.t.Errorf("the id %q is there twice", id)
		}
		f.ids[id] = true
	}
	if to, ok := attributes["href"]; ok {
		if !strings.HasPrefix(to, "#") {
			f.t.Errorf("a link to %q", to)
		}
		f.links[strings.TrimPrefix(to, "#")] = true
	}
	if to, ok := attributes["aria-labelledby"]; ok {
		f.links[to] = true
	}
	if attributes["http-equiv"] == "Content-Security-Policy" {
		f.policy = attributes["content"]
		if n.NextSibling == nil || f.style != "" {
			f.t.Error("the policy comes too late")
		}
	}
	switch first := n.FirstChild; {
	case n.Data == "style":
		f.style = first.Data
	case n.Data == "th" && attributes["scope"] == "":
		f.t.Error("a <th> without a scope")
	case n.Data == "table" && (first.NextSibling == nil || first.NextSibling.Data != "caption"):
		f.t.Error("a table without a caption")
	case n.Data == "html" && attributes["lang"] != "en":
		f.t.Error("no lang")
	}
}

func TestHTML_SaysWhatMatters(t *testing.T) {
	c := htmlClass(t, 2)
	for i := range c.Learners {
		c.Learners[i].Points, c.Learners[i].MaxPoints = float64(10+20*i), 40
		for s := range c.Learners[i].Steps {
			for k := range c.Learners[i].Steps[s].Tests {
				r := &c.Learners[i].Steps[s].Tests[k]
				*r = report.TestResult{Name: r.Name, Verdict: verdict.Pass}
			}
		}
	}
	fail := func(learner, test int) *report.TestResult {
		r := &c.Learners[learner].Steps[1].Tests[test]
		r.Verdict, r.Cause, r.Mistakes = verdict.Fail, fmt.Sprint("it is red, ", test), []string{"forgets it"}
		return r
	}
	fail(0, 0)
	fail(0, 2)
	fail(1, 2).Unstable = true
	c.Isolation, c.Warnings = "none", []string{"the disk is full"}
	page := string(writeHTML(t, c))
	for _, want := range []string{
		"Nothing kept the submissions in", "the disk is full", "Monday 9 March 2026, 16:40 UTC", "12 min 34 s", "<dd>20<small>of 40 points, 50 %", "10 – 30", "standard deviation 10",
		`<a href="#r1-2-3"><bdi>learner-01</bdi></a>, <a href="#r2-2-3"><bdi>learner-02</bdi></a>`, `forgets it <span class="times">2×`, "it is red, 2", "unstable: passed once and failed once", ">F~</a>",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page must have %s", want)
		}
	}
	if first, second := strings.Index(page, c.Steps[1].Tests[2].Name+"</code>"), strings.Index(page, c.Steps[1].Tests[0].Name+"</code>"); first > second {
		t.Error("what two failed must come before what one failed")
	}
	c.Interrupted, c.Isolation = true, "bubblewrap"
	page = string(writeHTML(t, c))
	if !strings.Contains(page, "Grading was interrupted") || strings.Contains(page, "Nothing kept") {
		t.Error("the alarms must be those of the class")
	}
}

func TestHTML_StaysSmall(t *testing.T) {
	const limit = 15 << 20
	c := htmlClass(t, 300)
	start := time.Now()
	page := writeHTML(t, c)
	t.Logf("a class of 300: %.1f MB, in %.1f s", float64(len(page))/(1<<20), time.Since(start).Seconds())
	if len(page) > limit {
		t.Errorf("a class of 300 takes %d bytes", len(page))
	}
	// And if nobody passes anything, each in another way, and prints without end.
	output := strings.Repeat(`"<>&'`, 1<<20)
	for i := range c.Learners {
		for s := range c.Learners[i].Steps {
			for k := range c.Learners[i].Steps[s].Tests {
				r := &c.Learners[i].Steps[s].Tests[k]
				r.Verdict, r.Cause, r.Output, r.Mistakes = verdict.Fail, fmt.Sprint(i, s, k, output[:5000]), output, nil
			}
		}
	}
	page = writeHTML(t, c)
	t.Logf("the worst class of 300: %.1f MB", float64(len(page))/(1<<20))
	if len(page) > limit {
		t.Errorf("the worst class of 300 takes %d bytes", len(page))
	}
}
