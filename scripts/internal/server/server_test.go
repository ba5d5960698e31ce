package server_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"tokenauth.example/scripts/internal/server"
)

// The test itself is the little program that is started: MODE says how it behaves.
func TestMain(m *testing.M) {
	mode := os.Getenv("MODE")
	if mode == "" {
		os.Exit(m.Run())
	}
	fmt.Println("the mode is", mode)
	fmt.Fprintln(os.Stderr, "and this is an error")
	switch mode {
	case "exits":
		os.Exit(3)
	case "silent":
		time.Sleep(time.Minute)
	}
	told := make(chan os.Signal, 1)
	signal.Notify(told, syscall.SIGTERM)
	listener, err := net.Listen("tcp", os.Getenv("ADDR"))
	if err != nil {
		os.Exit(4)
	}
	go func() {
		_ = http.Serve(listener, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "hello") }))
	}()
	<-told
	switch mode {
	case "deaf":
		time.Sleep(time.Minute)
	case "fails":
		os.Exit(5)
	}
	fmt.Println("goodbye")
}

// start starts it, with a time to listen in that the slowest machine keeps, if it must.
func start(t *testing.T, mode string, limit time.Duration) (*server.Server, error) {
	t.Helper()
	address, err := server.FreeAddress()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), "MODE="+mode, "ADDR="+address)
	s, err := server.Start(t.Context(), cmd, address, limit)
	if s != nil {
		t.Cleanup(s.Kill)
	}
	return s, err
}

func listens(t *testing.T, mode string) *server.Server {
	t.Helper()
	s, err := start(t, mode, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func ended(s *server.Server) bool {
	select {
	case <-s.Exited():
		return true
	default:
		return false
	}
}

func TestStart_WaitsUntilItListens(t *testing.T) {
	s := listens(t, "listens")
	response, err := http.Get(s.URL)
	if err != nil {
		t.Fatalf("it has been started, and does not answer: %v", err)
	}
	response.Body.Close()
	if ended(s) {
		t.Error("it runs, and is said to have ended")
	}
	s.Kill()
	s.Kill() // as a cleanup does
	if !ended(s) || s.Said() != "the mode is listens\nand this is an error\n" {
		t.Errorf("it was killed: ended %v, and it printed %q", ended(s), s.Said())
	}
}

func TestStart_SaysThatItExited(t *testing.T) {
	s, err := start(t, "exits", time.Minute)
	if !errors.Is(err, server.ErrExited) {
		t.Fatalf("the error is %v", err)
	}
	if code := s.Cmd.ProcessState.ExitCode(); code != 3 || !strings.Contains(s.Said(), "this is an error") {
		t.Errorf("it ended with %d, not 3, and printed %q", code, s.Said())
	}
}

func TestStart_SaysThatNobodyListens(t *testing.T) {
	s, err := start(t, "silent", 500*time.Millisecond)
	if !errors.Is(err, server.ErrSilent) {
		t.Fatalf("the error is %v", err)
	}
	if !ended(s) {
		t.Error("a server that does not listen must be ended: nobody else knows of it")
	}
}

// A program that exits is not there, though somebody else listens at its address.
func TestStart_IsNotDeceivedByAnotherServer(t *testing.T) {
	other := listens(t, "listens")
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "MODE=listens", "ADDR="+other.Address)
	deadline := time.Now().Add(time.Minute)
	s, err := server.Start(t.Context(), cmd, other.Address, time.Minute)
	if err == nil { // it had not noticed yet that the address is taken
		defer s.Kill()
		for !ended(s) && time.Now().Before(deadline) {
			time.Sleep(10 * time.Millisecond)
		}
	}
	if !ended(s) {
		t.Error("the program exits, and its server does not say so")
	}
}

func TestStart_EndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(200*time.Millisecond, cancel)
	s, err := server.Start(ctx, withMode(ctx, "silent"), "127.0.0.1:1", time.Minute)
	if !errors.Is(err, context.Canceled) || !ended(s) {
		t.Errorf("the error is %v, and it has ended: %v", err, ended(s))
	}
}

func withMode(ctx context.Context, mode string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, os.Args[0])
	cmd.Env = append(os.Environ(), "MODE="+mode)
	return cmd
}

func TestStart_NeedsAProgram(t *testing.T) {
	s, err := server.Start(t.Context(), exec.Command(t.TempDir()+"/nothing"), "127.0.0.1:1", time.Minute)
	if s != nil || !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%v and %v for a program that is not there", s, err)
	}
}

func TestStop(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no gentle way to stop a program")
	}
	gentle := listens(t, "listens")
	if err := gentle.Stop(time.Minute); err != nil || !strings.HasSuffix(gentle.Said(), "goodbye\n") {
		t.Errorf("it stops by itself: %v, and it printed %q", err, gentle.Said())
	}
	if err := gentle.Stop(time.Minute); err != nil {
		t.Errorf("it had stopped, and that is no error: %v", err)
	}
	var exit *exec.ExitError
	if err := listens(t, "fails").Stop(time.Minute); !errors.As(err, &exit) || exit.ExitCode() != 5 {
		t.Errorf("it stops with the exit code 5, and the error is %v", err)
	}
	deaf := listens(t, "deaf")
	if err := deaf.Stop(300 * time.Millisecond); !errors.Is(err, server.ErrDoesNotStop) || !ended(deaf) {
		t.Errorf("it does not stop: %v, and it has ended: %v", err, ended(deaf))
	}
}
