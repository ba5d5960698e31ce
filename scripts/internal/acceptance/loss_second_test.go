package acceptance

import (
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"tokenauth.example/scripts/internal/launch"
	"tokenauth.example/scripts/internal/server"
)

// serveSecond starts the second server with what is in a folder.
func serveSecond(t *testing.T, binary, folder string) *served {
	t.Helper()
	address, err := server.FreeAddress()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(binary)
	cmd.Env = append(os.Environ(), "ADDR="+address, "ISSUER=https://tasks.example", "DATABASE="+filepath.Join(folder, "tasks.db"), "BCRYPT_COST=10",
		"ACCESS_TOKEN_EXPIRE_MINUTES=60", "FIRST_ADMIN=admin@example.com", "MAX_ACCOUNT_FAILURES=100000", "MAX_ADDRESS_FAILURES=100000")
	running, err := server.Start(t.Context(), cmd, address, 30*time.Second)
	if err != nil {
		said := ""
		if running != nil {
			said = running.Said()
		}
		t.Fatalf("the server does not start: %v: %s", err, said)
	}
	t.Cleanup(running.Kill)
	running.URL = "https://" + address
	client, err := launch.Running{Certificate: filepath.Join(folder, "localhost-cert.pem")}.Client()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.CloseIdleConnections)
	return &served{running, t, client}
}

// pair is what a login or a renewal gives.
type pair struct{ access, refresh string }

// grant asks for tokens. Without an error, the answer has come; the pair is empty if it's a
// refusal.
func (s *served) grant(form url.Values) (p pair, status int, err error) {
	status, answer, err := s.send(s.t.Context(), "POST", "/auth/token", "", form.Encode())
	if err != nil || status != http.StatusOK {
		return p, status, err
	}
	object, _ := answer.(map[string]any)
	p.access, _ = object["access_token"].(string)
	p.refresh, _ = object["refresh_token"].(string)
	return p, status, nil
}

func (s *served) logIn(email string) (pair, int, error) {
	return s.grant(url.Values{"username": {email}, "password": {"correct-horse"}})
}

func (s *served) renew(refresh string) (pair, int, error) {
	return s.grant(url.Values{"grant_type": {"refresh_token"}, "refresh_token": {refresh}})
}

// status is the status of what must be answered.
func (s *served) status(method, path, token string) int {
	s.t.Helper()
	status, _, err := s.send(s.t.Context(), method, path, token, "")
	if err != nil {
		s.t.Fatalf("%s %s is not answered: %v: %s", method, path, err, s.Said())
	}
	return status
}

// client does one thing until the server dies, and says after the next start what the server
// should not have forgotten.
type client interface {
	live(s *served, round int)
	check(s *served, round int)
}

// renewer renews one session, again and again.
type renewer struct {
	email   string
	now     string // the refresh token that was given last, or "" if nobody knows which one it is
	used    string // the one before it, which has been used
	unknown string // the one whose answer never came
	renewed int
}

func (c *renewer) live(s *served, _ int) {
	if c.now == "" {
		p, status, err := s.logIn(c.email)
		if err != nil {
			return
		}
		if status != http.StatusOK {
			s.t.Errorf("%s logs in and is answered %d", c.email, status)
			return
		}
		c.now, c.used = p.refresh, ""
	}
	for {
		next, status, err := s.renew(c.now)
		switch {
		case err != nil: // killed: it may have been used, or not
			c.unknown, c.now, c.used = c.now, "", ""
			return
		case status != http.StatusOK:
			s.t.Errorf("%s renews with the token of the last answer, and is answered %d", c.email, status)
			c.now = ""
			return
		}
		c.used, c.now = c.now, next.refresh
		c.renewed++
	}
}

