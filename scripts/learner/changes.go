package learner

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"time"

	"github.com/fsnotify/fsnotify"

	"tokenauth.example/scripts/internal/steps"
)

// How long nothing must be saved before a check begins: editors and formatters write a
// file more than once.
const quiet = 40 * time.Millisecond

// lookEvery is how often files are looked at where the system does not say what changes.
const lookEvery = 300 * time.Millisecond

// changes sends the Go files in steps/ that were saved, by their paths below the workshop.
// how says in what way they are found out, if it is not the usual one.
func changes(ctx context.Context, workshop *steps.Workshop) (saved <-chan []string, how string) {
	out := make(chan []string)
	events, err := notify(ctx, workshop)
	if err != nil {
		events = look(ctx, workshop)
		how = fmt.Sprintf(", by looking every %v (the system does not tell: %v)", lookEvery, err)
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

// notify asks the system to tell which files change.
func notify(ctx context.Context, workshop *steps.Workshop) (<-chan string, error) {
	if os.Getenv("WORKSHOP_WATCH") == "look" { // where the system tells nothing, as on some network drives
		return nil, errors.New("WORKSHOP_WATCH=look")
	}
	watcher, err := fsnotify.NewWatcher()
	if err != nil {
		return nil, err
	}
	root := workshop.Path("steps")
	add := func(folder string) error {
		return filepath.WalkDir(folder, func(name string, entry fs.DirEntry, err error) error {
			if err == nil && entry.IsDir() {
				return watcher.Add(name)
			}
			return nil
		})
	}
	if err := add(root); err != nil {
		watcher.Close()
		return nil, err
	}
	events := make(chan string)
	go func() {
		defer watcher.Close()
		for {
			select {
			case <-ctx.Done():
				return
			case <-watcher.Errors: // too many events at once: the next save is told again
			case event := <-watcher.Events:
				if event.Has(fsnotify.Create) {
					_ = add(event.Name) // a folder that is new, or came back
				}
				if event.Op == fsnotify.Chmod || filepath.Ext(event.Name) != ".go" {
					continue
				}
				if name, err := filepath.Rel(workshop.Root, event.Name); err == nil {
					select {
					case events <- filepath.ToSlash(name):
					case <-ctx.Done():
						return
					}
				}
			}
		}
	}()
	return events, nil
}

// look finds out by itself which files change.
func look(ctx context.Context, workshop *steps.Workshop) <-chan string {
	type stamp struct {
		size int64
		time time.Time
	}
	scan := func() map[string]stamp {
		found := map[string]stamp{}
		_ = fs.WalkDir(os.DirFS(workshop.Root), "steps", func(name string, entry fs.DirEntry, err error) error {
			if err == nil && entry.Type().IsRegular() && path.Ext(name) == ".go" {
				if info, err := entry.Info(); err == nil {
					found[name] = stamp{info.Size(), info.ModTime()}
				}
			}
			return nil
		})
		return found
	}
	events := make(chan string)
	before := scan()
	go func() {
		for {
			select {
			case <-ctx.Done():
				return
			case <-time.After(lookEvery):
			}
			now := scan()
			for name, stamp := range now {
				if before[name] != stamp {
					events <- name
				}
			}
			before = now
		}
	}()
	return events
}
