package learner

import (
	"context"
	"errors"
	"os/exec"
	"regexp"

	"tokenauth.example/scripts/internal/command"
	"tokenauth.example/scripts/internal/session"
	"tokenauth.example/scripts/internal/steps"
	"tokenauth.example/scripts/verbs"
)

// finished says that a whole track is done, and where it goes on. If it has just been done, it
// says what has been built, and what to do with it.
func (c checked) finished(ctx context.Context, s *session.Session, just bool) error {
	track, next := trackOf(c.tracks, c.at())
	servers, err := s.Workshop.Servers()
	if err != nil && !errors.Is(err, steps.ErrNoServer) {
		return err
	}
	if err == nil && track[len(track)-1].Name > servers[len(servers)-1].Name {
		s.Screen.Printf("")
		s.Screen.Wrap("  ", "You have done all steps of this track that are there. The server at its end is still being built.")
		return nil
	}
	s.Screen.Printf("")
	first := track[0] == c.tracks[0][0]
	switch {
	case just && first:
		s.Screen.Wrap("  ", "You have done the whole track. This is a server that signs people up, logs them in, and shows each of them their own tasks and nobody else's, whatever token they send. It's yours, from the hash of a password to the last header.")
		s.Screen.Printf("")
		s.Screen.Field("  ", "run it", s.Command("run", nil))
		s.Screen.Field("  ", "its page", "http://127.0.0.1:8000/docs")
		s.Screen.Field("  ", "ask it", askCommand(s)+"   ("+questions(ctx, s)+")")
	case just:
		s.Screen.Wrap("  ", "You have done the whole track. This is a server that a company can run: its tokens are short, renewed, and ended at once; its keys change while it runs; people come from elsewhere, or by a page; and nobody guesses for long. It's yours, all of it.")
		s.Screen.Printf("")
		s.Screen.Field("  ", "run it", s.Command("run", nil))
		s.Screen.Field("  ", "its pages", "https://127.0.0.1:8000/")
		s.Screen.Field("  ", "read on", "steps/"+track[len(track)-1].Name+"/PRODUCTION.md   (running it for others)")
	default:
		s.Screen.Printf("  All done. Run your server: %s", s.Command("run", nil))
	}
	if len(next) > 0 {
		s.Screen.Field("  ", "go on", "steps/"+next[0].Name+"/README.md   (what a company needs before it can run this)")
	}
	return nil
}

// askCommand is the command that starts the learner's server and asks it whether it keeps the contract.
func askCommand(s *session.Session) string {
	if s.Make {
		return "make contract ARGS=-own"
	}
	return session.Plain("contract -own")
}

var total = regexp.MustCompile(`(?m)^all +([0-9]+)`)

// questions says how many questions the contract suite has. The program that has it is asked,
// so that the number is true.
func questions(ctx context.Context, s *session.Session) string {
	s.Screen.Progress("counting the questions of the contract ...")
	defer s.Screen.Clear()
	program, err := command.Build(ctx, s.Workshop, verbs.Web)
	if err == nil {
		cmd := exec.CommandContext(ctx, program, "contract", "-list")
		cmd.Dir = s.Workshop.Path("scripts")
		var out []byte
		if out, err = cmd.Output(); err == nil {
			if match := total.FindSubmatch(out); match != nil {
				return string(match[1]) + " questions"
			}
		}
	}
	return "hundreds of questions"
}
