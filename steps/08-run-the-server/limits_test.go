// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package main

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// pipes is a listener whose connections are net.Pipes: in a synctest bubble, time
// passes on them in no time.
type pipes struct {
	connections chan net.Conn
	closed      chan struct{}
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case connection := <-p.connections:
		return connection, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error   { close(p.closed); return nil }
func (p *pipes) Addr() net.Addr { return &net.IPAddr{} }

// works reads a body to its end, and then works for a while: it hashes, say.
func works(w http.ResponseWriter, r *http.Request) {
	if _, err := io.Copy(io.Discard, r.Body); err != nil {
		return
	}
	time.Sleep(hashingWait)
	_, _ = io.WriteString(w, "done")
}

// talk says what a client sends, and after a pause says the rest. It returns how long
// the server keeps the connection, an hour at most, and what it answers.
func talk(t *testing.T, handler http.Handler, sent string, pause time.Duration, rest string) (kept time.Duration, answer string) {
	if rest == "" {
		t.Logf("sent: %.60q, and then nothing more", sent)
	} else {
		t.Logf("sent: %.60q, and %v later %.60q", sent, pause, rest)
	}
	synctest.Test(t, func(t *testing.T) {
		listener := &pipes{make(chan net.Conn), make(chan struct{})}
		server := newServer(handler)
		defer server.Close()
		go func() { _ = server.Serve(listener) }()
		client, connection := net.Pipe()
		defer client.Close()
		listener.connections <- connection
		began := time.Now()
		require.NoError(t, client.SetDeadline(began.Add(time.Hour)))
		go func() {
			_, _ = io.WriteString(client, sent)
			time.Sleep(pause)
			_, _ = io.WriteString(client, rest)
		}()
		text, _ := io.ReadAll(client)
		kept, answer = time.Since(began), string(text)
	})
	status, _, _ := strings.Cut(answer, "\r\n")
	t.Logf("got: %s", cmp.Or(status, "nothing"))
	return kept, answer
}

// most is how long a client may hold a connection without doing anything: a minute,
// and what net/http takes to close one.
const most = time.Minute + 2*time.Second

// 6. A client that stops talking is left.
func TestNewServer_LeavesClientsThatStopTalking(t *testing.T) {
	for _, test := range []struct{ name, sent string }{
		{"in the middle of its header", "GET / HTTP/1.1\r\nHost: x\r\nX-Slow:"},
		{"in the middle of its body", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nhalf"},
		{"between two requests", "GET / HTTP/1.1\r\nHost: x\r\n\r\n"},
		{"before it has said a word", ""},
	} {
		kept, _ := talk(t, http.HandlerFunc(works), test.sent, 0, "")
		if kept > most+hashingWait {
			assert.Fail(t, fmt.Sprintf("it is kept for %v or longer", kept.Truncate(2*time.Second)),
				"a client that stops talking %s must be left after a minute at the most: a few thousand of them would hold every connection (CWE-400)", test.name)
		}
	}
}

// 6. Guard: A client that is slow, but talks, is answered.
func TestNewServer_AnswersSlowClients(t *testing.T) {
	for _, test := range []struct{ name, sent, rest string }{
		{"header", "POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-", "Length: 4\r\n\r\nbody"},
		{"body", "POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 4\r\n\r\nbo", "dy"},
	} {
		kept, _ := talk(t, http.HandlerFunc(works), test.sent, 0, "")
		if kept > most {
			continue // it would wait forever; that is for the test above
		}
		require.Greater(t, kept, time.Second-10*time.Millisecond, "a client must have at least a second for its %s: some are far away, and on a phone", test.name)
		pause := kept - 10*time.Millisecond
		_, answer := talk(t, http.HandlerFunc(works), test.sent, pause, test.rest)
		assert.Contains(t, answer, "done", "a client whose %s takes %v, which is just in time, must get its answer, and making it may take as long as it waits to hash a password, %v. WriteTimeout begins when the header has been read, so it must be longer than ReadTimeout by that: people with a slow connection would be cut off", test.name, pause, hashingWait)
	}
}

// 6. A client that does not read its answer is left.
func TestNewServer_LeavesClientsThatDoNotRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		listener := &pipes{make(chan net.Conn), make(chan struct{})}
		result := make(chan error, 1)
		server := newServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			_, err := w.Write(make([]byte, 1<<20))
			result <- err
		}))
		defer server.Close()
		go func() { _ = server.Serve(listener) }()
		client, connection := net.Pipe()
		defer client.Close()
		listener.connections <- connection
		_, err := io.WriteString(client, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
		require.NoError(t, err)

		select {
		case err := <-result:
			assert.Error(t, err, "writing to a client that does not read must fail")
		case <-time.After(most):
			assert.Fail(t, "it is still being written to", "a client that does not read its answer must be left after a minute at the most: it holds a connection and its memory (CWE-400)")
		}
	})
}

