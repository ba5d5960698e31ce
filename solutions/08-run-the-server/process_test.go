// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package main

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The tests run the server as a process of its own and speak HTTP to it, as its
// clients do. The process is this test program once more, told to be the server.
func TestMain(m *testing.M) {
	if os.Getenv("TEST_BE_THE_SERVER") != "" {
		go func() { // the tests hold the other end of stdin: when they end, however they do, so does this
			_, _ = io.Copy(io.Discard, os.Stdin)
			os.Exit(1)
		}()
		if limit, err := time.ParseDuration(os.Getenv("TEST_SHUTDOWN_TIME")); err == nil {
			shutdownTime = limit
		}
		main()
		return
	}
	code := m.Run()
	if everybodys != nil {
		everybodys.kill()
		_ = os.RemoveAll(everybodys.cmd.Dir)
	}
	os.Exit(code)
}

// process is a running server.
type process struct {
	url      string
	database string // the file
	cmd      *exec.Cmd
	output   *output
	exited   chan struct{} // closed when it has
}

// output keeps what a process prints.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// freeAddress returns an address of this machine on which nobody listens. Until the
// server does, another program may take it: where 127.0.0.1 has neighbours (Linux,
// Windows), it is one of those, which nobody else uses.
func freeAddress(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", fmt.Sprintf("127.%d.%d.%d:0", 1+rand.IntN(250), rand.IntN(250), 1+rand.IntN(250)))
	if err != nil {
		listener, err = net.Listen("tcp", "127.0.0.1:0")
	}
	require.NoError(t, err)
	defer listener.Close()
	return listener.Addr().String()
}

// patience is how long a test waits for a server that should answer, or exit, at once.
const patience = 10 * time.Second

// spawn starts the server in a folder with good settings, changed by env: "NAME=value".
// It doesn't wait for anything.
func spawn(t *testing.T, folder, address string, env ...string) *process {
	t.Helper()
	program, err := os.Executable()
	require.NoError(t, err)
	p := &process{url: "http://" + address, output: &output{}, exited: make(chan struct{})}
	p.cmd = exec.Command(program)
	p.cmd.Dir = folder
	p.database = filepath.Join(folder, "tasks.db")
	for _, variable := range env {
		if database, ok := strings.CutPrefix(variable, "DATABASE="); ok && database != "" {
			p.database = database
		}
	}
	p.cmd.Env = append(os.Environ(), append([]string{
		"TEST_BE_THE_SERVER=1", "SECRET_KEY=" + secretKey, "ACCESS_TOKEN_EXPIRE_MINUTES=", "DATABASE=", "ADDR=" + address, "BCRYPT_COST=10",
	}, env...)...)
	p.cmd.Stdout, p.cmd.Stderr = p.output, p.output
	_, err = p.cmd.StdinPipe()
	require.NoError(t, err)
	makeStoppable(p.cmd)
	require.NoError(t, p.cmd.Start())
	go func() {
		_ = p.cmd.Wait()
		close(p.exited)
	}()
	return p
}

// ready waits until the server answers, or has exited.
func (p *process) ready(t *testing.T) {
	t.Helper()
	probe := http.Client{Transport: client.Transport, Timeout: time.Second}
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(2 * time.Millisecond) {
		if !p.runs() {
			return
		}
		if response, err := probe.Get(p.url + "/healthz"); err == nil {
			response.Body.Close()
			return
		}
	}
	require.Fail(t, "nobody answers there", "the server runs, and must answer at %s, as ADDR says; it printed: %s", p.url, p.output)
}

// launch starts the server and returns when it answers, or has exited. It ends with the test.
func launch(t *testing.T, env ...string) *process {
	t.Helper()
	p := spawn(t, t.TempDir(), freeAddress(t), env...)
	p.endsWith(t)
	p.ready(t)
	return p
}

// endsWith kills the server when the test is over, and shows what it printed if the test
// has failed.
func (p *process) endsWith(t *testing.T) {
	t.Cleanup(func() {
		p.kill()
		if t.Failed() {
			t.Logf("got: the server printed:\n%s", p.output)
		}
	})
}

// start is launch for a server that must run.
func start(t *testing.T, env ...string) *process {
	t.Helper()
	p := launch(t, env...)
	p.mustRun(t)
	return p
}

func (p *process) mustRun(t *testing.T) {
	t.Helper()
	require.True(t, p.runs(), "with good settings the server must start and answer GET /healthz, and it has exited; it printed: %s", p.output)
}

// everybodys is the server of all the tests that only ask questions: it saves the time
// to start one for each.
var everybodys *process

// shared returns everybody's server. If it has gone, there's a new one.
func shared(t *testing.T) *process {
	t.Helper()
	if everybodys == nil || !everybodys.runs() {
		var folder string
		if everybodys != nil {
			folder = everybodys.cmd.Dir
		} else {
			var err error
			folder, err = os.MkdirTemp("", "server-*")
			require.NoError(t, err)
		}
		everybodys = spawn(t, folder, freeAddress(t))
		everybodys.ready(t)
	}
	p, before := everybodys, len(everybodys.output.String())
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("got: the server printed:\n%s", p.output.String()[before:])
		}
	})
	p.mustRun(t)
	return p
}

func (p *process) runs() bool {
	select {
	case <-p.exited:
		return false
	default:
		return true
	}
}

func (p *process) kill() {
	_ = p.cmd.Process.Kill()
	<-p.exited
}

// stops tells the server to stop, and waits until it has.
func (p *process) stops(t *testing.T) {
	t.Helper()
	t.Log("sent: a signal to stop")
	require.NoError(t, stop(p.cmd.Process))
	p.exits(t)
}

// exits waits until the server has exited, as it was told to.
func (p *process) exits(t *testing.T) {
	t.Helper()
	select {
	case <-p.exited:
	case <-time.After(patience):
		require.Fail(t, "it is still running", "told to stop, the server must exit when its last request has been answered")
	}
}

// refusal launches the server and returns what it printed if it refused to start,
// and "" if it runs.
func refusal(t *testing.T, env ...string) string {
	t.Helper()
	t.Logf("sent: the server's environment has %q", env)
	p := launch(t, env...)
	if p.runs() {
		return ""
	}
	assert.NotZero(t, p.cmd.ProcessState.ExitCode(), "a server that did not start must exit with a code other than 0: that's how whatever started it notices")
	return p.output.String()
}
