package check

import (
	"context"
	"encoding/json"
	"errors"
	"path"
	"path/filepath"
)

// OnReference returns, by name, the steps that go.work leaves out, and so takes from the
// solutions: a learner has caught up past them. An error means that go.work cannot be read.
func (c *Checker) OnReference(ctx context.Context) (map[string]bool, error) {
	out, err := c.Go.Command(ctx, c.Workshop.Root, nil, "work", "edit", "-json", "go.work").Output()
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
	reference := map[string]bool{}
	for _, step := range list {
		reference[step.Name] = true
	}
	for _, use := range work.Use {
		if dir, name := path.Split(path.Clean(filepath.ToSlash(use.DiskPath))); path.Clean(dir) == "steps" {
			delete(reference, name)
		}
	}
	return reference, nil
}
