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
	Problem  string                   // what the program does, so that nothing could be asked, or ""
	Trouble  string                   // what kept the judge from asking, which is no fault of the program's, or ""
	Sections map[string]JudgedSection // by name
}

// JudgedSection is what became of a section.
type JudgedSection struct {
	Passed    int     // how many of its cases
	NotJudged int     // how many could not be judged, or were not run
	Of        int     // how many there are
	Case      string  // the first that failed, or else that could not be judged, or ""
	First     Outcome // and what became of it
	Unstable  bool    // when they were asked again, all passed
	Took      time.Duration
}

// Failed is how many of a section's cases show that the server is wrong.
func (s JudgedSection) Failed() int { return s.Of - s.Passed - s.NotJudged }

// startTime is how long a server may take until it listens: on the slowest machine it takes
// some seconds.
const startTime = time.Minute

// Judge starts a server, which takes the settings of the contract from its environment, and
// asks it all that the contract asks for. What failed is asked once more. It ends, and the
// server with it, when ctx does; what has not been asked then could not be judged.
func Judge(ctx context.Context, program string) Judged {
	folder, err := os.MkdirTemp("", "judge-*")
	if err != nil {
		return Judged{Trouble: err.Error()}
	}
	defer os.RemoveAll(folder)
	address, err := server.FreeAddress()
	if err != nil {
		return Judged{Trouble: err.Error()}
	}
	key := rand.Text() + rand.Text()
	cmd := exec.CommandContext(ctx, program)
	cmd.Dir = folder
	cmd.Env = append(os.Environ(), "ADDR="+address, "SECRET_KEY="+key, "DATABASE="+filepath.Join(folder, "tasks.db"), "BCRYPT_COST=10", "ACCESS_TOKEN_EXPIRE_MINUTES=30")
	running, err := server.Start(ctx, cmd, address, startTime)
	switch {
	case errors.Is(err, server.ErrExited):
		return Judged{Problem: "with good settings the server must start, and it exited" + lastWords(running)}
	case errors.Is(err, server.ErrSilent):
		return Judged{Problem: fmt.Sprintf("the server must listen at ADDR, and after %v nobody does", startTime) + lastWords(running)}
	case err != nil:
		return Judged{Trouble: err.Error()}
	}
	defer running.Kill()
	first, err := Run(ctx, Options{URL: running.URL, Key: key})
	switch {
	case errors.As(err, new(NoServer)):
		return Judged{Problem: err.Error() + lastWords(running)}
	case err != nil:
		return Judged{Trouble: err.Error()}
	}
	judged := Judged{Sections: map[string]JudgedSection{}}
	for _, section := range first.Sections {
		found := first.judged(section)
		// What hangs has been asked again already.
		if found.Failed() > 0 && found.First.Verdict != verdict.TimedOut && ctx.Err() == nil {
			if second, err := Run(ctx, Options{URL: running.URL, Key: key, Sections: []string{section.Name}}); err == nil {
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
	failed := false
	for _, c := range section.Cases {
		o := r.Outcomes[section.Name+"/"+c.Name]
		found.Took += o.Took
		unknown := o.Verdict == verdict.NotJudged || o.Verdict == verdict.NotRun
		switch {
		case o.Verdict == verdict.Pass:
			found.Passed++
			continue
		case unknown:
			found.NotJudged++
		}
		if found.Case == "" || !unknown && !failed { // a failure says more
			found.Case, found.First = c.Name, o
		}
		failed = failed || !unknown
	}
	return found
}

// lastWords is what a server printed last, once it has been ended.
func lastWords(s *server.Server) string {
	s.Kill() // then all that it printed has come through
	lines := strings.Split(strings.TrimSpace(s.Said()), "\n")
	return ". It printed: " + cmp.Or(lines[len(lines)-1], "nothing")
}
