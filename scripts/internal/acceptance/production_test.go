package acceptance

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"tokenauth.example/scripts/internal/dotenv"
	"tokenauth.example/scripts/internal/launch"
	"tokenauth.example/scripts/internal/lesson"
	"tokenauth.example/scripts/internal/server"
	"tokenauth.example/scripts/internal/session"
	"tokenauth.example/scripts/internal/steps"
)

// deployment is the page about production, and the files that it shows.
type deployment struct {
	t       *testing.T
	session *session.Session
	step    steps.Step // whose page it is
	page    string
}

// production reads the page. The tools are programs that its test needs. Where one of them is
// missing the test is skipped, but not in CI.
func production(t *testing.T, tools ...string) deployment {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("the page is about Linux")
	}
	for _, tool := range tools {
		if _, err := exec.LookPath(tool); err == nil {
			continue
		}
		if os.Getenv("CI") != "" {
			t.Fatalf("CI needs %s: see .ci/run", tool)
		}
		t.Skipf("%s is not on this machine", tool)
	}
	s := here(t)
	servers, err := s.Workshop.Servers()
	if err != nil || len(servers) < 2 {
		t.Fatalf("the second track has no server: %v", err)
	}
	page, err := os.ReadFile(filepath.Join(servers[1].Dir(), "PRODUCTION.md"))
	if err != nil {
		t.Fatal(err)
	}
	return deployment{t, s, servers[1], string(page)}
}

// path returns the path of a file in deploy/.
func (d deployment) path(name string) string { return filepath.Join(d.step.Dir(), "deploy", name) }

// file returns the text of a file in deploy/, with what it is told to replace, which must be
// there.
func (d deployment) file(name string, replace ...string) string {
	d.t.Helper()
	raw, err := os.ReadFile(d.path(name))
	if err != nil {
		d.t.Fatal(err)
	}
	return d.replaced(string(raw), replace...)
}

func (d deployment) replaced(text string, replace ...string) string {
	d.t.Helper()
	for i := 0; i < len(replace); i += 2 {
		if !strings.Contains(text, replace[i]) {
			d.t.Fatalf("there is no %q any more in:\n%s", replace[i], text)
		}
		text = strings.ReplaceAll(text, replace[i], replace[i+1])
	}
	return text
}

// commands returns the commands of the page's block that has a text in it.
func (d deployment) commands(has string) []lesson.Command {
	d.t.Helper()
	for _, block := range lesson.Blocks(d.page, "console") {
		if strings.Contains(block, has) {
			return lesson.Commands(block)
		}
	}
	d.t.Fatalf("%s shows no command with %q", d.page[:strings.Index(d.page, "\n")], has)
	return nil
}

// shell runs commands of the page in one shell in a folder, after a preamble, and with what it
// is told to replace. What they print must be what the page shows. Everything is done as the
// user of the test: sudo does nothing.
func (d deployment) shell(dir, preamble string, list []lesson.Command, replace ...string) {
	d.t.Helper()
	script, want := "set -eu\nsudo() { [ \"$1\" != -u ] || shift 2; \"$@\"; }\n"+preamble+"\n", ""
	for _, command := range list {
		script, want = script+command.Line+"\n", want+command.Output
	}
	cmd := exec.CommandContext(d.t.Context(), "sh", "-c", d.replaced(script, replace...))
	cmd.Dir = dir
	var trouble bytes.Buffer
	cmd.Stderr = &trouble
	got, err := cmd.Output()
	if err != nil || string(got) != want {
		d.t.Fatalf("%v; the page's commands print %q, and should print %q; %s\n%s", err, got, want, &trouble, cmd.Args[2])
	}
}

// quoted returns a text as one word of a shell.
func quoted(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }

// settings returns those of deploy/tasks.env, each as NAME=value.
func (d deployment) settings() []string {
	d.t.Helper()
	variables, err := dotenv.Read(d.path("tasks.env"))
	if err != nil {
		d.t.Fatal(err)
	}
	var settings []string
	for _, variable := range variables {
		settings = append(settings, variable.Name+"="+variable.Value)
	}
	return settings
}

// environment returns one with these settings, and with more, which count more.
func (d deployment) environment(more ...string) []string {
	d.t.Helper()
	return slices.Concat(os.Environ(), d.settings(), []string{"BCRYPT_COST=10"}, more)
}

// built builds the reference server.
func (d deployment) built() (binary string) {
	d.t.Helper()
	binary, cleanUp, err := launch.Build(d.t.Context(), d.session, d.step.SolutionDir(), "off")
	if err != nil {
		d.t.Fatal(err)
	}
	d.t.Cleanup(cleanUp)
	return binary
}

// startTime is how long a program may take until it listens.
const startTime = 30 * time.Second

// started starts a program that must come to listen at an address.
func (d deployment) started(t *testing.T, cmd *exec.Cmd, address string) *server.Server {
	t.Helper()
	running, err := server.Start(t.Context(), cmd, address, startTime)
	if err != nil {
		said := ""
		if running != nil {
			said = running.Said()
		}
		t.Fatalf("%s: %v\n%s", cmd.Path, err, said)
	}
	t.Cleanup(running.Kill)
	return running
}

// freeAddress is an address of this machine at which nobody listens.
func freeAddress(t *testing.T) string {
	t.Helper()
	address, err := server.FreeAddress()
	if err != nil {
		t.Fatal(err)
	}
	return address
}

// systemd can read the unit, and finds little that it leaves open.
func TestProduction_UnitIsAFence(t *testing.T) {
	d := production(t, "systemd-analyze")
	dir := t.TempDir()
	program := filepath.Join(dir, "tasks-server")
	if err := os.WriteFile(program, []byte("#!/bin/sh\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	unit := filepath.Join(dir, "tasks.service")
	if err := os.WriteFile(unit, []byte(d.file("tasks.service", "/usr/local/bin/tasks-server", `"`+program+`"`)), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, command := range d.commands("systemd-analyze") {
		cmd := exec.CommandContext(t.Context(), "sh", "-c", d.replaced(command.Line, "deploy/tasks.service", quoted(unit)))
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Errorf("%s: %v\n%s", command.Line, err, out)
		}
		// It warns of a line that it doesn't know, and goes on.
		if strings.Contains(command.Line, " verify ") && bytes.Contains(out, []byte(unit+":")) {
			t.Errorf("%s: %s", command.Line, out)
		}
	}
	// The good twin: a unit without a fence doesn't pass.
	bare, _, _ := strings.Cut(d.file("tasks.service"), "# Who it is")
	if err := os.WriteFile(unit, []byte(bare), 0o644); err != nil {
		t.Fatal(err)
	}
	err := exec.CommandContext(t.Context(), "systemd-analyze", "security", "--offline=yes", "--threshold=20", unit).Run()
	if !errors.As(err, new(*exec.ExitError)) {
		t.Errorf("a unit without a fence passes, too: %v", err)
	}
}

// parse reads JSON.
func parse(t *testing.T, text string, into any) bool {
	t.Helper()
	if err := json.Unmarshal([]byte(text), into); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	return true
}

// field returns a text in an object of JSON.
func field(t *testing.T, object, name string) string {
	t.Helper()
	var fields map[string]any
	parse(t, object, &fields)
	value, _ := fields[name].(string)
	return value
}

// eventually waits until something is so, but no longer than startTime.
func eventually(t *testing.T, otherwise string, so func() bool) {
	t.Helper()
	for end := time.Now().Add(startTime); !so(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal(otherwise)
		}
	}
}
