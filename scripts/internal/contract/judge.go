package contract

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"tokenauth.example/scripts/internal/server"
	"tokenauth.example/scripts/internal/verdict"
)

// Judged is what became of a program that was started and asked.
type Judged struct {
	Problem  string                   // why nothing could be asked, or ""
	Sections map[string]JudgedSection // by name
}

// JudgedSection is what became of a section.
type JudgedSection struct {
	Passed, Of int     // how many of its cases
	Case       string  // the first that did not pass, or ""
	First      Outcome // and what became of it
	Unstable   bool    // when they were asked again, all passed
	Took       time.Duration
}

// startTime is how long a server may take until it listens.
const startTime = 20 * time.Second

// Judge starts a server, which takes the settings of the contract from its environment, and
// asks it all that the contract asks for. What failed is asked once more. It ends, and the
// server with it, when ctx does.
func Judge(ctx context.Context, program string) Judged {
	folder, err := os.MkdirTemp("", "judge-*")
	if err != nil {
		return Judged{Problem: err.Error()}
	}
	defer os.RemoveAll(folder)
	address, err := server.FreeAddress()
	if err != nil {
		return Judged{Problem: err.Error()}
	}
	key := rand.Text() + rand.Text()
	cmd := exec.CommandContext(ctx, program)
	cmd.Dir = folder
	cmd.Env = append(os.Environ(), "ADDR="+address, "SECRET_KEY="+key, "DATABASE="+filepath.Join(folder, "tasks.db"), "BCRYPT_COST=10", "ACCESS_TOKEN_EXPIRE_MINUTES=30")
	running, err := server.Start(ctx, cmd, address, startTime)
	switch {
	case errors.Is(err, server.ErrExited):
		return Judged{Problem: "with good settings the server must start, and it exited" + lastWords(running)}
	case err != nil && running != nil:
		return Judged{Problem: fmt.Sprintf("the server must listen at ADDR, and after %v nobody does", startTime) + lastWords(running)}
	case err != nil:
		return Judged{Problem: err.Error()}
	}
	defer running.Kill()
	options := Options{URL: running.URL, Key: key}
	first, err := Run(ctx, options)
	if err != nil {
		return Judged{Problem: err.Error() + lastWords(running)}
	}
	judged := Judged{Sections: map[string]JudgedSection{}}
	for _, section := range first.Sections {
		found := first.judged(section)
		if found.Passed < found.Of && !first.Stopped {
			options.Sections = []string{section.Name}
			if second, err := Run(ctx, options); err == nil && !second.Stopped {
				again := second.judged(section)
				found.Unstable = again.Passed == again.Of
			}
		}
		judged.Sections[section.Name] = found
	}
	return judged
}

// judged counts what became of a section's cases.
func (r Result) judged(section Section) JudgedSection {
	found := JudgedSection{Of: len(section.Cases)}
	for _, c := range section.Cases {
		o := r.Outcomes[section.Name+"/"+c.Name]
		found.Took += o.Took
		switch {
		case o.Verdict == verdict.Pass:
			found.Passed++
		case found.Case == "":
			found.Case, found.First = c.Name, o
		}
	}
	return found
}

// lastWords is what a server printed last, once it has been ended.
func lastWords(s *server.Server) string {
	s.Kill() // then all that it printed has come through
	lines := strings.Split(strings.TrimSpace(s.Said()), "\n")
	return ". It printed: " + cmp.Or(lines[len(lines)-1], "nothing")
}
