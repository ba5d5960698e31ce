package report_test

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"

	"tokenauth.example/scripts/internal/mistakes"
	"tokenauth.example/scripts/internal/report"
	"tokenauth.example/scripts/internal/steps"
	"tokenauth.example/scripts/internal/verdict"
)

// htmlClass makes up a class that does what classes do, on the workshop's own tests.
func htmlClass(t *testing.T, learners int) report.Class {
	t.Helper()
	workshop, err := steps.Open(filepath.Join("..", "..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	all, err := workshop.Steps()
	if err != nil {
		t.Fatal(err)
	}
	known := map[string][]string{} // by test
	cards, _ := filepath.Glob(filepath.Join("..", "..", "..", "testdata", "mistakes", "*", "*.diff"))
	for _, path := range cards {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := mistakes.Parse(text); err != nil {
			t.Fatal(err)
		}
		head := map[string]string{}
		for line := range strings.Lines(string(text)) {
			if name, value, ok := strings.Cut(strings.TrimPrefix(line, "# "), ":"); ok && strings.HasPrefix(line, "# ") {
				head[name] = strings.TrimSpace(value)
			}
		}
		test := filepath.Base(filepath.Dir(path)) + "/" + head["caught"]
		known[test] = append(known[test], head["wrong"])
	}

	c := report.Class{Version: 1, Graded: time.Date(2026, 3, 9, 16, 40, 0, 0, time.UTC), Seconds: 754, Isolation: "bubblewrap"}
	for _, step := range all {
		tests, err := step.Tests()
		if err != nil {
			t.Fatal(err)
		}
		_, title, _ := strings.Cut(step.Name, "-")
		s := report.Step{Name: step.Name, Title: strings.ToUpper(title[:1]) + strings.ReplaceAll(title[1:], "-", " ")}
		for _, test := range tests {
			points := 1.0
			if test.Guard {
				points = 0
			}
			s.Tests = append(s.Tests, report.Test{Name: test.Name, Task: test.Task, Requirement: test.Requirement, Points: points})
		}
		c.Steps = append(c.Steps, s)
	}
	random := rand.New(rand.NewPCG(7, 7))
	hard := map[string]float64{}
	for i := range learners {
		l := report.Learner{Name: fmt.Sprintf("learner-%02d", i+1), Source: fmt.Sprintf("submissions/learner-%02d.zip", i+1), Seconds: 20 + 10*random.Float64()}
		skill := 0.55 + 0.5*random.Float64()
		for s, step := range c.Steps {
			result := report.StepResult{Name: step.Name}
			unrun := verdict.Verdict("")
			switch n := random.IntN(40); {
			case n == 0:
				unrun, result.Build = verdict.BuildError, "./verifier.go:41:9: undefined: jwt.ParseWithClaim\n./verifier.go:57:2: declared and not used: claims"
			case n == 1 && s == 6:
				unrun, result.Build = verdict.Rejected, "tasks.go:12: imports unsafe, which no step needs"
			case i == 11 && s == 3:
				unrun, result.Build = verdict.Tampered, "users_test.go: TestMain replaces what the tests compare with"
			}
			for k, test := range step.Tests {
				id := step.Name + "/" + test.Name
				if _, ok := hard[id]; !ok {
					hard[id] = random.Float64() * random.Float64()
				}
				r := report.TestResult{Name: test.Name, Verdict: verdict.Pass, Points: test.Points, Most: test.Points, Seconds: random.Float64()}
				l.Most += test.Points
				switch {
				case unrun != "":
					r.Verdict, r.Cause = unrun, "the step's code was not run: see what is said of the step"
				case i == 20 && s > 5:
					r.Verdict, r.Cause = verdict.NotRun, "grading was stopped before this test"
				case random.Float64() > skill+0.35-hard[id]-0.02*float64(s):
					r.Verdict = []verdict.Verdict{verdict.Fail, verdict.Fail, verdict.Fail, verdict.Fail, verdict.Fail, verdict.Fail, verdict.Fail, verdict.Error, verdict.TimedOut, verdict.OutOfMemory, verdict.OutputLimit}[random.IntN(11)]
					r.Cause = "a token signed with HS512 must be refused, though the key is right: we issue HS256 alone, and the sender must not choose (RFC 8725, section 3.1)"
					r.Sent, r.Answered = "GET /tasks, Authorization: Bearer eyJhbGciOiJIUzUxMiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJ1c2VyLTEifQ.c2lnbmF0dXJl", fmt.Sprintf("200 OK, {\"tasks\":[{\"id\":%d}]}", k)
					r.Got, r.Want = "no error", `the error "algorithm", which is ErrAlgorithm`
					r.Output = fmt.Sprintf("=== RUN   %s\n    verifier_test.go:%d:\n        Error Trace: verifier_test.go:%d\n        Error:       Target error should be in err chain\n--- FAIL: %s (0.00s)\n", test.Name, 40+k, 40+k, test.Name)
					fits := known[id]
					for range min(len(fits), 1+random.IntN(2)) {
						if fit := fits[random.IntN(len(fits))]; !slices.Contains(r.Mistakes, fit) {
							r.Mistakes = append(r.Mistakes, fit)
						}
					}
					r.Unstable = random.IntN(30) == 0
				}
				if r.Verdict != verdict.Pass {
					r.Points = 0
				}
				l.Points += r.Points
				result.Tests = append(result.Tests, r)
			}
			l.Steps = append(l.Steps, result)
		}
		switch i {
		case 4:
			l.Notes = []string{"left out: verifier/.idea/ (12 files)", "the folder steps/ was found one level down"}
		case 17:
			l.Problem, l.Steps, l.Points = "the archive holds no steps/ folder", nil, 0
		}
		c.Learners = append(c.Learners, l)
	}
	return c
}

// hostileClass is what a learner would send who wants to be the teacher.
func hostileClass(t *testing.T) report.Class {
	t.Helper()
	bad := []string{
		`<img src=x onerror=alert(1)>`, `"><script>alert(1)</script>`, `' onmouseover='alert(1)`, `javascript:alert(1)`, `</style><script>alert(1)</script>`,
		`--><script src=https://evil.example/x.js></script>`, `{{.Policy}}`, "a\x00b\x1b[31mred\x07\x08\x7f\u0085", "\xff\xfe\xc3\x28", "moc.\u202eelpmaxe\u2066\u200b\ufeff\U000e0041",
		"", "  ", "two\nlines\r\nand\ttab", "z" + strings.Repeat("\u0335", 400), strings.Repeat("long", 4000), "]]>", "</pre></details></li></ul><base href=//evil.example>", "\u2028\u2029\uffff",
	}
	c := htmlClass(t, len(bad)+1)
	c.Isolation, c.Interrupted, c.Warnings = "none", true, bad
	big := strings.Repeat("<script>\x1b\xff", 5<<20/10)
	for i := range bad {
		l := &c.Learners[i]
		l.Name, l.Source, l.Notes = bad[i], bad[i], bad
		if i%3 == 0 {
			l.Problem = bad[i]
		}
		for s := range l.Steps {
			l.Steps[s].Notes, l.Steps[s].Build = bad, bad[i]
			for k := range l.Steps[s].Tests {
				r := &l.Steps[s].Tests[k]
				r.Verdict, r.Cause, r.Sent, r.Answered, r.Got, r.Want, r.Output, r.Mistakes = verdict.Fail, bad[i], bad[(i+1)%len(bad)], bad[i], bad[(i+2)%len(bad)], bad[i], big, bad
			}
		}
	}
	c.Learners[0].Steps[0].Tests[0].Verdict = "<b>new</b>"
	for s := range c.Steps {
		c.Steps[s].Title = bad[s]
		c.Steps[s].Tests[0].Name, c.Steps[s].Tests[0].Requirement = bad[s], bad[s+1]
	}
	return c
}

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
	may := strings.Fields("html head meta title style body header main footer nav section article h1 h2 h3 h4 p ul li a table caption thead tbody tr th td div span strong b small bdi code pre details summary dl dt dd figure figcaption svg rect text line time br")
	ids, links, policy, style, found := map[string]bool{}, map[string]bool{}, "", "", map[string]int{}
	for n := range root.Descendants() {
		if n.Type == html.CommentNode {
			t.Errorf("a comment: %q", n.Data)
		}
		if n.Type != html.ElementNode {
			continue
		}
		found[n.Data]++
		if !slices.Contains(may, n.Data) {
			t.Errorf("an element that the page does not use: %s", n.Data)
		}
		attributes := map[string]string{}
		for _, a := range n.Attr {
			attributes[a.Key] = a.Val
			if strings.HasPrefix(a.Key, "on") || slices.Contains([]string{"src", "style", "srcdoc", "action", "xlink:href"}, a.Key) {
				t.Errorf("<%s %s=%q>", n.Data, a.Key, a.Val)
			}
		}
		if id, ok := attributes["id"]; ok {
			if ids[id] {
				t.Errorf("the id %q is there twice", id)
			}
			ids[id] = true
		}
		if to, ok := attributes["href"]; ok {
			if !strings.HasPrefix(to, "#") {
				t.Errorf("a link to %q", to)
			}
			links[strings.TrimPrefix(to, "#")] = true
		}
		if to, ok := attributes["aria-labelledby"]; ok {
			links[to] = true
		}
		if attributes["http-equiv"] == "Content-Security-Policy" {
			policy = attributes["content"]
			if n.NextSibling == nil || style != "" {
				t.Error("the policy comes too late")
			}
		}
		switch n.Data {
		case "style":
			style = n.FirstChild.Data
		case "th":
			if attributes["scope"] == "" {
				t.Error("a <th> without a scope")
			}
		case "table":
			if first := n.FirstChild.NextSibling; first == nil || first.Data != "caption" {
				t.Error("a table without a caption")
			}
		case "html":
			if attributes["lang"] != "en" {
				t.Error("no lang")
			}
		}
	}
	for to := range links {
		if !ids[to] {
			t.Errorf("nothing has the id %q", to)
		}
	}
	for element, want := range map[string]int{"style": 1, "title": 1, "h1": 1, "main": 1, "meta": 5} {
		if found[element] != want {
			t.Errorf("%d of <%s>", found[element], element)
		}
	}
	sum := sha256.Sum256([]byte(style))
	if want := "style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"; !strings.HasPrefix(policy, "default-src 'none'; "+want+";") {
		t.Errorf("the policy is %q, and must have %s", policy, want)
	}
}

func TestHTML_SaysWhatMatters(t *testing.T) {
	c := htmlClass(t, 2)
	for i := range c.Learners {
		c.Learners[i].Points, c.Learners[i].Most = float64(10+20*i), 40
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
	const most = 15 << 20
	c := htmlClass(t, 300)
	start := time.Now()
	page := writeHTML(t, c)
	t.Logf("a class of 300: %.1f MB, in %.1f s", float64(len(page))/(1<<20), time.Since(start).Seconds())
	if len(page) > most {
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
	if len(page) > most {
		t.Errorf("the worst class of 300 takes %d bytes", len(page))
	}
}

func TestHTML_InABrowser(t *testing.T) {
	b := startBrowser(t)

	// Else nothing below would show that the page does nothing.
	b.open([]byte(`<!doctype html><meta http-equiv="Content-Security-Policy" content="default-src 'none'"><title>x</title><script>1</script>`))
	if len(b.said) == 0 {
		t.Fatal("the browser does not tell of what a policy forbids")
	}

	const target = `(() => {
		const target = document.querySelector(":target"), box = target.querySelector("pre").getBoundingClientRect()
		return {text: target.innerText, seen: target.querySelector("pre").checkVisibility({contentVisibilityAuto: false}), top: box.top, bottom: box.bottom, height: innerHeight}
	})()`
	const wide = `document.documentElement.scrollWidth - document.documentElement.clientWidth`
	// Every text's contrast with what is behind it, if it is less than 4.5.
	const faint = `(() => {
		const parse = c => (c.match(/[\d.]+/g) || []).map(Number)
		const light = c => { const [r, g, b] = c.slice(0, 3).map(v => (v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4); return 0.2126 * r + 0.7152 * g + 0.0722 * b }
		const bad = new Set()
		for (const e of document.body.querySelectorAll("*")) {
			if (![...e.childNodes].some(n => n.nodeType === 3 && n.data.trim())) continue
			const svg = e instanceof SVGElement
			const text = parse(getComputedStyle(e)[svg ? "fill" : "color"])
			let behind = e, back
			do { back = parse(getComputedStyle(behind).backgroundColor); behind = behind.parentElement } while (behind && back.length === 4 && back[3] === 0)
			const [a, b] = [light(text), light(back)].sort((x, y) => y - x)
			const ratio = (a + 0.05) / (b + 0.05)
			if (ratio < 4.5) bad.add(e.tagName + "." + e.className + " " + text + " on " + back + ": " + ratio.toFixed(1))
		}
		return [...bad].join("\n")
	})()`

	c := htmlClass(t, 30)
	for name, page := range map[string][]byte{"thirty": writeHTML(t, c), "hostile": writeHTML(t, hostileClass(t))} {
		for _, width := range []int{1280, 390} {
			b.resize(width, 800)
			b.open(page)
			var over float64
			if b.evaluate(wide, &over); over > 0 {
				t.Errorf("%s: the page is %g px too wide for %d px", name, over, width)
			}
		}
		b.resize(1280, 800)
		b.open(page)
		b.evaluate(`document.querySelector("td.f a[href^='#r']").click()`, nil)
		time.Sleep(300 * time.Millisecond)
		var at struct {
			Text                string
			Seen                bool
			Top, Bottom, Height float64
		}
		b.evaluate(target, &at)
		if !at.Seen || at.Bottom <= 0 || at.Top >= at.Height || at.Text == "" {
			t.Errorf("%s: the message of a cell is not to be seen: %+v", name, at)
		}
		for _, scheme := range []string{"light", "dark"} {
			b.media("", scheme)
			var bad string
			if b.evaluate(faint, &bad); bad != "" {
				t.Errorf("%s, %s: too faint:\n%s", name, scheme, bad)
			}
		}
		b.media("print", "dark")
		var open bool
		if b.evaluate(`[...document.querySelectorAll("li details pre")].every(e => e.getBoundingClientRect().height > 0)`, &open); !open {
			t.Errorf("%s: what is folded must be printed", name)
		}
		b.media("", "")
		if len(b.said) > 0 {
			t.Errorf("%s: the browser says %q", name, b.said)
		}
	}

	// Every test of a learner, and every learner, with the keyboard.
	b.open(writeHTML(t, c))
	var unreachable int
	b.evaluate(`[...document.querySelectorAll("a, summary")].filter(e => e.tabIndex < 0 || e.tagName === "A" && !e.hasAttribute("href")).length`, &unreachable)
	if unreachable > 0 {
		t.Errorf("%d links are out of the keyboard's reach", unreachable)
	}
	if shots := os.Getenv("SHOTS"); shots != "" {
		b.shots(shots)
	}

	large := writeHTML(t, htmlClass(t, 300))
	start := time.Now()
	b.open(large)
	t.Logf("a class of 300 opens in %.1f s", time.Since(start).Seconds())
	if len(b.said) > 0 {
		t.Errorf("the browser says %q", b.said)
	}
}

// browser is a headless Chromium, spoken to over two pipes.
type browser struct {
	t       *testing.T
	in      io.Writer
	out     *bufio.Reader
	id      int
	session string
	said    []string // errors, and what a policy forbade, since the last open
	loaded  bool
}

func startBrowser(t *testing.T) *browser {
	t.Helper()
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if found, err := exec.LookPath(name); err == nil && path == "" {
			path = found
		}
	}
	if path == "" {
		if os.Getenv("CI") != "" {
			t.Fatal("CI must have chromium, chromium-browser or google-chrome in its PATH: without it nobody knows that the page renders")
		}
		t.Skip("there is no chromium, chromium-browser or google-chrome in PATH: whether the page renders was not tested")
	}
	if testing.Short() {
		t.Skip("-short: no browser is started")
	}
	commands, in, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	out, answers, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--disable-background-networking",
		"--remote-debugging-pipe", "--user-data-dir="+t.TempDir(), "about:blank")
	cmd.ExtraFiles = []*os.File{commands, answers} // 3 and 4 for the child
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	commands.Close()
	answers.Close()
	timer := time.AfterFunc(4*time.Minute, func() { out.Close() })
	b := &browser{t: t, in: in, out: bufio.NewReaderSize(out, 1<<20)}
	t.Cleanup(func() {
		timer.Stop()
		b.send("Browser.close", nil)
		io.Copy(io.Discard, b.out) // until it has gone
		in.Close()
		out.Close()
		cmd.Wait()
	})
	var target struct{ TargetID string }
	b.call("Target.createTarget", map[string]any{"url": "about:blank"}, &target)
	var attached struct{ SessionID string }
	b.call("Target.attachToTarget", map[string]any{"targetId": target.TargetID, "flatten": true}, &attached)
	b.session = attached.SessionID
	for _, domain := range []string{"Page", "Runtime", "Log"} {
		b.call(domain+".enable", nil, nil)
	}
	return b
}

func (b *browser) send(method string, params any) {
	b.id++
	message := map[string]any{"id": b.id, "method": method}
	if params != nil {
		message["params"] = params
	}
	if b.session != "" && !strings.HasPrefix(method, "Browser.") {
		message["sessionId"] = b.session
	}
	text, err := json.Marshal(message)
	if err == nil {
		_, err = b.in.Write(append(text, 0))
	}
	if err != nil {
		b.t.Error(err)
	}
}

// next reads a message, and returns its result if it is the answer to the last command.
func (b *browser) next() (result json.RawMessage, answered bool) {
	b.t.Helper()
	text, err := b.out.ReadBytes(0)
	if err != nil {
		b.t.Fatalf("the browser is gone: %v", err)
	}
	var message struct {
		ID             int
		Method         string
		Params, Result json.RawMessage
		Error          *struct{ Message string }
	}
	if err := json.Unmarshal(text[:len(text)-1], &message); err != nil {
		b.t.Fatal(err)
	}
	switch message.Method {
	case "Log.entryAdded", "Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Page.javascriptDialogOpening":
		b.said = append(b.said, string(message.Params))
	case "Page.loadEventFired":
		b.loaded = true
	}
	if message.Error != nil {
		b.t.Fatalf("the browser: %s", message.Error.Message)
	}
	return message.Result, message.ID == b.id
}

func (b *browser) call(method string, params, result any) {
	b.t.Helper()
	b.send(method, params)
	for {
		if answer, ok := b.next(); ok {
			if result != nil {
				if err := json.Unmarshal(answer, result); err != nil {
					b.t.Fatal(err)
				}
			}
			return
		}
	}
}

func (b *browser) open(page []byte) {
	b.t.Helper()
	path := filepath.Join(b.t.TempDir(), "class.html")
	if err := os.WriteFile(path, page, 0o600); err != nil {
		b.t.Fatal(err)
	}
	b.said, b.loaded = nil, false
	b.call("Page.navigate", map[string]any{"url": "file://" + filepath.ToSlash(path)}, nil)
	for !b.loaded {
		b.next()
	}
	b.evaluate("1", nil)
}

func (b *browser) evaluate(script string, value any) {
	b.t.Helper()
	var answer struct {
		Result           struct{ Value json.RawMessage }
		ExceptionDetails json.RawMessage
	}
	b.call("Runtime.evaluate", map[string]any{"expression": script, "returnByValue": true}, &answer)
	if answer.ExceptionDetails != nil {
		b.t.Fatalf("%s: %s", script, answer.ExceptionDetails)
	}
	if value != nil {
		if err := json.Unmarshal(answer.Result.Value, value); err != nil {
			b.t.Fatal(err)
		}
	}
}

func (b *browser) resize(width, height int) {
	b.call("Emulation.setDeviceMetricsOverride", map[string]any{"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}, nil)
}

func (b *browser) media(media, scheme string) {
	b.call("Emulation.setEmulatedMedia", map[string]any{"media": media, "features": []map[string]string{{"name": "prefers-color-scheme", "value": scheme}}}, nil)
}

// shots keeps pictures of the page, for somebody to look at: SHOTS=/tmp go test -run Browser.
func (b *browser) shots(dir string) {
	keep := func(name, method string, params map[string]any) {
		var answer struct{ Data []byte }
		b.call(method, params, &answer)
		if err := os.WriteFile(filepath.Join(dir, name), answer.Data, 0o600); err != nil {
			b.t.Fatal(err)
		}
	}
	shot := func(name, at string) {
		b.evaluate(fmt.Sprintf("document.querySelector(%q).scrollIntoView()", at), nil)
		time.Sleep(300 * time.Millisecond)
		keep(name, "Page.captureScreenshot", nil)
	}
	b.resize(1280, 1000)
	shot("class.png", "h1")
	shot("class-map.png", "#map")
	shot("class-step.png", "#s5")
	shot("class-points.png", "#points")
	shot("class-learner.png", "#l5")
	b.media("", "dark")
	shot("class-dark.png", "h1")
	shot("class-map-dark.png", "#map")
	b.media("", "light")
	b.call("Emulation.setEmulatedVisionDeficiency", map[string]any{"type": "achromatopsia"}, nil)
	shot("class-map-gray.png", "#map")
	b.call("Emulation.setEmulatedVisionDeficiency", map[string]any{"type": "none"}, nil)
	b.resize(390, 800)
	shot("class-small.png", "h1")
	b.resize(1280, 800)
	b.media("", "")
	keep("class.pdf", "Page.printToPDF", map[string]any{"preferCSSPageSize": true})
}
