// Command workshop is the runner: it sets the workshop up, grades what a learner has
// written, gives hints, and proves to its maintainers that the workshop is right.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"

	"tokenauth.example/scripts/internal/check"
	"tokenauth.example/scripts/internal/gotest"
	"tokenauth.example/scripts/internal/screen"
	"tokenauth.example/scripts/internal/steps"
)

// The exit codes of every verb.
const (
	exitDone    = 0 // all that was asked for is right
	exitNotYet  = 1 // something is not, and the output says what
	exitTrouble = 2 // it could not be found out
)

// app is one run of the command.
type app struct {
	ctx      context.Context
	screen   *screen.Screen
	workshop *steps.Workshop
	args     []string
	make     bool            // called by make, so commands are shown in make's form
	cmd      *gotest.Go      // see goCommand
	used     map[string]bool // see usedSteps
}

// verb is a thing that the command can do.
type verb struct {
	name, args, does string
	do               func(*app) (exit int, err error)
}

func verbs() []verb {
	return []verb{
		{"start", "", "set the workshop up, and show where you are", (*app).start},
		{"check", "[STEP]", "grade every step, or one", (*app).check},
		{"watch", "[all]", "check what you save, when you save it", (*app).watch},
		{"hint", "[STEP]", "the next hint for the first failing test", (*app).hint},
		{"show", "STEP", "how your step differs from the reference", (*app).show},
		{"catchup", "STEP", "use the reference for the steps before STEP", (*app).catchup},
		{"reset", "STEP", "begin a step again; what you have is kept", (*app).reset},
		{"doctor", "", "find out what is wrong with this machine", (*app).doctor},
		{"run", "", "run your server, with the settings in .env", (*app).run},
		{"demo", "", "run the reference server and try it with curl", (*app).demo},
		{"token", "[TOKEN]", "what a token says, without sending it anywhere", (*app).token},
		{"grade", "[-out DIR] WHO...", "teachers: grade submissions, trusting none", (*app).gradeClass},
		{"contract", "-url URL", "does a running server keep the HTTP contract?", (*app).contract},
		{"stubs", "[-check]", "maintainers: write steps/ from solutions/", (*app).stubs},
		{"verify", "[-step 03]", "maintainers: prove that the workshop is right", (*app).verify},
		{"fuzz", "[-time 1m]", "maintainers: send the solutions anything", (*app).fuzz},
		{"bench", "[-part P]", "maintainers: measure what people wait for", (*app).bench},
		{"mutants", "[STEP]", "maintainers: change the solutions at random", (*app).mutants},
	}
}

func main() { os.Exit(mainCode()) }

func mainCode() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	a := &app{ctx: ctx, screen: screen.New(os.Stdout), make: os.Getenv("MAKELEVEL") != ""}
	exit, err := a.dispatch(os.Args[1:])
	a.screen.Clear()
	switch {
	case errors.Is(err, context.Canceled):
		fmt.Fprintln(os.Stderr, "Stopped. Nothing was changed that is not said above.")
		return exitTrouble
	case err != nil:
		complain(err)
		return exitTrouble
	}
	return exit
}

func (a *app) dispatch(args []string) (int, error) {
	list := verbs()
	if len(args) == 0 || slices.Contains([]string{"help", "-h", "-help", "--help"}, args[0]) {
		a.usage(list)
		return exitDone, nil
	}
	i := slices.IndexFunc(list, func(v verb) bool { return v.name == args[0] })
	if i < 0 {
		return exitTrouble, wayOut(fmt.Errorf("there is no verb %q", args[0]), "See all of them: %s", plain("help"))
	}
	dir, err := os.Getwd()
	if err != nil {
		return exitTrouble, err
	}
	if a.workshop, err = steps.Open(dir); err != nil {
		return exitTrouble, wayOut(err, "Go to the folder that you cloned, and try again.")
	}
	for _, arg := range args[1:] {
		// STEP=03 is what make users are used to.
		if arg = strings.TrimPrefix(arg, "STEP="); arg != "" {
			a.args = append(a.args, arg)
		}
	}
	return list[i].do(a)
}

func (a *app) usage(list []verb) {
	a.screen.Printf("usage: %s\n", plain("VERB [STEP]"))
	for _, v := range list {
		a.screen.Printf("  %-8s %-10s %s", v.name, v.args, v.does)
	}
	a.screen.Printf("\nSTEP is a number, such as 03. With make: make check STEP=03")
	a.screen.Printf("Exit codes: 0 done, 1 not yet, 2 it could not be found out.")
}

// plain is the command for a verb as it works on every system.
func plain(verb string) string { return "go -C scripts tool workshop " + verb }

// command is the command for a verb, in the form in which the user has called us.
func (a *app) command(verb string, step *steps.Step) string {
	if a.make {
		if step != nil {
			return "make " + verb + " STEP=" + step.Number()
		}
		return "make " + verb
	}
	if step != nil {
		verb += " " + step.Number()
	}
	return plain(verb)
}

// trouble is an error with the way out of it.
type trouble struct {
	error
	way string
}

func (t trouble) Unwrap() error { return t.error }

// wayOut adds to an error what the user can do about it.
func wayOut(err error, format string, args ...any) error {
	return trouble{err, fmt.Sprintf(format, args...)}
}

// complain writes an error: what happened, then how to go on.
func complain(err error) {
	out := screen.New(os.Stderr)
	out.Wrap("", "workshop: "+err.Error())
	if t := (trouble{}); errors.As(err, &t) {
		out.Wrap("  ", t.way)
	}
}

// step returns the step that the only argument names. Without an argument it returns
// nil, or an error if one is needed.
func (a *app) step(needed bool) (*steps.Step, error) {
	switch {
	case len(a.args) == 1:
		step, err := a.workshop.Find(a.args[0])
		if err != nil {
			return nil, wayOut(err, "Name one of them, as in: %s", a.command("check", &steps.Step{Name: "03-"}))
		}
		return &step, nil
	case len(a.args) > 1:
		return nil, wayOut(fmt.Errorf("one step at a time, not %s", strings.Join(a.args, " ")), "Name one, as in: %s", plain("check 03"))
	case needed:
		return nil, wayOut(errors.New("which step?"), "Name one, as in: %s", a.command(os.Args[1], &steps.Step{Name: "03-"}))
	}
	return nil, nil
}

// chosen returns the step that a flag -step names, or all of them if it names none.
func (a *app) chosen(number string) ([]steps.Step, error) {
	if number == "" {
		return a.workshop.Steps()
	}
	step, err := a.workshop.Find(number)
	if err != nil {
		return nil, wayOut(err, "Name one of them, as in: -step 03")
	}
	return []steps.Step{step}, nil
}

// goCommand returns what runs the go command.
func (a *app) goCommand() (*gotest.Go, error) {
	if a.cmd == nil {
		g, err := gotest.NewGo(a.ctx)
		if err != nil {
			return nil, wayOut(err, "Install Go 1.26 or newer from https://go.dev/dl and open a new terminal.")
		}
		a.cmd = g
	}
	return a.cmd, nil
}

// checker returns what grades steps.
func (a *app) checker() (*check.Checker, error) {
	g, err := a.goCommand()
	if err != nil {
		return nil, err
	}
	return &check.Checker{Go: g, Workshop: a.workshop}, nil
}
