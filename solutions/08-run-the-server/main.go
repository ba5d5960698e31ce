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

	"tokenauth.example/users"
)

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
// that are under way finish, which may take them shutdownTime, and closes the database. It
// returns nil if all of them have finished, and may return an error if time ran out.
//
// It listens on ADDR and on no other address, and logs the address that it really has:
// with port 0 the system chooses one. An error that keeps it from starting names the
// variable that has to be changed, DATABASE or ADDR. The error names no other variable.
//
//workshop:todo 3 open the database, make the handler, listen, log the address, and serve.
//workshop:todo 7 when ctx is done, stop in order.
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
