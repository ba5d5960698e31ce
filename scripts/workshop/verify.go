package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"tokenauth.example/scripts/internal/cache"
	"tokenauth.example/scripts/internal/check"
	"tokenauth.example/scripts/internal/gotest"
	"tokenauth.example/scripts/internal/lesson"
	"tokenauth.example/scripts/internal/screen"
	"tokenauth.example/scripts/internal/steps"
	"tokenauth.example/scripts/internal/verdict"
)

// verify proves that the workshop is right. Nothing in it depends on what a learner has
// done in steps/: solutions are run as they are, stubs as they are derived.
func (a *app) verify() (int, error) {
	flags := flag.NewFlagSet("verify", flag.ContinueOnError)
	cross := flags.Bool("cross", false, "vet everything for Windows and macOS too")
	only := flags.String("only", "", "run the one mistake or variant with this `name`")
	update := flags.Bool("update", false, "write what learners are told into testdata/reports")
	race := flags.Bool("race", false, "run what must pass under the race detector too; it needs a C compiler, and time")
	number := flags.String("step", "", "prove one `step`")
	if err := flags.Parse(a.args); err != nil {
		return exitTrouble, nil // it has said why
	}
	list, err := a.chosen(*number)
	if err != nil {
		return exitTrouble, err
	}
	g, err := a.goCommand()
	if err != nil {
		return exitTrouble, err
	}
	for _, folder := range []string{"solutions", "scripts"} {
		if err := a.fetch(folder); err != nil {
			return exitTrouble, err
		}
	}
	v := &verifier{app: a, g: g, steps: list, update: *update, stubs: map[string]check.StepReport{}}
	parts := []part{
		{"versions", "one version of Go and of each module", v.versions},
		{"solutions", "they vet and pass every test", v.solutions},
		{"steady", "they pass shuffled, again and again, and on what fuzzing begins with", v.steady},
		{"stubs", "they vet, and fail every test by its own message", v.stubsFail},
		{"mistakes", "each is caught by the test meant for it", v.mistakes},
		{"variants", "each passes every test", v.variants},
		{"lessons", "they have their parts, and hints for every test", v.lessons},
		{"messages", "what learners are told is as it was read", v.messages},
		{"outputs", "what lessons show is what is printed", v.outputs},
		{"runner", "it vets and passes its own tests", v.runner},
	}
	switch {
	case *only != "":
		v.only = *only
		parts = parts[4:6]
	case *number != "":
		parts = slices.Concat(parts[1:2], parts[3:8])
	}
	v.race = *race
	if *cross {
		parts = append(parts, part{"systems", "everything vets for Windows and macOS", v.systems})
	}
	found := 0
	for _, p := range parts {
		v.problems = nil
		began := time.Now()
		summary, err := p.prove()
		if err != nil {
			return exitTrouble, err
		}
		word := a.screen.Paint(screen.Green, "ok   ")
		if len(v.problems) > 0 {
			word = a.screen.Paint(screen.Red, "wrong")
		}
		a.screen.Printf("%s  %-10s %s: %s (%v)", word, p.name, p.claim, summary, time.Since(began).Round(time.Second))
		for _, problem := range v.problems {
			first, rest, _ := strings.Cut(problem, "\n")
			a.screen.Wrap("       ", first)
			for line := range strings.Lines(rest) { // an output, which must not be wrapped
				a.screen.Printf("         %s", strings.TrimRight(line, "\n"))
			}
		}
		found += len(v.problems)
	}
	drifted, err := a.drift()
	if err != nil {
		return exitTrouble, err
	}
	if len(drifted) > 0 {
		a.screen.Printf("note   %d files in steps/ are not as they are derived. If you are learning, that is", len(drifted))
		a.screen.Printf("       your work. If you maintain the workshop: %s", plain("stubs -check"))
	}
	if found > 0 {
		a.screen.Printf("\n%d found wrong.", found)
		return exitNotYet, nil
	}
	a.screen.Printf("\nThe workshop is right.")
	return exitDone, nil
}

// part is one of the things to be proved.
type part struct {
	name, claim string
	prove       func() (summary string, err error)
}

type verifier struct {
	*app
	g        *gotest.Go
	steps    []steps.Step
	only     string // the one card to run
	race     bool   // run what must pass under the race detector too
	update   bool   // write what learners are told in place of comparing it
	problems []string
	stubs    map[string]check.StepReport // by step, what a learner sees at first
}

func (v *verifier) wrong(format string, args ...any) {
	v.problems = append(v.problems, fmt.Sprintf(format, args...))
}

