package grade

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"tokenauth.example/scripts/internal/gotest"
	"tokenauth.example/scripts/internal/report"
	"tokenauth.example/scripts/internal/sandbox"
	"tokenauth.example/scripts/internal/text"
	"tokenauth.example/scripts/internal/verdict"
)

// judged is what became of a step.
type judged struct {
	report.StepResult
	// discard is true for what is not to be kept: another run may end differently, because
	// the machine had a part in it.
	discard bool
}

// judge compiles a step and runs its tests.
func (g *Grader) judge(ctx context.Context, s sheet, files map[string][]byte) judged {
	if ctx.Err() != nil {
		return judged{s.all(verdict.NotRun, interrupted), true}
	}
	names := s.aliases()
	overlay := gotest.Overlay{}
	for name, source := range files {
		overlay[filepath.Join(s.step.SolutionDir(), filepath.FromSlash(name))] = source
	}
	binary, failed := g.compile(ctx, s, overlay, names)
	if binary == nil {
		return failed
	}
	defer binary.Remove()
	if failed := g.canaries(ctx, s, binary, names); failed != nil {
		return *failed
	}
	result := g.tests(ctx, s, binary, names)
	if s.program {
		result.Tests = append(result.Tests, g.outside(ctx, s, overlay)...)
	}
	if !slices.ContainsFunc(result.Tests, func(t report.TestResult) bool { return t.Verdict != verdict.Pass }) {
		result.Notes = append(result.Notes, g.vet(ctx, s, files, overlay)...)
	}
	result.discard = result.discard || slices.ContainsFunc(result.Tests, func(t report.TestResult) bool {
		outside := strings.HasPrefix(t.Name, ofContract) // where nothing is certain of the time
		return t.Unstable || t.Verdict == verdict.NotRun || t.Verdict == verdict.GraderError || outside && t.Verdict == verdict.TimedOut
	})
	return result
}

// interrupted is why a test was not run.
const interrupted = "grading was interrupted"

// compile compiles the tests of a step, with their aliases, for the sandbox. If it cannot,
// the binary is nil.
func (g *Grader) compile(ctx context.Context, s sheet, overlay gotest.Overlay, names aliases) (*gotest.Binary, judged) {
	overlay = maps.Clone(overlay)
	if err := names.addTo(overlay, s); err != nil {
		return nil, judged{s.all(verdict.GraderError, wordsOf(err)), true}
	}
	var binary *gotest.Binary
	var said string
	compile := func() (late bool, err error) {
		compiling, cancel := context.WithTimeout(ctx, g.BuildTime)
		defer cancel()
		binary, said, err = g.Go.Compile(compiling, s.step.SolutionDir(), overlay)
		return compiling.Err() != nil, err
	}
	late, err := compile()
	submissions := false // it is the submission that the machine cannot compile
	if (late || errors.As(err, new(*gotest.MachineTrouble))) && g.compiles(ctx, s) {
		late, err = compile() // the machine may have been busy, or full, for a moment
		submissions = late || errors.As(err, new(*gotest.MachineTrouble))
	}
	if err == nil && binary != nil {
		err = binary.Open()
	}
	switch {
	case ctx.Err() != nil:
		return nil, judged{s.all(verdict.NotRun, interrupted), true}
	case late && submissions:
		return nil, judged{s.buildError(fmt.Sprint("compiling it took more than ", g.BuildTime)), true}
	case late:
		return nil, judged{s.all(verdict.GraderError, fmt.Sprint("compiling took more than ", g.BuildTime, ", and so it does for the reference: give it more time with -build-time")), true}
	case submissions:
		return nil, judged{s.buildError(err.Error()), true}
	case err != nil:
		return nil, judged{s.all(verdict.GraderError, wordsOf(err)), true}
	case binary == nil:
		return nil, judged{StepResult: s.buildError(withoutRoot(withoutHeads(said), g.Workshop.Root))}
	}
	g.prepareBinary(binary, names)
	return binary, judged{}
}

// compiles reports whether the machine can compile the reference now, in the same time.
// Where it can, what kept it twice from compiling a submission is in the submission, such as
// an array of a gigabyte.
func (g *Grader) compiles(ctx context.Context, s sheet) bool {
	ctx, cancel := context.WithTimeout(ctx, g.BuildTime)
	defer cancel()
	binary, err := g.reference(ctx, s)
	if binary != nil {
		binary.Remove()
	}
	return err == nil
}

// reference compiles the tests with the reference, to be run like those with a submission.
// Its canaries pass and fail as there.
func (g *Grader) reference(ctx context.Context, s sheet) (*gotest.Binary, error) {
	names, overlay := s.aliases(), gotest.Overlay{}
	if err := names.addTo(overlay, s); err != nil {
		return nil, err
	}
	binary, said, err := g.Go.Compile(ctx, s.step.SolutionDir(), overlay)
	switch {
	case err != nil:
		return nil, err
	case binary == nil:
		return nil, errors.New("the reference does not compile: " + said)
	}
	g.prepareBinary(binary, names)
	return binary, binary.Open()
}

// prepareBinary has a binary run in the sandbox, under the aliases.
func (g *Grader) prepareBinary(binary *gotest.Binary, names aliases) {
	binary.TestTime, binary.Vouched, binary.Names = g.TestTime, true, names.names()
	binary.Alias = func(test string) string { return cmp.Or(names.of[test], test) }
	binary.Launch = func(ctx context.Context, path, dir string, args []string) *exec.Cmd {
		return g.Sandbox.Command(ctx, path, dir, []sandbox.Folder{{From: filepath.Join(g.stage, "tokens"), At: g.Workshop.Path("testdata", "tokens")}}, args)
	}
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
			notes = append(notes, "go vet: "+text.Clean(withoutRoot(finding.String(), g.Workshop.Root)))
		}
	}
	const limit = 5
	return notes[:min(len(notes), limit)]
}
