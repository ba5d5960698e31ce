package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"tokenauth.example/scripts/internal/command"
	"tokenauth.example/scripts/internal/contract"
	"tokenauth.example/scripts/internal/launch"
	"tokenauth.example/scripts/internal/results"
	"tokenauth.example/scripts/internal/screen"
	"tokenauth.example/scripts/internal/session"
	"tokenauth.example/scripts/internal/steps"
)

// list shows the sections of the contract.
func list(out *screen.Screen, track int) {
	all := 0
	for _, section := range contract.Sections(track) {
		out.Printf("%-11s %4d   %s", section.Name, len(section.Cases), section.Title)
		all += len(section.Cases)
	}
	out.Printf("%-11s %4d", "all", all)
}

// askContract asks a running server, in whatever language it is written, whether it keeps the
// HTTP contract.
func askContract(ctx context.Context, s *session.Session, in *command.Input) (int, error) {
	track := in.Int("track")
	if track != 1 && track != 2 {
		return command.Trouble, session.WayOut(fmt.Errorf("there is no track %d", track), "It is 1 or 2.")
	}
	if in.Bool("list") {
		list(s.Screen, track)
		return command.Done, nil
	}
	wanted, err := results.Read(s, in)
	if err != nil {
		return command.Trouble, err
	}
	options := contract.Options{Track: track, URL: in.String("url"), Key: in.String("secret"), Progress: func(done, all int) { s.Screen.Progress("%d of %d ...", done, all) }}
	if options.Key == "" || options.Key == "-" {
		options.Key = os.Getenv("SECRET_KEY")
	}
	if sections := in.String("section"); sections != "" {
		options.Sections = strings.Split(sections, ",")
	}
	if file := in.String("ca"); file != "" {
		if options.Authorities, err = os.ReadFile(file); err != nil {
			return command.Trouble, session.WayOut(err, "Name the file with the server's certificate. That of step 15 is localhost-cert.pem, beside its database.")
		}
	}
	exit := command.Trouble
	ask := func() error {
		exit, err = askAndShow(ctx, s, options, wanted)
		return err
	}
	switch {
	case in.Bool("own"):
		var servers []steps.Step
		if servers, err = s.Workshop.Servers(); err != nil {
			break
		}
		if len(servers) < track {
			return command.Trouble, session.WayOut(fmt.Errorf("track %d has no server", track), "Ask that of the first one: %s", session.Plain("contract -own"))
		}
		err = launch.Own(ctx, s, servers[track-1], func(running launch.Running) error {
			options.URL = running.URL
			if running.Certificate != "" {
				if options.Authorities, err = os.ReadFile(running.Certificate); err != nil {
					return err
				}
			}
			for _, variable := range running.Env {
				if key, ok := strings.CutPrefix(variable, "SECRET_KEY="); ok {
					options.Key = key // the last one counts
				}
			}
			return ask()
		})
	case options.URL == "":
		err = session.WayOut(errors.New("which server?"), "Name one that runs, as in: %s. Or have yours started for the questions: %s", session.Plain("contract -url http://127.0.0.1:8000"), session.Plain("contract -own"))
	default:
		err = ask()
	}
	if err != nil {
		return command.Trouble, err
	}
	return exit, nil
}

// askAndShow asks the server, shows what came of it, and writes the results that are wanted.
func askAndShow(ctx context.Context, s *session.Session, options contract.Options, wanted results.Wanted) (int, error) {
	s.Screen.Progress("asking %s ...", options.URL)
	result, err := contract.Run(ctx, options)
	switch {
	case errors.As(err, new(contract.NoServer)):
		return command.Trouble, session.WayOut(err, "Start it first: yours with %s, in another terminal, and any other in its own way. Then give its URL.", s.Command("run", nil))
	case err != nil:
		return command.Trouble, err
	}
	exit := showResult(s.Screen, result)
	if err := wanted.Write(s, result.Class()); err != nil {
		return command.Trouble, session.WayOut(err, "Name a place that can be written.")
	}
	return exit, nil
}
