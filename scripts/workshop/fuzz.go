package main

import (
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"strings"
	"time"

	"tokenauth.example/scripts/internal/screen"
	"tokenauth.example/scripts/internal/steps"
)

// fuzz runs each fuzz test of the solutions for a given time. What it finds, Go writes
// into the solution's testdata/fuzz; from then on the tests try it every time.
func (a *app) fuzz() (int, error) {
	flags := flag.NewFlagSet("fuzz", flag.ContinueOnError)
	each := flags.Duration("time", 10*time.Second, "how long each fuzz test runs")
	if err := flags.Parse(a.args); err != nil {
		return exitTrouble, nil // it has said why
	}
	list, err := a.workshop.Steps()
	if err != nil {
		return exitTrouble, err
	}
	g, err := a.goCommand()
	if err != nil {
		return exitTrouble, err
	}
	exit := exitDone
	for _, step := range list {
		names, err := fuzzTests(step)
		if err != nil {
			return exitTrouble, err
		}
		for _, name := range names {
			a.screen.Progress("fuzzing %s of %s for %v ...", name, step.Name, *each)
			out, err := g.Command(a.ctx, step.SolutionDir(), nil, "test", "-run=^$", "-fuzz=^"+name+"$", fmt.Sprint("-fuzztime=", *each), ".").CombinedOutput()
			if a.ctx.Err() != nil {
				return exitTrouble, a.ctx.Err()
			}
			word := a.screen.Paint(screen.Green, "ok   ")
			if err != nil {
				word = a.screen.Paint(screen.Red, "wrong")
				exit = exitNotYet
			}
			a.screen.Printf("%s  %s   %s", word, step.Name, name)
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
