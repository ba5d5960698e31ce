package main

import (
	"context"
	"fmt"
	"time"

	"tokenauth.example/scripts/internal/check"
)

func (b *bencher) checkRows(ctx context.Context) error {
	g, err := b.session.Go(ctx)
	if err != nil {
		return err
	}
	for _, number := range []string{"03", "05"} {
		step, err := b.copy.Find(number)
		if err != nil {
			return err
		}
		b.screen.Progress("saving and checking step %s ...", number)
		checker := &check.Checker{Go: g, Workshop: b.copy}
		n := time.Now().UnixNano() // so that no cache knows it
		ours, that, err := b.pairs(ctx, func(i int) error {
			if err := change(step, int(n)+i); err != nil {
				return err
			}
			report, err := checker.Step(ctx, step, true)
			if err == nil && report.State != check.Done {
				err = fmt.Errorf("%s is %s", step.Name, report.State)
			}
			return err
		}, func(i int) error {
			if err := change(step, -int(n)-i); err != nil {
				return err
			}
			return b.run(ctx, step.Dir(), []string{"GOWORK=off"}, "go", "test", ".")
		})
		if err != nil {
			return err
		}
		b.row("from a save to the verdict, step "+number, ours, "`go test .` after a save", that)
	}
	b.screen.Progress("checking what has not changed ...")
	if err := b.run(ctx, b.copy.Root, nil, "go", "-C", "scripts", "tool", "workshop", "check"); err != nil {
		return err
	}
	ours, that, err := b.pairs(ctx, func(int) error {
		return b.run(ctx, b.copy.Root, nil, "go", "-C", "scripts", "tool", "workshop", "check")
	}, func(int) error { return b.run(ctx, b.copy.Root, nil, "go", "test", "work") })
	if err != nil {
		return err
	}
	b.row("a check of all steps, nothing changed", ours, "`go test work`, the same", that)
	last, err := b.copy.Find("03")
	if err != nil {
		return err
	}
	n := time.Now().UnixNano()
	ours, that, err = b.pairs(ctx, func(i int) error {
		if err := change(last, int(n)+i); err != nil {
			return err
		}
		return b.run(ctx, b.copy.Root, nil, "go", "-C", "scripts", "tool", "workshop", "check")
	}, func(i int) error {
		if err := change(last, -int(n)-i); err != nil {
			return err
		}
		return b.run(ctx, b.copy.Root, nil, "go", "test", "work")
	})
	if err != nil {
		return err
	}
	b.row("a check of all steps, step 03 changed", ours, "`go test work`, the same", that)
	return nil
}
