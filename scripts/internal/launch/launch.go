// Package launch builds and runs the server of a track: the learner's own, and the
// reference.
package launch

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"tokenauth.example/scripts/internal/server"
	"tokenauth.example/scripts/internal/session"
	"tokenauth.example/scripts/internal/steps"
)

// Build compiles the server in dir, in the workspace of the go.work that is named, or "off".
// cleanUp removes it.
func Build(ctx context.Context, s *session.Session, dir, work string) (binary string, cleanUp func(), err error) {
	g, err := s.Go(ctx)
	if err != nil {
		return "", nil, err
	}
	folder, err := os.MkdirTemp("", "workshop-*")
	if err != nil {
		return "", nil, err
	}
	cleanUp = func() { os.RemoveAll(folder) }
	binary = filepath.Join(folder, "server.exe") // Windows wants the ending
	s.Screen.Progress("compiling the server ... (the first time, SQLite takes a minute)")
	out, err := g.Command(ctx, dir, []string{"GOWORK=" + work}, "build", "-buildvcs=false", "-o", binary, ".").CombinedOutput()
	s.Screen.Clear()
	if err != nil {
		cleanUp()
		if ctx.Err() != nil {
			return "", nil, ctx.Err()
		}
		return "", nil, session.WayOut(fmt.Errorf("the server does not compile:\n%s", strings.TrimSpace(string(out))), "See which step it is: %s", s.Command("check", nil))
	}
	return binary, cleanUp, nil
}

// startLimit is how long a server may take until it listens. It takes milliseconds; a busy
// machine may take seconds.
const startLimit = 30 * time.Second

// Running is a server that was started for a while.
type Running struct {
	Address string   // where it listens: "127.0.0.1:49152"
	URL     string   // how it's reached, with http or https
	Env     []string // its environment
	Folder  string   // where its database is, and what else it makes
	// Certificate is a file with the certificate that it made for this machine, or "" if it
	// speaks HTTP.
	Certificate string
}

// Client returns a client that trusts the server's certificate, and no other.
func (r Running) Client() (*http.Client, error) {
	transport := &http.Transport{ForceAttemptHTTP2: true}
	if r.Certificate != "" {
		certificate, err := os.ReadFile(r.Certificate)
		if err != nil {
			return nil, err
		}
		roots := x509.NewCertPool()
		roots.AppendCertsFromPEM(certificate)
		transport.TLSClientConfig = &tls.Config{RootCAs: roots}
	}
	return &http.Client{Transport: transport}, nil
}

// Reference runs the reference server of a step that has one (see steps.Step.ServerFolder) on a
// free port, with a database and keys that are thrown away, while use is called.
func Reference(ctx context.Context, s *session.Session, step steps.Step, use func(Running) error) error {
	folder, err := step.ServerFolder()
	if err != nil {
		return err
	}
	return brief(ctx, s, filepath.Join(step.SolutionDir(), folder), "off", use)
}

// Own does the same with the learner's server, every step of it.
func Own(ctx context.Context, s *session.Session, step steps.Step, use func(Running) error) error {
	dir, work, err := Source(ctx, s, step)
	if err != nil {
		return err
	}
	return brief(ctx, s, dir, work, use)
}

// Source returns the folder of a step of the learner's, and the go.work to build it with: that
// of the reference, and "off", where the learner has caught up past the step, which is said.
func Source(ctx context.Context, s *session.Session, step steps.Step) (dir, work string, err error) {
	checker, err := s.Checker(ctx)
	if err != nil {
		return "", "", err
	}
	reference, err := checker.OnReference(ctx)
	switch {
	case err != nil:
		return "", "", session.WayOut(err, "%s", s.BringBack("go.work"))
	case reference[step.Name]:
		s.Screen.Printf("This is the reference's server: you have caught up past step %s.", step.Number())
		return step.SolutionDir(), "off", nil
	}
	return step.Dir(), s.Workshop.Path("go.work"), nil
}

// brief runs the server in dir while use is called.
func brief(ctx context.Context, s *session.Session, dir, work string, use func(Running) error) error {
	binary, cleanUp, err := Build(ctx, s, dir, work)
	if err != nil {
		return err
	}
	defer cleanUp()
	address, err := server.FreeAddress()
	if err != nil {
		return err
	}
	cmd := exec.Command(binary)
	made := filepath.Dir(binary)
	cmd.Env = append(os.Environ(), "SECRET_KEY="+NewKey(), "DATABASE="+filepath.Join(made, "brief.db"), "ADDR="+address)
	running, err := server.Start(ctx, cmd, address, startLimit)
	if err != nil {
		said := ""
		if running != nil && errors.Is(err, server.ErrExited) {
			said = ": " + strings.TrimSpace(running.Said())
		}
		return session.WayOut(fmt.Errorf("the server did not start: %w%s", err, said), "See which step it is: %s", s.Command("check", nil))
	}
	defer running.Kill()
	now := Running{Address: address, URL: "http://" + address, Env: cmd.Env, Folder: made}
	if certificate := filepath.Join(made, "localhost-cert.pem"); isFile(certificate) {
		now.URL, now.Certificate = "https://"+address, certificate
	}
	return use(now)
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

// NewKey returns a key of 32 random bytes, in hex.
func NewKey() string {
	key := make([]byte, 32)
	rand.Read(key)
	return hex.EncodeToString(key)
}
