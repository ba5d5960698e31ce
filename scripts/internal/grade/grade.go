// Package grade grades submissions, trusting none of them. Grading a step is a function of
// its files: they are read by package intake, judged by package allow, compiled beside the
// reference, and run by package sandbox, one process a test. The same files get the same
// verdicts, so those are kept.
package grade

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"

	"tokenauth.example/scripts/internal/allow"
	"tokenauth.example/scripts/internal/cache"
	"tokenauth.example/scripts/internal/gotest"
	"tokenauth.example/scripts/internal/intake"
	"tokenauth.example/scripts/internal/lesson"
	"tokenauth.example/scripts/internal/mistakes"
	"tokenauth.example/scripts/internal/report"
	"tokenauth.example/scripts/internal/sandbox"
	"tokenauth.example/scripts/internal/steps"
	"tokenauth.example/scripts/internal/verdict"
)

// How long things may take, if nothing else is said. The slowest test takes about two
// seconds. To compile SQLite takes a minute, the first time.
const (
	TestTime  = 20 * time.Second
	BuildTime = 3 * time.Minute
)

// Grader grades submissions.
type Grader struct {
	Go       *gotest.Go
	Workshop *steps.Workshop
	Steps    []steps.Step
	Sandbox  *sandbox.Sandbox
	Points   Points
	Fresh    bool // judge anew what was judged before
	Jobs     int  // how many steps are judged at a time
	// Outside has programs asked over HTTP too, whether they keep the contract.
	Outside bool
	// TestTime and BuildTime are how long a test, and compiling, may take, if not the
	// usual time.
	TestTime, BuildTime time.Duration
	// Ungated lets code pass that the gate refuses. It is for tests of what stands behind.
	Ungated bool
	// Progress is told what has been done.
	Progress func(done, all int, learner string)

	sheets       []sheet
	slots        chan struct{}
	flight       sync.Map       // by key, what is being judged now
	stage        string         // a folder that the sandbox may read
	judgeProgram *gotest.Binary // which judges other programs from outside
}

// sheet is what the grader knows of a step.
type sheet struct {
	step   steps.Step
	report report.Step
	tests  []steps.Test
	files  []steps.File
	gate   *allow.Gate
	cards  []mistakes.Card
	ground string // the key of all that a verdict depends on, but for the submission
	// program tells that the step's code is a program that is asked from outside too.
	program bool
}

// Class grades the submissions. When ctx ends, the rest is "not run", and the result is
// whole all the same.
func (g *Grader) Class(ctx context.Context, submissions []*intake.Submission) (report.Class, error) {
	class := report.Class{Version: 1, Graded: time.Now().UTC(), Isolation: g.Sandbox.Kind, Warnings: []string{}, Steps: []report.Step{}, Learners: []report.Learner{}}
	if g.Sandbox.Kind == sandbox.None {
		class.Warnings = append(class.Warnings, "No isolation: the submissions ran with the grader's own rights, and could read, change and send whatever it can. "+
			"Trust these grades as far as you trust the learners. Why: "+g.Sandbox.Why+".")
	}
	defer func() { os.RemoveAll(g.stage) }()
	if err := g.prepare(ctx); err != nil {
		return class, err
	}
	for _, sheet := range g.sheets {
		class.Steps = append(class.Steps, sheet.report)
	}
	class.Learners = make([]report.Learner, len(submissions))
	var group sync.WaitGroup
	var mu sync.Mutex
	done := 0
	for i, submission := range submissions {
		group.Go(func() {
			class.Learners[i] = g.learner(ctx, submission)
			mu.Lock()
			defer mu.Unlock()
			done++
			if g.Progress != nil {
				g.Progress(done, len(submissions), submission.Name)
			}
		})
	}
	group.Wait()
	slices.SortStableFunc(class.Learners, func(a, b report.Learner) int { return strings.Compare(a.Name, b.Name) })
	class.Interrupted = ctx.Err() != nil
	class.Seconds = time.Since(class.Graded).Seconds()
	return class, nil
}

