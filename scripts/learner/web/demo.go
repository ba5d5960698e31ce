package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"

	"tokenauth.example/scripts/internal/command"
	"tokenauth.example/scripts/internal/launch"
	"tokenauth.example/scripts/internal/session"
)

// demo starts the reference server, with a database and a key that are thrown away, and lets
// scripts/demo.sh try it.
func demo(ctx context.Context, s *session.Session, _ *command.Input) (int, error) {
	for _, tool := range []string{"sh", "curl", "openssl"} {
		if _, err := exec.LookPath(tool); err != nil {
			return command.Trouble, session.WayOut(fmt.Errorf("the demo needs %s, and there is none", tool), "Install it. On Windows, Git Bash brings all three: run this there.")
		}
	}
	exit := command.Done
	servers, err := s.Workshop.Servers()
	if err != nil {
		return command.Trouble, err
	}
	err = launch.Reference(ctx, s, servers[0], func(running launch.Running) error {
		script := exec.CommandContext(ctx, "sh", s.Workshop.Path("scripts", "demo.sh"), running.URL)
		script.Env = running.Env
		script.Stdout, script.Stderr = os.Stdout, os.Stderr
		err := script.Run()
		if errors.As(err, new(*exec.ExitError)) && ctx.Err() == nil {
			exit = command.NotYet // the script has said what is wrong
			return nil
		}
		return errors.Join(err, ctx.Err())
	})
	return exit, err
}
