// Package server starts programs that listen on the network, and waits until they do.
package server

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"time"

	"tokenauth.example/scripts/internal/text"
)

// FreeAddress returns a loopback address, such as "127.0.0.1:49152", at which nobody
// listens now.
func FreeAddress() (string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer listener.Close()
	return listener.Addr().String(), nil
}

// ErrExited is that a server ended before it listened.
var ErrExited = errors.New("it exited")

// ErrSilent is that nobody listens where a server should.
var ErrSilent = errors.New("nobody listens")

// Server is a program that was started.
type Server struct {
	Address string    // where it listens: "127.0.0.1:49152"
	URL     string    // "http://" and the address
	Cmd     *exec.Cmd // the process; its ProcessState is there once Exited is closed

	said   *text.Head
	exited chan struct{}
	err    error // what Wait returned, once exited is closed
}

// saidLimit is how many bytes of what a server prints are kept.
const saidLimit = 1 << 20

// Start starts cmd, which must make the program listen at address, and waits until somebody
// does, but no longer than the limit. What the program prints is kept, unless cmd says where
// it goes. If the program does not come to listen, the error is ErrExited, ErrSilent or that
// of ctx, and the Server, which has been ended, is returned for what it printed. Any other
// error comes without a Server. A program that ends with ctx is made by exec.CommandContext.
func Start(ctx context.Context, cmd *exec.Cmd, address string, limit time.Duration) (*Server, error) {
	s := &Server{Address: address, URL: "http://" + address, Cmd: cmd, said: &text.Head{Limit: saidLimit}, exited: make(chan struct{})}
	if cmd.Stdout == nil {
		cmd.Stdout = s.said
	}
	if cmd.Stderr == nil {
		cmd.Stderr = s.said
	}
	if cmd.WaitDelay == 0 {
		cmd.WaitDelay = time.Second // a child of its own may keep its output open
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		s.err = cmd.Wait()
		close(s.exited)
	}()
	if err := s.listening(ctx, limit); err != nil {
		s.Kill()
		return s, err
	}
	return s, nil
}

// listening waits until somebody listens at the server's address.
func (s *Server) listening(ctx context.Context, limit time.Duration) error {
	waiting, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	for {
		connection, err := (&net.Dialer{}).DialContext(waiting, "tcp", s.Address)
		if err == nil {
			_ = connection.Close()
		}
		select {
		case <-s.exited: // if somebody listens, it is another program, which took the address
			return ErrExited
		default:
		}
		if err == nil {
			return nil
		}
		select {
		case <-s.exited:
			return ErrExited
		case <-waiting.Done():
			if ctx.Err() != nil {
				return ctx.Err()
			}
			return fmt.Errorf("%w at %s after %v", ErrSilent, s.Address, limit)
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// Said returns what the server has printed so far, or the first megabyte of it.
func (s *Server) Said() string { return s.said.String() }

// Exited is closed when the server has ended.
func (s *Server) Exited() <-chan struct{} { return s.exited }

// Kill ends the server at once, and waits until it has ended. It may be called again.
func (s *Server) Kill() {
	_ = s.Cmd.Process.Kill()
	<-s.exited
}

// ErrDoesNotStop is that a server was told to end, and did not.
var ErrDoesNotStop = errors.New("it does not stop")

// Stop tells the server to end, as an init system does, and waits until it has. The error
// is the one with which it ended, or ErrDoesNotStop after the limit; then it is killed.
// Windows has no gentle way: there it is killed at once, and the error says so.
func (s *Server) Stop(limit time.Duration) error {
	if err := terminate(s.Cmd.Process); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	select {
	case <-s.exited:
		return s.err
	case <-time.After(limit):
		s.Kill()
		return fmt.Errorf("%w within %v of being told to", ErrDoesNotStop, limit)
	}
}
