// Package command turns what somebody types into a call of a verb: it finds the verb in the
// table, reads its flags and arguments, answers -h, and hands over to another program where
// that has the verb. It is the same for all programs.
package command

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"slices"

	"tokenauth.example/scripts/internal/screen"
	"tokenauth.example/scripts/internal/session"
	"tokenauth.example/scripts/internal/steps"
	"tokenauth.example/scripts/verbs"
)

// The exit codes of every verb.
const (
	Done    = 0 // all that was asked for is right
	NotYet  = 1 // something is not, and the output says what
	Trouble = 2 // it could not be found out
)

// Func does what a verb does. When the context ends, so does the verb.
type Func func(ctx context.Context, s *session.Session, in *Input) (exit int, err error)

// Main runs the verb that the program's arguments name, and returns the exit code. doors are
// the verbs that this program has, by name.
func Main(program string, doors map[string]Func) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	s := &session.Session{Screen: screen.New(os.Stdout), Make: os.Getenv("MAKELEVEL") != ""}
	exit, err := dispatch(ctx, s, program, doors, os.Args[1:])
	s.Screen.Clear()
	switch {
	case errors.Is(err, context.Canceled):
		fmt.Fprintln(os.Stderr, "Stopped. Nothing was changed that is not said above.")
		return Trouble
	case err != nil:
		s.Complain(screen.New(os.Stderr), err)
		return Trouble
	}
	return exit
}

func dispatch(ctx context.Context, s *session.Session, program string, doors map[string]Func, args []string) (int, error) {
	if len(args) == 0 || asksForHelp(args[0]) || args[0] == "help" && len(args) == 1 {
		help(s.Screen)
		return Done, nil
	}
	name, args := args[0], args[1:]
	if name == "help" {
		name, args = args[0], []string{"-h"}
	}
	verb, ok := verbs.Find(name)
	if !ok {
		return Trouble, session.WayOut(fmt.Errorf("there is no verb %q", name), "See all of them: %s", session.Plain("help"))
	}
	if slices.ContainsFunc(args, asksForHelp) {
		usage(s.Screen, verb)
		return Done, nil
	}
	in, err := read(verb, args)
	if err != nil {
		return Trouble, session.WayOut(err, "See what it takes: %s", session.Plain(verb.Name+" -h"))
	}
	dir, err := os.Getwd()
	if err != nil {
		return Trouble, err
	}
	if s.Workshop, err = steps.Open(dir); err != nil {
		return Trouble, session.WayOut(err, "Go to the folder that you cloned, and try again.")
	}
	if verb.Program != program {
		return elsewhere(ctx, s, verb, args)
	}
	return doors[verb.Name](ctx, s, in)
}
