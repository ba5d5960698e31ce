package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"tokenauth.example/scripts/internal/screen"
	"tokenauth.example/scripts/internal/steps"
)

// here is the command in the workshop that the test stands in.
func here(t *testing.T) *app {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	workshop, err := steps.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return &app{ctx: t.Context(), workshop: workshop, screen: screen.Plain(io.Discard)}
}

// referenceServer builds the server of the last step.
func referenceServer(t *testing.T) (binary string) {
	t.Helper()
	a := here(t)
	list, err := a.workshop.Steps()
	if err != nil {
		t.Fatal(err)
	}
	binary, cleanUp, err := a.build(list[len(list)-1].SolutionDir(), "off")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cleanUp)
	return binary
}

// served is a running server.
type served struct {
	t      *testing.T
	url    string
	cmd    *exec.Cmd
	exited chan struct{}
	said   *bytes.Buffer
}

// serve starts a server on a database, by the command line if one is given. It may refuse
// to start.
func serve(t *testing.T, binary, database string, around ...string) *served {
	t.Helper()
	address, err := freeAddress()
	if err != nil {
		t.Fatal(err)
	}
	line := append(around, binary)
	s := &served{t: t, url: "http://" + address, cmd: exec.Command(line[0], line[1:]...), exited: make(chan struct{}), said: &bytes.Buffer{}}
	s.cmd.Env = append(os.Environ(), "ADDR="+address, "SECRET_KEY="+benchKey, "DATABASE="+database, "BCRYPT_COST=10")
	s.cmd.Stdout, s.cmd.Stderr = s.said, s.said
	s.cmd.WaitDelay = time.Second
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { _ = s.cmd.Wait(); close(s.exited) }()
	t.Cleanup(s.kill)
	_ = waitFor(s.url+"/healthz", s.exited)
	return s
}

func (s *served) kill() {
	_ = s.cmd.Process.Kill()
	<-s.exited
}

func (s *served) runs() bool {
	select {
	case <-s.exited:
		return false
	default:
		return true
	}
}

// send sends a request, and returns the status and the JSON that is answered.
func (s *served) send(ctx context.Context, method, path, token, body string) (status int, answer any, err error) {
	r, err := http.NewRequestWithContext(ctx, method, s.url+path, strings.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	if path == "/auth/token" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, nil, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return 0, nil, err
	}
	_ = json.Unmarshal(text, &answer)
	return response.StatusCode, answer, nil
}

// user signs a user up, and returns a token.
func (s *served) user(email string) string {
	s.t.Helper()
	if status, answer, err := s.send(s.t.Context(), "POST", "/users", "", `{"email":"`+email+`","password":"correct-horse"}`); err != nil || status != 201 {
		s.t.Fatalf("POST /users: %d %v %v; the server printed: %s", status, answer, err, s.said)
	}
	_, answer, err := s.send(s.t.Context(), "POST", "/auth/token", "", "username="+email+"&password=correct-horse")
	if err != nil {
		s.t.Fatal(err)
	}
	token, _ := answer.(map[string]any)["access_token"].(string)
	return token
}

// Killed again and again while clients write, the server has every task that it has said
// it made, once and whole.
func TestServer_LosesNothing(t *testing.T) {
	binary := referenceServer(t)
	database := filepath.Join(t.TempDir(), "tasks.db")
	s := serve(t, binary, database)
	token := s.user("ann@example.com")

	var mu sync.Mutex
	said := map[string]string{} // by id, the titles of tasks that were answered with 201
	tried := map[string]bool{}  // the titles of all that were sent
	const rounds = 15
	for round := range rounds {
		var group sync.WaitGroup
		for client := range 8 {
			group.Go(func() {
				for n := 0; s.runs(); n++ {
					title := fmt.Sprintf("%d-%d-%d %s", round, client, n, strings.Repeat("x", n%500))
					mu.Lock()
					tried[title] = true
					mu.Unlock()
					status, answer, err := s.send(t.Context(), "POST", "/tasks", token, `{"title":"`+title+`"}`)
					if err != nil {
						return // killed
					}
					if status != 201 {
						t.Errorf("POST /tasks: %d %v", status, answer)
						return
					}
					mu.Lock()
					said[answer.(map[string]any)["id"].(string)] = title
					mu.Unlock()
				}
			})
		}
		time.Sleep(100*time.Millisecond + time.Duration(round)*7*time.Millisecond)
		s.kill()
		group.Wait()
		s = serve(t, binary, database)
		if !s.runs() {
			t.Fatalf("the server does not start after it was killed: %s", s.said)
		}
	}
	status, answer, err := s.send(t.Context(), "GET", "/tasks", token, "")
	if err != nil || status != 200 {
		t.Fatalf("GET /tasks: %d %v", status, err)
	}
	kept, titles := map[string]string{}, map[string]int{}
	for _, task := range answer.([]any) {
		task := task.(map[string]any)
		kept[task["id"].(string)] = task["title"].(string)
		titles[task["title"].(string)]++
	}
	for id, title := range said {
		if kept[id] != title {
			t.Errorf("the task %q was answered with 201, and is %q now", title, kept[id])
		}
	}
	for title, n := range titles {
		if n != 1 || !tried[title] {
			t.Errorf("the task %.60q is there %d times", title, n)
		}
	}
	if len(said) < 10*rounds {
		t.Errorf("only %d tasks were made: that proves little", len(said))
	}
	t.Logf("%d tasks were answered with 201, and %d are there", len(said), len(kept))
}