// prepare reads what is the same for every submission.
func (g *Grader) prepare(ctx context.Context) error {
	g.TestTime, g.BuildTime = cmp.Or(g.TestTime, TestTime), cmp.Or(g.BuildTime, BuildTime)
	g.slots = make(chan struct{}, g.Jobs)
	for _, step := range g.Steps {
		sheet, err := g.sheet(step)
		if err != nil {
			return fmt.Errorf("%s: %w", step.Name, err)
		}
		g.sheets = append(g.sheets, sheet)
	}
	// Copies that the sandbox's user may read, wherever the workshop is.
	var err error
	if g.stage, err = g.Sandbox.Stage(); err != nil {
		return err
	}
	g.Go.Temp, g.Go.Limits = g.stage, sandbox.BuildLimits()
	if err := os.CopyFS(filepath.Join(g.stage, "tokens"), os.DirFS(g.Workshop.Path("testdata", "tokens"))); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if slices.ContainsFunc(g.sheets, func(s sheet) bool { return s.program }) {
		return g.buildJudge(ctx)
	}
	return nil
}

func (g *Grader) sheet(step steps.Step) (sheet, error) {
	s := sheet{step: step}
	var err error
	if s.files, err = step.Files(); err != nil {
		return s, err
	}
	if s.tests, err = step.Tests(); err != nil {
		return s, err
	}
	// A mistake that does not read is verify's to find; the grade does not need it.
	s.cards, _ = mistakes.Read(g.Workshop.Path("testdata", "mistakes", step.Name))
	title := step.Name
	if text, err := lesson.Read(step.Dir()); err == nil && text.Title != "" {
		title = text.Title
	}
	s.report = report.Step{Name: step.Name, Title: title, Tests: []report.Test{}}
	for _, test := range s.tests {
		s.report.Tests = append(s.report.Tests, report.Test{Name: test.Name, Task: test.Task, Requirement: test.Requirement, Points: g.Points.Of(step, test)})
	}

	if s.program = g.Outside && s.packageName("") == "main"; s.program {
		for _, row := range outsideRows(s.tests[len(s.tests)-1].Task) {
			row.Points = g.Points.Of(step, steps.Test{Name: row.Name})
			s.report.Tests = append(s.report.Tests, row)
		}
	}

	var reference [][]byte
	var modules []string
	for _, file := range s.files {
		switch {
		case file.Name == "go.mod":
			modules = required(file.Text)
		case file.Kind == steps.Stub:
			solved, err := os.ReadFile(filepath.Join(step.SolutionDir(), filepath.FromSlash(file.Name)))
			if err != nil {
				return s, err
			}
			reference = append(reference, file.Text, solved)
		}
	}
	if s.gate, err = allow.New(reference, modules); err != nil {
		return s, err
	}
	key := cache.NewKey(fmt.Sprint("grades 3 ", g.Sandbox.Kind, g.TestTime, g.BuildTime, s.program))
	for _, root := range []string{g.Workshop.Path("solutions"), g.Workshop.Path("testdata", "tokens"), g.Workshop.Path("testdata", "mistakes")} {
		if err := key.AddTree(root, func(string) bool { return true }); err != nil && !errors.Is(err, os.ErrNotExist) {
			return s, err
		}
	}
	s.ground = key.String()
	return s, nil
}

// required are the modules that a go.mod asks for itself, but for that of the assertions,
// which belong to the tests.
func required(goMod []byte) []string {
	var modules []string
	for line := range strings.Lines(string(goMod)) {
		fields := strings.Fields(strings.TrimPrefix(strings.TrimSpace(line), "require "))
		if len(fields) == 2 && strings.HasPrefix(fields[1], "v") && !strings.HasPrefix(fields[0], "github.com/stretchr/") {
			modules = append(modules, fields[0])
		}
	}
	return modules
}

