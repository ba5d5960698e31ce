package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"time"

	"tokenauth.example/scripts/internal/grade"
	"tokenauth.example/scripts/internal/intake"
	"tokenauth.example/scripts/internal/sandbox"
	"tokenauth.example/scripts/internal/steps"
)

// classRows grades classes, beside a loop over fresh clones with go test.
func (b *bencher) classRows(ctx context.Context) error {
	b.screen.Progress("testing one fresh clone ...")
	var loop []time.Duration
	for n := range 3 {
		clone := filepath.Join(b.dir, fmt.Sprint("clone-", n))
		began := time.Now()
		if err := os.CopyFS(clone, os.DirFS(b.copy.Root)); err != nil {
			return err
		}
		for _, step := range b.list {
			if err := change(steps.Step{Workshop: &steps.Workshop{Root: clone}, Name: step.Name}, n); err != nil {
				return err
			}
			if err := b.run(ctx, filepath.Join(clone, "steps", step.Name), []string{"GOWORK=off"}, "go", "test", "."); err != nil {
				return err
			}
		}
		loop = append(loop, time.Since(began))
	}
	slices.Sort(loop)
	one := loop[1]
	for _, kind := range []string{"identical", "of one changed step each", "of all steps changed"} {
		b.screen.Progress("grading %d submissions, %s ...", b.size, kind)
		took, err := b.gradeClass(ctx, kind)
		if err != nil {
			return err
		}
		b.row(fmt.Sprintf("a class of %d, %s", b.size, kind), took, fmt.Sprintf("`go test` in %d fresh clones (3 measured)", b.size), one*time.Duration(b.size))
	}
	return b.isolationRow(ctx)
}

func (b *bencher) gradeClass(ctx context.Context, kind string) (time.Duration, error) {
	class := filepath.Join(b.dir, "class "+kind)
	for n := range b.size {
		learner := filepath.Join(class, fmt.Sprintf("learner-%03d", n))
		if err := os.CopyFS(filepath.Join(learner, "steps"), os.DirFS(b.copy.Path("steps"))); err != nil {
			return 0, err
		}
		for i, step := range b.list {
			mine := steps.Step{Workshop: &steps.Workshop{Root: learner}, Name: step.Name}
			line := 1_000_000_007 // the same for everybody
			if kind == "of all steps changed" || kind == "of one changed step each" && n%len(b.list) == i {
				line = int(time.Now().UnixNano())
			}
			if err := changeFrom(step, mine, line); err != nil {
				return 0, err
			}
		}
	}
	g, err := b.session.Go(ctx)
	if err != nil {
		return 0, err
	}
	began := time.Now()
	reader, err := intake.NewReader(b.list)
	if err != nil {
		return 0, err
	}
	found, err := reader.Find(class)
	if err != nil {
		return 0, err
	}
	var submissions []*intake.Submission
	for _, path := range found {
		submissions = append(submissions, reader.Read(path))
	}
	grader := &grade.Grader{Go: g, Workshop: b.copy, Steps: b.list, Sandbox: sandbox.Find(ctx), Fresh: true, Jobs: runtime.NumCPU()}
	result, err := grader.Class(ctx, submissions)
	if err != nil {
		return 0, err
	}
	for _, learner := range result.Learners {
		if learner.Points != learner.MaxPoints {
			return 0, fmt.Errorf("%s has %g of %g points", learner.Name, learner.Points, learner.MaxPoints)
		}
	}
	return time.Since(began), nil
}

// isolationRow is what a process costs more in the sandbox. The program is ours, which
// says its usage and ends.
func (b *bencher) isolationRow(ctx context.Context) error {
	box := sandbox.Find(ctx)
	if box.Kind == sandbox.None {
		b.screen.Printf("| a process in isolation | not here: %s | | | |", box.Why)
		return nil
	}
	program := filepath.Join(b.dir, "program")
	source := filepath.Join(b.dir, "program.go")
	if err := os.WriteFile(source, []byte("package main\n\nfunc main() {}\n"), 0o644); err != nil {
		return err
	}
	if err := b.run(ctx, b.dir, []string{"CGO_ENABLED=0", "GOWORK=off"}, "go", "build", "-o", program, source); err != nil {
		return err
	}
	if err := os.Chmod(b.dir, 0o755); err != nil {
		return err
	}
	const each = 20
	in := func(box *sandbox.Sandbox) func(int) error {
		return func(int) error {
			for range each {
				if out, err := box.Command(ctx, program, "/tmp", nil, nil).CombinedOutput(); err != nil {
					return fmt.Errorf("%w: %s", err, out)
				}
			}
			return nil
		}
	}
	ours, that, err := b.pairs(ctx, in(box), in(sandbox.Off()))
	if err != nil {
		return err
	}
	b.row("a process that does nothing, in isolation", ours/each, "without", that/each)
	return nil
}
