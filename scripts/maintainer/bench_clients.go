package main

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"tokenauth.example/scripts/internal/launch"
)

const (
	crowd    = 1000 // clients at once, each with a connection that stays open
	loggers  = 10   // of them log in again and again
	accounts = 20   // users, whom they share
	flooding = 64   // clients that log in at once, in the flood
)

// clientsRows measures what many clients at once do to the reference server, as it is by
// default, and what a flood of logins does to those who have a token.
func (b *bencher) clientsRows(ctx context.Context) error {
	servers, err := b.copy.Servers()
	if err != nil {
		return err
	}
	program, cleanUp, err := launch.Build(ctx, b.session, servers[0].SolutionDir(), "off")
	if err != nil {
		return err
	}
	defer cleanUp()
	if err := b.crowdRows(ctx, program); err != nil {
		return err
	}
	return b.floodRows(ctx, program)
}

// crowdRows keeps the crowd busy with all that users do. Memory and files must not grow
// with the time, and files must go with the clients.
func (b *bencher) crowdRows(ctx context.Context, program string) error {
	running, err := b.start(ctx, target{program: program}, "BCRYPT_COST=12")
	if err != nil {
		return err
	}
	defer running.Kill()
	pid := running.Cmd.Process.Pid
	b.screen.Progress("signing %d users up ...", accounts)
	first := &http.Client{Transport: &http.Transport{}}
	tokens, err := signUp(ctx, first, running.URL, accounts)
	if err != nil {
		return err
	}
	first.CloseIdleConnections()
	http.DefaultClient.CloseIdleConnections() // with which it was asked whether it answers
	before := settled(pid, 1)

	transports := crowdOf() // one connection each
	soon := min(10*time.Second, b.load/2)
	early := make(chan int64, 1)
	go func() {
		select {
		case <-time.After(soon):
		case <-ctx.Done():
		}
		bytes, _ := resident(pid)
		early <- bytes
	}()
	if err := b.serveCrowd(ctx, "", running.URL, tokens, transports); err != nil {
		return err
	}
	late, err := resident(pid)
	if err != nil {
		b.screen.Printf("| … the server's memory, and its open files | not here: it is read from /proc, which only Linux has | | | |")
		return nil
	}
	soonBytes := <-early
	b.line("… the server's memory at the end", megabytes(late), fmt.Sprint("after ", soon), megabytes(soonBytes), float64(late)/float64(soonBytes))
	with := settled(pid, crowd+1)
	for n := range transports {
		transports[n].CloseIdleConnections()
	}
	after := settled(pid, before.sockets)
	b.line(fmt.Sprintf("… the server's sockets when the clients have gone (and %d open files)", after.files), after.sockets,
		fmt.Sprintf("before they came (and %d; with them, %d and %d)", before.files, with.sockets, with.files), before.sockets, float64(after.sockets)/float64(before.sockets))
	return nil
}

// crowdOf returns a transport for each client.
func crowdOf() []http.Transport {
	transports := make([]http.Transport, crowd)
	for n := range transports {
		transports[n].TLSClientConfig = anyCertificate
	}
	return transports
}

// serveCrowd has a visitor for each transport ask the server, as long as the load lasts, and
// measures how long the answers take. while is what else goes on, for the table.
func (b *bencher) serveCrowd(ctx context.Context, while, url string, tokens []string, transports []http.Transport) error {
	b.screen.Progress("serving %d clients for %v ...", len(transports), b.load)
	var mu sync.Mutex
	var took []time.Duration
	var failures []error
	var group sync.WaitGroup
	began := time.Now()
	for n := range transports {
		group.Go(func() {
			mine := &visitor{client: &http.Client{Transport: &transports[n], Timeout: time.Minute}, url: url, name: userName(n % accounts), token: tokens[n%accounts], logs: n < loggers}
			var times []time.Duration
			var wrong []error
			for i := n; time.Since(began) < b.load && ctx.Err() == nil; i++ {
				asked := time.Now()
				if err := mine.ask(ctx, i); err != nil {
					wrong = append(wrong, err)
				}
				times = append(times, time.Since(asked))
			}
			mu.Lock()
			defer mu.Unlock()
			took, failures = append(took, times...), append(failures, wrong...)
		})
	}
	group.Wait()
	if err := ctx.Err(); err != nil {
		return err
	}
	if len(failures) > 0 {
		return fmt.Errorf("of %d requests of %d clients, %d failed. The first: %w", len(took), len(transports), len(failures), failures[0])
	}
	slices.Sort(took)
	what := while + fmt.Sprintf("%d clients for %v, %d requests (%.0f a second), none failed", len(transports), b.load, len(took), float64(len(took))/time.Since(began).Seconds())
	b.row(what+": 99 of 100 answers within", took[len(took)*99/100], "the median", took[len(took)/2])
	return nil
}

// visitor is one of the crowd.
type visitor struct {
	client           *http.Client
	url, name, token string
	logs             bool   // it does nothing but log in
	task             string // the id of its own
}

// ask sends the next request. Tasks go as they come, so that lists stay short.
func (v *visitor) ask(ctx context.Context, i int) error {
	var err error
	switch {
	case v.logs:
		_, err = call(ctx, v.client, "POST", v.url+"/auth/token", "", logIn(v.name))
	case i%10 == 4 && v.task == "":
		var made map[string]any
		made, err = call(ctx, v.client, "POST", v.url+"/tasks", v.token, `{"title":"Write report"}`)
		v.task, _ = made["id"].(string)
	case i%10 == 9 && v.task != "":
		_, err = call(ctx, v.client, "DELETE", v.url+"/tasks/"+v.task, v.token, "")
		v.task = ""
	case i%2 == 0:
		_, err = call(ctx, v.client, "GET", v.url+"/auth/me", v.token, "")
	default:
		_, err = call(ctx, v.client, "GET", v.url+"/tasks", v.token, "")
	}
	return err
}

func userName(n int) string { return fmt.Sprintf("user%d@example.com", n) }

func logIn(name string) (form string) { return "username=" + name + "&password=correct-horse" }

// signUp makes users, and returns a token for each.
func signUp(ctx context.Context, client *http.Client, url string, n int) (tokens []string, err error) {
	for i := range n {
		if _, err := call(ctx, client, "POST", url+"/users", "", `{"email":"`+userName(i)+`","password":"correct-horse"}`); err != nil {
			return nil, err
		}
		granted, err := call(ctx, client, "POST", url+"/auth/token", "", logIn(userName(i)))
		if err != nil {
			return nil, err
		}
		token, _ := granted["access_token"].(string)
		tokens = append(tokens, token)
	}
	return tokens, nil
}