// learner grades one submission.
func (g *Grader) learner(ctx context.Context, submission *intake.Submission) report.Learner {
	began := time.Now()
	learner := report.Learner{Name: submission.Name, Source: submission.Source, Problem: submission.Problem, Notes: append([]string{}, submission.Notes...), Steps: make([]report.StepResult, len(g.sheets))}
	var group sync.WaitGroup
	for i, sheet := range g.sheets {
		group.Go(func() { learner.Steps[i] = g.step(ctx, sheet, submission) })
	}
	group.Wait()
	for i, sheet := range g.sheets {
		result := &learner.Steps[i]
		if differs := submission.Differs[sheet.step.Name]; len(differs) > 0 {
			result.Notes = append(result.Notes, strings.Join(differs, ", ")+": differs from the original, which was used in its place")
		}
		for j := range result.Tests {
			test := &result.Tests[j]
			test.Most = sheet.report.Tests[j].Points
			if test.Verdict == verdict.Pass {
				test.Points = test.Most
			}
			learner.Points += test.Points
			learner.Most += test.Most
		}
	}
	learner.Seconds = time.Since(began).Seconds()
	return learner
}

// step judges the files of a step, or remembers what was made of the same files.
func (g *Grader) step(ctx context.Context, s sheet, submission *intake.Submission) report.StepResult {
	if submission.Problem != "" {
		return s.all(verdict.Rejected, submission.Problem)
	}
	if result, whole := s.before(submission, g.Ungated); !whole {
		return result
	}
	files := map[string][]byte{}
	key := cache.NewKey(s.ground)
	for _, name := range slices.Sorted(maps.Keys(submission.Files[s.step.Name])) {
		files[name] = submission.Files[s.step.Name][name]
		key.Add(name, files[name])
	}
	// Of many submissions with the same files, one is judged, and the others wait for it.
	once, _ := g.flight.LoadOrStore(s.step.Name+key.String(), sync.OnceValue(func() report.StepResult {
		file := g.Workshop.Path(".workshop", "grades", s.step.Name, key.String()+".json")
		if result, ok := cache.Recall[report.StepResult](file, key.String()); ok && !g.Fresh {
			return result
		}
		g.slots <- struct{}{}
		defer func() { <-g.slots }()
		result := g.judge(ctx, s, files)
		if lasting(result) {
			cache.Remember(file, key.String(), result)
		}
		return result
	}))
	result := once.(func() report.StepResult)()
	result.Tests, result.Notes = slices.Clone(result.Tests), slices.Clone(result.Notes) // others have the same
	return result
}

// lasting tells of a result that another run would give, too. A compiler that took too
// long, or was killed, may have shared the machine with others.
func lasting(result report.StepResult) bool {
	if strings.HasPrefix(result.Build, tooSlow) || strings.Contains(result.Build, "signal: killed") {
		return false
	}
	return !slices.ContainsFunc(result.Tests, func(t report.TestResult) bool {
		return t.Unstable || slices.Contains([]verdict.Verdict{verdict.NotRun, verdict.GraderError, verdict.TimedOut}, t.Verdict)
	})
}

// all is the result of a step whose tests all have the same verdict.
func (s sheet) all(verdict verdict.Verdict, cause string) report.StepResult {
	result := report.StepResult{Name: s.step.Name, Notes: []string{}, Tests: []report.TestResult{}}
	for _, test := range s.report.Tests {
		result.Tests = append(result.Tests, report.TestResult{Name: test.Name, Verdict: verdict, Cause: cause, Mistakes: []string{}})
	}
	return result
}

