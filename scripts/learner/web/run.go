package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"tokenauth.example/scripts/internal/command"
	"tokenauth.example/scripts/internal/launch"
	"tokenauth.example/scripts/internal/session"
	"tokenauth.example/scripts/internal/steps"
)

// run runs the learner's own server, every step of it, with the settings in .env. Where a step is
// named that has a server to try it with, it runs that one.
func run(ctx context.Context, s *session.Session, in *command.Input) (int, error) {
	step, folder, err := served(s, in)
	if err != nil {
		return command.Trouble, err
	}
	env, err := settings(s, filepath.Join(step.SolutionDir(), folder))
	if err != nil {
		return command.Trouble, err
	}
	dir, work, err := launch.Source(ctx, s, step)
	if err != nil {
		return command.Trouble, err
	}
	binary, cleanUp, err := launch.Build(ctx, s, filepath.Join(dir, folder), work)
	if err != nil {
		return command.Trouble, err
	}
	defer cleanUp()
	cmd := exec.Command(binary)
	cmd.Dir = s.Workshop.Root
	cmd.Env = env
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	listening := listens(serverAddress(env))
	if err := cmd.Start(); err != nil {
		return command.Trouble, err
	}
	exited := make(chan struct{})
	shown := make(chan struct{})
	go func() {
		defer close(shown)
		if address := listening(exited); address != "" {
			url := "http://" + address
			if speaksTLS(address) {
				url = "https://" + address
				s.Screen.Wrap("", "A browser warns you once about its certificate, which it has made itself, for this machine.")
			}
			page := ""
			if folder == "." {
				page = ", and its page at " + url + "/docs"
			}
			s.Screen.Printf("Your server is at %s%s", url, page)
			s.Screen.Printf("Ctrl+C stops it.")
		}
	}()
	// A terminal sends Ctrl+C to the server too. It stops by itself, and we wait.
	err = cmd.Wait()
	close(exited)
	<-shown
	if errors.As(err, new(*exec.ExitError)) { // it has said why
		return command.NotYet, adviseUnwritten(s)
	}
	return command.Done, err
}

// served returns the step whose server is to run, and the folder below it that the server is
// in.
func served(s *session.Session, in *command.Input) (steps.Step, string, error) {
	named, err := in.Step(s)
	if err != nil {
		return steps.Step{}, "", err
	}
	if named == nil {
		server, err := last(s)
		return server, ".", err
	}
	folder, err := named.ServerFolder()
	if err == nil && folder == "" {
		err = session.WayOut(fmt.Errorf("step %s has no server", named.Number()), "Run the one that your steps make: %s", s.Command("run", nil))
	}
	return *named, folder, err
}

// last returns the last server that the learner has begun: it has all that those before it
// have. If none is begun, it's the first.
func last(s *session.Session) (steps.Step, error) {
	servers, err := s.Workshop.Servers()
	if err != nil {
		return steps.Step{}, err
	}
	for _, server := range slices.Backward(servers) {
		if !server.Untouched() {
			return server, nil
		}
	}
	return servers[0], nil
}

// speaksTLS reports whether a server on this machine speaks TLS, with whatever certificate.
func speaksTLS(address string) bool {
	dialer := &tls.Dialer{NetDialer: &net.Dialer{Timeout: 2 * time.Second}, Config: &tls.Config{InsecureSkipVerify: true}} // nothing is sent
	connection, err := dialer.Dial("tcp", address)
	if err != nil {
		return false
	}
	return connection.Close() == nil
}

// serverAddress is where a server with this environment listens.
func serverAddress(env []string) string {
	address := "127.0.0.1:8000"
	for _, variable := range env { // the last one counts
		if value, ok := strings.CutPrefix(variable, "ADDR="); ok && value != "" {
			address = value
		}
	}
	return address
}

// listens returns what waits until somebody listens at an address at which nobody does now,
// and returns how to reach it: "" if the server ended before, or if somebody is there
// already.
func listens(address string) func(exited <-chan struct{}) string {
	host, port, err := net.SplitHostPort(address)
	if err != nil || port == "0" { // the server says what is wrong with it, or which port it has
		return func(<-chan struct{}) string { return "" }
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	reached := net.JoinHostPort(host, port)
	if connection, err := net.Dial("tcp", reached); err == nil {
		connection.Close()
		return func(<-chan struct{}) string { return "" }
	}
	return func(exited <-chan struct{}) string {
		for {
			select {
			case <-exited:
				return ""
			case <-time.After(20 * time.Millisecond):
			}
			if connection, err := net.Dial("tcp", reached); err == nil {
				connection.Close()
				return reached
			}
		}
	}
}

// adviseUnwritten says of a server that ended in trouble which steps may be why: those that
// are as they were at first.
func adviseUnwritten(s *session.Session) error {
	checker, err := s.Checker(context.Background())
	if err != nil {
		return err
	}
	reference, _ := checker.OnReference(context.Background()) // if it is not known, all steps are looked at
	list, err := s.Workshop.Steps()
	if err != nil {
		return err
	}
	server, err := last(s)
	if err != nil {
		return err
	}
	var unwritten []string
	for _, step := range list {
		if step.Name <= server.Name && !reference[step.Name] && step.Untouched() {
			unwritten = append(unwritten, step.Number())
		}
	}
	if len(unwritten) == 0 {
		return nil
	}
	s.Screen.Printf("")
	s.Screen.Wrap("", fmt.Sprintf("Your server runs on all of your steps, and nothing is written yet in: %s. Go on with the first: %s. Or take those before the last from the reference: %s", strings.Join(unwritten, ", "), s.Command("check", nil), s.Command("catchup", &server)))
	return nil
}
