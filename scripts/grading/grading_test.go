// Package grading_test keeps the files for other people's machines honest: they parse, what they
// call and name is there, and they ask for no more rights than they say.
package grading_test

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"

	"tokenauth.example/scripts/internal/report"
)

// top is the top folder of the workshop.
var top = filepath.Join("..", "..")

// texts returns all files here but this one, by name.
func texts(t *testing.T) map[string]string {
	found := map[string]string{}
	err := filepath.WalkDir(".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || strings.HasSuffix(name, ".go") {
			return err
		}
		text, err := os.ReadFile(name)
		found[filepath.ToSlash(name)] = strings.ReplaceAll(string(text), "\r\n", "\n")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// node is any value of a YAML file; what is not there is nil.
type node struct{ value any }

func (n node) at(path ...any) node {
	for _, key := range path {
		switch key := key.(type) {
		case string:
			m, _ := n.value.(map[string]any)
			n.value = m[key]
		case int:
			if list, _ := n.value.([]any); key < len(list) {
				n.value = list[key]
			} else {
				n.value = nil
			}
		}
	}
	return n
}

func (n node) list() []node {
	list, _ := n.value.([]any)
	var nodes []node
	for _, value := range list {
		nodes = append(nodes, node{value})
	}
	return nodes
}

func (n node) each() map[string]node {
	m, _ := n.value.(map[string]any)
	nodes := map[string]node{}
	for key, value := range m {
		nodes[key] = node{value}
	}
	return nodes
}

func (n node) String() string { return fmt.Sprint(n.value) }

// documents reads a YAML file.
func documents(t *testing.T, name string) []node {
	t.Helper()
	text, err := os.ReadFile(filepath.FromSlash(name))
	if err != nil {
		t.Fatal(err)
	}
	var list []node
	for _, part := range strings.Split(strings.ReplaceAll(string(text), "\r\n", "\n"), "\n---\n") {
		var value any
		if err := yaml.Unmarshal([]byte(part), &value); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		list = append(list, node{value})
	}
	return list
}

// The command's own usage says which verbs and flags there are.
func TestCalls_AreOfTheRunner(t *testing.T) {
	runner := filepath.Join(t.TempDir(), "workshop.exe")
	if out, err := exec.Command("go", "build", "-buildvcs=false", "-o", runner, "../workshop").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	usage := func(args ...string) string {
		out, _ := exec.Command(runner, args...).CombinedOutput()
		return string(out)
	}
	verbs, flags := usage("help"), usage("grade", "-h")
	if !strings.Contains(flags, "-isolation") {
		t.Fatalf("the usage of grade is not what this test reads:\n%s", flags)
	}
	call := regexp.MustCompile("tool workshop ([a-z]+)([^\n;|>&`]*)")
	flag := regexp.MustCompile(`\s-([a-z][a-z-]*)`)
	format := regexp.MustCompile(`-format\s+"?([a-z0-9]+)=`)
	calls := 0
	for name, text := range texts(t) {
		for _, found := range call.FindAllStringSubmatch(strings.ReplaceAll(text, "\\\n", " "), -1) {
			calls++
			if !regexp.MustCompile(`(?m)^  ` + found[1] + ` `).MatchString(verbs) {
				t.Errorf("%s: the runner has no verb %q", name, found[1])
			}
			for _, used := range flag.FindAllStringSubmatch(found[2], -1) {
				if found[1] != "grade" || !regexp.MustCompile(`(?m)^  -`+used[1]+`( |$)`).MatchString(flags) {
					t.Errorf("%s: %s has no flag -%s", name, found[1], used[1])
				}
			}
			if used := format.FindStringSubmatch(found[2]); used != nil && !slices.Contains(report.Names(), used[1]) {
				t.Errorf("%s: there is no format %q", name, used[1])
			}
		}
	}
	if calls < 10 {
		t.Errorf("only %d calls were found: this test does not see them any more", calls)
	}
}

func TestPaths_AreThere(t *testing.T) {
	inside := regexp.MustCompile(`(?:^|[\s"'/(}@` + "`" + `])((?:scripts|solutions|testdata)/[A-Za-z0-9_.*/-]*[A-Za-z0-9_*])`)
	link := regexp.MustCompile(`\]\(([^)#:]+)\)`)
	for name, text := range texts(t) {
		for _, found := range inside.FindAllStringSubmatch(text, -1) {
			if matches, err := filepath.Glob(filepath.Join(top, filepath.FromSlash(found[1]))); err != nil || len(matches) == 0 {
				t.Errorf("%s names %s, which is not there", name, found[1])
			}
		}
		if !strings.HasSuffix(name, ".md") {
			continue
		}
		for _, found := range link.FindAllStringSubmatch(text, -1) {
			if _, err := os.Stat(filepath.FromSlash(found[1])); err != nil {
				t.Errorf("%s links to %s: %v", name, found[1], err)
			}
		}
	}
}

// Whoever takes a file changes one place in it.
func TestPlaceholders_StandInOnePlace(t *testing.T) {
	for name, text := range texts(t) {
		marked := strings.Count(text, "---- Put your own here")
		if want := map[string]int{".yml": 1, ".yaml": 1}[filepath.Ext(name)]; marked < want || marked > 1 {
			t.Errorf("%s has %d places that are marked with \"Put your own here\"", name, marked)
		}
		_, rest, _ := strings.Cut(text, "---- Put your own here")
		if _, after, found := strings.Cut(rest, "\n  # ----"); found && regexp.MustCompile(`OWNER|REGISTRY|v1\.0\.0`).MatchString(after) {
			t.Errorf("%s has a placeholder below the place that is marked", name)
		}
	}
}

// Every script that the files hold, and the files that are scripts.
func TestScripts_Parse(t *testing.T) {
	scripts := map[string]string{} // by where each stands
	for name, text := range texts(t) {
		if strings.HasPrefix(text, "#!") {
			scripts[name] = text
		}
	}
	for _, name := range []string{"github/learner.yml", "github/class.yml"} {
		for job, jobNode := range documents(t, name)[0].at("jobs").each() {
			for _, step := range jobNode.at("steps").list() {
				if run, ok := step.at("run").value.(string); ok {
					scripts[name+", "+job+", "+step.at("name").String()] = "#!/bin/bash\n" + run
				}
			}
		}
	}
	gitlab := documents(t, "gitlab/.gitlab-ci.yml")[0]
	for _, job := range []string{"grade", "class"} {
		text := "#!/bin/bash\n"
		for _, line := range append(gitlab.at(".grader", "before_script").list(), gitlab.at(job, "script").list()...) {
			text += line.String() + "\n"
		}
		scripts["gitlab, "+job] = text
	}
	pod := documents(t, "kubernetes/job.yaml")[0].at("spec", "template", "spec")
	for _, container := range append(pod.at("initContainers").list(), pod.at("containers").list()...) {
		if text, ok := container.at("command", 2).value.(string); ok {
			scripts["kubernetes, "+container.at("name").String()] = "#!/bin/sh\n" + text
		}
	}
	if len(scripts) < 15 {
		t.Errorf("only %d scripts were found: this test does not see them any more", len(scripts))
	}
	for name, text := range scripts {
		shell := "bash"
		if strings.HasPrefix(text, "#!/bin/sh") {
			shell = "sh"
		}
		if _, err := exec.LookPath(shell); err != nil {
			t.Skipf("there is no %s here", shell)
		}
		cmd := exec.Command(shell, "-n")
		cmd.Stdin = strings.NewReader(text)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", name, err, out)
		}
		if strings.Contains(text, "${{") {
			t.Errorf("%s: what ${{ }} stands for becomes part of the script, and anybody may have written it: hand it over in env", name)
		}
	}
}

