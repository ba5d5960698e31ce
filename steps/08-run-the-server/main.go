// Command server is the finished program: sign up, log in, and keep tasks that only
// their owner can see. Its settings come from the environment; see settings.
package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	"time"
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
func run(ctx context.Context, getenv func(string) string, log *slog.Logger) error {
	// TODO 3: open the database, make the handler with newHandler, and listen on
	//   s.address with net.Listen. If that fails, the error should name ADDR: it
	//   is what has to be changed. Log the address you listen on. Then serve,
	//   with newServer.
	// TODO 7: serve in a goroutine of its own, and wait: either serving fails,
	//   or ctx is done. Then call Shutdown, with a context that gives it
	//   shutdownTime, and close the database last.
	s, err := loadSettings(getenv)
	if err != nil {
		return err
	}
	_ = s // use the settings, and remove this line
	return errors.New("run is not written yet")
}
