package learner

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"tokenauth.example/scripts/internal/steps"
)

// How long nothing must be saved before a check begins: editors and formatters write a
// file more than once.
const quiet = 40 * time.Millisecond

// changes sends the Go files in steps/ that were saved, by their paths below the workshop.
// how says in what way they are found out, if it is not the usual one.
func changes(ctx context.Context, workshop *steps.Workshop) (saved <-chan []string, how string) {
	out := make(chan []string)
	events, err := notify(ctx, workshop)
	if err != nil {
		events = look(ctx, workshop)
		how = fmt.Sprintf(", by looking every %v (%v)", lookEvery, err)
	}
	go func() {
		var files []string
		var after <-chan time.Time
		for {
			select {
			case <-ctx.Done():
				return
			case file := <-events:
				if !slices.Contains(files, file) {
					files = append(files, file)
				}
				after = time.After(quiet)
			case <-after:
				slices.Sort(files)
				select {
				case out <- files:
				case <-ctx.Done():
					return
				}
				files, after = nil, nil
			}
		}
	}()
	return out, how
}

// isSource reports whether a file's name is one that Go compiles. Editors keep files beside
// those that they edit, such as ".#add.go" and "_add.go", and these are no saves.
func isSource(name string) bool {
	base := path.Base(name)
	return path.Ext(base) == ".go" && !strings.HasPrefix(base, ".") && !strings.HasPrefix(base, "_")
}
