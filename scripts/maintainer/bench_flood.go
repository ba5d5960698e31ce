package main

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"
)

// floodRows measures how long GET /auth/me takes while others do nothing but log in.
func (b *bencher) floodRows(ctx context.Context, program string) error {
	running, err := b.start(ctx, target{program: program}, "BCRYPT_COST=12")
	if err != nil {
		return err
	}
	defer running.Kill()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: flooding + 1}}
	tokens, err := signUp(ctx, client, running.URL, 1)
	if err != nil {
		return err
	}
	measure := func() (times []time.Duration, err error) {
		load := min(b.load, 15*time.Second)
		for began := time.Now(); time.Since(began) < load && err == nil; {
			asked := time.Now()
			_, err = call(ctx, client, "GET", running.URL+"/auth/me", tokens[0], "")
			times = append(times, time.Since(asked))
		}
		slices.Sort(times)
		return times, err
	}
	b.screen.Progress("asking who one is ...")
	quiet, err := measure()
	if err != nil {
		return err
	}
	b.screen.Progress("asking who one is, while %d clients log in ...", flooding)
	ctx, stop := context.WithCancel(ctx)
	var mu sync.Mutex
	in, failed := 0, 0
	var group sync.WaitGroup
	for range flooding {
		group.Go(func() {
			for ctx.Err() == nil {
				_, err := call(ctx, client, "POST", running.URL+"/auth/token", "", logIn(userName(0)))
				mu.Lock()
				if err == nil {
					in++
				} else if ctx.Err() == nil {
					failed++
				}
				mu.Unlock()
			}
		})
	}
	flooded, err := measure()
	stop()
	group.Wait()
	if err != nil {
		return err
	}
	what := fmt.Sprintf("`GET /auth/me` while %d clients log in (%d have, and %d failed)", flooding, in, failed)
	b.row(what+": the median", flooded[len(flooded)/2], "while nobody does", quiet[len(quiet)/2])
	b.row("… 99 of 100 within", flooded[len(flooded)*99/100], "while nobody does", quiet[len(quiet)*99/100])
	return nil
}
