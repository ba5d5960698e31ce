package grade

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"tokenauth.example/scripts/internal/contract"
	"tokenauth.example/scripts/internal/gotest"
	"tokenauth.example/scripts/internal/report"
	"tokenauth.example/scripts/internal/sandbox"
	"tokenauth.example/scripts/internal/text"
	"tokenauth.example/scripts/internal/verdict"
)

// outsideTime is how many times the time of a test judging from outside may take. A right
// server needs one or two on a quiet machine; the rest is for a machine that is not.
const outsideTime = 12

// ofContract begins the name of a row that is a section of the contract.
const ofContract = "contract/"

// outsideRows are what a program is asked from outside: the sections of the contract, each
// as a test of the task.
func outsideRows(task int) []report.Test {
	var rows []report.Test
	for _, section := range contract.Sections(1) {
		rows = append(rows, report.Test{Name: ofContract + section.Name, Task: task, Requirement: section.Title + "."})
	}
	return rows
}

// buildJudge compiles the program that judges others, for the sandbox: it needs no library.
func (g *Grader) buildJudge(ctx context.Context) error {
	program, said, err := g.Go.Program(ctx, g.Workshop.Path("scripts", "judge"), nil)
	if err == nil && program == nil {
		err = errors.New(said)
	}
	if err != nil {
		return fmt.Errorf("compile scripts/judge: %w", err)
	}
	g.judgeProgram = program
	return program.Open()
}

// outside starts the step's program in the sandbox, and has the judge ask it over HTTP. The
// judge has no code of the learner's in it, so that this cannot say what becomes of it.
func (g *Grader) outside(ctx context.Context, s sheet, overlay gotest.Overlay) []report.TestResult {
	rows := func(verdict verdict.Verdict, cause string) []report.TestResult {
		return s.all(verdict, cause).Tests[len(s.tests):]
	}
	compiling, cancel := context.WithTimeout(ctx, g.BuildTime)
	defer cancel()
	program, said, err := g.Go.Program(compiling, s.step.SolutionDir(), overlay)
	switch {
	case ctx.Err() != nil:
		return rows(verdict.NotRun, interrupted)
	case compiling.Err() != nil:
		return rows(verdict.GraderError, fmt.Sprint("compiling it took more than ", g.BuildTime))
	case err != nil:
		return rows(verdict.GraderError, wordsOf(err))
	case program == nil:
		return rows(verdict.BuildError, text.Clean(text.FirstLines(withoutRoot(withoutHeads(said), g.Workshop.Root), 20)))
	}
	defer program.Remove()
	if err := program.Open(); err != nil {
		return rows(verdict.GraderError, wordsOf(err))
	}
	limit := outsideTime * g.TestTime
	judging, cancel := context.WithTimeout(ctx, limit+10*time.Second) // the judge ends before that
	defer cancel()
	folder := filepath.Dir(program.Path())
	cmd := g.Sandbox.Command(judging, g.judgeProgram.Path(), s.step.SolutionDir(), []sandbox.Folder{{From: folder, At: folder}}, []string{"-time", limit.String(), program.Path()})
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) } // the judge ends the server first
	cmd.WaitDelay = 5 * time.Second
	out, err := cmd.Output()
	if ctx.Err() != nil {
		return rows(verdict.NotRun, interrupted)
	}
	var judged contract.Judged
	if jsonErr := json.Unmarshal(out, &judged); jsonErr != nil {
		words := string(out)
		if exit, ok := err.(*exec.ExitError); ok {
			words += string(exit.Stderr)
		}
		switch trouble := sandbox.Trouble(words); {
		case trouble != nil:
			return rows(verdict.GraderError, wordsOf(trouble))
		case judging.Err() != nil:
			return rows(verdict.GraderError, fmt.Sprintf("nothing could be asked from outside within %v: this machine is too slow, or has too much to do", limit))
		}
		return rows(verdict.Error, "nothing could be asked from outside: the program that asks was ended"+lastWords(words))
	}
	switch {
	case judged.Trouble != "":
		return rows(verdict.GraderError, text.Clean("nothing could be asked from outside: "+judged.Trouble))
	case judged.Problem != "":
		return rows(verdict.Fail, text.Clean(judged.Problem))
	}
	results := rows(verdict.NotRun, "it was not asked")
	for i, row := range results {
		if section, ok := judged.Sections[strings.TrimPrefix(row.Name, ofContract)]; ok {
			results[i] = outsideResult(row.Name, section)
		}
	}
	return results
}

// outsideResult makes a result of what became of a section.
func outsideResult(name string, section contract.JudgedSection) report.TestResult {
	o := section.First
	result := report.TestResult{Name: name, Verdict: verdict.Pass, Seconds: section.Took.Seconds(), Mistakes: []string{}}
	if section.Passed == section.Of {
		return result
	}
	if section.Failed() == 0 { // the judge's clock costs nobody a point
		result.Verdict = verdict.GraderError
		result.Cause = text.Clean(fmt.Sprintf("%d of %d cases could not be judged, and all others pass: this machine is too slow, or has too much to do. Grade again when it has less, or with fewer at a time: -jobs 1. The first is %s: %s", section.NotJudged, section.Of, section.Case, o.Cause))
		return result
	}
	result.Verdict, result.Unstable = o.Verdict, section.Unstable
	result.Cause = text.Clean(fmt.Sprintf("%d of %d cases do not pass. The first is %s: %s", section.Failed(), section.Of, section.Case, o.Cause))
	if result.Unstable {
		result.Cause = "unstable: what failed at first passed when it was asked again. " + result.Cause
	}
	result.Sent, result.Answered, result.Got, result.Want = o.Sent, o.Answered, o.Got, o.Want
	result.Output = shortened(o.Before)
	return result
}
