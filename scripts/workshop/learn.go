package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
	"time"

	"github.com/aymanbagabas/go-udiff"

	"tokenauth.example/scripts/internal/check"
	"tokenauth.example/scripts/internal/lesson"
	"tokenauth.example/scripts/internal/screen"
	"tokenauth.example/scripts/internal/steps"
	"tokenauth.example/scripts/internal/stub"
	"tokenauth.example/scripts/internal/verdict"
)

// start fetches what the workshop needs, and shows where the learner is.
func (a *app) start() (int, error) {
	for _, f := range a.machine() {
		switch {
		case f.cure != "" && f.fatal:
			return exitTrouble, wayOut(errors.New(f.says), "%s", f.cure)
		case f.cure != "":
			a.finding(f)
		}
	}
	if err := a.fetch("solutions"); err != nil {
		return exitTrouble, err
	}
	reports, first, err := a.grade(nil)
	if err != nil {
		return exitTrouble, err
	}
	a.welcome(reports, first)
	return exitDone, nil
}

// welcome shows where a learner is, and what to do first.
func (a *app) welcome(reports []check.StepReport, first *check.StepReport) {
	a.report(reports, first)
	if first != nil {
		a.screen.Printf("")
		a.screen.Command("  ", "Read the lesson, change the code, save it, and check it:", a.command("check", nil))
	}
}

// fetch downloads the modules of the workspace in a folder. Nothing else needs the
// network, and this needs it once.
func (a *app) fetch(folder string) error {
	a.screen.Progress("fetching modules ...")
	cmd := exec.CommandContext(a.ctx, "go", "mod", "download", "-json")
	cmd.Dir = a.workshop.Path(folder)
	// The user's own settings, such as GOPROXY, count here.
	cmd.Env = append(os.Environ(), "GOWORK="+a.workshop.Path(folder, "go.work"), "GOFLAGS=")
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	var said strings.Builder
	cmd.Stderr = &said
	if err := cmd.Start(); err != nil {
		return err
	}
	failed := ""
	for decoder, n := json.NewDecoder(out), 1; ; n++ {
		var module struct{ Path, Version, Error string }
		if decoder.Decode(&module) != nil {
			break
		}
		if module.Error != "" && failed == "" {
			failed = module.Path + ": " + module.Error
		}
		a.screen.Progress("fetching modules ... %d %s", n, module.Path)
	}
	_, _ = io.Copy(io.Discard, out)
	if err := cmd.Wait(); err != nil {
		if a.ctx.Err() != nil {
			return a.ctx.Err()
		}
		if failed == "" {
			failed = strings.TrimSpace(said.String())
		}
		return wayOut(fmt.Errorf("the modules could not be fetched: %s", failed),
			"This needs the network, once. Behind a company's proxy, set GOPROXY to what your company uses.")
	}
	a.screen.Clear()
	return nil
}

// hint shows the next hint for the first test that fails.
func (a *app) hint() (int, error) {
	only, err := a.step(false)
	if err != nil {
		return exitTrouble, err
	}
	_, first, err := a.grade(only)
	if err != nil {
		return exitTrouble, err
	}
	if first == nil {
		a.screen.Printf("Nothing fails, so there is nothing to hint at.")
		return exitDone, nil
	}
	if first.State != check.InProgress && first.State != check.NotStarted {
		a.failure(*first)
		return exitNotYet, nil
	}
	test := first.Result.FirstFailure().Name
	hints, err := lesson.ReadHints(first.Step.Dir())
	if err != nil {
		return exitTrouble, wayOut(err, "Bring it back: git restore steps/%s/HINTS.md", first.Step.Name)
	}
	ladder := hints[test]
	if len(ladder) == 0 {
		return exitTrouble, wayOut(fmt.Errorf("there are no hints for %s", test), "See the reference: %s", a.command("show", &first.Step))
	}
	given := a.hintsGiven()
	n := min(given[test], len(ladder)-1)
	a.screen.Printf("\n  %s   %s   hint %d of %d\n", first.Step.Name, a.screen.Paint(screen.Bold, test), n+1, len(ladder))
	a.screen.Wrap("    ", ladder[n])
	a.screen.Printf("")
	if n+1 < len(ladder) {
		a.screen.Printf("    There is more: %s", a.command("hint", &first.Step))
	} else {
		a.screen.Printf("    That was the last. The reference: %s", a.command("show", &first.Step))
	}
	given[test] = n + 1
	a.rememberHints(given)
	return exitDone, nil
}

func (a *app) hintsFile() string { return a.workshop.Path(".workshop", "hints.json") }

// hintsGiven returns how many hints were given for each test.
func (a *app) hintsGiven() map[string]int {
	given := map[string]int{}
	if text, err := os.ReadFile(a.hintsFile()); err == nil {
		_ = json.Unmarshal(text, &given) // if it is broken, the hints begin again
	}
	return given
}

// forgetHints has the hints for tests that pass begin again, should they ever fail.
func (a *app) forgetHints(reports []check.StepReport) {
	given := a.hintsGiven()
	before := len(given)
	for _, report := range reports {
		for _, test := range report.Result.Tests {
			if test.Verdict == verdict.Pass {
				delete(given, test.Name)
			}
		}
	}
	if len(given) < before {
		a.rememberHints(given)
	}
}

func (a *app) rememberHints(given map[string]int) {
	text, err := json.Marshal(given)
	if err != nil {
		return
	}
	if os.MkdirAll(filepath.Dir(a.hintsFile()), 0o755) == nil {
		_ = os.WriteFile(a.hintsFile(), text, 0o644) // if it fails, the same hint comes again
	}
}

