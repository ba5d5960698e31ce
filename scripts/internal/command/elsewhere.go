package command

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"

	"tokenauth.example/scripts/internal/session"
	"tokenauth.example/scripts/internal/steps"
	"tokenauth.example/scripts/verbs"
)

// Build builds one of the programs, unless Go has it already, and returns where it is. The
// error has the compiler's words.
func Build(ctx context.Context, workshop *steps.Workshop, program string) (path string, err error) {
	cmd := exec.CommandContext(ctx, "go", "tool", "-n", program)
	cmd.Dir = workshop.Path("scripts")
	// Without cgo it needs no C compiler, and shares what the tests of the steps are made of.
	cmd.Env = append(os.Environ(), "GOWORK="+workshop.Path("scripts", "go.work"), "CGO_ENABLED=0")
	var said strings.Builder
	cmd.Stderr = &said
	out, err := cmd.Output()
	switch {
	case ctx.Err() != nil:
		return "", ctx.Err()
	case errors.As(err, new(*exec.ExitError)):
		return "", fmt.Errorf("%s", strings.TrimSpace(said.String()))
	}
	return strings.TrimSpace(string(out)), err
}

// elsewhere has another program do a verb.
func elsewhere(ctx context.Context, s *session.Session, verb verbs.Verb, args []string) (int, error) {
	s.Screen.Progress("making %s ready ... (the first time, this takes a while)", verb.Name)
	program, err := Build(ctx, s.Workshop, verb.Program)
	s.Screen.Clear()
	switch {
	case ctx.Err() != nil:
		return Trouble, ctx.Err()
	case errors.Is(err, exec.ErrNotFound):
		return Trouble, session.WayOut(err, "Install Go 1.26 or newer from https://go.dev/dl and open a new terminal.")
	case err != nil:
		return Trouble, session.WayOut(fmt.Errorf("%s could not be made ready: %w", verb.Name, err), "If something could not be fetched, do this once with the network on: %s", s.Command("start", nil))
	}
	return become(program, append([]string{verb.Name}, args...))
}