// versions compares what every go.mod and go.work says.
func (v *verifier) versions() (string, error) {
	var files []string
	for _, pattern := range []string{"solutions/*/go.mod", "scripts/go.mod", "go.work", "solutions/go.work", "scripts/go.work"} {
		found, err := filepath.Glob(v.workshop.Path(filepath.FromSlash(pattern)))
		if err != nil {
			return "", err
		}
		files = append(files, found...)
	}
	require := regexp.MustCompile(`(?m)^(?:require |\t)([\w./-]+) (v\S+)`)
	versions := map[string]string{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return "", err
		}
		name, err := filepath.Rel(v.workshop.Root, file)
		if err != nil {
			return "", err
		}
		if !regexp.MustCompile(`(?m)^go 1\.26\.0\r?$`).Match(text) {
			v.wrong("%s: must say go 1.26.0, as all of them do", name)
		}
		for _, match := range require.FindAllStringSubmatch(string(text), -1) {
			if other, ok := versions[match[1]]; ok && other != match[2] {
				v.wrong("%s: has %s %s, and another go.mod has %s", name, match[1], match[2], other)
			}
			versions[match[1]] = match[2]
		}
	}
	work, err := os.ReadFile(v.workshop.Path("solutions", "go.work"))
	if err != nil {
		return "", err
	}
	for _, step := range v.steps {
		if !strings.Contains(string(work), "\t./"+step.Name) {
			v.wrong("solutions/go.work: does not use ./%s", step.Name)
		}
	}
	return fmt.Sprintf("%d files", len(files)), nil
}

// vet runs go vet over a workspace or a module.
func (v *verifier) vet(what, dir string, env []string, args ...string) error {
	out, err := v.g.Command(v.ctx, dir, env, append([]string{"vet"}, args...)...).CombinedOutput()
	if v.ctx.Err() != nil {
		return v.ctx.Err()
	}
	if err != nil {
		v.wrong("%s: go vet says:\n%s", what, strings.TrimSpace(string(out)))
	}
	return nil
}

func (v *verifier) inSolutions() []string {
	return []string{"GOWORK=" + v.workshop.Path("solutions", "go.work")}
}

func (v *verifier) solutions() (string, error) {
	v.screen.Progress("vetting the solutions ... (the first time, SQLite takes a minute)")
	if err := v.vet("solutions", v.workshop.Path("solutions"), v.inSolutions(), "work"); err != nil {
		return "", err
	}
	count := 0
	for _, step := range v.steps {
		v.screen.Progress("testing solutions/%s ...", step.Name)
		tests, err := step.Tests()
		if err != nil {
			return "", err
		}
		result, err := v.g.Run(v.ctx, step.SolutionDir(), nil, tests)
		if err != nil {
			return "", err
		}
		if result.Build != "" {
			v.wrong("solutions/%s does not compile:\n%s", step.Name, result.Build)
			continue
		}
		for _, test := range result.Tests {
			count++
			if test.Verdict != verdict.Pass {
				v.wrong("solutions/%s: %s: %s\n%s", step.Name, test.Name, test.Verdict, test.Output)
			}
		}
	}
	return fmt.Sprintf("%d tests", count), nil
}

// stubsFail runs the tests on the stubs, each in the place of its solution.
func (v *verifier) stubsFail() (string, error) {
	folder, err := os.MkdirTemp("", "workshop-*")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(folder)
	count := 0
	for _, step := range v.steps {
		v.screen.Progress("testing the stubs of %s ...", step.Name)
		report, err := v.stubReport(step)
		if err != nil {
			return "", err
		}
		v.stubs[step.Name] = report
		if report.Result.Build != "" {
			v.wrong("the stub of %s does not compile:\n%s", step.Name, report.Result.Build)
			continue
		}
		flag, err := stubOverlay(step, report.Sources).Write(folder)
		if err != nil {
			return "", err
		}
		if err := v.vet("the stub of "+step.Name, step.SolutionDir(), nil, flag, "."); err != nil {
			return "", err
		}
		for _, test := range report.Result.Tests {
			count++
			switch {
			case test.Guard && test.Verdict != verdict.Pass:
				v.wrong("%s: %s is a guard, and must pass on the stub: %s", step.Name, test.Name, test.Verdict)
			case !test.Guard && test.Verdict == verdict.Pass:
				v.wrong("%s: %s passes on the stub: first let it show that the good twin is accepted, or name it a guard", step.Name, test.Name)
			case !test.Guard && test.Verdict != verdict.Fail:
				v.wrong("%s: %s must fail on the stub, and it %s:\n%s", step.Name, test.Name, test.Verdict, test.Output)
			case !test.Guard && (test.Failure == nil || test.Failure.Why == ""):
				v.wrong("%s: %s fails on the stub without a message of its own:\n%s", step.Name, test.Name, test.Output)
			}
		}
	}
	return fmt.Sprintf("%d tests", count), nil
}

