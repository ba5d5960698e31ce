package command

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"
	"time"

	"tokenauth.example/scripts/internal/session"
	"tokenauth.example/scripts/internal/steps"
	"tokenauth.example/scripts/verbs"
)

// Input is what a verb was called with.
type Input struct {
	Verb  verbs.Verb
	Args  []string
	flags *flag.FlagSet
}

// read reads the arguments of a verb. Flags may stand before, between and after them; after
// "--" there are none.
func read(verb verbs.Verb, args []string) (*Input, error) {
	in := &Input{Verb: verb, flags: flags(verb)}
	for {
		if err := in.flags.Parse(args); err != nil {
			return nil, err
		}
		rest := in.flags.Args()
		if len(rest) == 0 {
			break
		}
		if parsed := len(args) - len(rest); parsed > 0 && args[parsed-1] == "--" {
			in.Args = append(in.Args, rest...)
			break
		}
		// STEP=03 is what make users are used to.
		if arg := strings.TrimPrefix(rest[0], "STEP="); arg != "" {
			in.Args = append(in.Args, arg)
		}
		args = rest[1:]
	}
	if _, max := verb.Limits(); max >= 0 && len(in.Args) > max && !verb.TakesStep() {
		return nil, fmt.Errorf("%s does not take %q", verb.Name, in.Args[max])
	}
	return in, nil
}

// flags returns the flags of a verb, as the table has them.
func flags(verb verbs.Verb) *flag.FlagSet {
	set := flag.NewFlagSet(verb.Name, flag.ContinueOnError)
	set.SetOutput(io.Discard) // read returns what is wrong
	for _, f := range verb.Flags {
		switch value := f.Default.(type) {
		case bool:
			set.Bool(f.Name, value, f.Does)
		case int:
			set.Int(f.Name, value, f.Does)
		case string:
			set.String(f.Name, value, f.Does)
		case time.Duration:
			set.Duration(f.Name, value, f.Does)
		default:
			panic(fmt.Sprintf("the flag -%s of %s has a default of type %T", f.Name, verb.Name, value))
		}
	}
	return set
}

// value returns a flag's value, which is of type T in the table of verbs.
func value[T any](in *Input, name string) T {
	return in.flags.Lookup(name).Value.(flag.Getter).Get().(T)
}

// String returns the value of a flag that is a text.
func (in *Input) String(name string) string { return value[string](in, name) }

// Bool returns the value of a flag that is on or off.
func (in *Input) Bool(name string) bool { return value[bool](in, name) }

// Int returns the value of a flag that is a number.
func (in *Input) Int(name string) int { return value[int](in, name) }

// Duration returns the value of a flag that is a time.
func (in *Input) Duration(name string) time.Duration { return value[time.Duration](in, name) }

// Step returns the step that the verb's only argument names. Without an argument it returns
// nil, or an error if the verb needs one.
func (in *Input) Step(s *session.Session) (*steps.Step, error) {
	example := &steps.Step{Name: "03-"}
	switch least, _ := in.Verb.Limits(); {
	case len(in.Args) == 1:
		step, err := s.Workshop.Find(in.Args[0])
		if err != nil {
			return nil, session.WayOut(err, "Name one of them, as in: %s", s.Command(in.Verb.Name, example))
		}
		return &step, nil
	case len(in.Args) > 1:
		return nil, session.WayOut(fmt.Errorf("one step at a time, not %s", strings.Join(in.Args, " ")), "Name one, as in: %s", session.Plain(in.Verb.Name+" 03"))
	case least > 0:
		return nil, session.WayOut(errors.New("which step?"), "Name one, as in: %s", s.Command(in.Verb.Name, example))
	}
	return nil, nil
}

// Steps returns the step that the flag -step names, or all of them if it names none.
func (in *Input) Steps(s *session.Session) ([]steps.Step, error) {
	number := in.String("step")
	if number == "" {
		return s.Workshop.Steps()
	}
	step, err := s.Workshop.Find(number)
	if err != nil {
		return nil, session.WayOut(err, "Name one of them, as in: -step 03")
	}
	return []steps.Step{step}, nil
}

// Of returns the input with which a verb is called from within the program. The flags and
// arguments must be such as the verb takes.
func Of(name string, args ...string) *Input {
	verb, _ := verbs.Find(name)
	in, err := read(verb, args)
	if err != nil {
		panic(err) // the call is ours
	}
	return in
}
