// Command server is the finished program: sign up, log in, and keep tasks that only
// their owner can see. Its settings come from the environment; see settings.
package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"tokenauth.example/users"
)

// shutdownTime is how long requests may still run after the server was told to stop.
const shutdownTime = 10 * time.Second

func main() {
	log := slog.New(slog.NewTextHandler(os.Stderr, nil))
	// The first signal ends ctx. After that, a second one ends the program at once.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	if err := run(ctx, os.Getenv, log); err != nil {
		fmt.Fprintln(os.Stderr, "server:", err)
		os.Exit(1)
	}
}

// run serves until ctx is done. Then it takes no new connections, lets the requests
// that are under way finish, closes the database, and returns nil.
//
//workshop:todo 3 open the database, make the handler with newHandler, and listen on s.address with net.Listen. An error of the first names DATABASE and one of the last ADDR: that is what has to be changed. Log the address you listen on. Then serve, with newServer.
//workshop:todo 7 serve in a goroutine of its own, and wait: either serving fails, or ctx is done. Then call Shutdown, with a context that gives it shutdownTime, and close the database last.
//workshop:stub s, err := loadSettings(getenv)
//workshop:stub if err != nil {
//workshop:stub 	return err
//workshop:stub }
//workshop:stub _ = s // use the settings, and remove this line
//workshop:stub return errors.New("run is not written yet")
func run(ctx context.Context, getenv func(string) string, log *slog.Logger) error {
	s, err := loadSettings(getenv)
	if err != nil {
		return err
	}
	db, err := users.OpenDatabase(s.database)
	if err != nil {
		return fmt.Errorf("DATABASE: %w", err)
	}
	defer db.Close()
	handler, err := newHandler(db, s, log)
	if err != nil { // the tables cannot be made, as all settings have been checked
		return fmt.Errorf("DATABASE: %w", err)
	}
	listener, err := net.Listen("tcp", s.address)
	if err != nil {
		return fmt.Errorf("ADDR: %w", err)
	}
	log.Info("listening", "address", listener.Addr().String())

	server := newServer(handler)
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}

	log.Info("stopping")
	// ctx is done already, so the time to finish needs a context of its own.
	ctx, cancel := context.WithTimeout(context.Background(), shutdownTime)
	defer cancel()
	if err := server.Shutdown(ctx); err != nil {
		return fmt.Errorf("requests still running after %v: %w", shutdownTime, err)
	}
	if err := <-failed; !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
