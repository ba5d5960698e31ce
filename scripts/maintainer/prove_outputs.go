package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"tokenauth.example/scripts/internal/check"
	"tokenauth.example/scripts/internal/launch"
	"tokenauth.example/scripts/internal/lesson"
	"tokenauth.example/scripts/internal/screen"
	"tokenauth.example/scripts/internal/session"
	"tokenauth.example/scripts/internal/steps"
	"tokenauth.example/scripts/internal/verdict"
	"tokenauth.example/scripts/internal/view"
)

// outputs compares the commands in lessons, and what they print there, with what they
// really print.
func (p *prover) outputs(ctx context.Context) (string, error) {
	missing := slices.ContainsFunc([]string{"sh", "curl", "openssl"}, func(tool string) bool {
		_, err := exec.LookPath(tool)
		return err != nil
	})
	folders := []string{""}
	var reports []check.StepReport
	for i, step := range p.steps {
		folders = append(folders, "steps/"+step.Name)
		report := p.stubs[step.Name]
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
		text, err := lesson.Read(p.workshop.Path(filepath.FromSlash(folder)))
		if err != nil {
			continue // said before
		}
		name := path.Join(folder, "README.md")
		var before, shell []lesson.Command
		for _, command := range text.Commands {
			if p.compareCommand(name, command, reports) {
				compared++
			} else if command.Before {
				before = append(before, command)
			} else {
				shell = append(shell, command)
			}
		}
		if missing {
			skipped += len(before) + len(shell)
			continue
		}
		servers, err := p.workshop.Servers()
		if err != nil && !errors.Is(err, steps.ErrNoServer) {
			return "", err
		}
		var server steps.Step
		if len(servers) > 0 {
			server = servers[0] // what comes before the check is asked of what learners have by then
		}
		if err := p.shellOutputs(ctx, name, server, before); err != nil {
			return "", err
		}
		if step, err := p.workshop.Find(folder); err == nil && folder != "" {
			if own, err := step.ServerFolder(); err != nil {
				return "", err
			} else if own != "" {
				server = step // what comes after the check is asked of what the step has built
			}
		}
		if err := p.shellOutputs(ctx, name, server, shell); err != nil {
			return "", err
		}
		compared += len(before) + len(shell)
	}
	if skipped > 0 {
		return fmt.Sprintf("%d commands; %d skipped, which need sh, curl and openssl", compared, skipped), nil
	}
	return fmt.Sprintf("%d commands", compared), nil
}

// compareCommand compares what a lesson shows of one of the runner's commands with what it
// prints for somebody who has not changed anything yet. It reports whether it knows the
// command; any other is one for a shell.
func (p *prover) compareCommand(name string, command lesson.Command, reports []check.StepReport) (known bool) {
	var printed bytes.Buffer
	learner := view.View{Session: &session.Session{Workshop: p.workshop, Screen: screen.Plain(&printed), Make: true}}
	number, isCheck := strings.CutPrefix(command.Line, "make check STEP=")
	switch {
	case command.Line == "make start":
		tracks, err := p.workshop.Tracks()
		if err != nil {
			p.wrong("%s: `%s`: %v", name, command.Line, err)
			return true
		}
		learner.Welcome(reports[:len(tracks[0])], &reports[0]) // who begins is shown the first track
	case isCheck:
		step, err := p.workshop.Find(number)
		if err != nil {
			p.wrong("%s: `%s`: %v", name, command.Line, err)
			return true
		}
		report := p.stubs[step.Name]
		learner.Report([]check.StepReport{report}, &report)
	default:
		return false
	}
	switch {
	case command.Output == printed.String():
	case p.update:
		if err := acceptOutput(p.workshop.Path(filepath.FromSlash(name)), command, printed.String()); err != nil {
			p.wrong("%s: %v", name, err)
		}
	default:
		p.wrong("%s: `%s` prints:\n%s\nIf it reads well, keep it, with %s, and look at the diff.", name, command.Line, printed.String(), session.Plain("verify -update"))
	}
	return true
}

// acceptOutput writes what a command prints now into the page that shows it.
func acceptOutput(file string, command lesson.Command, printed string) error {
	page, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	page = bytes.ReplaceAll(page, []byte("\r\n"), []byte("\n"))
	head := "$ " + command.Line + "\n"
	return os.WriteFile(file, bytes.Replace(page, []byte(head+command.Output), []byte(head+printed), 1), 0o644)
}

// shellOutputs runs the commands of a lesson against the reference server of a step, in one
// shell, and compares what they print. Three dots stand for anything.
func (p *prover) shellOutputs(ctx context.Context, name string, of steps.Step, commands []lesson.Command) error {
	if len(commands) == 0 {
		return nil
	}
	p.screen.Progress("running the commands of %s ...", name)
	return launch.Reference(ctx, p.session, of, func(running launch.Running) error {
		const end = "\x1e"
		var script strings.Builder
		for _, command := range commands {
			line := strings.ReplaceAll(command.Line, "127.0.0.1:8000", running.Address)
			if running.Certificate != "" { // it's beside the database, which is in the workshop's folder for learners
				line = strings.ReplaceAll(line, filepath.Base(running.Certificate), "'"+running.Certificate+"'")
			}
			script.WriteString(line + "\nprintf '" + `\036` + "'\n")
		}
		cmd := exec.CommandContext(ctx, "sh", "-c", script.String())
		cmd.Dir, cmd.Env = p.workshop.Root, running.Env
		out, err := cmd.CombinedOutput()
		if err != nil {
			p.wrong("%s: its commands fail: %v\n%s", name, err, out)
		}
		printed := strings.Split(string(out), end)
		for i, command := range commands {
			if i >= len(printed) {
				break
			}
			pattern := strings.ReplaceAll(regexp.QuoteMeta(strings.TrimSpace(command.Output)), `\.\.\.`, `(?s:.*)`)
			got := strings.TrimSpace(strings.NewReplacer("\r\n", "\n", running.Address, "127.0.0.1:8000").Replace(printed[i]))
			if !regexp.MustCompile(`^` + pattern + `$`).MatchString(got) {
				p.wrong("%s: `%s` prints:\n%s", name, command.Line, got)
			}
		}
		return nil
	})
}