func TestGitHub_AsksForLittle(t *testing.T) {
	for _, name := range []string{"github/learner.yml", "github/class.yml"} {
		file := documents(t, name)[0]
		if got := file.at("permissions").String(); got != "map[contents:read]" {
			t.Errorf("%s: permissions are %s", name, got)
		}
		if file.at("on", "pull_request_target").value != nil {
			t.Errorf("%s: pull_request_target runs strangers' code with the secrets", name)
		}
		for job, jobNode := range file.at("jobs").each() {
			if jobNode.at("permissions").value != nil {
				t.Errorf("%s: the job %s has permissions of its own", name, job)
			}
			grades := false
			for _, step := range jobNode.at("steps").list() {
				uses := step.at("uses").String()
				if step.at("uses").value != nil && !regexp.MustCompile(`^actions/[a-z-]+@v[0-9]+$`).MatchString(uses) {
					t.Errorf("%s: %s is not one of GitHub's own, with its major version", name, uses)
				}
				if strings.HasPrefix(uses, "actions/checkout@") && step.at("with", "persist-credentials").value != false {
					t.Errorf("%s: the job %s leaves its token in the checkout", name, job)
				}
				if run := step.at("run").String(); strings.Contains(run, "tool workshop grade") {
					grades = true
					if !strings.Contains(run, "-isolation require") {
						t.Errorf("%s: %s does without isolation", name, step.at("name"))
					}
				}
			}
			if grades && strings.Contains(fmt.Sprint(jobNode.value), "secrets.") {
				t.Errorf("%s: the job %s runs learners' code, and has secrets", name, job)
			}
		}
	}
	if class := documents(t, "github/class.yml")[0]; class.at("jobs", "fetch", "strategy", "fail-fast").value != false {
		t.Error("github/class.yml: one repository that is not there must not stop the others")
	}
}

