package contract

import (
	"cmp"
	"context"
	"crypto/rand"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

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

// Judge starts a server, which takes the settings of the contract from its environment, and
// asks it all that the contract asks for. What failed is asked once more. It ends, and the
// server with it, when ctx does.
func Judge(ctx context.Context, program string) Judged {
	folder, err := os.MkdirTemp("", "judge-*")
	if err != nil {
		return Judged{Problem: err.Error()}
	}
	defer os.RemoveAll(folder)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return Judged{Problem: err.Error()}
	}
	address := listener.Addr().String()
	listener.Close()

	key := rand.Text() + rand.Text()
	said := &head{limit: 64 << 10}
	running, stop := context.WithCancel(ctx)
	defer stop()
	cmd := exec.CommandContext(running, program)
	cmd.Dir = folder
	cmd.Env = append(os.Environ(), "ADDR="+address, "SECRET_KEY="+key, "DATABASE="+filepath.Join(folder, "tasks.db"), "BCRYPT_COST=10", "ACCESS_TOKEN_EXPIRE_MINUTES=30")
	cmd.Stdout, cmd.Stderr, cmd.WaitDelay = said, said, time.Second
	if err := cmd.Start(); err != nil {
		return Judged{Problem: err.Error()}
	}
	exited := make(chan struct{})
	go func() { _ = cmd.Wait(); close(exited) }()
	end := func() { stop(); <-exited }
	defer end()
	lastWords := func() string {
		end() // then all that it printed has come through
		lines := strings.Split(strings.TrimSpace(said.String()), "\n")
		return ". It printed: " + cmp.Or(lines[len(lines)-1], "nothing")
	}
	if problem := awaken(ctx, address, exited); problem != "" {
		return Judged{Problem: problem + lastWords()}
	}

	options := Options{URL: "http://" + address, Key: key}
	first, err := Run(ctx, options)
	if err != nil {
		return Judged{Problem: err.Error() + lastWords()}
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

// awakening is how long a server may take until it listens.
const awakening = 20 * time.Second

// awaken waits until somebody listens at the address, and returns why nobody does.
func awaken(ctx context.Context, address string, exited <-chan struct{}) (problem string) {
	ctx, cancel := context.WithTimeout(ctx, awakening)
	defer cancel()
	for {
		connection, err := (&net.Dialer{}).DialContext(ctx, "tcp", address)
		if err == nil {
			connection.Close()
			return ""
		}
		select {
		case <-exited:
			return "with good settings the server must start, and it exited"
		case <-ctx.Done():
			return fmt.Sprintf("the server must listen at ADDR, and after %v nobody does", awakening)
		case <-time.After(10 * time.Millisecond):
		}
	}
}
