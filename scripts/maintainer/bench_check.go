package main

import (
	"context"
	"fmt"
	"time"

	"tokenauth.example/scripts/internal/check"
)

// checkRows measures what a learner waits for, on a machine that knows the workshop.
func (b *bencher) checkRows(ctx context.Context) error {
	for _, number := range []string{"03", "05"} {
		if err := b.saveRow(ctx, number); err != nil {
			return err
		}
	}
	b.screen.Progress("checking what has not changed ...")
	check := func(int) error {
		return b.run(ctx, b.copy.Root, nil, "go", "-C", "scripts", "tool", "workshop", "check")
	}
	test := func(int) error { return b.run(ctx, b.copy.Root, nil, "go", "test", "work") }
	if err := check(0); err != nil {
		return err
	}
	ours, that, err := b.pairs(ctx, check, test)
	if err != nil {
		return err
	}
	b.row("a check of all steps, nothing changed", ours, "`go test work`, the same", that)
	step, err := b.copy.Find("03")
	if err != nil {
		return err
	}
	n := int(time.Now().UnixNano()) // so that no cache knows it
	changed := func(line int, then func(int) error) error {
		if err := change(step, line); err != nil {
			return err
		}
		return then(line)
	}
	ours, that, err = b.pairs(ctx, func(i int) error { return changed(n+i, check) }, func(i int) error { return changed(-n-i, test) })
	if err != nil {
		return err
	}
	b.row("a check of all steps, step 03 changed", ours, "`go test work`, the same", that)
	return nil
}

// saveRow measures the time from a save to the verdict on a step.
func (b *bencher) saveRow(ctx context.Context, number string) error {
	g, err := b.session.Go(ctx)
	if err != nil {
		return err
	}
	step, err := b.copy.Find(number)
	if err != nil {
		return err
	}
	b.screen.Progress("saving and checking step %s ...", number)
	checker := &check.Checker{Go: g, Workshop: b.copy}
	n := int(time.Now().UnixNano()) // so that no cache knows it
	ours, that, err := b.pairs(ctx, func(i int) error {
		if err := change(step, n+i); err != nil {
			return err
		}
		report, err := checker.Step(ctx, step, true)
		if err == nil && report.State != check.Done {
			err = fmt.Errorf("%s is %s", step.Name, report.State)
		}
		return err
	}, func(i int) error {
		if err := change(step, -n-i); err != nil {
			return err
		}
		return b.run(ctx, step.Dir(), []string{"GOWORK=off"}, "go", "test", ".")
	})
	if err != nil {
		return err
	}
	b.row("from a save to the verdict, step "+number, ours, "`go test .` after a save", that)
	return nil
}
