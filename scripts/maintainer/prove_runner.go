package main

import (
	"context"
	"fmt"
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
