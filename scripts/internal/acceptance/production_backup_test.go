package acceptance

import (
	"crypto/tls"
	"crypto/x509"
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
	"testing"

	"tokenauth.example/scripts/internal/lesson"
	"tokenauth.example/scripts/internal/server"
)

// A backup is made with the page's commands while twenty clients write. Restored, it has every
// task that was acknowledged before the backup began, and nobody is logged in who was logged
// out since.
func TestProduction_BackupIsWhole(t *testing.T) {
	d := production(t, "sqlite3")
	binary, address := d.built(), freeAddress(t)
	live, kept := filepath.Join(t.TempDir(), "live data"), filepath.Join(t.TempDir(), "kept data")
	if err := os.Mkdir(live, 0o700); err != nil {
		t.Fatal(err)
	}
	b := &backedUp{t: t, site: "https://" + address}
	start := func() {
		cmd := exec.Command(binary)
		cmd.Env = d.environment("ADDR="+address, "DATABASE="+filepath.Join(live, "tasks.db"))
		b.server = d.started(t, cmd, address)
	}
	start()
	b.trust(filepath.Join(live, "localhost-cert.pem"))

	// Who is logged out after the backup.
	b.ask("POST", "/users", "", `{"email":"out@example.com","password":"correct-horse"}`)
	gone := b.logIn("out@example.com")

	const clients, enough = 20, 200
	var mu sync.Mutex
	acknowledged := map[string]string{} // by id, the titles of tasks
	ready, stop := make(chan struct{}), make(chan struct{})
	var group sync.WaitGroup
	var tokens []string
	for n := range 4 {
		email := fmt.Sprintf("user%d@example.com", n)
		b.ask("POST", "/users", "", `{"email":"`+email+`","password":"correct-horse"}`)
		tokens = append(tokens, b.logIn(email))
	}
	for client := range clients {
		group.Go(func() {
			for n := range 200 { // five clients have one user, who may have a thousand tasks
				select {
				case <-stop:
					return
				default:
				}
				title := fmt.Sprintf("%d-%d", client, n)
				status, text := b.ask("POST", "/tasks", tokens[client%len(tokens)], `{"title":"`+title+`"}`)
				if status != 201 {
					t.Errorf("POST /tasks: %d %s", status, text)
					return
				}
				var task struct{ ID string }
				if err := json.Unmarshal([]byte(text), &task); err != nil {
					t.Errorf("POST /tasks: %v: %s", err, text)
					return
				}
				mu.Lock()
				acknowledged[task.ID] = title
				if len(acknowledged) == enough {
					close(ready)
				}
				mu.Unlock()
			}
		})
	}
	finished := make(chan struct{})
	go func() { group.Wait(); close(finished) }()
	select {
	case <-ready:
	case <-finished:
		t.Fatal("too few tasks were acknowledged")
	}
	mu.Lock()
	before := maps.Clone(acknowledged)
	mu.Unlock()
	folders := []string{"live=/var/lib/tasks kept=/var/backups/tasks", "live=" + quoted(live) + " kept=" + quoted(kept)}
	d.shell(live, "", d.commands("VACUUM INTO"), append(folders, " -o tasks", "")...)
	close(stop)
	<-finished
	if t.Failed() {
		return
	}
	t.Logf("%d tasks were acknowledged before the backup began, and %d when it was over", len(before), len(acknowledged))

	b.ask("POST", "/auth/logout", gone, "")
	if status, _ := b.ask("GET", "/auth/me", gone, ""); status != 401 {
		t.Errorf("after logging out: %d", status)
	}
	restore := d.commands("systemctl stop tasks")
	var careless []lesson.Command // which leaves out the line that ends the sessions
	for _, command := range restore {
		if !strings.Contains(command.Line, "DELETE FROM sessions") {
			careless = append(careless, command)
		}
	}
	run := func(list []lesson.Command) {
		stopping, starting := -1, -1
		for i, command := range list {
			switch command.Line {
			case "sudo systemctl stop tasks":
				stopping = i
			case "sudo systemctl start tasks":
				starting = i
			}
		}
		if stopping != 1 || starting != len(list)-1 || len(careless) != len(restore)-1 {
			t.Fatalf("a restore begins by stopping the server, ends by starting it, and ends all sessions: %v", list)
		}
		if err := b.server.Stop(startTime); err != nil {
			t.Fatal(err)
		}
		d.shell(live, "systemctl() { :; }", list, folders...)
		start()
	}
	run(careless)
	if status, _ := b.ask("GET", "/auth/me", gone, ""); status != 200 {
		t.Errorf("without ending the sessions, the page says that they come back to life: %d", status)
	}
	run(restore)
	if status, _ := b.ask("GET", "/auth/me", gone, ""); status != 401 {
		t.Errorf("somebody who had logged out is logged in after the restore: %d", status)
	}
	there := map[string]string{}
	for n := range 4 {
		_, text := b.ask("GET", "/tasks", b.logIn(fmt.Sprintf("user%d@example.com", n)), "")
		var list []struct{ ID, Title string }
		parse(t, text, &list)
		for _, task := range list {
			there[task.ID] = task.Title
		}
	}
	lost := 0
	for id, title := range before {
		if there[id] != title {
			lost++
		}
	}
	if lost > 0 {
		t.Errorf("of %d tasks that were acknowledged before the backup began, %d are not there", len(before), lost)
	}
}

// backedUp is a server that is asked by many.
type backedUp struct {
	t      *testing.T
	site   string
	server *server.Server
	client *http.Client
}

// trust has the client trust the certificate in a file.
func (b *backedUp) trust(file string) {
	b.t.Helper()
	certificate, err := os.ReadFile(file)
	roots := x509.NewCertPool()
	if err != nil || !roots.AppendCertsFromPEM(certificate) {
		b.t.Fatalf("the server's certificate can't be read: %v", err)
	}
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, MaxIdleConnsPerHost: 20}
	b.t.Cleanup(transport.CloseIdleConnections)
	b.client = &http.Client{Transport: transport, Timeout: startTime}
}

// ask sends a request, and returns the status and the body of the answer, or 0 and what is
// wrong.
func (b *backedUp) ask(method, path, token, body string) (int, string) {
	r, err := http.NewRequestWithContext(b.t.Context(), method, b.site+path, strings.NewReader(body))
	if err != nil {
		return 0, err.Error()
	}
	r.Header.Set("Content-Type", "application/json")
	if path == "/auth/token" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	answer, err := b.client.Do(r)
	if err != nil {
		return 0, err.Error()
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		return 0, err.Error()
	}
	return answer.StatusCode, string(text)
}

// logIn returns an access token.
func (b *backedUp) logIn(email string) string {
	b.t.Helper()
	status, text := b.ask("POST", "/auth/token", "", "username="+email+"&password=correct-horse")
	if status != 200 {
		b.t.Fatalf("POST /auth/token: %d %s", status, text)
	}
	return field(b.t, text, "access_token")
}