// show prints how the learner's step differs from the reference.
func (a *app) show() (int, error) {
	step, err := a.step(true)
	if err != nil {
		return exitTrouble, err
	}
	files, err := step.Files()
	if err != nil {
		return exitTrouble, err
	}
	same := true
	for _, file := range files {
		if file.Kind != steps.Stub {
			continue
		}
		yours, err := os.ReadFile(filepath.Join(step.Dir(), filepath.FromSlash(file.Name)))
		if err != nil {
			return exitTrouble, wayOut(err, "Begin the step again: %s", a.command("reset", step))
		}
		solved, err := os.ReadFile(filepath.Join(step.SolutionDir(), filepath.FromSlash(file.Name)))
		if err != nil {
			return exitTrouble, err
		}
		name := path.Join(step.Name, file.Name)
		yours = stub.Clean(bytes.ReplaceAll(yours, []byte("\r\n"), []byte("\n"))) // a copy of the reference has its marks
		diff := udiff.Unified("steps/"+name, "solutions/"+name, string(yours), string(stub.Clean(solved)))
		for line := range strings.Lines(diff) {
			same = false
			line = strings.TrimRight(line, "\n")
			switch {
			case strings.HasPrefix(line, "+"):
				line = a.screen.Paint(screen.Green, line)
			case strings.HasPrefix(line, "-"):
				line = a.screen.Paint(screen.Red, line)
			}
			a.screen.Printf("%s", line)
		}
	}
	if same {
		a.screen.Printf("Your step is the reference, to the letter.")
	}
	return exitDone, nil
}

// catchup takes the steps before the one that is named from the reference, by leaving
// them out of go.work. No file of the learner's is touched.
func (a *app) catchup() (int, error) {
	step, err := a.step(true)
	if err != nil {
		return exitTrouble, err
	}
	list, err := a.workshop.Steps()
	if err != nil {
		return exitTrouble, err
	}
	g, err := a.goCommand()
	if err != nil {
		return exitTrouble, err
	}
	edit := []string{"work", "edit"}
	var before []string
	for _, s := range list {
		if s.Name < step.Name {
			edit = append(edit, "-dropuse=./steps/"+s.Name)
			before = append(before, "./steps/"+s.Name)
		} else {
			edit = append(edit, "-use=./steps/"+s.Name)
		}
	}
	cmd := g.Command(a.ctx, a.workshop.Root, []string{"GOWORK=" + a.workshop.Path("go.work")}, append(edit, "go.work")...)
	if out, err := cmd.CombinedOutput(); err != nil {
		return exitTrouble, wayOut(fmt.Errorf("go.work could not be changed: %s", strings.TrimSpace(string(out))), "Bring it back: git restore go.work")
	}
	if len(before) == 0 {
		a.screen.Printf("Every step is your own again.")
		return exitDone, nil
	}
	a.screen.Printf("The steps before %s are taken from the reference now. Your files are as", step.Number())
	a.screen.Printf("they were. To use them again: %s", a.command("catchup", &list[0]))
	a.screen.Printf("\nGo on: %s", a.command("check", step))
	return exitDone, nil
}

// reset makes a step what it was at first.
func (a *app) reset() (int, error) {
	step, err := a.step(true)
	if err != nil {
		return exitTrouble, err
	}
	files, err := step.Files()
	if err != nil {
		return exitTrouble, err
	}
	changed := false
	for _, file := range files {
		state, _, err := step.State(file)
		if err != nil {
			return exitTrouble, wayOut(err, "Let your user read it: what you have is kept before anything is written.")
		}
		if state == steps.Untouched {
			continue
		}
		changed = true
		name := filepath.Join(step.Dir(), filepath.FromSlash(file.Name))
		kept, err := replace(name, file.Text)
		if err != nil {
			return exitTrouble, err
		}
		shown := path.Join("steps", step.Name, file.Name)
		a.screen.Printf("%s is as it was at first.", shown)
		if kept != "" {
			a.screen.Printf("  What you had: %s", path.Join("steps", step.Name, path.Dir(file.Name), filepath.Base(kept)))
			a.screen.Printf("  The way back: rename that to %s", path.Base(file.Name))
		}
	}
	if !changed {
		a.screen.Printf("%s is as it was at first: there is nothing to reset.", step.Name)
	}
	for _, name := range []string{"README.md", "HINTS.md"} {
		if _, err := os.Stat(filepath.Join(step.Dir(), name)); err != nil {
			a.screen.Printf("%s is missing. Bring it back: git restore steps/%s/%[1]s", name, step.Name)
		}
	}
	return exitDone, nil
}

// replace writes a file of the learner's. It is the only function that does: what was
// there is copied beside it first, so that nothing is ever lost. It returns the name
// of the copy, or "" if nothing was there.
func replace(name string, text []byte) (kept string, err error) {
	old, err := os.ReadFile(name)
	switch {
	case err == nil:
		kept = name + ".kept-" + time.Now().Format("20060102-150405.000")
		if err := writeNew(kept, old); err != nil {
			return "", wayOut(fmt.Errorf("what you have could not be kept, so nothing was changed: %w", err), "Copy it by hand, then try again.")
		}
	case !errors.Is(err, os.ErrNotExist):
		return "", err
	}
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return kept, err
	}
	return kept, os.WriteFile(name, text, 0o644)
}

// writeNew writes a file that is not there yet, and waits until the disk has it.
func writeNew(name string, text []byte) error {
	file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	_, err = file.Write(text)
	return errors.Join(err, file.Sync(), file.Close())
}
