package main

import (
	"context"
	"net"

	"tokenauth.example/scripts/internal/command"
	"tokenauth.example/scripts/internal/machine"
	"tokenauth.example/scripts/internal/session"
)

// doctor looks at everything that could be wrong, and says how to put it right.
func doctor(ctx context.Context, s *session.Session, _ *command.Input) (int, error) {
	exit := command.Done
	for _, f := range append(machine.Findings(ctx, s), address(s), machine.Modules(ctx, s)) {
		f.Show(s.Screen)
		if f.Cure != "" {
			exit = command.NotYet
		}
	}
	return exit, nil
}

// address looks whether the learner's server could listen where it is to listen.
func address(s *session.Session) machine.Finding {
	address := setting(s, "ADDR", "127.0.0.1:8000")
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return machine.Finding{Says: "your server could not start: " + err.Error(), Cure: "If another program is there, stop it. Or write another address into .env, such as ADDR=127.0.0.1:8001"}
	}
	listener.Close()
	return machine.Finding{Says: address + " is free for your server"}
}
