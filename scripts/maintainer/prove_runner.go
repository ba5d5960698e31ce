package main

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
)

func (p *prover) runner(ctx context.Context) (string, error) {
	p.screen.Progress("testing the runner ...")
	dir := p.workshop.Path("scripts")
	env := []string{"GOWORK=" + p.workshop.Path("scripts", "go.work")}
	if err := p.vet(ctx, "scripts", dir, env, "./..."); err != nil {
		return "", err
	}
	if p.race {
		env = append(env, "RACE=1") // the server under the whole contract takes a minute more
	}
	if p.update {
		env = append(env, "UPDATE=1") // see package golden
	}
	if !p.whole() {
		env = append(env, "SAMPLE="+p.sample.String()) // of the servers that are asked the contract
	}
	// -count=1: some tests read files outside of their module, which Go's cache of
	// results does not watch. -timeout: a busy machine takes longer than Go's ten minutes.
	out, err := p.g.Command(ctx, dir, env, "test", "-count=1", "-timeout=30m", "./...").CombinedOutput()
	if ctx.Err() != nil {
		return "", ctx.Err()
	}
	if err != nil {
		p.wrong("scripts: go test says:\n%s", out)
	}
	return fmt.Sprintf("%d packages", strings.Count(string(out), "ok  \t")), nil
}

// systems vets everything for the systems that this machine is not.
func (p *prover) systems(ctx context.Context) (string, error) {
	for _, system := range []string{"windows", "darwin"} {
		p.screen.Progress("vetting for %s ... (the first time, this takes some minutes)", system)
		env := []string{"GOOS=" + system, "CGO_ENABLED=0"}
		if err := p.vet(ctx, "solutions for "+system, p.workshop.Path("solutions"), append(env, inSolutions(p.workshop)...), "work"); err != nil {
			return "", err
		}
		scripts := p.workshop.Path("scripts")
		if err := p.vet(ctx, "scripts for "+system, scripts, append(env, "GOWORK="+filepath.Join(scripts, "go.work")), "./..."); err != nil {
			return "", err
		}
	}
	return "2 systems", nil
}