func (c *renewer) check(s *served, round int) {
	if c.unknown != "" {
		_, first, err := s.renew(c.unknown)
		if err != nil || first != http.StatusOK && first != http.StatusBadRequest {
			s.t.Errorf("round %d: a token whose answer never came is answered %d, %v", round, first, err)
		}
		if _, second, err := s.renew(c.unknown); err != nil || second != http.StatusBadRequest {
			s.t.Errorf("round %d: a refresh token works twice: %d, and then %d, %v", round, first, second, err)
		}
		c.unknown = ""
	}
	if c.used == "" || round%2 == 0 { // a used token ends the session, so now and then it's left to go on
		return
	}
	if _, status, err := s.renew(c.used); err != nil || status != http.StatusBadRequest {
		s.t.Errorf("round %d: a refresh token was used, the server killed, and it works again: %d, %v", round, status, err)
	}
	if _, status, err := s.renew(c.now); err != nil || status != http.StatusBadRequest {
		s.t.Errorf("round %d: a used refresh token came again, and its session goes on: %d, %v", round, status, err)
	}
	c.now, c.used = "", ""
}

// leaver logs in while there's time, and out just before the server dies.
type leaver struct {
	email string
	ready []pair // sessions that go on
	ended []pair // those of which the server said that they have ended
	seen  int    // how many of them have been checked
}

func (c *leaver) live(s *served, round int) {
	ready := c.ready
	c.ready = nil
	for i, p := range ready {
		time.Sleep(time.Duration((round*31+i*17)%60) * time.Millisecond)
		status, _, err := s.send(s.t.Context(), "POST", "/auth/logout", p.access, "")
		if err != nil {
			return
		}
		if status != http.StatusNoContent {
			s.t.Errorf("POST /auth/logout is answered %d", status)
			return
		}
		c.ended = append(c.ended, p)
	}
}

func (c *leaver) check(s *served, round int) {
	for _, p := range c.ended[c.seen:] {
		if status := s.status("GET", "/auth/me", p.access); status != http.StatusUnauthorized {
			s.t.Errorf("round %d: the session had ended, the server was killed, and its access token is answered %d", round, status)
		}
		if _, status, err := s.renew(p.refresh); err != nil || status != http.StatusBadRequest {
			s.t.Errorf("round %d: the session had ended, the server was killed, and its refresh token is answered %d, %v", round, status, err)
		}
	}
	c.seen = len(c.ended)
	for range 3 { // which takes longer than the server may live
		p, status, err := s.logIn(c.email)
		if err != nil || status != http.StatusOK {
			s.t.Errorf("round %d: %s logs in and is answered %d, %v", round, c.email, status, err)
			return
		}
		c.ready = append(c.ready, p)
	}
}

// keeper makes and deletes tasks.
type keeper struct {
	token string
	there map[string]string // by id, the titles of those that were made
	order []string          // their ids
	gone  map[string]bool   // the ids of those that were deleted
}

func (c *keeper) live(s *served, round int) {
	const enough = 300
	for n := 0; ; n++ {
		title := fmt.Sprintf("%d-%d %s", round, n, strings.Repeat("x", n%100))
		status, answer, err := s.send(s.t.Context(), "POST", "/tasks", c.token, `{"title":"`+title+`"}`)
		if err != nil {
			return
		}
		if status != http.StatusCreated {
			s.t.Errorf("POST /tasks is answered %d %v", status, answer)
			return
		}
		id, _ := answer.(map[string]any)["id"].(string)
		c.there[id] = title
		if c.order = append(c.order, id); len(c.order) < enough {
			continue
		}
		oldest := c.order[0]
		c.order = c.order[1:]
		delete(c.there, oldest)
		status, _, err = s.send(s.t.Context(), "DELETE", "/tasks/"+oldest, c.token, "")
		if err != nil {
			return
		}
		if status != http.StatusNoContent {
			s.t.Errorf("DELETE of a task is answered %d", status)
			return
		}
		c.gone[oldest] = true
	}
}