// times is how often a solution's tests are run in another order each time.
const times = 10

// steady runs the solutions' tests shuffled, on the seeds of the fuzz tests, and under
// the race detector if that was asked for.
func (v *verifier) steady() (string, error) {
	for _, step := range v.steps {
		ground, err := v.ground(step)
		if err != nil {
			return "", err
		}
		file := v.workshop.Path(".workshop", "proofs", "steady", step.Name+".json")
		if _, ok := cache.Recall[bool](file, ground); ok {
			continue
		}
		before := len(v.problems)
		shuffled := []string{"-test.run=^(Test|Fuzz)", "-test.shuffle=on", fmt.Sprint("-test.count=", times)}
		if err := v.passes(step, "shuffled, "+fmt.Sprint(times)+" times", nil, shuffled); err != nil {
			return "", err
		}
		if v.race {
			if err := v.passes(step, "under -race", underRace, []string{"-test.shuffle=on"}); err != nil {
				return "", err
			}
		}
		if len(v.problems) == before {
			cache.Remember(file, ground, true)
		}
	}
	return fmt.Sprintf("%d times, %s", times, v.withRace()), nil
}

// underRace are the flags for the race detector. Package blowfish calculates, and shares
// nothing: the detector would make it, and with it bcrypt, ten times slower.
var underRace = []string{"-race", "-gcflags=golang.org/x/crypto/blowfish=-race=false"}

// passes compiles a solution's tests, and runs them all in one process.
func (v *verifier) passes(step steps.Step, how string, buildFlags, testFlags []string) error {
	v.screen.Progress("testing solutions/%s %s ...", step.Name, how)
	binary, said, err := v.g.Compile(v.ctx, step.SolutionDir(), nil, buildFlags...)
	if err != nil {
		return err
	}
	if binary == nil {
		v.wrong("solutions/%s does not compile:\n%s", step.Name, said)
		return nil
	}
	defer binary.Remove()
	binary.Temp = inMemory()
	if output, ok := binary.Passes(v.ctx, 5*time.Minute, testFlags...); !ok && v.ctx.Err() == nil {
		v.wrong("solutions/%s fails %s:\n%s", step.Name, how, output)
	}
	return v.ctx.Err()
}

func stubOverlay(step steps.Step, sources map[string][]byte) gotest.Overlay {
	overlay := gotest.Overlay{}
	for name, text := range sources {
		overlay[filepath.Join(step.SolutionDir(), filepath.FromSlash(name))] = text
	}
	return overlay
}

// stubReport is what a learner is told who has not changed anything yet.
func (v *verifier) stubReport(step steps.Step) (check.StepReport, error) {
	report := check.StepReport{Step: step, State: check.NotStarted, Sources: map[string][]byte{}}
	files, err := step.Files()
	if err != nil {
		return report, err
	}
	for _, file := range files {
		if file.Kind == steps.Stub {
			report.Sources[file.Name] = file.Text
		}
	}
	tests, err := step.Tests()
	if err != nil {
		return report, err
	}
	report.Result, err = v.g.Run(v.ctx, step.SolutionDir(), stubOverlay(step, report.Sources), tests)
	return report, err
}

// The parts of every lesson, in order.
var headings = []string{"The idea", "Your tasks", "Check yourself", "What you have built", "Spot the bug", "Where it breaks in real life", "Going further"}

const (
	mostWords   = 900
	leastHints  = 3
	pictureMark = "```mermaid\n"
)

func (v *verifier) lessons() (string, error) {
	readme, err := os.ReadFile(v.workshop.Path("README.md"))
	if err != nil {
		return "", err
	}
	words, minutes := 0, 0
	for _, step := range v.steps {
		text, err := lesson.Read(step.Dir())
		if err != nil {
			v.wrong("steps/%s/README.md cannot be read: git restore steps/%[1]s", step.Name)
			continue
		}
		words, minutes = words+text.Words, minutes+text.Minutes
		v.lesson(step, text)
		if err := v.numbers(step, text); err != nil {
			return "", err
		}
		row := fmt.Sprintf("| [%s](steps/%s/README.md) | %s | %d |", step.Number(), step.Name, text.Title, text.Minutes)
		if !strings.Contains(strings.ReplaceAll(string(readme), "\r\n", "\n"), row) {
			v.wrong("README.md: the map of the steps needs the row: %s", row)
		}
	}
	return fmt.Sprintf("%d words, %d minutes", words, minutes), nil
}

