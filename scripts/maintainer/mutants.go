package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"tokenauth.example/scripts/internal/command"
	"tokenauth.example/scripts/internal/session"
	"tokenauth.example/scripts/internal/steps"
)

// gremlins is the mutation tester, at the version that was tried.
const gremlins = "github.com/go-gremlins/gremlins/cmd/gremlins@v0.6.0"

// mutants changes the solutions at random places, with a tool that knows nothing of our
// mistakes, and shows the changes that no test notices. Those that testdata/mutants.md
// explains are left out. It needs the network once, for the tool.
func mutants(ctx context.Context, s *session.Session, in *command.Input) (int, error) {
	list, err := s.Workshop.Steps()
	if err != nil {
		return command.Trouble, err
	}
	step, err := in.Step(s)
	if err != nil {
		return command.Trouble, err
	}
	if step != nil {
		list = []steps.Step{*step}
	}
	explained, err := os.ReadFile(s.Workshop.Path("testdata", "mutants.md"))
	if err != nil {
		return command.Trouble, err
	}
	exit := command.Done
	for _, step := range list {
		s.Screen.Progress("changing solutions/%s ...", step.Name)
		killed, survivors, err := mutate(ctx, step)
		if err != nil {
			return command.Trouble, err
		}
		known := 0
		for _, survivor := range survivors {
			if strings.Contains(string(explained), survivor) {
				known++
				continue
			}
			exit = command.NotYet
			s.Screen.Printf("%s", survivor)
		}
		s.Screen.Printf("%s: %d changes noticed, %d explained, %d not", step.Name, killed, known, len(survivors)-known)
	}
	if exit != command.Done {
		s.Screen.Printf("\nMake a mistake of each, with a test that catches it, or explain it in")
		s.Screen.Printf("testdata/mutants.md, with its line as it is shown here.")
	}
	return exit, nil
}

var mutant = regexp.MustCompile(`(KILLED|TIMED OUT|LIVED|NOT COVERED) (\w+) at ([\w./-]+):([0-9]+):[0-9]+`)

// mutate runs the tool on a copy of a solution: it copies the module once more, to where
// relative paths lead nowhere.
func mutate(ctx context.Context, step steps.Step) (killed int, survivors []string, err error) {
	folder, err := os.MkdirTemp("", "workshop-*")
	if err != nil {
		return 0, nil, err
	}
	defer os.RemoveAll(folder)
	module := filepath.Join(folder, "module")
	if err := os.CopyFS(module, os.DirFS(step.SolutionDir())); err != nil {
		return 0, nil, err
	}
	goMod, err := os.ReadFile(filepath.Join(module, "go.mod"))
	if err != nil {
		return 0, nil, err
	}
	goMod = bytes.ReplaceAll(goMod, []byte(" => ../"), []byte(" => "+filepath.ToSlash(step.Workshop.Path("solutions"))+"/"))
	if err := os.WriteFile(filepath.Join(module, "go.mod"), goMod, 0o644); err != nil {
		return 0, nil, err
	}
	// The tool's copies stand two folders below TMPDIR, as a step does below the top.
	temporary := filepath.Join(folder, "copies")
	if err := os.CopyFS(filepath.Join(temporary, "testdata", "tokens"), os.DirFS(step.Workshop.Path("testdata", "tokens"))); err != nil {
		return 0, nil, err
	}
	// --integration runs the tests of the whole module on each change: a package without
	// tests of its own is tested through another one.
	cmd := exec.CommandContext(ctx, "go", "run", gremlins, "unleash", "--integration", "--invert-logical", "--invert-loopctrl",
		"--coverpkg", "./...", "--exclude-files", "^(forge|apitest)/", // those two only serve tests
		"--workers", "2", "--timeout-coefficient", "10", ".")
	cmd.Dir = module
	cmd.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=", "TMPDIR="+temporary)
	out, err := cmd.CombinedOutput()
	if err != nil || !bytes.Contains(out, []byte("Mutation testing completed")) {
		return 0, nil, errors.Join(ctx.Err(), fmt.Errorf("the mutation tester fails: %w\n%s", err, out))
	}
	for _, match := range mutant.FindAllStringSubmatch(string(out), -1) {
		if match[1] == "KILLED" || match[1] == "TIMED OUT" {
			killed++
			continue
		}
		source, err := os.ReadFile(filepath.Join(step.SolutionDir(), filepath.FromSlash(match[3])))
		if err != nil {
			return 0, nil, err
		}
		number, _ := strconv.Atoi(match[4])
		line := strings.TrimSpace(strings.Split(string(source), "\n")[number-1])
		survivors = append(survivors, fmt.Sprintf("%s/%s: %s %s: `%s`", step.Name, match[3], strings.ToLower(match[1]), match[2], line))
	}
	return killed, survivors, nil
}
