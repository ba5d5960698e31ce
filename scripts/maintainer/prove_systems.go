package main

import (
	"context"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"

	"golang.org/x/tools/go/packages"
)

// systems reads everything as the systems that this machine is not would, and checks its
// types. It compiles nothing: for go vet, Go would compile all of SQLite and of Go's own
// library for each system, which takes ten minutes.
func (p *prover) systems(ctx context.Context) (string, error) {
	read := 0
	for _, system := range []string{"windows", "darwin"} {
		p.screen.Progress("reading everything as %s does ...", system)
		scripts := p.workshop.Path("scripts")
		for _, part := range []struct{ dir, work, pattern string }{
			{p.workshop.Path("solutions"), p.workshop.Path("solutions", "go.work"), "work"},
			{scripts, filepath.Join(scripts, "go.work"), "./..."},
		} {
			n, err := p.typeCheck(ctx, system, part.dir, part.work, part.pattern)
			if err != nil {
				return "", err
			}
			read += n
		}
	}
	return fmt.Sprintf("%d packages", read), nil
}

// typeCheck returns how many packages of the workshop it has checked.
func (p *prover) typeCheck(ctx context.Context, system, dir, work, pattern string) (int, error) {
	ours := p.workshop.Path() + string(filepath.Separator)
	command := p.g.Command(ctx, dir, []string{"GOOS=" + system, "CGO_ENABLED=0", "GOWORK=" + work}, "version")
	found, err := packages.Load(&packages.Config{
		Context: ctx, Dir: dir, Env: command.Env, Tests: true,
		Mode: packages.NeedName | packages.NeedFiles | packages.NeedCompiledGoFiles | packages.NeedImports |
			packages.NeedDeps | packages.NeedTypes | packages.NeedSyntax | packages.NeedTypesInfo,
		ParseFile: func(files *token.FileSet, name string, source []byte) (*ast.File, error) {
			file, err := parser.ParseFile(files, name, source, parser.SkipObjectResolution)
			if file != nil && !strings.HasPrefix(name, ours) {
				forgetBodies(file)
			}
			return file, err
		},
	}, pattern)
	if err != nil {
		return 0, fmt.Errorf("read %s as %s does: %w", dir, system, err)
	}
	for _, found := range found {
		if strings.HasSuffix(found.ID, ".test") {
			continue // the main function of the tests, which Go writes
		}
		for _, problem := range found.Errors {
			p.wrong("%s for %s: %v", found.ID, system, problem)
		}
	}
	return len(found), ctx.Err()
}

// forgetBodies leaves of a file what others see of it: what its functions do inside isn't ours
// to check, and is most of SQLite.
func forgetBodies(file *ast.File) {
	for _, declared := range file.Decls {
		if function, ok := declared.(*ast.FuncDecl); ok && function.Name.Name != "init" {
			function.Body = nil
		}
	}
}