// before finds out what can be said of a step before anything is compiled.
func (s sheet) before(submission *intake.Submission, ungated bool) (result report.StepResult, whole bool) {
	files, refused := submission.Files[s.step.Name], submission.Refused[s.step.Name]
	if len(refused) > 0 {
		var lines []string
		for _, name := range slices.Sorted(maps.Keys(refused)) {
			lines = append(lines, name+": "+refused[name])
		}
		return s.all(verdict.Rejected, strings.Join(lines, "\n")), false
	}
	var missing []string
	for _, file := range s.files {
		if file.Kind == steps.Stub && files[file.Name] == nil {
			missing = append(missing, file.Name)
		}
	}
	if len(missing) > 0 {
		cause := "missing: " + strings.Join(missing, ", ")
		result := s.all(verdict.BuildError, cause)
		result.Build = cause
		return result, false
	}
	var found, broken []string
	for _, name := range slices.Sorted(maps.Keys(files)) {
		lines, err := s.gate.Check(name, files[name])
		if !ungated {
			found = append(found, lines...)
		}
		if err != nil {
			broken = append(broken, encoding(name, files[name])+firstLines(err.Error(), 10))
		} else if said, wanted := packageOf(files[name]), s.packageName(name); said != wanted {
			broken = append(broken, fmt.Sprintf("%s: it says \"package %s\", and must say \"package %s\"", name, said, wanted))
		}
	}
	switch {
	case len(found) > 0:
		result := s.all(verdict.Rejected, strings.Join(found, "\n"))
		result.Build = strings.Join(found, "\n")
		return result, false
	case len(broken) > 0:
		return s.buildError(strings.Join(broken, "\n")), false
	}
	return report.StepResult{}, true
}

// packageName is the name of the package that a file belongs to: its own, or that of the
// step's code if the step does not have the file.
func (s sheet) packageName(name string) string {
	wanted := ""
	for _, file := range s.files {
		if file.Kind == steps.Stub && (file.Name == name || wanted == "" && !strings.Contains(file.Name, "/")) {
			wanted = packageOf(file.Text)
		}
	}
	return wanted
}

func packageOf(source []byte) string {
	parsed, err := parser.ParseFile(token.NewFileSet(), "", source, parser.PackageClauseOnly)
	if err != nil {
		return ""
	}
	return parsed.Name.Name
}

// encoding says of a file that does not parse that Go does not take it for text, if so.
func encoding(name string, source []byte) string {
	if bytes.HasPrefix(source, []byte{0xff, 0xfe}) || bytes.HasPrefix(source, []byte{0xfe, 0xff}) {
		return name + ": it is UTF-16, as some editors of Windows write it. Save it as UTF-8.\n"
	}
	return ""
}

func (s sheet) buildError(said string) report.StepResult {
	said = printable(firstLines(said, 20))
	result := s.all(verdict.BuildError, "the code does not compile: "+firstLines(said, 1))
	result.Build = said
	return result
}

// tooSlow is how the words for a compiler that was stopped begin.
const tooSlow = "compiling it took more than "

