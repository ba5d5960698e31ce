// Command judge starts a server, asks it whether it keeps the HTTP contract, and prints
// what became of it in JSON. The grader runs it in the sandbox, beside a server that
// somebody has handed in: the judge has none of that code in it, and nothing else is there.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"time"

	"tokenauth.example/scripts/internal/contract"
)

func main() {
	limit := flag.Duration("time", 2*time.Minute, "how long it may take")
	flag.Parse()
	if flag.NArg() != 1 {
		fmt.Fprintln(os.Stderr, "usage: judge [-time 2m] PROGRAM")
		os.Exit(2)
	}
	if err := shut(); err != nil {
		fmt.Fprintln(os.Stderr, "judge:", err)
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	ctx, cancel := context.WithTimeout(ctx, *limit)
	defer cancel()
	if err := json.NewEncoder(os.Stdout).Encode(contract.Judge(ctx, flag.Arg(0))); err != nil {
		fmt.Fprintln(os.Stderr, "judge:", err)
		os.Exit(1)
	}
}
