package main

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/joho/godotenv"

	"tokenauth.example/scripts/internal/screen"
)

// finding is something that doctor looked at.
type finding struct {
	says string
	// cure is what to do about it, and empty if nothing needs to be done.
	cure string
	// fatal findings keep the workshop from working at all.
	fatal bool
}

// doctor looks at everything that could be wrong, and says how to mend it.
func (a *app) doctor() (int, error) {
	exit := exitDone
	for _, f := range append(a.machine(), a.findModules()) {
		a.finding(f)
		if f.cure != "" {
			exit = exitNotYet
		}
	}
	return exit, nil
}

// finding prints one, with its cure.
func (a *app) finding(f finding) {
	if f.cure == "" {
		a.screen.Label(screen.Green, "ok       ", f.says)
		return
	}
	a.screen.Label(screen.Red, "problem  ", f.says)
	a.screen.Wrap("         ", f.cure)
}

// machine examines the machine and the checkout, but for the modules, which start fetches.
func (a *app) machine() []finding {
	return []finding{
		a.findGo(), a.findSettings(), a.findWorkspace(), a.findSteps(),
		a.findLineEnds(), a.findWritable(), a.findPort(),
	}
}

func (a *app) goEnv(name string) string {
	out, err := exec.CommandContext(a.ctx, "go", "env", name).Output()
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(out))
}

func (a *app) findGo() finding {
	cmd := exec.CommandContext(a.ctx, "go", "version")
	cmd.Dir = a.workshop.Path("solutions")
	out, err := cmd.CombinedOutput()
	if err != nil {
		return finding{"Go does not work: " + strings.TrimSpace(string(out)), "Install Go 1.26 or newer from https://go.dev/dl and open a new terminal.", true}
	}
	return finding{says: strings.TrimSpace(string(out))}
}

func (a *app) findSettings() finding {
	if strings.EqualFold(a.goEnv("GO111MODULE"), "off") {
		return finding{"GO111MODULE is off, and the workshop is made of modules", "Run: go env -u GO111MODULE, and remove it from your shell's settings.", true}
	}
	if work := os.Getenv("GOWORK"); work != "" {
		return finding{"GOWORK is set to " + work + ", so your own go test does not see your steps together", "Remove GOWORK from your shell's settings.", false}
	}
	if flags := a.goEnv("GOFLAGS"); flags != "" {
		return finding{says: "GOFLAGS is " + flags + "; the runner does without it"}
	}
	return finding{says: "Go's settings leave the workshop alone"}
}

func (a *app) findWorkspace() finding {
	used, err := a.usedSteps()
	if err != nil {
		return finding{"go.work cannot be read", "Bring it back: git restore go.work", false}
	}
	list, err := a.workshop.Steps()
	if err != nil {
		return finding{err.Error(), "Bring it back: git restore solutions", true}
	}
	var out []string
	for _, step := range list {
		if !used[step.Name] {
			out = append(out, step.Number())
		}
	}
	if len(out) > 0 {
		return finding{says: "go.work takes from the reference: " + strings.Join(out, ", ")}
	}
	return finding{says: "go.work uses every step of yours"}
}

func (a *app) findSteps() finding {
	list, err := a.workshop.Steps()
	if err != nil {
		return finding{err.Error(), "Bring it back: git restore solutions", true}
	}
	for _, step := range list {
		if _, err := os.ReadDir(step.Dir()); err != nil {
			return finding{"steps/" + step.Name + " is missing, or cannot be read", "Bring it back: git restore steps/" + step.Name, false}
		}
	}
	return finding{says: fmt.Sprintf("%d steps are there", len(list))}
}

func (a *app) findModules() finding {
	g, err := a.goCommand()
	if err != nil {
		return finding{err.Error(), "Install Go 1.26 or newer from https://go.dev/dl and open a new terminal.", true}
	}
	cmd := g.Command(a.ctx, a.workshop.Path("solutions"), []string{"GOWORK=" + a.workshop.Path("solutions", "go.work")}, "mod", "download")
	if err := cmd.Run(); err != nil {
		return finding{"some modules are not on this machine yet", "Fetch them, with the network on: " + a.command("start", nil), false}
	}
	return finding{says: "all modules are on this machine: no network is needed"}
}

func (a *app) findLineEnds() finding {
	text, err := os.ReadFile(a.workshop.Path("solutions", "go.work"))
	if err == nil && bytes.Contains(text, []byte("\r\n")) {
		return finding{says: "the files have CRLF line ends, which do no harm"}
	}
	return finding{says: "the files have LF line ends"}
}

func (a *app) findWritable() finding {
	for _, dir := range []string{a.workshop.Root, os.TempDir()} {
		file, err := os.CreateTemp(dir, ".workshop-*")
		if err != nil {
			return finding{"nothing can be written to " + dir, "Give your user the right to write there, or free some space.", false}
		}
		file.Close()
		os.Remove(file.Name())
	}
	return finding{says: "the workshop and the temporary folder can be written to"}
}

func (a *app) findPort() finding {
	written, _ := godotenv.Read(a.workshop.Path(".env")) // run says what is wrong with it
	address := cmp.Or(os.Getenv("ADDR"), written["ADDR"], "127.0.0.1:8000")
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return finding{"your server could not start: " + err.Error(), "If another program is there, stop it. Or write another address into .env, such as ADDR=127.0.0.1:8001", false}
	}
	listener.Close()
	return finding{says: address + " is free for your server"}
}

