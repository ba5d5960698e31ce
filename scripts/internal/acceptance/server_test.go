// Package acceptance tests the reference server from outside, as those who use it meet it: in
// a browser, with the API's description in hand, and when the machine or the disk fails it.
package acceptance

import (
	"errors"
	"io"
	"net/http"
	"os"
	"os/exec"
	"testing"
	"time"

	"tokenauth.example/scripts/internal/launch"
	"tokenauth.example/scripts/internal/screen"
	"tokenauth.example/scripts/internal/server"
	"tokenauth.example/scripts/internal/session"
	"tokenauth.example/scripts/internal/steps"
)

// key is the server's, in these tests.
const key = "for-tests-only-and-not-a-secret-at-all"

// here is a session in the workshop that the test is in.
func here(t *testing.T) *session.Session {
	t.Helper()
	workshop, err := steps.Open(".")
	if err != nil {
		t.Fatal(err)
	}
	return &session.Session{Workshop: workshop, Screen: screen.Plain(io.Discard)}
}

// referenceServer builds the reference server of the first track.
func referenceServer(t *testing.T) (binary string) { return referenceOf(t, 0) }

// referenceOf builds the reference server of a track; 0 is the first.
func referenceOf(t *testing.T, track int) (binary string) {
	t.Helper()
	s := here(t)
	servers, err := s.Workshop.Servers()
	if err != nil {
		t.Fatal(err)
	}
	binary, cleanUp, err := launch.Build(t.Context(), s, servers[track].SolutionDir(), "off")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cleanUp)
	return binary
}

// served is a running server, or one that refused to start.
type served struct {
	*server.Server
	t      *testing.T
	client *http.Client
}

// serve starts a server on a database, by the command line if one is given. It may refuse
// to start.
func serve(t *testing.T, binary, database string, around ...string) *served {
	t.Helper()
	line := append(around, binary)
	return serveBy(t, exec.Command(line[0], line[1:]...), database)
}

// serveBy is serve for a command that is there already.
func serveBy(t *testing.T, cmd *exec.Cmd, database string) *served {
	t.Helper()
	address, err := server.FreeAddress()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Env = append(os.Environ(), "ADDR="+address, "SECRET_KEY="+key, "DATABASE="+database, "BCRYPT_COST=10")
	running, err := server.Start(t.Context(), cmd, address, 30*time.Second)
	if running == nil {
		t.Fatal(err)
	}
	t.Cleanup(running.Kill)
	return &served{running, t, http.DefaultClient}
}

// stop tells the server to stop, and waits until it has.
func (s *served) stop() {
	s.t.Helper()
	if err := s.Stop(time.Minute); err != nil && !errors.As(err, new(*exec.ExitError)) {
		s.t.Fatal(err)
	}
}
