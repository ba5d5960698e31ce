package learner

import (
	"context"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"time"

	"tokenauth.example/scripts/internal/steps"
)

// lookEvery is how often files are looked at where the system does not say what changes.
const lookEvery = 300 * time.Millisecond

// stamp is what changes about a file that is saved.
type stamp struct {
	size int64
	time time.Time
}

// look finds out by itself which files change.
func look(ctx context.Context, workshop *steps.Workshop) <-chan string {
	events := make(chan string)
	known := stamps(workshop)
	go func() {
		for {
			select {
			case <-ctx.Done():
				return
			case <-time.After(lookEvery):
			}
			now := stamps(workshop)
			for name, stamp := range now {
				if known[name] == stamp {
					continue
				}
				select {
				case events <- name:
				case <-ctx.Done():
					return
				}
			}
			known = now
		}
	}()
	return events
}

// stamps returns the stamp of each Go file in steps/, by its path below the workshop. Links are
// followed.
func stamps(workshop *steps.Workshop) map[string]stamp {
	found := map[string]stamp{}
	for _, folder := range stepFolders(workshop) {
		_ = filepath.WalkDir(folder.real, func(name string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() || !isSource(name) {
				return nil
			}
			info, err := os.Stat(name) // of what a link leads to
			if below, relErr := filepath.Rel(folder.real, name); err == nil && relErr == nil && info.Mode().IsRegular() {
				found[path.Join(folder.name, filepath.ToSlash(below))] = stamp{info.Size(), info.ModTime()}
			}
			return nil
		})
	}
	return found
}

// stepFolder is a step's folder, where it really is.
type stepFolder struct {
	name string // below the workshop, with slashes: "steps/01-hash-passwords"
	real string // with links resolved
}

// stepFolders returns the folders in steps/. One that cannot be read is left out: check says
// what is wrong with it.
func stepFolders(workshop *steps.Workshop) []stepFolder {
	entries, err := os.ReadDir(workshop.Path("steps"))
	if err != nil {
		return nil
	}
	var folders []stepFolder
	for _, entry := range entries {
		real, err := filepath.EvalSymlinks(workshop.Path("steps", entry.Name()))
		if err != nil {
			continue
		}
		if info, err := os.Stat(real); err == nil && info.IsDir() {
			folders = append(folders, stepFolder{path.Join("steps", entry.Name()), real})
		}
	}
	return folders
}
