package learner

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"github.com/fsnotify/fsnotify"

	"tokenauth.example/scripts/internal/steps"
)

// notify has the system send which files change. The error is that it does not.
func notify(ctx context.Context, workshop *steps.Workshop) (<-chan string, error) {
	if os.Getenv("WORKSHOP_WATCH") == "look" {
		return nil, errors.New("WORKSHOP_WATCH=look")
	}
	watcher, err := fsnotify.NewWatcher()
	if err != nil {
		return nil, err
	}
	n := &notifier{workshop: workshop, watcher: watcher, links: map[string]string{}}
	if err := errors.Join(n.watch(), n.probe()); err != nil {
		watcher.Close()
		return nil, err
	}
	events := make(chan string)
	go n.run(ctx, events)
	return events, nil
}

// notifier watches steps/ and, where there are links, what they lead to.
type notifier struct {
	workshop *steps.Workshop
	watcher  *fsnotify.Watcher
	// links are the paths below the workshop of files and folders that are somewhere else,
	// by where they really are.
	links map[string]string
}

// watch begins to watch everything that is there now.
func (n *notifier) watch() error {
	if err := n.watcher.Add(n.workshop.Path("steps")); err != nil {
		return err
	}
	for _, folder := range stepFolders(n.workshop) {
		if folder.real != n.workshop.Path(filepath.FromSlash(folder.name)) {
			n.links[folder.real] = folder.name
		}
		n.add(folder.real)
	}
	return nil
}

// add watches a folder, those below it, and the folders of files that are linked to from
// there. What cannot be watched is left out.
func (n *notifier) add(folder string) {
	_ = filepath.WalkDir(folder, func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
		case entry.IsDir():
			_ = n.watcher.Add(name)
		case entry.Type()&fs.ModeSymlink != 0 && isSource(name):
			if real, err := filepath.EvalSymlinks(name); err == nil {
				n.links[real] = n.below(name)
				_ = n.watcher.Add(filepath.Dir(real))
			}
		}
		return nil
	})
}

// below returns the path of a file below the workshop, with slashes, or "" if it is in none of
// the steps.
func (n *notifier) below(name string) string {
	if linked, ok := n.links[name]; ok {
		return linked
	}
	for real, linked := range n.links { // in a folder that is linked to
		if rest, err := filepath.Rel(real, name); err == nil && rest != ".." && !strings.HasPrefix(rest, ".."+string(filepath.Separator)) {
			return path.Join(linked, filepath.ToSlash(rest))
		}
	}
	name, err := filepath.Rel(n.workshop.Root, name)
	if name = filepath.ToSlash(name); err != nil || !strings.HasPrefix(name, "steps/") {
		return ""
	}
	return name
}

// probeTime is how long the system may take to send the first event. It takes a millisecond.
const probeTime = time.Second

// probe writes a file, and looks whether the system says so: on some network drives, and in
// some containers, it never does. A workshop in which nothing can be written is not asked.
func (n *notifier) probe() error {
	file, err := os.CreateTemp(n.workshop.Path("steps"), ".watching-*")
	if err != nil {
		return nil
	}
	file.Close()
	defer os.Remove(file.Name())
	late := time.After(probeTime)
	for {
		select {
		case event := <-n.watcher.Events:
			if event.Name == file.Name() {
				return nil
			}
		case <-late:
			return errors.New("the system does not say what changes")
		}
	}
}

// run sends the files that are saved, until the context ends.
func (n *notifier) run(ctx context.Context, events chan<- string) {
	defer n.watcher.Close()
	for {
		select {
		case <-ctx.Done():
			return
		case <-n.watcher.Errors: // too many events at once: the next save is sent again
		case event := <-n.watcher.Events:
			if event.Has(fsnotify.Create) {
				n.add(event.Name) // a folder that is new, or came back
			}
			name := n.below(event.Name)
			if event.Op == fsnotify.Chmod || name == "" || !isSource(name) {
				continue
			}
			select {
			case events <- name:
			case <-ctx.Done():
				return
			}
		}
	}
}
