package contract

import (
	"io"
	"net"
	"os"
	"runtime"
	"sync"
	"testing"
	"time"

	"tokenauth.example/scripts/internal/verdict"
)

// The reference server never fails because of the machine: what is asked where everything is
// slow passes, or could not be judged. It takes many minutes, so it is run only if SLOW is set.
func TestTheReferenceOnSlowMachines(t *testing.T) {
	if os.Getenv("SLOW") == "" {
		t.Skip("it takes many minutes: set SLOW=1")
	}
	binary := newBench(t).build(t, nil)
	t.Run("hashing at a high cost, and the processors busy", func(t *testing.T) {
		s := serve(t, []string{binary}, "BCRYPT_COST=14")
		stop := make(chan struct{})
		defer close(stop)
		for range 2 * runtime.NumCPU() {
			go func() {
				for {
					select {
					case <-stop:
						return
					default:
						runtime.Gosched() // and on: this keeps a processor busy
					}
				}
			}()
		}
		failsNothing(t, s.URL)
	})
	t.Run("on a line that takes a second", func(t *testing.T) {
		s := serve(t, []string{binary})
		failsNothing(t, slowLine(t, s.Address, func() { time.Sleep(time.Second) }))
	})
	t.Run("on a machine that stands still at times", func(t *testing.T) {
		s := serve(t, []string{binary})
		began := time.Now()
		failsNothing(t, slowLine(t, s.Address, func() {
			const period, still = 25 * time.Second, 12 * time.Second
			if at := time.Since(began) % period; at < still {
				time.Sleep(still - at)
			}
		}))
	})
}

func failsNothing(t *testing.T, url string) {
	t.Helper()
	result, err := Run(t.Context(), Options{URL: url, Key: key})
	if err != nil {
		t.Fatal(err)
	}
	count := map[verdict.Verdict]int{}
	for name, o := range result.Outcomes {
		count[o.Verdict]++
		if o.Verdict.Failed() {
			t.Errorf("%s: wanted %s, got %s, after %v\n%s\n\n%s", name, o.Want, o.Got, o.Took, o.Sent, o.Answered)
		}
	}
	t.Logf("in %v: %v %v", result.Took.Round(time.Second), count, result.Notes)
}

// slowLine passes connections on to a server, each after what wait does, and returns the URL
// at which it listens.
func slowLine(t *testing.T, to string, wait func()) (url string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer client.Close()
				wait()
				server, err := net.Dial("tcp", to)
				if err != nil {
					return
				}
				defer server.Close()
				var group sync.WaitGroup
				group.Go(func() {
					_, _ = io.Copy(server, client)
					_ = server.(*net.TCPConn).CloseWrite()
					_, _ = io.Copy(io.Discard, client) // what is not read takes the answer with it
				})
				group.Go(func() {
					_, _ = io.Copy(client, server)
					_ = client.(*net.TCPConn).CloseWrite()
				})
				group.Wait()
			}()
		}
	}()
	return "http://" + listener.Addr().String()
}
