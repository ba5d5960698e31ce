package main

import (
	"context"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"strings"

	"tokenauth.example/scripts/internal/command"
	"tokenauth.example/scripts/internal/screen"
	"tokenauth.example/scripts/internal/session"
	"tokenauth.example/scripts/internal/steps"
)

// fuzz runs each fuzz test of the solutions for a given time. What it finds, Go writes
// into the solution's testdata/fuzz; from then on the tests try it every time.
func fuzz(ctx context.Context, s *session.Session, in *command.Input) (int, error) {
	each := in.Duration("time")
	list, err := s.Workshop.Steps()
	if err != nil {
		return command.Trouble, err
	}
	g, err := s.Go(ctx)
	if err != nil {
		return command.Trouble, err
	}
	exit := command.Done
	for _, step := range list {
		names, err := fuzzTests(step)
		if err != nil {
			return command.Trouble, err
		}
		for _, name := range names {
			s.Screen.Progress("fuzzing %s of %s for %v ...", name, step.Name, each)
			out, err := g.Command(ctx, step.SolutionDir(), nil, "test", "-run=^$", "-fuzz=^"+name+"$", fmt.Sprint("-fuzztime=", each), ".").CombinedOutput()
			if ctx.Err() != nil {
				return command.Trouble, ctx.Err()
			}
			word := s.Screen.Paint(screen.Green, "ok   ")
			if err != nil {
				word = s.Screen.Paint(screen.Red, "wrong")
				exit = command.NotYet
			}
			s.Screen.Printf("%s  %s   %s", word, step.Name, name)
			if err != nil {
				fmt.Fprintf(os.Stdout, "%s", out)
			}
		}
	}
	return exit, nil
}

// fuzzTests returns the names of a step's fuzz tests.
func fuzzTests(step steps.Step) ([]string, error) {
	files, err := step.Files()
	if err != nil {
		return nil, err
	}
	var names []string
	for _, file := range files {
		if !strings.HasSuffix(file.Name, "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file.Name, file.Text, 0)
		if err != nil {
			return nil, err
		}
		for _, declaration := range parsed.Decls {
			if function, ok := declaration.(*ast.FuncDecl); ok && function.Recv == nil && strings.HasPrefix(function.Name.Name, "Fuzz") {
				names = append(names, function.Name.Name)
			}
		}
	}
	return names, nil
}
