package acceptance

import (
	"bytes"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"tokenauth.example/scripts/internal/launch"
)

// The client for the command line logs in, renews with each run, also when ten run at once,
// and logs out. Its refresh token is in a file that only its user can read, and no secret is
// printed.
func TestTasks_IsAClientOfTheSecondServer(t *testing.T) {
	s := here(t)
	servers, err := s.Workshop.Servers()
	if err != nil {
		t.Fatal(err)
	}
	program, cleanUp, err := launch.Build(t.Context(), s, filepath.Join(servers[1].SolutionDir(), "tasks"), "off")
	if err != nil {
		t.Fatal(err)
	}
	defer cleanUp()
	home := filepath.Join(t.TempDir(), "a home")
	second(t, func(running launch.Running, client *http.Client) {
		answer, err := client.Post(running.URL+"/users", "application/json", strings.NewReader(`{"email":"ann@example.com","password":"correct-horse"}`))
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		tasks := func(input string, args ...string) (printed string, err error) {
			cmd := exec.CommandContext(t.Context(), program, args...)
			cmd.Env = append(os.Environ(), "TASKS_SERVER="+running.URL, "TASKS_CA="+running.Certificate, "HOME="+home, "XDG_CONFIG_HOME="+home, "AppData="+home)
			cmd.Stdin = strings.NewReader(input)
			var both bytes.Buffer
			cmd.Stdout, cmd.Stderr = &both, &both
			err = cmd.Run()
			return both.String(), err
		}
		must := func(input string, args ...string) string {
			t.Helper()
			printed, err := tasks(input, args...)
			if err != nil {
				t.Fatalf("tasks %s: %v\n%s", strings.Join(args, " "), err, printed)
			}
			return printed
		}

		if printed, err := tasks("", "list"); err == nil || !strings.Contains(printed, "tasks login EMAIL") {
			t.Errorf("before anybody has logged in, list says %q", printed)
		}
		if printed, err := tasks("wrong-horse\n", "login", "ann@example.com"); err == nil || !strings.Contains(printed, "invalid credentials") {
			t.Errorf("with a wrong password, login says %q", printed)
		}
		must("correct-horse\n", "login", "ann@example.com")
		var all sync.WaitGroup
		for _, title := range strings.Fields("a b c d e f g h i j") {
			all.Go(func() {
				if printed, err := tasks("", "add", title); err != nil {
					t.Errorf("one of ten at once: %v\n%s", err, printed)
				}
			})
		}
		all.Wait()
		listed := strings.Fields(must("", "list"))
		slices.Sort(listed)
		if got := strings.Join(listed, " "); got != "a b c d e f g h i j" {
			t.Errorf("after ten were added, the list is %s", got)
		}
		secrets := kept(t, home)
		if len(secrets) != 1 {
			t.Errorf("there are %d files", len(secrets))
		}
		for _, secret := range secrets {
			if strings.Contains(must("", "list"), secret) {
				t.Error("a secret is printed")
			}
		}
		must("", "logout")
		if left := kept(t, home); len(left) != 0 {
			t.Errorf("after logging out there are %d files", len(left))
		}
		for _, secret := range secrets {
			answer, err := client.PostForm(running.URL+"/auth/token", map[string][]string{"grant_type": {"refresh_token"}, "refresh_token": {secret}})
			if err != nil {
				t.Fatal(err)
			}
			answer.Body.Close()
			if answer.StatusCode != http.StatusBadRequest {
				t.Errorf("after logging out, the refresh token is answered %s", answer.Status)
			}
		}
	}, [2]string{"BCRYPT_COST", "10"})
}

// kept returns what is in the files below a folder, none of which others may read.
func kept(t *testing.T, folder string) (texts []string) {
	t.Helper()
	err := filepath.WalkDir(folder, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		if mode := info.Mode().Perm(); runtime.GOOS != "windows" && mode != 0o600 {
			t.Errorf("others can read %s: %v", name, mode)
		}
		text, err := os.ReadFile(name)
		texts = append(texts, string(text))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return texts
}
