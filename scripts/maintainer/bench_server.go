package main

import (
	"context"
	_ "embed"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"tokenauth.example/scripts/internal/launch"
)

// serverRows measures the reference server's processor time for a request, beside that of
// servers which do less.
func (b *bencher) serverRows(ctx context.Context) error {
	servers, err := b.copy.Servers()
	if err != nil {
		return err
	}
	server, cleanUp, err := launch.Build(ctx, b.session, servers[0].SolutionDir(), "off")
	if err != nil {
		return err
	}
	defer cleanUp()
	floors, err := b.buildFloor(ctx)
	if err != nil {
		return err
	}
	ours := func(route string) target { return target{program: server, route: route} }
	floor := func(kind, route string) target {
		return target{program: floors, args: []string{kind}, route: route}
	}
	targets := []struct {
		name string
		target
	}{
		{"nothing", floor("nothing", "GET /auth/me")}, {"hmac", floor("hmac", "GET /auth/me")}, {"me", ours("GET /auth/me")},
		{"bad", ours("GET /auth/me, bad signature")}, {"list", ours("GET /tasks")},
		{"insert", floor("insert", "POST /tasks")}, {"post", ours("POST /tasks")},
		{"bcrypt", floor("bcrypt", "POST /auth/token")}, {"login", ours("POST /auth/token")},
	}
	measured := map[string]usage{}
	for _, t := range targets {
		b.screen.Progress("putting %s under load (%s) ...", t.route, t.name)
		if measured[t.name], err = b.underLoad(ctx, t.target); err != nil {
			return fmt.Errorf("%s: %w", t.name, err)
		}
	}
	for _, r := range []struct{ what, name, beside, that string }{
		{"`GET /auth/me`", "me", "a handler that checks an HMAC", "hmac"},
		{"`GET /auth/me`, bad signature", "bad", "a handler that checks an HMAC", "hmac"},
		{"`GET /tasks`, ten of them", "list", "a handler that checks an HMAC", "hmac"},
		{"a handler that checks an HMAC", "hmac", "a handler that does nothing", "nothing"},
		{"`POST /tasks`", "post", "a handler with one insert", "insert"},
		{"`POST /auth/token`, cost 10", "login", "a handler with one bcrypt", "bcrypt"},
	} {
		b.row(fmt.Sprintf("%s: processor time (%.0f a second)", r.what, measured[r.name].rate),
			measured[r.name].each, fmt.Sprintf("%s (%.0f a second)", r.beside, measured[r.that].rate), measured[r.that].each)
	}
	return b.preparedRow(ctx, floors)
}

// preparedRow is what a statement costs that is prepared once.
func (b *bencher) preparedRow(ctx context.Context, floors string) error {
	const each = 20_000
	ask := func(kind string) func(int) error {
		return func(n int) error {
			database := "DATABASE=" + filepath.Join(b.dir, fmt.Sprintf("%s-%d.db", kind, n))
			return b.run(ctx, b.dir, []string{database}, floors, kind, strconv.Itoa(each))
		}
	}
	ours, that, err := b.pairs(ctx, ask("prepared"), ask("plain"))
	if err != nil {
		return err
	}
	b.row("the statement for a user, prepared once", ours/each, "prepared each time", that/each)
	return nil
}

//go:embed floor.go.txt
var floorSource []byte

// buildFloor builds the servers to compare with, beside step 04, which has all modules
// that they need.
func (b *bencher) buildFloor(ctx context.Context) (program string, err error) {
	step, err := b.copy.Find("04")
	if err != nil {
		return "", err
	}
	folder := filepath.Join(step.SolutionDir(), "floor")
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return "", err
	}
	if err := os.WriteFile(filepath.Join(folder, "main.go"), floorSource, 0o644); err != nil {
		return "", err
	}
	program = filepath.Join(b.dir, "floor.exe") // Windows wants the ending
	return program, b.run(ctx, folder, []string{"GOWORK=off"}, "go", "build", "-o", program, ".")
}

// target is a server, and what is asked of it.
type target struct {
	program string
	args    []string // of a floor
	route   string
	tls     bool
}

// usage is what a server used for a request.
type usage struct {
	each time.Duration // processor time
	rate float64       // requests a second
}