func (v *verifier) lesson(step steps.Step, text lesson.Lesson) {
	name := "steps/" + step.Name + "/README.md"
	var got []string
	for _, match := range regexp.MustCompile(`(?m)^## (.+)$`).FindAllStringSubmatch(text.Text, -1) {
		got = append(got, match[1])
	}
	if !slices.Equal(got, headings) {
		v.wrong("%s: the headings must be %q, and they are %q", name, headings, got)
	}
	now, wanted, err := v.withBugs(step)
	switch shown := bugs.FindStringSubmatch(text.Text); {
	case err != nil:
		v.wrong("%v", err)
	case shown == nil || strings.Count(shown[2], ",")+1 != bugsShown:
		v.wrong("%s: needs a place for %d bugs: <!-- bugs: a, b, c --> and <!-- end of bugs -->", name, bugsShown)
	case !bytes.Equal(bytes.ReplaceAll(now, []byte("\r\n"), []byte("\n")), wanted):
		v.wrong("%s: shows bugs that are not as their cards have them: %s", name, plain("stubs"))
	}
	if text.Minutes == 0 {
		v.wrong("%s: needs a line such as: 20 minutes", name)
	}
	if text.Words > mostWords {
		v.wrong("%s: has %d words, and %d is the most", name, text.Words, mostWords)
	}
	if n := strings.Count(text.Text, pictureMark); n != 1 {
		v.wrong("%s: needs one picture (%s), and has %d", name, strings.TrimSpace(pictureMark), n)
	}
}

// numbers compares the numbers of a step's tasks: in the lesson, the stubs, the tests
// and the hints.
func (v *verifier) numbers(step steps.Step, text lesson.Lesson) error {
	files, err := step.Files()
	if err != nil {
		return err
	}
	tests, err := step.Tests()
	if err != nil {
		return err
	}
	set := map[int]bool{}
	for _, file := range files {
		for _, todo := range file.Todos {
			set[todo.Number] = true
		}
	}
	var todos, tested []int
	for number := range set {
		todos = append(todos, number)
	}
	slices.Sort(todos)
	for _, test := range tests {
		if len(tested) == 0 || tested[len(tested)-1] != test.Task {
			tested = append(tested, test.Task)
		}
	}
	if !slices.Equal(todos, text.Tasks) {
		v.wrong("steps/%s/README.md: the tasks are %v, and the stub's TODOs %v", step.Name, text.Tasks, todos)
	}
	if !slices.Equal(todos, tested) {
		v.wrong("%s: the tests are about the tasks %v, and the stub's TODOs are %v", step.Name, tested, todos)
	}
	hints, err := lesson.ReadHints(step.Dir())
	if err != nil {
		v.wrong("steps/%s: %v", step.Name, err)
		return nil
	}
	for _, test := range tests {
		if n := len(hints[test.Name]); n < leastHints {
			v.wrong("steps/%s/HINTS.md: %s has %d hints, and needs %d", step.Name, test.Name, n, leastHints)
		}
		delete(hints, test.Name)
	}
	for name := range hints {
		v.wrong("steps/%s/HINTS.md: there is no test %s", step.Name, name)
	}
	return nil
}

