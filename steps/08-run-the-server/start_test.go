// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package main

import (
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// 3. The server starts and answers.
func TestRun_AnswersHealth(t *testing.T) {
	answer := shared(t).do(t, "GET", "/healthz", "", "")
	assert.Equal(t, "200", answer.Outcome(), "GET /healthz must answer 200: that's how one finds out whether a server can do its work")
	assert.NotContains(t, answer.Body, "tasks.db", "GET /healthz must not tell strangers what the server is made of (CWE-497)")
}

// 3. The log says where.
func TestRun_SaysWhereItListens(t *testing.T) {
	t.Log("sent: the server is started with ADDR=127.0.0.1:0, so that the system chooses a port")
	p := spawn(t, t.TempDir(), "127.0.0.1:0")
	p.endsWith(t)
	var logged []string
	for deadline := time.Now().Add(patience); logged == nil && p.runs() && time.Now().Before(deadline); time.Sleep(2 * time.Millisecond) {
		logged = regexp.MustCompile(`127\.0\.0\.1:([1-9]\d*)`).FindStringSubmatch(p.output.String())
	}
	p.mustRun(t)
	require.NotNil(t, logged, "the log must hold the address that the server really has: with port 0 the system chooses one, which nobody can guess. The listener knows it")

	response, err := client.Get("http://" + logged[0] + "/healthz")
	require.NoError(t, err, "the server must be found at the address that its log names, %s: that's where people look for where to go", logged[0])
	response.Body.Close()
	assert.Equal(t, http.StatusOK, response.StatusCode, "the server must be found at the address that its log names, %s", logged[0])
}

// 3. It listens on ADDR, and no wider.
func TestRun_ListensNoWiderThanItIsTold(t *testing.T) {
	p := shared(t)
	host, port, err := net.SplitHostPort(strings.TrimPrefix(p.url, "http://"))
	require.NoError(t, err)

	others := []string{"127.0.0.1", "127.0.0.2", "::1"}
	addresses, _ := net.InterfaceAddrs()
	for _, address := range addresses {
		if network, ok := address.(*net.IPNet); ok && !network.IP.IsLinkLocalUnicast() {
			others = append(others, network.IP.String())
		}
	}
	for _, other := range others {
		if other == host {
			continue
		}
		r, err := http.NewRequest("GET", "http://"+net.JoinHostPort(other, port)+"/healthz", nil)
		require.NoError(t, err)
		near := http.Client{Transport: client.Transport, Timeout: time.Second}
		response, err := near.Do(r)
		if err != nil {
			continue
		}
		response.Body.Close()
		require.NotEqual(t, http.StatusOK, response.StatusCode, // anything else is another program
			"told to listen on %s, the server answers on %s, too: somebody who keeps a server to one machine, or to one network, means it (CWE-1327)", net.JoinHostPort(host, port), net.JoinHostPort(other, port))
	}
}

// 3. What keeps it from starting is named.
func TestRun_SaysWhatKeepsItFromStarting(t *testing.T) {
	shared(t)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer listener.Close()
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, []byte("this is no database, and no folder"), 0o600))

	for _, test := range []struct{ variable, value, why string }{
		{"ADDR", listener.Addr().String(), "somebody else listens there"},
		{"ADDR", "nonsense", "it's no address"},
		{"DATABASE", filepath.Join(file, "tasks.db"), "a file can't be a folder"},
		{"DATABASE", t.TempDir(), "a folder can't be a database"},
		{"DATABASE", ":memory:", "nothing would be left of it after the stop"},
		{"DATABASE", file, "it's a file of something else, which nobody wants overwritten"},
	} {
		printed := refusal(t, test.variable+"="+test.value)
		other := map[string]string{"ADDR": "DATABASE", "DATABASE": "ADDR"}[test.variable]
		assert.Contains(t, printed, test.variable, "with %s=%s the server must refuse to start (%s), and name %s: it's what has to be changed", test.variable, test.value, test.why, test.variable)
		assert.NotContains(t, printed, other+":", "what's wrong is %s (%s), so the error must not name %s: somebody would change the wrong one", test.variable, test.why, other)
		assert.Empty(t, leaked(printed, secretKey), "an error must hold no part of the key: it ends up in logs, which more people read than should be able to make tokens (CWE-532)")
		printable(t, printed, "the error is for people")
	}
}