// judge compiles a step and runs its tests.
func (g *Grader) judge(ctx context.Context, s sheet, files map[string][]byte) report.StepResult {
	if ctx.Err() != nil {
		return s.all(verdict.NotRun, "grading was interrupted")
	}
	names := s.aliases()
	wrappers, err := s.wrappers(names)
	if err != nil {
		return s.all(verdict.GraderError, err.Error())
	}
	overlay := gotest.Overlay{}
	for name, text := range files {
		overlay[filepath.Join(s.step.SolutionDir(), filepath.FromSlash(name))] = text
	}
	withTests := maps.Clone(overlay)
	withTests[filepath.Join(s.step.SolutionDir(), "zz_grader_test.go")] = wrappers
	compiling, cancel := context.WithTimeout(ctx, g.BuildTime)
	defer cancel()
	binary, said, err := g.Go.Compile(compiling, s.step.SolutionDir(), withTests)
	switch {
	case ctx.Err() != nil:
		return s.all(verdict.NotRun, "grading was interrupted")
	case compiling.Err() != nil:
		return s.buildError(fmt.Sprint(tooSlow, g.BuildTime))
	case err != nil:
		return s.all(verdict.GraderError, err.Error())
	case binary == nil:
		return s.buildError(withoutRoot(withoutHeads(said), g.Workshop.Root))
	}
	defer binary.Remove()
	binary.TestTime = g.TestTime
	binary.Alias = func(test string) string { return names[test] }
	binary.Launch = func(ctx context.Context, path, dir string, args []string) *exec.Cmd {
		return g.Sandbox.Command(ctx, path, dir, []sandbox.Folder{{From: filepath.Join(g.stage, "tokens"), At: g.Workshop.Path("testdata", "tokens")}}, args)
	}
	if err := binary.Open(); err != nil {
		return s.all(verdict.GraderError, err.Error())
	}

	// First the canaries: what does not let a good test pass, or a bad one fail, says
	// nothing about the others.
	for _, canary := range []struct {
		name   string
		wanted verdict.Verdict
	}{{mustPass, verdict.Pass}, {mustFail, verdict.Fail}} {
		test := one(ctx, binary, steps.Test{Name: canary.name})
		switch {
		case test.Verdict == canary.wanted:
		case ctx.Err() != nil:
			return s.all(verdict.NotRun, "grading was interrupted")
		case test.Verdict == verdict.Pass:
			return s.all(verdict.Tampered, "a test that always fails did not fail: the code changes what tests say")
		case test.Verdict == verdict.Exited && sandbox.Failed(test.Output):
			return s.all(verdict.GraderError, sandboxTrouble(test.Output))
		default:
			return s.all(test.Verdict.Report(), BeforeAny+g.cause(test, "")+lastWords(s.clean(test.Output, names, g.Workshop.Root)))
		}
	}
	// All in one process, twice and in another order, is a tenth of the work of a process
	// for each. Where the two do not say the same, or do not end as they should, each test
	// gets its own.
	var together [2]gotest.Result
	whole := true
	for i := range together {
		if whole {
			together[i], whole = binary.Together(ctx, s.tests, "-test.run=^("+strings.Join(s.names(names), "|")+")$", "-test.shuffle=on")
		}
	}
	result := report.StepResult{Name: s.step.Name, Notes: []string{}, Tests: []report.TestResult{}}
	for i, test := range s.tests {
		var first, second gotest.TestResult
		if whole {
			first, second = together[0].Tests[i], together[1].Tests[i]
		}
		if !whole || first.Verdict != second.Verdict {
			first = binary.One(ctx, test)
			second = first
			if first.Verdict != verdict.TimedOut { // which would only take as long again
				second = one(ctx, binary, test)
			}
			// What comes of two goroutines in each other's way is chance: a crash that was
			// seen among the other tests counts.
			for _, all := range together {
				if !whole && second.Verdict == verdict.Pass && len(all.Tests) > i && all.Tests[i].Verdict == verdict.Panicked {
					second = all.Tests[i]
				}
			}
		}
		result.Tests = append(result.Tests, g.result(s, test, first, second, names))
	}
	if s.program {
		result.Tests = append(result.Tests, g.outside(ctx, s, overlay)...)
	}
	if !slices.ContainsFunc(result.Tests, func(t report.TestResult) bool { return t.Verdict != verdict.Pass }) {
		result.Notes = append(result.Notes, g.vet(ctx, s, files, overlay)...)
	}
	return result
}

// vet returns what go vet finds in the files of a step that is right all the same. It costs
// no points.
func (g *Grader) vet(ctx context.Context, s sheet, files map[string][]byte, overlay gotest.Overlay) []string {
	ctx, cancel := context.WithTimeout(ctx, g.BuildTime)
	defer cancel()
	findings, err := g.Go.Vet(ctx, s.step.SolutionDir(), overlay)
	if err != nil {
		return nil // it could not say
	}
	var notes []string
	for _, finding := range findings {
		if files[finding.File] != nil {
			notes = append(notes, "go vet: "+printable(withoutRoot(finding.String(), g.Workshop.Root)))
		}
	}
	const most = 5
	return notes[:min(len(notes), most)]
}