func TestGitLab_ReportsTests(t *testing.T) {
	file := documents(t, "gitlab/.gitlab-ci.yml")[0]
	if got := file.at(".grader", "artifacts", "reports", "junit").String(); got != "results/junit.xml" {
		t.Errorf("the JUnit report is %s", got)
	}
	if script := file.at("grade", "script").String(); !strings.Contains(script, " -must-pass ") {
		t.Errorf("the state of the job does not say whether everything passes: %s", script)
	}
	if script := file.at("class", "script").String(); !strings.Contains(script, "-isolation require") {
		t.Errorf("a class is graded without isolation: %s", script)
	}
}

func TestKubernetes_LocksPodsUp(t *testing.T) {
	files := documents(t, "kubernetes/job.yaml")
	job, policy := files[0], files[1]
	if job.at("spec", "completionMode").String() != "Indexed" {
		t.Error("the pods of the Job have no numbers")
	}
	pod := job.at("spec", "template", "spec")
	for want, got := range map[string]node{
		"true": pod.at("securityContext", "runAsNonRoot"), "RuntimeDefault": pod.at("securityContext", "seccompProfile", "type"),
		"false": pod.at("automountServiceAccountToken"), "Never": pod.at("restartPolicy"),
	} {
		if got.String() != want {
			t.Errorf("got %s, want %s, in %v", got, want, pod.at("securityContext"))
		}
	}
	claims := map[string]bool{}
	for _, volume := range pod.at("volumes").list() {
		claims[volume.at("name").String()] = volume.at("persistentVolumeClaim").value != nil
	}
	containers := append(pod.at("initContainers").list(), pod.at("containers").list()...)
	if len(containers) != 3 {
		t.Fatalf("%d containers", len(containers))
	}
	for _, container := range containers {
		name := container.at("name").String()
		locked := container.at("securityContext")
		if locked.at("allowPrivilegeEscalation").value != false || locked.at("readOnlyRootFilesystem").value != true || locked.at("capabilities", "drop").String() != "[ALL]" {
			t.Errorf("%s is not locked up: %v", name, locked)
		}
		if container.at("resources", "limits", "memory").value == nil || container.at("resources", "limits", "cpu").value == nil {
			t.Errorf("%s has no limits", name)
		}
		for _, mount := range container.at("volumeMounts").list() {
			volume := mount.at("name").String()
			if claim, known := claims[volume]; !known || claim && name == "grade" {
				t.Errorf("%s mounts %s", name, volume)
			}
		}
	}
	labels := job.at("spec", "template", "metadata", "labels").String()
	if got := policy.at("spec", "podSelector", "matchLabels").String(); got != labels {
		t.Errorf("the policy is for %s, the pods are %s", got, labels)
	}
	if policy.at("spec", "policyTypes").String() != "[Ingress Egress]" || policy.at("spec", "egress").value != nil || policy.at("spec", "ingress").value != nil {
		t.Errorf("the policy lets something through: %v", policy.at("spec"))
	}
}

