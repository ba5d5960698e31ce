package acceptance

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tokenauth.example/scripts/internal/lesson"
	"tokenauth.example/scripts/internal/server"
)

// The image is built with the page's commands. What is in it runs without anything else: as
// its user, on a root that can't be written to, with a volume. Its health check says how the
// server is.
//
// buildah does what podman build does, and bubblewrap what podman run would: it needs neither
// a daemon nor cgroups of its own.
func TestProduction_ImageNeedsNothingElse(t *testing.T) {
	d := production(t, "buildah", "bwrap")
	dir := t.TempDir()
	root := filepath.Join(dir, "root of the image")
	store := "buildah --root " + quoted(filepath.Join(dir, "store")) + " --runroot " + quoted(filepath.Join(dir, "run")) + " --storage-driver vfs "
	preamble := "export GOWORK=off GOFLAGS=-buildvcs=false TMPDIR=" + quoted(dir) +
		"\npodman() { shift; " + store + "build --quiet --isolation chroot --output " + quoted("type=local,dest="+root) + " \"$@\" >/dev/null; }"
	d.shell(d.step.SolutionDir(), preamble, d.commands("podman build"), "deploy/Containerfile", quoted(d.path("Containerfile")))

	out, err := exec.CommandContext(t.Context(), "sh", "-c", store+"inspect --type image tasks").CombinedOutput()
	if err != nil {
		t.Fatalf("%v %s", err, out)
	}
	var image struct {
		Docker struct {
			Config struct {
				User        string
				Env         []string
				Entrypoint  []string
				Healthcheck struct{ Test []string }
				Volumes     map[string]struct{}
			}
		}
	}
	if err := json.Unmarshal(out, &image); err != nil {
		t.Fatal(err)
	}
	config := image.Docker.Config
	uid, gid, ok := strings.Cut(config.User, ":")
	_, volume := config.Volumes["/data"]
	if !ok || uid == "0" || gid == "0" || !volume || len(config.Healthcheck.Test) != 2 || config.Healthcheck.Test[0] != "CMD" {
		t.Fatalf("the image needs a user who isn't root, a volume, and a health check without a shell; it has %+v", config)
	}
	entries, err := os.ReadDir(root)
	if err != nil {
		t.Fatal(err)
	}
	for _, flag := range []string{" --read-only ", " --volume tasks:/data ", " --env-file deploy/tasks.env "} { // as below
		if run := lesson.Blocks(d.page, "sh"); !slices.ContainsFunc(run, func(block string) bool {
			return strings.HasPrefix(block, "podman run ") && strings.Contains(block, flag)
		}) {
			t.Errorf("the page's podman run has no%s", flag)
		}
	}
	data := t.TempDir()
	address := freeAddress(t)
	line := []string{"--die-with-parent", "--unshare-user", "--uid", uid, "--gid", gid, "--clearenv", "--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp"}
	var names []string
	for _, entry := range entries {
		names = append(names, entry.Name())
		if entry.Name() != "data" {
			line = append(line, "--ro-bind", filepath.Join(root, entry.Name()), "/"+entry.Name())
		}
	}
	if want := []string{"data", "health", "server"}; !slices.Equal(names, want) {
		t.Errorf("in the image there are %v, and %v are enough", names, want)
	}
	line = append(line, "--bind", data, "/data", "--remount-ro", "/")
	for _, variable := range slices.Concat(config.Env, d.settings(), []string{"ADDR=" + address}) {
		name, value, _ := strings.Cut(variable, "=")
		line = append(line, "--setenv", name, value)
	}
	in := func(program ...string) *exec.Cmd {
		return exec.CommandContext(t.Context(), "bwrap", slices.Concat(line, program)...)
	}
	health := config.Healthcheck.Test[1:]
	if out, err := in(health...).CombinedOutput(); !errors.As(err, new(*exec.ExitError)) {
		t.Errorf("the health check is content without a server: %v %s", err, out)
	}
	running, err := server.Start(t.Context(), in(config.Entrypoint...), address, startTime)
	if err != nil {
		said := ""
		if running != nil {
			said = running.Said()
		}
		if strings.HasPrefix(said, "bwrap:") && os.Getenv("CI") == "" {
			t.Skipf("bubblewrap does not work here: %s", said)
		}
		t.Fatalf("the server in the image does not start: %v %s", err, said)
	}
	t.Cleanup(running.Kill)
	if out, err := in(health...).CombinedOutput(); err != nil {
		t.Errorf("the health check fails with a server that runs: %v %s", err, out)
	}
	if _, err := os.Stat(filepath.Join(data, "tasks.db")); err != nil {
		t.Errorf("the database isn't in the volume: %v", err)
	}
}
