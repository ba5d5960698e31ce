// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// refusesNewConnections waits until nobody can connect to the server, because it stops or
// has ended.
func (p *process) refusesNewConnections(t *testing.T) {
	t.Helper()
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(2 * time.Millisecond) {
		probe, err := net.Dial("tcp", strings.TrimPrefix(p.url, "http://"))
		if err != nil {
			return
		}
		probe.Close()
	}
	require.Fail(t, "it still takes new connections", "told to stop, the server must take no new connections: does run wait for ctx.Done(), and then call Shutdown?")
}

// finish sends the body of a request that has begun, and returns what is answered.
func finish(connection net.Conn, answers *bufio.Reader, body string) (status string, err error) {
	if _, err := io.WriteString(connection, body); err != nil {
		return "", err
	}
	answer, err := http.ReadResponse(answers, nil)
	if err != nil {
		return "", err
	}
	return answer.Status, nil
}

// 7. Told to stop, the server finishes what it has begun.
func TestRun_FinishesWhatItHasBegun(t *testing.T) {
	for _, signal := range signals {
		t.Run(signal.name, func(t *testing.T) {
			p := start(t)
			ann := p.user(t, "ann")
			body := `{"title":"Write report"}`
			t.Logf("sent: POST /tasks without its body; then %s; then the body", signal.name)
			connection, answers := p.begin(t, ann.token, body)
			require.NoError(t, signal.send(p.cmd.Process))
			p.refusesNewConnections(t)
			got, err := finish(connection, answers, body)
			if err != nil {
				got = "no answer"
			}
			if got != "201 Created" { // wait, to know why
				select {
				case <-p.exited:
				case <-time.After(patience):
				}
			}
			require.Equal(t, "201 Created", got, "told to stop by %s, %s, the server must answer a request that is under way, and as ever: its client would not know whether to send it again. %s", signal.name, signal.sender, p.ended(signal.signal))
			p.exits(t)
			assert.Zero(t, p.cmd.ProcessState.ExitCode(), "a server that stopped when it was told to must exit with 0: anything else looks like a crash; it printed: %s", p.output)
		})
	}
}

// ended says how the server came to its end.
func (p *process) ended(signal os.Signal) string {
	if p.runs() {
		return "It still runs"
	}
	if strings.Contains(p.cmd.ProcessState.String(), "signal: "+signal.String()) {
		return "The signal has ended the program on the spot, so nobody waited for it: main turns it into the end of ctx (signal.NotifyContext), and must know this one, too"
	}
	return fmt.Sprintf("It ended with %v. Is the context that Shutdown gets still alive, does run wait for Shutdown, and is the database open until then?", p.cmd.ProcessState)
}

// 7. It waits for nobody longer than shutdownTime.
func TestRun_StopsInTime(t *testing.T) {
	p := start(t, "TEST_SHUTDOWN_TIME=100ms")
	ann := p.user(t, "ann")
	t.Log("sent: POST /tasks without its body, and shutdownTime is a tenth of a second; then a signal to stop; and the body never comes")
	connection, answers := p.begin(t, ann.token, `{"title":"Write report"}`)
	require.NoError(t, stop(p.cmd.Process))
	p.refusesNewConnections(t)
	select {
	case <-p.exited:
	case <-time.After(patience):
		require.Fail(t, "it is still running", "told to stop, the server must wait for the requests under way, but for no longer than shutdownTime: a single client that never finishes would keep it until it's killed, and what is killed closes no database")
	}
	_, err := finish(connection, answers, `{"title":"Write report"}`)
	assert.Error(t, err, "a server that has ended answers nobody")
	assert.NoFileExists(t, p.database+"-wal", "when time is up, the server must still close the database before it exits")
}

// 7. The database is closed last.
func TestRun_ClosesTheDatabase(t *testing.T) {
	p := start(t)
	p.user(t, "ann")
	p.stops(t)

	assert.NoFileExists(t, p.database+"-wal", "told to stop, the server must close the database before it exits: what SQLite leaves in the -wal file is missing in every copy of the database")
}