// names are the names of the tests in the binary.
func (s sheet) names(aliases map[string]string) []string {
	var list []string
	for _, test := range s.tests {
		list = append(list, aliases[test.Name])
	}
	return list
}

// one runs a test. Where the sandbox itself could not begin, as when somebody else has taken
// all processes for a moment, it is tried again.
func one(ctx context.Context, binary *gotest.Binary, test steps.Test) gotest.TestResult {
	for wait := 200 * time.Millisecond; ; wait *= 2 {
		result := binary.One(ctx, test)
		if result.Verdict != verdict.Exited || !sandbox.Failed(result.Output) || wait > time.Second {
			return result
		}
		time.Sleep(wait)
	}
}

func sandboxTrouble(output string) string {
	return "the sandbox could not run the test: " + printable(firstLines(output, 1))
}

// result is that of a test that was run twice: what passes once and fails once is not
// right.
func (g *Grader) result(s sheet, test steps.Test, first, second gotest.TestResult, names map[string]string) report.TestResult {
	worse := first
	if first.Verdict == verdict.Pass {
		worse = second
	}
	result := report.TestResult{
		Name: test.Name, Verdict: worse.Verdict.Report(), Seconds: worse.Took.Seconds(),
		Unstable: (first.Verdict == verdict.Pass) != (second.Verdict == verdict.Pass) && first.Verdict != verdict.NotRun && second.Verdict != verdict.NotRun,
		Output:   headAndTail(s.clean(worse.Output, names, g.Workshop.Root)), Mistakes: []string{},
	}
	switch {
	case worse.Verdict == verdict.Pass:
		result.Output = ""
		return result
	case worse.Verdict == verdict.Exited && sandbox.Failed(worse.Output):
		result.Verdict, result.Cause, result.Unstable = verdict.GraderError, sandboxTrouble(worse.Output), false
		return result
	}
	result.Cause = g.cause(worse, test.Requirement)
	if failure := worse.Failure; failure != nil {
		result.Sent, result.Answered, result.Got, result.Want = failure.Sent, failure.Answered, failure.Got, failure.Want
		result.Mistakes = s.like(test.Name, failure.Why)
	}
	if result.Unstable {
		result.Cause = "unstable: it passed once and failed once, on the same code. " + result.Cause
	}
	return result
}

// like returns the known mistakes that a test catches with these words.
func (s sheet) like(test, why string) []string {
	found := []string{}
	for _, c := range s.cards {
		if c.Caught == test && c.Says != "" && strings.Contains(strings.Join(strings.Fields(why), " "), strings.Join(strings.Fields(c.Says), " ")) {
			found = append(found, c.Wrong)
		}
	}
	const most = 3
	return found[:min(len(found), most)]
}

// cause says in words why a test did not pass.
func (g *Grader) cause(test gotest.TestResult, requirement string) string {
	if test.Failure != nil && test.Failure.Why != "" {
		return printable(test.Failure.Why)
	}
	switch test.Verdict {
	case verdict.Fail:
		return requirement + " The test failed without a message: its output says more."
	case verdict.Panicked:
		if strings.Contains(test.Output, "failed to create new OS thread") {
			return "it needed more threads or processes than it may have"
		}
		said := "the code panicked: " + panicOf(test.Output)
		if crash := gotest.ParseCrash(test.Output); crash != nil && crash.Means != "" {
			said += ". " + crash.Means
		}
		return said
	case verdict.TimedOut:
		return fmt.Sprintf("it did not end within %v: something waits for ever, or loops", g.TestTime)
	case verdict.Exited:
		return "the program ended before the test did: something calls os.Exit or log.Fatal, or was killed"
	case verdict.OutOfMemory:
		return "it needed more memory than it may have"
	case verdict.OutputLimit:
		return "it printed more than a megabyte, and was stopped"
	}
	return "grading was interrupted"
}

