package acceptance

import (
	"bufio"
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tokenauth.example/scripts/internal/gotest"
)

// refused says what is wrong with how a server that has exited refused to start, or "".
func (s *served) refused() string {
	if said := s.Said(); s.Cmd.ProcessState.ExitCode() == 0 || !strings.Contains(said, "DATABASE") || strings.Contains(said, "goroutine") {
		return fmt.Sprintf("the server exits with %d and says: %s", s.Cmd.ProcessState.ExitCode(), said)
	}
	return ""
}

func (s *served) runs() bool {
	select {
	case <-s.Exited():
		return false
	default:
		return true
	}
}

// send sends a request, and returns the status and the JSON that is answered.
func (s *served) send(ctx context.Context, method, path, token, body string) (status int, answer any, err error) {
	r, err := http.NewRequestWithContext(ctx, method, s.URL+path, strings.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	if path == "/auth/token" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	response, err := s.client.Do(r)
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
		s.t.Fatalf("POST /users: %d %v %v; the server printed: %s", status, answer, err, s.Said())
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

	var mu sync.Mutex
	said := map[string]string{} // by id, the titles of tasks that were answered with 201
	tried := map[string]bool{}  // the titles of all that were sent
	const rounds = 15
	var tokens []string // a user for each round, because nobody may have more than 1,000 tasks
	for round := range rounds {
		token := s.user(fmt.Sprintf("ann-%d@example.com", round))
		tokens = append(tokens, token)
		var group sync.WaitGroup
		for client := range 8 {
			group.Go(func() {
				for n := 0; s.runs(); n++ {
					title := fmt.Sprintf("%d-%d-%d %s", round, client, n, strings.Repeat("x", n%480))
					mu.Lock()
					tried[title] = true
					mu.Unlock()
					status, answer, err := s.send(t.Context(), "POST", "/tasks", token, `{"title":"`+title+`"}`)
					if err != nil {
						return // killed
					}
					if status == 409 { // she has 1,000
						return
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
		s.Kill()
		group.Wait()
		s = serve(t, binary, database)
		if !s.runs() {
			t.Fatalf("the server does not start after it was killed: %s", s.Said())
		}
	}
	kept, titles := map[string]string{}, map[string]int{}
	for _, token := range tokens {
		status, answer, err := s.send(t.Context(), "GET", "/tasks", token, "")
		if err != nil || status != 200 {
			t.Fatalf("GET /tasks: %d %v", status, err)
		}
		for _, task := range answer.([]any) {
			task := task.(map[string]any)
			kept[task["id"].(string)] = task["title"].(string)
			titles[task["title"].(string)]++
		}
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
	s.stop()
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
		if wrong := s.refused(); wrong != "" {
			t.Errorf("with the database %s %s", database, wrong)
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
		t.Skipf("bubblewrap does not work here: %s", s.Said())
	}
	token := s.user("ann@example.com")
	made, refused := 0, 0
	for range 400 {
		status, answer, err := s.send(t.Context(), "POST", "/tasks", token, `{"title":"`+strings.Repeat("🐎", 500)+`"}`)
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

// tasks is a user's tasks as requests have been answered: what was said to be made must be
// there, and what was refused must not.
type tasks struct {
	*served
	token string

	mu    sync.Mutex
	known map[string]string // by id, the titles of those that were made
}

// ask sends a request, which must be answered within a minute.
func (l *tasks) ask(method, path, body string) (status int, answer any, err error) {
	ctx, cancel := context.WithTimeout(l.t.Context(), time.Minute)
	defer cancel()
	return l.send(ctx, method, path, l.token, body)
}

// makes tries to make a task. It returns the status, of which 201 and 500 are the right ones.
func (l *tasks) makes(title string) (status int) {
	status, answer, err := l.ask("POST", "/tasks", `{"title":"`+title+`"}`)
	switch {
	case err != nil:
		l.t.Errorf("POST /tasks is not answered: %v", err)
	case status == 201:
		l.mu.Lock()
		defer l.mu.Unlock()
		l.known[answer.(map[string]any)["id"].(string)] = title
	case !isServerError(status, answer):
		l.t.Errorf("POST /tasks is answered with %d %v", status, answer)
	}
	return status
}

// reads asks for everything that writes nothing. It returns how often it got it, of three.
func (l *tasks) reads() (got int) {
	for _, request := range [][3]string{{"GET", "/auth/me", ""}, {"GET", "/tasks", ""}, {"POST", "/auth/token", "username=ann@example.com&password=correct-horse"}} {
		status, answer, err := l.ask(request[0], request[1], request[2])
		switch {
		case err != nil:
			l.t.Errorf("%s %s is not answered: %v", request[0], request[1], err)
		case status == 200 || request[1] == "/auth/token" && isOverloaded(status, answer):
			got++
		case !isServerError(status, answer):
			l.t.Errorf("%s %s is answered with %d %v", request[0], request[1], status, answer)
		}
	}
	return got
}

// areKept compares with what a server says that has no trouble, and makes one more.
func (l *tasks) areKept() {
	l.t.Helper()
	status, answer, err := l.ask("GET", "/tasks", "")
	if err != nil || status != 200 {
		l.t.Errorf("afterwards GET /tasks is answered with %d %v %v", status, answer, err)
		return
	}
	found := map[string]string{}
	for _, task := range answer.([]any) {
		task := task.(map[string]any)
		found[task["id"].(string)] = task["title"].(string)
	}
	if !maps.Equal(found, l.known) {
		l.t.Errorf("afterwards the tasks are %v, and they must be those that were answered with 201: %v", found, l.known)
	}
	if status := l.makes("afterwards"); status != 201 {
		l.t.Errorf("afterwards POST /tasks is answered with %d", status)
	}
}

// isOverloaded reports whether an answer is the contract's when more passwords wait to be
// hashed than can be served in time.
func isOverloaded(status int, answer any) bool {
	object, _ := answer.(map[string]any)
	return status == 503 && object["error"] == "overloaded" && object["detail"] != ""
}

// isServerError reports whether an answer is the contract's when the store fails.
func isServerError(status int, answer any) bool {
	object, _ := answer.(map[string]any)
	return status == 500 && object["error"] == "server_error" && object["detail"] != ""
}

//go:embed testdata/hold.go.txt
var holdSource []byte

// holder builds a program that holds databases, beside step 04, which has the modules that
// it needs.
func holder(t *testing.T) (binary string) {
	t.Helper()
	s := here(t)
	step, err := s.Workshop.Find("04")
	if err != nil {
		t.Fatal(err)
	}
	g, err := s.Go(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	flag, err := gotest.Overlay{filepath.Join(step.SolutionDir(), "hold", "main.go"): holdSource}.Write(dir)
	if err != nil {
		t.Fatal(err)
	}
	binary = filepath.Join(dir, "hold.exe")
	if out, err := g.Command(t.Context(), step.SolutionDir(), nil, "build", "-buildvcs=false", "-o", binary, flag, "./hold").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return binary
}

// hold holds a database, as a program that makes a copy of it may, until it is released.
func hold(t *testing.T, binary, database string) (release func()) {
	t.Helper()
	cmd := exec.Command(binary, database)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	release = sync.OnceFunc(func() { in.Close(); _ = cmd.Wait() })
	t.Cleanup(release)
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil {
		t.Fatalf("the database is not held: %q %v", line, err)
	}
	return release
}

// While another program holds the database for longer than the server waits, readers are
// answered, writers get 500, and nobody waits forever. Nothing is half written.
func TestServer_SaysWhenTheDatabaseIsHeld(t *testing.T) {
	binary, holding := referenceServer(t), holder(t)
	t.Run("while it runs", func(t *testing.T) {
		t.Parallel()
		database := filepath.Join(t.TempDir(), "tasks.db")
		s := serve(t, binary, database)
		l := &tasks{served: s, token: s.user("ann@example.com"), known: map[string]string{}}
		for n := range 3 {
			l.makes(fmt.Sprint("before ", n))
		}
		release := hold(t, holding, database)
		const writers = 6
		var group sync.WaitGroup
		for n := range writers { // it is held until each of them has been answered
			group.Go(func() {
				if status := l.makes(fmt.Sprint("held ", n)); status == 201 {
					t.Error("a task was made while another program held the database")
				}
			})
			group.Go(func() {
				status, answer, err := l.ask("POST", "/users", fmt.Sprintf(`{"email":"%d@example.com","password":"correct-horse"}`, n))
				if err != nil || !isServerError(status, answer) && !isOverloaded(status, answer) {
					t.Errorf("while it is held, POST /users is answered with %d %v %v", status, answer, err)
				}
			})
		}
		for id := range maps.Clone(l.known) {
			group.Go(func() {
				status, answer, err := l.ask("DELETE", "/tasks/"+id, "")
				if err != nil || !isServerError(status, answer) {
					t.Errorf("while it is held, DELETE /tasks/{id} is answered with %d %v %v", status, answer, err)
				}
			})
		}
		for range 5 {
			if got := l.reads(); got != 3 {
				t.Errorf("while it is held, %d of three requests that only read are answered with 200", got)
			}
		}
		group.Wait()

		// More of them than there are connections are answered, too.
		for n := range 40 {
			group.Go(func() {
				if status, answer, err := l.ask("POST", "/tasks", fmt.Sprintf(`{"title":"flood %d"}`, n)); err != nil || !isServerError(status, answer) {
					t.Errorf("while it is held, one of 40 POST /tasks is answered with %d %v %v", status, answer, err)
				}
			})
		}
		group.Wait()

		// These may come through when it is released.
		var made atomic.Int32
		for n := range 8 {
			group.Go(func() {
				if l.makes(fmt.Sprint("released ", n)) == 201 {
					made.Add(1)
				}
			})
		}
		time.Sleep(time.Second)
		release()
		group.Wait()
		l.areKept()
		for n := range writers {
			s.user(fmt.Sprintf("%d@example.com", n)) // which fails if there is one already
		}
		t.Logf("of 8 that waited when the database was released, %d got 201", made.Load())
	})
	t.Run("when it starts", func(t *testing.T) {
		t.Parallel()
		database := filepath.Join(t.TempDir(), "tasks.db")
		release := hold(t, holding, database)
		s := serve(t, binary, database)
		if s.runs() {
			t.Fatal("the server starts")
		}
		if wrong := s.refused(); wrong != "" {
			t.Error(wrong)
		}
		release()
		if s := serve(t, binary, database); !s.runs() {
			t.Errorf("the server does not start on a database that is held no more: %s", s.Said())
		}
	})
}

// Many clients at once get their answers, and leave nothing behind.
func TestServer_ServesAThousandClients(t *testing.T) {
	binary := referenceServer(t)
	s := serve(t, binary, filepath.Join(t.TempDir(), "tasks.db"))
	tokens := []string{s.user("ann@example.com"), s.user("bob@example.com")} // who may have 1,000 tasks each
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
				r, err := http.NewRequestWithContext(t.Context(), method, s.URL+path, strings.NewReader(body))
				if err != nil {
					t.Error(err)
					return
				}
				r.Header.Set("Authorization", "Bearer "+tokens[n%2])
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
	if err := s.Stop(20 * time.Second); err != nil {
		t.Errorf("the server does not stop well: %v: %s", err, s.Said())
	}
	t.Logf("stopped in %v", time.Since(began).Round(time.Millisecond))
}
