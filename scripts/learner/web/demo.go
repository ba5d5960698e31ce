package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"tokenauth.example/scripts/internal/command"
	"tokenauth.example/scripts/internal/launch"
	"tokenauth.example/scripts/internal/session"
	"tokenauth.example/scripts/internal/steps"
)

// demo starts the reference servers of both tracks, with databases and keys that are thrown
// away, and lets scripts/demo.sh try them.
func demo(ctx context.Context, s *session.Session, _ *command.Input) (int, error) {
	for _, tool := range []string{"sh", "curl", "openssl"} {
		if _, err := exec.LookPath(tool); err != nil {
			return command.Trouble, session.WayOut(fmt.Errorf("the demo needs %s, and there is none", tool), "Install it. On Windows, Git Bash brings all three: run this there.")
		}
	}
	servers, err := s.Workshop.Servers()
	if err != nil {
		return command.Trouble, err
	}
	for _, server := range servers {
		exit, err := demonstrate(ctx, s, server)
		if err != nil || exit != command.Done {
			return exit, err
		}
	}
	return command.Done, nil
}

// demonstrate starts the reference server of a step, and has the script try it.
func demonstrate(ctx context.Context, s *session.Session, server steps.Step) (int, error) {
	exit := command.Done
	err := launch.Reference(ctx, s, server, func(running launch.Running) error {
		args := []string{s.Workshop.Path("scripts", "demo.sh"), running.URL}
		if running.Certificate != "" {
			args = append(args, running.Certificate, filepath.Join(running.Folder, "keys"))
		}
		s.Screen.Printf("The server of step %s, at %s:", server.Number(), running.URL)
		script := exec.CommandContext(ctx, "sh", args...)
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