func panicOf(output string) string {
	for line := range strings.Lines(output) {
		for _, prefix := range []string{"panic: ", "fatal error: "} {
			if text, ok := strings.CutPrefix(line, prefix); ok {
				return printable(strings.TrimSpace(text))
			}
		}
	}
	return "its output says more"
}

// lastWords are those of a program that ended too early.
func lastWords(output string) string {
	lines := strings.Split(strings.TrimSpace(output), "\n")
	if last := strings.TrimSpace(lines[len(lines)-1]); last != "" {
		return ". Its last words: " + printable(last[max(0, len(last)-200):])
	}
	return ""
}

// BeforeAny is how a cause begins that befell every test of a step.
const BeforeAny = "before any test could run: "

// The canaries.
const (
	mustPass = "must pass"
	mustFail = "must fail"
)

// aliases gives each test, and each canary, a name that the submission cannot know, so
// that it cannot print its verdict.
func (s sheet) aliases() map[string]string {
	names := map[string]string{}
	for _, test := range s.tests {
		names[test.Name] = "Test" + rand.Text()
	}
	names[mustPass], names[mustFail] = "Test"+rand.Text(), "Test"+rand.Text()
	return names
}

// wrappers is a file of tests with the aliases as their names.
func (s sheet) wrappers(names map[string]string) ([]byte, error) {
	var source bytes.Buffer
	for _, file := range s.files {
		if file.Name != s.tests[0].File {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file.Name, file.Text, parser.PackageClauseOnly)
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(&source, "package %s\n\nimport \"testing\"\n", parsed.Name.Name)
	}
	for _, test := range s.tests {
		fmt.Fprintf(&source, "\nfunc %s(t *testing.T) { %s(t) }\n", names[test.Name], test.Name)
	}
	nonce := make([]byte, 8)
	rand.Read(nonce)
	fmt.Fprintf(&source, "\nfunc %s(*testing.T) {}\n\nfunc %s(t *testing.T) { t.Error(%q) }\n", names[mustPass], names[mustFail], hex.EncodeToString(nonce))
	return source.Bytes(), nil
}

// withoutRoot leaves the workshop's own path out of what the compiler or a test said.
func withoutRoot(text, root string) string {
	return strings.ReplaceAll(text, root+string(filepath.Separator), "")
}

// withoutHeads leaves out the lines in which the go command names the package.
func withoutHeads(said string) string {
	var kept strings.Builder
	for line := range strings.Lines(said) {
		if !strings.HasPrefix(line, "# ") {
			kept.WriteString(line)
		}
	}
	return kept.String()
}

func firstLines(text string, most int) string {
	lines := strings.SplitN(strings.TrimSpace(text), "\n", most+1)
	return strings.Join(lines[:min(len(lines), most)], "\n")
}

// clean leaves out of an output the tests' own marks and where the workshop is, and gives
// tests the names that they are known by.
func (s sheet) clean(output string, names map[string]string, root string) string {
	var kept strings.Builder
	for line := range strings.Lines(output) {
		if !strings.HasPrefix(line, "\x16") {
			kept.WriteString(line)
		}
	}
	text := withoutRoot(kept.String(), root)
	for name, alias := range names {
		text = strings.ReplaceAll(text, alias, name)
	}
	return text
}

// headAndTail keeps the beginning and the end of a long output.
func headAndTail(output string) string {
	const most = 8 << 10
	if len(output) <= most {
		return output
	}
	return fmt.Sprintf("%s\n... %d bytes left out ...\n%s", output[:most/2], len(output)-most, output[len(output)-most/2:])
}

// printable makes a text of a learner's fit for a line on a screen.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return '.'
		}
		return r
	}, strings.ToValidUTF8(text, "\uFFFD"))
}