func (c *keeper) check(s *served, round int) {
	status, answer, err := s.send(s.t.Context(), "GET", "/tasks", c.token, "")
	list, ok := answer.([]any)
	if err != nil || status != http.StatusOK || !ok {
		s.t.Errorf("round %d: GET /tasks is answered %d %v %v", round, status, answer, err)
		return
	}
	found := map[string]string{}
	for _, task := range list {
		task := task.(map[string]any)
		id := task["id"].(string)
		found[id] = task["title"].(string)
		if c.gone[id] {
			s.t.Errorf("round %d: a task was deleted, the server killed, and it is there again", round)
		}
	}
	for id, title := range c.there {
		if found[id] != title {
			s.t.Errorf("round %d: the task %.20q was made, the server killed, and it is %.20q", round, title, found[id])
		}
	}
}

// joiner signs people up.
type joiner struct {
	admin string
	known []string
}

func (c *joiner) live(s *served, round int) {
	for n := 0; ; n++ {
		email := fmt.Sprintf("new-%d-%d@example.com", round, n)
		status, _, err := s.send(s.t.Context(), "POST", "/users", "", `{"email":"`+email+`","password":"correct-horse"}`)
		if err != nil {
			return
		}
		if status != http.StatusCreated {
			s.t.Errorf("POST /users is answered %d", status)
			return
		}
		c.known = append(c.known, email)
	}
}

func (c *joiner) check(s *served, round int) {
	status, answer, err := s.send(s.t.Context(), "GET", "/admin/users", c.admin, "")
	list, ok := answer.([]any)
	if err != nil || status != http.StatusOK || !ok {
		s.t.Errorf("round %d: GET /admin/users is answered %d %v", round, status, err)
		return
	}
	found := map[string]bool{}
	for _, user := range list {
		found[user.(map[string]any)["email"].(string)] = true
	}
	for _, email := range c.known {
		if !found[email] {
			s.t.Errorf("round %d: %s has signed up, the server was killed, and they are not there", round, email)
		}
	}
}

// Killed two hundred times while people sign up, log in, renew, log out and keep tasks, the second
// server has each change of which it has said that it's made. No refresh token works twice, and no
// session lives on that has ended.
func TestSecondServer_LosesNothing(t *testing.T) {
	kills := 200
	if testing.Short() {
		kills = 5
	}
	binary, folder := referenceOf(t, 1), t.TempDir()
	s := serveSecond(t, binary, folder)
	admin, ann := s.user("admin@example.com"), s.user("ann@example.com")
	for _, email := range []string{"bob@example.com", "cat@example.com", "dan@example.com"} {
		s.user(email)
	}
	renewing := []*renewer{{email: "bob@example.com"}, {email: "cat@example.com"}}
	leaving := &leaver{email: "dan@example.com"}
	keeping := &keeper{token: ann, there: map[string]string{}, gone: map[string]bool{}}
	joining := &joiner{admin: admin}
	clients := []client{renewing[0], renewing[1], leaving, keeping, joining}
	for round := range kills {
		var group sync.WaitGroup
		for _, c := range clients {
			group.Go(func() { c.live(s, round) })
		}
		time.Sleep(100*time.Millisecond + time.Duration(round*37%120)*time.Millisecond)
		s.Kill()
		group.Wait()
		s = serveSecond(t, binary, folder)
		for _, c := range clients {
			group.Go(func() { c.check(s, round) })
		}
		if group.Wait(); t.Failed() {
			t.Fatalf("in round %d; the server printed: %s", round, s.Said())
		}
	}
	for _, p := range leaving.ended {
		if status := s.status("GET", "/auth/me", p.access); status != http.StatusUnauthorized {
			t.Fatalf("at the end, the access token of a session that had ended is answered %d", status)
		}
	}
	renewals := renewing[0].renewed + renewing[1].renewed
	t.Logf("%d kills: %d renewals, %d logouts, %d sign-ups, %d tasks there and %d deleted", kills, renewals, len(leaving.ended), len(joining.known), len(keeping.there), len(keeping.gone))
	if renewals < kills/2 || len(leaving.ended) < kills/10 || len(joining.known) < kills/10 || len(keeping.there) == 0 {
		t.Errorf("that's too little to prove anything")
	}
}
