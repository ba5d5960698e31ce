package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"

	"github.com/joho/godotenv"

	"tokenauth.example/scripts/internal/command"
	"tokenauth.example/scripts/internal/launch"
	"tokenauth.example/scripts/internal/session"
)

// run runs the learner's own server, every step of it, with the settings in .env.
func run(ctx context.Context, s *session.Session, _ *command.Input) (int, error) {
	step, err := s.Workshop.Server()
	if err != nil {
		return command.Trouble, err
	}
	env, err := settings(s)
	if err != nil {
		return command.Trouble, err
	}
	binary, cleanUp, err := launch.Build(ctx, s, step.Dir(), s.Workshop.Path("go.work"))
	if err != nil {
		return command.Trouble, err
	}
	defer cleanUp()
	cmd := exec.Command(binary)
	cmd.Dir = s.Workshop.Root
	cmd.Env = env
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	// A terminal sends Ctrl+C to the server too. It stops by itself, and we wait.
	err = cmd.Run()
	if errors.As(err, new(*exec.ExitError)) {
		// It has said why: mostly by the name of a function in one of the steps.
		s.Screen.Printf("")
		s.Screen.Wrap("", fmt.Sprintf("If something is not written yet, that is in one of your steps: your server runs on all of them. See which: %s. Or take those before the last from the reference: %s", s.Command("check", nil), s.Command("catchup", &step)))
		return command.NotYet, nil
	}
	return command.Done, err
}

// settings returns the environment with what .env adds to it. A variable that is set
// already stays as it is. Without a .env, one is made, with a new key.
func settings(s *session.Session) ([]string, error) {
	name := s.Workshop.Path(".env")
	if _, err := os.Stat(name); errors.Is(err, os.ErrNotExist) {
		content := "# Settings of your server. Git ignores this file: the key in it is secret.\nSECRET_KEY=" + launch.NewKey() + "\n"
		if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
			return nil, err
		}
		s.Screen.Printf("There was no .env, so one was made, with a new SECRET_KEY.")
	}
	values, err := godotenv.Read(name)
	if err != nil {
		// The library's error may quote the line, and with it the key.
		return nil, session.WayOut(errors.New(".env cannot be read"), "Each line of it is NAME=value. Or delete it, and a new one is made.")
	}
	env := os.Environ()
	for key, value := range values {
		if _, set := os.LookupEnv(key); !set {
			env = append(env, key+"="+value)
		}
	}
	return env, nil
}
