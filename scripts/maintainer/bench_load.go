package main

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/tls"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"tokenauth.example/scripts/internal/server"
)

const benchKey = "for-benchmarks-only-not-a-secret-at-all"

// underLoad starts the server, sends as many requests as it answers, and stops it. The
// processor time of a server that is only started and stopped is taken off.
func (b *bencher) underLoad(ctx context.Context, t target) (usage, error) {
	idle, _, _, err := b.serve(ctx, t, 0)
	if err != nil {
		return usage{}, err
	}
	busy, requests, took, err := b.serve(ctx, t, b.load)
	if err != nil {
		return usage{}, err
	}
	return usage{(busy - idle) / time.Duration(max(1, requests)), float64(requests) / took.Seconds()}, nil
}

func (b *bencher) serve(ctx context.Context, t target, load time.Duration) (used time.Duration, requests int64, took time.Duration, err error) {
	running, err := b.start(ctx, t, "BCRYPT_COST=10")
	if err != nil {
		return 0, 0, 0, err
	}
	defer running.Kill()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64, DialContext: (&net.Dialer{}).DialContext, TLSClientConfig: anyCertificate}}
	clients, err := prepare(ctx, client, running.URL, t)
	if err != nil {
		return 0, 0, 0, err
	}
	if load > 0 {
		requests, took, err = hammer(ctx, clients, load)
		if err != nil {
			return 0, 0, 0, err
		}
	}
	if err := running.Stop(15 * time.Second); err != nil && !errors.As(err, new(*exec.ExitError)) {
		return 0, 0, 0, err
	}
	return running.Cmd.ProcessState.UserTime() + running.Cmd.ProcessState.SystemTime(), requests, took, nil
}

// anyCertificate is for clients of servers that were started here a moment ago: who they are is
// not in question.
var anyCertificate = &tls.Config{InsecureSkipVerify: true}

// startLimit is how long a server may take until it listens.
const startLimit = 30 * time.Second

// start starts a server, with a database of its own and more in its environment.
func (b *bencher) start(ctx context.Context, t target, env ...string) (*server.Server, error) {
	address, err := server.FreeAddress()
	if err != nil {
		return nil, err
	}
	data, err := os.MkdirTemp(b.dir, "data-*")
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, t.program, t.args...)
	cmd.Dir = b.copy.Root
	cmd.Env = append(append(os.Environ(), "ADDR="+address, "SECRET_KEY="+benchKey, "DATABASE="+filepath.Join(data, "tasks.db")), env...)
	running, err := server.Start(ctx, cmd, address, startLimit)
	if err != nil && running != nil {
		return nil, fmt.Errorf("%w: %s", err, running.Said())
	}
	if err == nil && t.tls {
		running.URL = "https://" + address
	}
	return running, err
}

// requester sends a request, and returns what is wrong with the answer.
type requester func() error

// requesters is how many clients ask at once.
const requesters = 16

// prepare makes a user, with ten tasks if they are asked for, and returns what sends the target's
// request, for each client.
func prepare(ctx context.Context, client *http.Client, url string, t target) ([]requester, error) {
	token := forged("somebody")
	if len(t.args) == 0 || t.tls {
		const user = `{"email":"ann@example.com","password":"correct-horse"}`
		if _, err := call(ctx, client, "POST", url+"/users", "", user); err != nil {
			return nil, err
		}
		answer, err := call(ctx, client, "POST", url+"/auth/token", "", "username=ann@example.com&password=correct-horse")
		if err != nil {
			return nil, err
		}
		token, _ = answer["access_token"].(string)
		if t.route == "GET /tasks" {
			for range 10 {
				if _, err := call(ctx, client, "POST", url+"/tasks", token, `{"title":"Write report"}`); err != nil {
					return nil, err
				}
			}
		}
	}
	if t.route == renewal {
		return renewers(ctx, client, url)
	}
	method, path, _ := strings.Cut(strings.TrimSuffix(t.route, ", bad signature"), " ")
	want, body, kind := http.StatusOK, "", ""
	switch {
	case strings.HasSuffix(t.route, ", bad signature"):
		want, token = http.StatusUnauthorized, token[:len(token)-4]+"AAAA"
	case t.route == "POST /tasks":
		want, body, kind = http.StatusCreated, `{"title":"Write report"}`, "application/json"
	case t.route == "POST /auth/token":
		body, kind = "username=ann@example.com&password=correct-horse", "application/x-www-form-urlencoded"
	}
	return slices.Repeat([]requester{func() error {
		r, err := http.NewRequestWithContext(ctx, method, url+path, strings.NewReader(body))
		if err != nil {
			return err
		}
		if kind != "" {
			r.Header.Set("Content-Type", kind)
		}
		if path != "/auth/token" {
			r.Header.Set("Authorization", "Bearer "+token)
		}
		answer, err := client.Do(r)
		if err != nil {
			return err
		}
		_, _ = io.Copy(io.Discard, answer.Body)
		answer.Body.Close()
		if answer.StatusCode != want {
			return fmt.Errorf("answered with %s", answer.Status)
		}
		return nil
	}}, requesters), nil
}

// renewal is the route of a target that is asked to renew.
const renewal = "POST /auth/token, renewal"

// renewers log in, each once, and then renew.
func renewers(ctx context.Context, client *http.Client, url string) (all []requester, err error) {
	for range requesters {
		answer, err := call(ctx, client, "POST", url+"/auth/token", "", "username=ann@example.com&password=correct-horse")
		if err != nil {
			return nil, err
		}
		all = append(all, func() (err error) {
			refresh, _ := answer["refresh_token"].(string)
			answer, err = call(ctx, client, "POST", url+"/auth/token", "", "grant_type=refresh_token&refresh_token="+refresh)
			return err
		})
	}
	return all, nil
}

// call sends a request that must be answered with a status below 300, and returns the
// object in the answer, if it is one.
func call(ctx context.Context, client *http.Client, method, url, token, body string) (map[string]any, error) {
	r, err := http.NewRequestWithContext(ctx, method, url, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", "application/json")
	if strings.HasSuffix(url, "/auth/token") {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	answer, err := client.Do(r)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		return nil, err
	}
	if answer.StatusCode >= 300 {
		return nil, fmt.Errorf("%s %s is answered with %s: %.200s", method, r.URL.Path, answer.Status, text)
	}
	var object map[string]any
	_ = json.Unmarshal(text, &object)
	return object, nil
}

// hammer has clients ask at once, again and again, and counts the answers.
func hammer(ctx context.Context, clients []requester, load time.Duration) (int64, time.Duration, error) {
	var answered atomic.Int64
	var failure atomic.Pointer[error]
	began := time.Now()
	var group sync.WaitGroup
	for _, ask := range clients {
		group.Go(func() {
			for time.Since(began) < load && failure.Load() == nil && ctx.Err() == nil {
				if err := ask(); err != nil {
					failure.Store(&err)
					return
				}
				answered.Add(1)
			}
		})
	}
	group.Wait()
	if err := failure.Load(); err != nil {
		return 0, 0, *err
	}
	return answered.Load(), time.Since(began), ctx.Err()
}

// forged is a token under benchKey.
func forged(subject string) string {
	part := func(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }
	signed := part(`{"alg":"HS256","typ":"JWT"}`) + "." + part(fmt.Sprintf(`{"sub":%q,"exp":%d}`, subject, time.Now().Unix()+3600))
	mac := hmac.New(sha256.New, []byte(benchKey))
	mac.Write([]byte(signed))
	return signed + "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}