// outputs compares the commands in lessons, and what they print there, with what they
// really print.
func (v *verifier) outputs() (string, error) {
	_, noShell := exec.LookPath("sh")
	_, noCurl := exec.LookPath("curl")
	folders := []string{""}
	var reports []check.StepReport
	for i, step := range v.steps {
		folders = append(folders, "steps/"+step.Name)
		report := v.stubs[step.Name]
		if i > 0 { // start runs the first step alone: the others are as they were
			report.Result.Tests = slices.Clone(report.Result.Tests)
			for j := range report.Result.Tests {
				report.Result.Tests[j].Verdict = verdict.NotRun
			}
		}
		reports = append(reports, report)
	}
	compared, skipped := 0, 0
	for _, folder := range folders {
		text, err := lesson.Read(v.workshop.Path(filepath.FromSlash(folder)))
		if err != nil {
			continue // said before
		}
		name := path.Join(folder, "README.md")
		var shell []lesson.Command
		for _, command := range text.Commands {
			var printed bytes.Buffer
			used := map[string]bool{}
			for _, step := range v.steps {
				used[step.Name] = true
			}
			learner := &app{ctx: v.ctx, workshop: v.workshop, screen: screen.Plain(&printed), make: true, used: used}
			number, isCheck := strings.CutPrefix(command.Line, "make check STEP=")
			switch {
			case command.Line == "make start":
				learner.welcome(reports, &reports[0])
			case isCheck:
				step, err := v.workshop.Find(number)
				if err != nil {
					v.wrong("%s: `%s`: %v", name, command.Line, err)
					continue
				}
				report := v.stubs[step.Name]
				learner.report([]check.StepReport{report}, &report)
			default:
				shell = append(shell, command)
				continue
			}
			compared++
			if command.Output != printed.String() {
				v.wrong("%s: `%s` prints:\n%s", name, command.Line, printed.String())
			}
		}
		if noShell != nil || noCurl != nil {
			skipped += len(shell)
			continue
		}
		if err := v.shellOutputs(name, shell); err != nil {
			return "", err
		}
		compared += len(shell)
	}
	if skipped > 0 {
		return fmt.Sprintf("%d commands; %d skipped, which need sh and curl", compared, skipped), nil
	}
	return fmt.Sprintf("%d commands", compared), nil
}

// shellOutputs runs the commands of a lesson against the reference server, in one
// shell, and compares what they print. Three dots stand for anything.
func (v *verifier) shellOutputs(name string, commands []lesson.Command) error {
	if len(commands) == 0 {
		return nil
	}
	v.screen.Progress("running the commands of %s ...", name)
	return v.withServer(func(address string, _ []string) error {
		const end = "\x1e"
		var script strings.Builder
		for _, command := range commands {
			script.WriteString(strings.ReplaceAll(command.Line, "127.0.0.1:8000", address) + "\nprintf '" + `\036` + "'\n")
		}
		cmd := exec.CommandContext(v.ctx, "sh", "-c", script.String())
		cmd.Dir = v.workshop.Root
		out, err := cmd.CombinedOutput()
		if err != nil {
			v.wrong("%s: its commands fail: %v\n%s", name, err, out)
		}
		printed := strings.Split(string(out), end)
		for i, command := range commands {
			if i >= len(printed) {
				break
			}
			pattern := strings.ReplaceAll(regexp.QuoteMeta(strings.TrimSpace(command.Output)), `\.\.\.`, `(?s:.*)`)
			got := strings.TrimSpace(strings.ReplaceAll(printed[i], "\r\n", "\n"))
			if !regexp.MustCompile(`^` + pattern + `$`).MatchString(got) {
				v.wrong("%s: `%s` prints:\n%s", name, command.Line, got)
			}
		}
		return nil
	})
}

func (v *verifier) runner() (string, error) {
	v.screen.Progress("testing the runner ...")
	dir := v.workshop.Path("scripts")
	env := []string{"GOWORK=" + v.workshop.Path("scripts", "go.work")}
	if err := v.vet("scripts", dir, env, "./..."); err != nil {
		return "", err
	}
	if v.race {
		env = append(env, "RACE=1") // the server under the whole contract takes a minute more
	}
	// -count=1: some tests read files outside of their module, which Go's cache of
	// results does not watch. -timeout: a busy machine takes longer than Go's ten minutes.
	out, err := v.g.Command(v.ctx, dir, env, "test", "-count=1", "-timeout=30m", "./...").CombinedOutput()
	if v.ctx.Err() != nil {
		return "", v.ctx.Err()
	}
	if err != nil {
		v.wrong("scripts: go test says:\n%s", out)
	}
	return fmt.Sprintf("%d packages", strings.Count(string(out), "ok  \t")), nil
}

// systems vets everything for the systems that this machine is not.
func (v *verifier) systems() (string, error) {
	for _, system := range []string{"windows", "darwin"} {
		v.screen.Progress("vetting for %s ... (the first time, this takes some minutes)", system)
		env := []string{"GOOS=" + system, "CGO_ENABLED=0"}
		if err := v.vet("solutions for "+system, v.workshop.Path("solutions"), append(env, v.inSolutions()...), "work"); err != nil {
			return "", err
		}
		scripts := v.workshop.Path("scripts")
		if err := v.vet("scripts for "+system, scripts, append(env, "GOWORK="+filepath.Join(scripts, "go.work")), "./..."); err != nil {
			return "", err
		}
	}
	return "2 systems", nil
}
