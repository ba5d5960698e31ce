// Package machine looks at the machine and the checkout, and says what keeps the workshop
// from working, each with its cure.
package machine

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"slices"
	"strings"

	"tokenauth.example/scripts/internal/screen"
	"tokenauth.example/scripts/internal/session"
)

// Finding is something that was looked at.
type Finding struct {
	Says string
	// Cure is what to do about it, and empty if nothing needs to be done.
	Cure string
	// Fatal findings keep the workshop from working at all.
	Fatal bool
}

// Findings looks at everything that is there before anything was fetched.
func Findings(ctx context.Context, s *session.Session) []Finding {
	var found []Finding
	for _, look := range []func(context.Context, *session.Session) Finding{goItself, settings, workspace, allSteps, lineEnds, writable} {
		found = append(found, look(ctx, s))
	}
	return found
}

// Show prints a finding, with its cure.
func (f Finding) Show(out *screen.Screen) {
	if f.Cure == "" {
		out.Label(screen.Green, "ok       ", f.Says)
		return
	}
	out.Label(screen.Red, "problem  ", f.Says)
	out.Wrap("         ", f.Cure)
}

func goEnv(ctx context.Context, name string) string {
	out, err := exec.CommandContext(ctx, "go", "env", name).Output()
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(out))
}

func goItself(ctx context.Context, s *session.Session) Finding {
	cmd := exec.CommandContext(ctx, "go", "version")
	cmd.Dir = s.Workshop.Path("solutions")
	out, err := cmd.CombinedOutput()
	if err != nil {
		return Finding{"Go does not work: " + strings.TrimSpace(string(out)), "Install Go 1.26 or newer from https://go.dev/dl and open a new terminal.", true}
	}
	return Finding{Says: strings.TrimSpace(string(out))}
}

func settings(ctx context.Context, s *session.Session) Finding {
	if strings.EqualFold(goEnv(ctx, "GO111MODULE"), "off") {
		return Finding{"GO111MODULE is off, and the workshop is made of modules", "Run: go env -u GO111MODULE, and remove it from your shell's settings.", true}
	}
	if work := os.Getenv("GOWORK"); work != "" {
		return Finding{"GOWORK is set to " + work + ", so your own go test does not see your steps together", "Remove GOWORK from your shell's settings.", false}
	}
	if flags := goEnv(ctx, "GOFLAGS"); flags != "" {
		return Finding{Says: "GOFLAGS is " + flags + "; the runner does without it"}
	}
	return Finding{Says: "Go's settings leave the workshop alone"}
}

func workspace(ctx context.Context, s *session.Session) Finding {
	checker, err := s.Checker(ctx)
	if err != nil {
		return Finding{Says: "go.work cannot be looked at without Go"} // which another finding is about
	}
	reference, err := checker.OnReference(ctx)
	if err != nil {
		return Finding{"go.work cannot be read", s.BringBack("go.work"), false}
	}
	var out []string
	for _, name := range slices.Sorted(maps.Keys(reference)) {
		if number, _, _ := strings.Cut(name, "-"); reference[name] {
			out = append(out, number)
		}
	}
	if len(out) > 0 {
		return Finding{Says: "go.work takes from the reference: " + strings.Join(out, ", ")}
	}
	return Finding{Says: "go.work uses every step of yours"}
}

func allSteps(ctx context.Context, s *session.Session) Finding {
	list, err := s.Workshop.Steps()
	if err != nil {
		return Finding{err.Error(), s.BringBack("solutions"), true}
	}
	for _, step := range list {
		if _, err := os.ReadDir(step.Dir()); err != nil {
			return Finding{"steps/" + step.Name + " is missing, or cannot be read", s.BringBack("steps/" + step.Name), false}
		}
	}
	return Finding{Says: fmt.Sprintf("%d steps are there", len(list))}
}

// Modules looks whether everything is there that is fetched.
func Modules(ctx context.Context, s *session.Session) Finding {
	g, err := s.Go(ctx)
	if err != nil {
		return Finding{err.Error(), "Install Go 1.26 or newer from https://go.dev/dl and open a new terminal.", true}
	}
	cmd := g.Command(ctx, s.Workshop.Path("solutions"), []string{"GOWORK=" + s.Workshop.Path("solutions", "go.work")}, "mod", "download")
	if err := cmd.Run(); err != nil {
		return Finding{"some modules are not on this machine yet", "Fetch them, with the network on: " + s.Command("start", nil), false}
	}
	return Finding{Says: "all modules are on this machine: no network is needed"}
}

func lineEnds(ctx context.Context, s *session.Session) Finding {
	text, err := os.ReadFile(s.Workshop.Path("solutions", "go.work"))
	if err == nil && bytes.Contains(text, []byte("\r\n")) {
		return Finding{Says: "the files have CRLF line endings, which do no harm"}
	}
	return Finding{Says: "the files have LF line endings"}
}

func writable(ctx context.Context, s *session.Session) Finding {
	for _, dir := range []string{s.Workshop.Root, os.TempDir()} {
		file, err := os.CreateTemp(dir, ".workshop-*")
		if err != nil {
			return Finding{"nothing can be written to " + dir, "Give your user the right to write there, or free some space.", false}
		}
		file.Close()
		os.Remove(file.Name())
	}
	return Finding{Says: "the workshop and the temporary folder can be written to"}
}
