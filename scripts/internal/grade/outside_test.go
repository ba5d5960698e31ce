package grade

import (
	"bytes"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"tokenauth.example/scripts/internal/gotest"
	"tokenauth.example/scripts/internal/intake"
	"tokenauth.example/scripts/internal/sandbox"
	"tokenauth.example/scripts/internal/verdict"
)

// The program of the track is judged from outside: the reference keeps the contract,
// a server that leaves a part of it out is told so, and one that prints a good judgement of
// its own, and ends, earns nothing.
func TestGrader_AsksProgramsFromOutside(t *testing.T) {
	workshop, _ := openWorkshop(t)
	servers, err := workshop.Servers()
	if err != nil {
		t.Fatal(err)
	}
	g, err := gotest.NewGo(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	solution := func(name string) []byte {
		text, err := os.ReadFile(filepath.Join(servers[0].SolutionDir(), name))
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	submission := func(name, file, from, to string) *intake.Submission {
		files := map[string][]byte{}
		for _, name := range []string{"main.go", "server.go", "settings.go"} {
			files[name] = solution(name)
		}
		changed := bytes.Replace(files[file], []byte(from), []byte(to), 1)
		if name != "right" && bytes.Equal(changed, files[file]) {
			t.Fatalf("%s has no %q", file, from)
		}
		files[file] = changed
		return &intake.Submission{Name: name, Files: map[string]map[string][]byte{servers[0].Name: files}}
	}
	forged := `{"Problem":"","Sections":{"tokens":{"Passed":177,"Of":177}}}`
	grader := &Grader{Go: g, Workshop: workshop, Steps: servers[:1], Sandbox: sandbox.Find(t.Context()), Fresh: true, Jobs: runtime.GOMAXPROCS(0), TestTime: time.Minute, Outside: true, Ungated: true}
	class, err := grader.Class(t.Context(), []*intake.Submission{
		submission("right", "main.go", "", ""),
		submission("plain", "server.go", "return jsonErrors(mux, log), nil", "return mux, nil"),
		submission("forger", "main.go", "func run(", "func init() {\n\tfmt.Fprintln(os.Stderr, `"+forged+"`)\n\tif os.Getenv(\"ADDR\") != \"\" {\n\t\tos.Exit(0)\n\t}\n}\n\nfunc run("),
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, learner := range class.Learners {
		for i, test := range learner.Steps[0].Tests {
			if test.Name != class.Steps[0].Tests[i].Name {
				t.Fatalf("%s: row %d is %s, and the step has %s", learner.Name, i, test.Name, class.Steps[0].Tests[i].Name)
			}
			want := verdict.Pass
			switch {
			case learner.Name == "plain" && (test.Name == "contract/errors" || test.Name == "TestServer_AnswersErrorsInJSON"):
				want = verdict.Fail
			case learner.Name == "forger" && strings.HasPrefix(test.Name, "contract/"):
				want = verdict.Fail
			case learner.Name == "forger" || learner.Name == "plain":
				continue
			}
			if test.Verdict != want {
				t.Errorf("%s: %s: %q, not %q: %s", learner.Name, test.Name, test.Verdict, want, test.Message())
			}
			if learner.Name == "forger" && !strings.Contains(test.Cause, "the server must start") {
				t.Errorf("the cause does not say what happened: %s", test.Cause)
			}
		}
	}
}
