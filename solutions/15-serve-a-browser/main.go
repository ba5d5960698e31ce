// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

// Command server is the finished program of the second track: an API for programs, with short
// tokens that are renewed, and pages for people, over TLS. Its settings come from the
// environment; see settings.
package main

import (
	"context"
	"crypto/tls"
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

// shutdownTime is how long requests may still run after the server was told to stop.
const shutdownTime = 10 * time.Second

// run serves until ctx is done, and then lets what is under way finish. An error that keeps it
// from starting names the variable that has to be changed.
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
	certificate, err := loadCertificate(s)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", s.address)
	if err != nil {
		return fmt.Errorf("ADDR: %w", err)
	}
	defer listener.Close()
	if s.issuer == "" {
		s.issuer = ownAddress(listener.Addr())
	}
	p, err := newParts(db, s, &http.Client{Timeout: 10 * time.Second}, log)
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	go p.keys.follow(ctx)
	go p.tidy(ctx)
	log.Info("listening", "address", listener.Addr().String(), "issuer", s.issuer)

	server := newServer(around(p, s.certificate != ""), tlsConfig(certificate), log)
	failed := make(chan error, 1)
	go func() { failed <- server.ServeTLS(listener, "", "") }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	log.Info("stopping")
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

// newServer returns a server that no client can hold up: see step 08. Somebody who speaks
// plain HTTP to it is answered 400 by net/http, and not sent on to https: a token that has
// gone over the line in the clear is lost, and the author of that program should hear of it.
func newServer(handler http.Handler, config *tls.Config, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler:           handler,
		TLSConfig:         config,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       15 * time.Second,
		WriteTimeout:      30 * time.Second,
		IdleTimeout:       60 * time.Second,
		MaxHeaderBytes:    16 << 10,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug), // handshakes that fail are others' trouble
	}
}