// What cannot be a database stops the start, with the setting and the cause.
func TestServer_RefusesABrokenDatabase(t *testing.T) {
	binary := referenceServer(t)
	dir := t.TempDir()
	garbage := filepath.Join(dir, "garbage.db")
	if err := os.WriteFile(garbage, bytes.Repeat([]byte("this is no database. "), 1000), 0o644); err != nil {
		t.Fatal(err)
	}
	// A good one, of which the middle was overwritten.
	torn := filepath.Join(dir, "torn.db")
	s := serve(t, binary, torn)
	s.user("ann@example.com")
	if err := stopServer(s.cmd.Process); err != nil {
		t.Fatal(err)
	}
	<-s.exited
	text, err := os.ReadFile(torn)
	if err != nil {
		t.Fatal(err)
	}
	for i := range text[100:] {
		text[100+i] ^= 0x5a
	}
	if err := os.WriteFile(torn, text, 0o644); err != nil {
		t.Fatal(err)
	}
	for _, database := range []string{garbage, torn, dir, filepath.Join(dir, "no", "such", "folder.db")} {
		s := serve(t, binary, database)
		if s.runs() {
			t.Errorf("the server starts with the database %s", database)
			continue
		}
		if s.cmd.ProcessState.ExitCode() == 0 || !strings.Contains(s.said.String(), "DATABASE") || strings.Contains(s.said.String(), "goroutine") {
			t.Errorf("with the database %s the server exits with %d and says: %s", database, s.cmd.ProcessState.ExitCode(), s.said)
		}
	}
}

// When the disk is full, writing gets 500, reading goes on, and nothing that was answered
// is lost.
func TestServer_SaysWhenTheDiskIsFull(t *testing.T) {
	bwrap, err := exec.LookPath("bwrap")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("CI needs bubblewrap")
		}
		t.Skip("a small disk is made with bubblewrap, which is not on this machine")
	}
	binary := referenceServer(t)
	s := serve(t, binary, "/disk/tasks.db", bwrap, "--die-with-parent", "--unshare-pid", "--dev-bind", "/", "/", "--size", "400000", "--tmpfs", "/disk")
	if !s.runs() {
		t.Skipf("bubblewrap does not work here: %s", s.said)
	}
	token := s.user("ann@example.com")
	made, refused := 0, 0
	for range 200 {
		status, answer, err := s.send(t.Context(), "POST", "/tasks", token, `{"title":"`+strings.Repeat("x", 10_000)+`"}`)
		if err != nil {
			t.Fatal(err)
		}
		switch status {
		case 201:
			made++
		case 500:
			refused++
			if code := answer.(map[string]any)["error"]; code != "server_error" {
				t.Fatalf("500 with the code %v", code)
			}
		default:
			t.Fatalf("on a full disk, POST /tasks is answered with %d %v", status, answer)
		}
	}
	if made == 0 || refused == 0 {
		t.Fatalf("%d tasks were made, and %d refused", made, refused)
	}
	status, answer, err := s.send(t.Context(), "GET", "/tasks", token, "")
	if err != nil || status != 200 || len(answer.([]any)) != made {
		t.Errorf("on a full disk, GET /tasks is answered with %d and not the %d tasks that were made: %v", status, made, err)
	}
}

// Many clients at once get their answers, and leave nothing behind.
func TestServer_ServesAThousandClients(t *testing.T) {
	binary := referenceServer(t)
	s := serve(t, binary, filepath.Join(t.TempDir(), "tasks.db"))
	token := s.user("ann@example.com")
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 1000}, Timeout: time.Minute}
	defer client.CloseIdleConnections()

	var group sync.WaitGroup
	start := make(chan struct{})
	for n := range 1000 {
		group.Go(func() {
			<-start
			for i := range 5 {
				method, path, body, want := "GET", "/auth/me", "", 200
				if (n+i)%5 == 0 {
					method, path, body, want = "POST", "/tasks", `{"title":"Write report"}`, 201
				}
				r, err := http.NewRequestWithContext(t.Context(), method, s.url+path, strings.NewReader(body))
				if err != nil {
					t.Error(err)
					return
				}
				r.Header.Set("Authorization", "Bearer "+token)
				answer, err := client.Do(r)
				if err != nil {
					t.Errorf("%s %s: %v", method, path, err)
					return
				}
				_, _ = io.Copy(io.Discard, answer.Body)
				answer.Body.Close()
				if answer.StatusCode != want {
					t.Errorf("%s %s: %s", method, path, answer.Status)
				}
			}
		})
	}
	close(start)
	group.Wait()

	// Told to stop, it does so within its bound, though a thousand connections are open.
	began := time.Now()
	if err := stopServer(s.cmd.Process); err != nil {
		t.Fatal(err)
	}
	select {
	case <-s.exited:
	case <-time.After(20 * time.Second):
		t.Fatal("the server does not stop")
	}
	if code := s.cmd.ProcessState.ExitCode(); code != 0 {
		t.Errorf("the server exits with %d: %s", code, s.said)
	}
	t.Logf("stopped in %v", time.Since(began).Round(time.Millisecond))
}