// Gradescope reads results.json, and nothing else: it must be there and valid, whatever
// is handed in, and whatever becomes of the grader.
func TestGradescope_AlwaysHasAResult(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("Gradescope's containers are Linux")
	}
	schema, err := jsonschema.NewCompiler().Compile(filepath.Join("..", "internal", "report", "testdata", "schemas", "gradescope.json"))
	if err != nil {
		t.Fatal(err)
	}
	run, err := filepath.Abs(filepath.Join("gradescope", "run_autograder"))
	if err != nil {
		t.Fatal(err)
	}
	write := func(name, text string, mode fs.FileMode) {
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), mode); err != nil {
			t.Fatal(err)
		}
	}
	for name, c := range map[string]struct {
		submit func(folder string) // nil if there is no folder
		goes   string              // a script in the place of the go command
		tests  int                 // how many the result has at least
		says   string
	}{
		"no submission":      {nil, "", 0, "This is no grade."},
		"the grader fails":   {func(string) {}, "exit 7", 0, "exit code 7"},
		"the grader hangs":   {func(string) {}, "exec sleep 60", 0, "exit code 124"},
		"the grader lies":    {func(string) {}, `for last; do :; done; ln -s /etc/passwd "${last%/*}/out/results.json"`, 0, "This is no grade."},
		"an empty one":       {func(string) {}, "", 100, "it has no file of any step"},
		"two in one archive": {func(s string) { write(s+"/a/x.txt", "", 0o644); write(s+"/b/x.txt", "", 0o644) }, "", 100, "it has no file of any step"},
		"a hostile one": {func(s string) {
			step := filepath.Join(s, "steps", "01-hash-passwords")
			write(filepath.Join(step, "evil.go"), "package password\n\nimport _ \"syscall\"\n", 0o644)
			if err := os.Symlink("/etc/passwd", filepath.Join(step, "password.go")); err != nil {
				t.Fatal(err)
			}
			if out, err := exec.Command("mkfifo", filepath.Join(s, "steps", "pipe.go")).CombinedOutput(); err != nil {
				t.Fatalf("%v %s", err, out)
			}
		}, "", 100, "symbolic link"},
	} {
		t.Run(name, func(t *testing.T) {
			root := filepath.Join(t.TempDir(), "auto grader")
			env := append(os.Environ(), "AUTOGRADER="+root, "GRADER_GO="+filepath.Join(goEnv(t, "GOROOT"), "bin"))
			for from, to := range map[string]string{top: "source/workshop", goEnv(t, "GOMODCACHE"): "source/cache/path/pkg/mod", goEnv(t, "GOCACHE"): "source/cache/build"} {
				from, err := filepath.Abs(from)
				if err != nil {
					t.Fatal(err)
				}
				to = filepath.Join(root, to)
				if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.Symlink(from, to); err != nil {
					t.Fatal(err)
				}
			}
			if c.goes != "" {
				write(filepath.Join(root, "bin", "go"), "#!/bin/sh\n"+c.goes+"\n", 0o755)
				env = append(env, "GRADER_GO="+filepath.Join(root, "bin"), "GRADER_SECONDS=1")
			}
			if c.submit != nil {
				if err := os.MkdirAll(filepath.Join(root, "submission"), 0o755); err != nil {
					t.Fatal(err)
				}
				c.submit(filepath.Join(root, "submission"))
			}
			cmd := exec.CommandContext(t.Context(), "bash", run)
			cmd.Env, cmd.WaitDelay = env, time.Second
			said, err := cmd.CombinedOutput()
			if err != nil {
				t.Errorf("it must end with 0, or the platform does not read the result: %v", err)
			}
			text, err := os.ReadFile(filepath.Join(root, "results", "results.json"))
			if err != nil {
				t.Fatalf("%v\n%s", err, said)
			}
			value, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
			if err == nil {
				err = schema.Validate(value)
			}
			if err != nil {
				t.Fatalf("%v\n%s", err, text)
			}
			if !bytes.Contains(text, []byte(c.says)) {
				t.Errorf("the result does not say %q: %s\n%s", c.says, text, said)
			}
			if tests, _ := value.(map[string]any)["tests"].([]any); len(tests) < c.tests {
				t.Errorf("%d tests, want %d\n%s", len(tests), c.tests, said)
			}
		})
	}
}

func goEnv(t *testing.T, name string) string {
	out, err := exec.Command("go", "env", name).Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}