// 6. A header has a limit, and the server that runs has the limits.
func TestRun_RefusesAHugeHeader(t *testing.T) {
	p := shared(t)
	status := func(size int) string {
		t.Logf("sent: GET /healthz with a header of %d bytes", size)
		connection := p.dial(t)
		go func() {
			_, _ = io.WriteString(connection, "GET /healthz HTTP/1.1\r\nHost: x\r\nX-Large: "+strings.Repeat("x", size)+"\r\n\r\n")
		}()
		answer, err := http.ReadResponse(bufio.NewReader(connection), nil)
		require.NoError(t, err, "a header of %d bytes must be answered", size)
		t.Logf("got: %s", answer.Status)
		return answer.Status
	}
	require.Equal(t, "200 OK", status(8000), "a header of 8 kB must be read: tokens and cookies are that long")

	assert.Contains(t, status(80<<10), "431 ", "a header of 80 KiB must get 431, so run must use newServer: a header is read before anybody is known, by default up to a megabyte (CWE-770)")
}

// 6. A body that is too long is refused while it is sent.
func TestServer_ReadsNoBodyToItsEnd(t *testing.T) {
	p := shared(t)
	ann := p.user(t, "ann")
	require.Equal(t, "201", p.do(t, "POST", "/tasks", ann.token, `{"title":"Write report"}`+strings.Repeat(" ", 60_000)).Outcome(), "a body of 60 kB must be read")

	for _, path := range []string{"/tasks", "/users", "/auth/token"} {
		t.Logf("sent: POST %s, whose body is a hundred gigabytes; the first megabyte of it; then nothing more", path)
		connection := p.dial(t)
		require.NoError(t, connection.SetDeadline(time.Now().Add(patience/2)))
		go func() {
			_, _ = fmt.Fprintf(connection, "POST %s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 100000000000\r\n\r\n", path, ann.token)
			_, _ = connection.Write(make([]byte, 1<<20))
		}()
		answer, err := http.ReadResponse(bufio.NewReader(connection), nil)
		require.NoError(t, err, "POST %s must be answered when too much has come: a server that reads on, or keeps what it has read, runs out of memory (CWE-770)", path)
		t.Logf("got: %s", answer.Status)
		assert.Contains(t, []int{400, 413}, answer.StatusCode, "POST %s with a body of a hundred gigabytes must be refused when 64 KiB have come", path)
	}
}

// 6. Guard: After an early error, the connection is closed.
func TestJSONErrors_LeaveClientsThatDoNotSendTheRest(t *testing.T) {
	handler := jsonErrors(http.NotFoundHandler(), slog.New(slog.DiscardHandler))
	kept, answer := talk(t, handler, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n", 0, "")
	require.Contains(t, answer, "404", "what isn't there must get 404, before the body has come")
	assert.Contains(t, answer, "Connection: close", "the client must be told that the connection ends: what it sends after this would be lost")
	assert.LessOrEqual(t, kept, restTime+time.Second, "a client that was refused, and does not send the rest of its body, must be left soon: it holds a connection for nothing (CWE-400)")
}
