package check

import (
	"context"
	"encoding/json"
	"errors"
	"path"
	"path/filepath"
)

// OnReference returns which steps, by name, go.work takes from the solutions, because it
// leaves the learner's own out: the learner has caught up past them. The error is that
// go.work cannot be read.
func (c *Checker) OnReference(ctx context.Context) (map[string]bool, error) {
	out, err := c.Go.Command(ctx, c.Workshop.Root, nil, "work", "edit", "-json", "go.work").Output()
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil {
		return nil, errors.New("go.work cannot be read")
	}
	var work struct{ Use []struct{ DiskPath string } }
	if err := json.Unmarshal(out, &work); err != nil {
		return nil, err
	}
	list, err := c.Workshop.Steps()
	if err != nil {
		return nil, err
	}
	onReference := map[string]bool{}
	for _, step := range list {
		onReference[step.Name] = true
	}
	for _, use := range work.Use {
		if dir, name := path.Split(path.Clean(filepath.ToSlash(use.DiskPath))); path.Clean(dir) == "steps" {
			delete(onReference, name)
		}
	}
	return onReference, nil
}