// build compiles the server in dir, in the workspace of the go.work that is named.
func (a *app) build(dir, work string) (binary string, cleanUp func(), err error) {
	g, err := a.goCommand()
	if err != nil {
		return "", nil, err
	}
	folder, err := os.MkdirTemp("", "workshop-*")
	if err != nil {
		return "", nil, err
	}
	cleanUp = func() { os.RemoveAll(folder) }
	binary = filepath.Join(folder, "server.exe")
	a.screen.Progress("compiling the server ... (the first time, SQLite takes a minute)")
	out, err := g.Command(a.ctx, dir, []string{"GOWORK=" + work}, "build", "-buildvcs=false", "-o", binary, ".").CombinedOutput()
	a.screen.Clear()
	if err != nil {
		cleanUp()
		if a.ctx.Err() != nil {
			return "", nil, a.ctx.Err()
		}
		return "", nil, wayOut(fmt.Errorf("the server does not compile:\n%s", strings.TrimSpace(string(out))), "See which step it is: %s", a.command("check", nil))
	}
	return binary, cleanUp, nil
}

// run runs the learner's own server, every step of it, with the settings in .env.
func (a *app) run() (int, error) {
	list, err := a.workshop.Steps()
	if err != nil {
		return exitTrouble, err
	}
	settings, err := a.settings()
	if err != nil {
		return exitTrouble, err
	}
	binary, cleanUp, err := a.build(list[len(list)-1].Dir(), a.workshop.Path("go.work"))
	if err != nil {
		return exitTrouble, err
	}
	defer cleanUp()
	cmd := exec.Command(binary)
	cmd.Dir = a.workshop.Root
	cmd.Env = settings
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	// A terminal sends Ctrl+C to the server too. It stops by itself, and we wait.
	if err := cmd.Run(); err != nil {
		if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
			// It has said why: mostly by the name of a function in one of the steps.
			a.screen.Printf("")
			a.screen.Wrap("", fmt.Sprintf("If something is not written yet, that is in one of your steps: your server runs on all of them. See which: %s. Or take those before the last from the reference: %s", a.command("check", nil), a.command("catchup", &list[len(list)-1])))
			return exitNotYet, nil
		}
		return exitTrouble, err
	}
	return exitDone, nil
}

// settings returns the environment with what .env adds to it. A variable that is set
// already stays as it is. Without a .env, one is made, with a new key.
func (a *app) settings() ([]string, error) {
	name := a.workshop.Path(".env")
	if _, err := os.Stat(name); errors.Is(err, os.ErrNotExist) {
		text := "# Settings of your server. Git ignores this file: the key in it is secret.\nSECRET_KEY=" + newKey() + "\n"
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			return nil, err
		}
		a.screen.Printf("There was no .env, so one was made, with a new SECRET_KEY.")
	}
	values, err := godotenv.Read(name)
	if err != nil {
		// The library's error may quote the line, and with it the key.
		return nil, wayOut(errors.New(".env cannot be read"), "Each line of it is NAME=value. Or delete it, and a new one is made.")
	}
	env := os.Environ()
	for key, value := range values {
		if _, set := os.LookupEnv(key); !set {
			env = append(env, key+"="+value)
		}
	}
	return env, nil
}

// newKey returns a key of 32 random bytes, in hex.
func newKey() string {
	key := make([]byte, 32)
	rand.Read(key)
	return hex.EncodeToString(key)
}

// demo starts the reference server, with a database and a key that are thrown away,
// and lets scripts/demo.sh try it.
func (a *app) demo() (int, error) {
	for _, tool := range []string{"sh", "curl", "openssl"} {
		if _, err := exec.LookPath(tool); err != nil {
			return exitTrouble, wayOut(fmt.Errorf("the demo needs %s, and there is none", tool), "Install it. On Windows, Git Bash brings all three: run this there.")
		}
	}
	exit := exitDone
	err := a.withServer(func(address string, env []string) error {
		script := exec.CommandContext(a.ctx, "sh", a.workshop.Path("scripts", "demo.sh"), "http://"+address)
		script.Env = env
		script.Stdout, script.Stderr = os.Stdout, os.Stderr
		err := script.Run()
		if errors.As(err, new(*exec.ExitError)) && a.ctx.Err() == nil {
			exit = exitNotYet // the script has said what is wrong
			return nil
		}
		return errors.Join(err, a.ctx.Err())
	})
	return exit, err
}

// withServer runs the reference server on a free port, with a database and a key that
// are thrown away, while use is called. env is the server's environment.
func (a *app) withServer(use func(address string, env []string) error) error {
	list, err := a.workshop.Steps()
	if err != nil {
		return err
	}
	binary, cleanUp, err := a.build(list[len(list)-1].SolutionDir(), "off")
	if err != nil {
		return err
	}
	defer cleanUp()
	address, err := freeAddress()
	if err != nil {
		return err
	}
	var said bytes.Buffer
	ctx, stop := context.WithCancel(a.ctx)
	defer stop()
	server := exec.CommandContext(ctx, binary)
	server.Env = append(os.Environ(), "SECRET_KEY="+newKey(), "DATABASE="+filepath.Join(filepath.Dir(binary), "demo.db"), "ADDR="+address)
	server.Stdout, server.Stderr = &said, &said
	if err := server.Start(); err != nil {
		return err
	}
	exited := make(chan struct{})
	go func() { _ = server.Wait(); close(exited) }()
	defer func() { stop(); <-exited }()
	if err := waitFor("http://"+address+"/healthz", exited); err != nil {
		return fmt.Errorf("the reference server did not start: %w", err)
	}
	return use(address, server.Env)
}

func freeAddress() (string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer listener.Close()
	return listener.Addr().String(), nil
}

// waitFor waits until the URL answers.
func waitFor(url string, exited <-chan struct{}) error {
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		select {
		case <-exited:
			return errors.New("it exited")
		default:
		}
		if response, err := http.Get(url); err == nil {
			_, _ = io.Copy(io.Discard, response.Body)
			return response.Body.Close()
		}
	}
	return errors.New("it does not answer")
}
