package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/fsnotify/fsnotify"
	"golang.org/x/term"

	"tokenauth.example/scripts/internal/check"
	"tokenauth.example/scripts/internal/screen"
	"tokenauth.example/scripts/internal/steps"
)

// How long nothing must be saved before a check begins: editors and formatters write a
// file more than once.
const quiet = 40 * time.Millisecond

// lookEvery is how often files are looked at where the system does not say what changes.
const lookEvery = 300 * time.Millisecond

// watcher checks what is saved, when it is saved.
type watcher struct {
	*app
	whole bool       // check what builds on it, too
	focus steps.Step // the step that was saved last, or the first that is not done
	keys  <-chan byte
}

// watch checks the step that a save touches, until it is told to stop.
func (a *app) watch() (int, error) {
	w := &watcher{app: a}
	switch {
	case len(a.args) == 1 && a.args[0] == "all":
		w.whole = true
	case len(a.args) > 0:
		return exitTrouble, wayOut(errors.New("watch takes all, or nothing"), "It finds the step by the file that you save: %s", plain("watch"))
	}
	saved, how := changes(a.ctx, a.workshop)
	restore := w.listen()
	defer restore()
	reports, first, err := a.grade(nil)
	if err != nil {
		return exitTrouble, err
	}
	a.report(reports, first)
	w.focus = reports[len(reports)-1].Step
	if first != nil {
		w.focus = first.Step
	}
	a.screen.Printf("\nWatching steps/%s. Save a file, and it is checked.", how)
	w.help()

	// One check runs at a time. A newer save ends the one that is running.
	cancel, done := func() {}, make(chan struct{})
	close(done)
	run := func(do func(*app)) {
		cancel()
		<-done
		ctx, stop := context.WithCancel(a.ctx)
		cancel, done = stop, make(chan struct{})
		one := *a
		one.ctx, one.used = ctx, nil
		go func(done chan struct{}) {
			defer close(done)
			defer stop()
			do(&one)
			if ctx.Err() == nil {
				w.help()
			}
		}(done)
	}
	defer func() { cancel(); <-done }()
	for {
		select {
		case <-a.ctx.Done():
			a.screen.Printf("\nStopped. Your files are as you saved them.")
			return exitDone, nil
		case files := <-saved:
			names := w.touched(files)
			if len(names) == 0 {
				continue
			}
			run(func(a *app) {
				a.screen.Printf("\nsaved: %s", strings.Join(files, ", "))
				w.check(a, names)
			})
		case key := <-w.keys:
			switch key {
			case 'q', 'Q', 3, 4: // Ctrl-C and Ctrl-D come as bytes
				cancel()
				<-done
				a.screen.Printf("\nStopped. Your files are as you saved them.")
				return exitDone, nil
			case 'h':
				run(func(a *app) { w.verb(a, (*app).hint) })
			case 's':
				run(func(a *app) { w.verb(a, (*app).show) })
			case 'n':
				run(w.next)
			case 'a':
				w.whole = !w.whole
				a.screen.Printf("\nWhat builds on your code is %s.", map[bool]string{true: "checked too, on your own steps", false: "not checked"}[w.whole])
				run(func(a *app) { w.check(a, []string{w.focus.Name}) })
			case '\r', '\n', ' ':
				run(func(a *app) { w.check(a, []string{w.focus.Name}) })
			}
		}
	}
}

// listen makes the keys of a terminal be read one by one. Without a terminal there are
// none, and what is saved is checked all the same.
func (w *watcher) listen() (restore func()) {
	in := int(os.Stdin.Fd())
	if !term.IsTerminal(in) {
		return func() {}
	}
	state, err := term.MakeRaw(in)
	if err != nil {
		return func() {}
	}
	keys := make(chan byte)
	w.keys = keys
	w.screen = w.screen.Raw()
	go func() {
		for key := make([]byte, 1); ; {
			if _, err := os.Stdin.Read(key); err != nil {
				return
			}
			keys <- key[0]
		}
	}()
	return func() { _ = term.Restore(in, state) }
}

func (w *watcher) help() {
	if w.keys != nil {
		w.screen.Printf("\n%s", w.screen.Paint(screen.Faint, "h hint   s show   n next   a all   Enter again   q quit"))
	}
}

// verb does what another verb does, for the step in focus.
func (w *watcher) verb(a *app, do func(*app) (int, error)) {
	a.args = []string{w.focus.Number()}
	if _, err := do(a); err != nil && a.ctx.Err() == nil {
		w.trouble(err)
	}
}

// trouble shows an error. What is watched may be mended, so it ends nothing.
func (w *watcher) trouble(err error) {
	w.screen.Wrap("", "workshop: "+err.Error())
	if t := (trouble{}); errors.As(err, &t) {
		w.screen.Wrap("  ", t.way)
	}
}

// next goes to the next step that is not done.
func (w *watcher) next(a *app) {
	reports, _, err := a.grade(nil)
	if err != nil {
		if a.ctx.Err() == nil {
			w.trouble(err)
		}
		return
	}
	here := slices.IndexFunc(reports, func(r check.StepReport) bool { return r.Step.Name == w.focus.Name })
	for i := range reports {
		r := reports[(here+1+i)%len(reports)]
		if r.State != check.Done {
			w.focus = r.Step
			a.screen.Printf("\nThe lesson: steps/%s/README.md", r.Step.Name)
			w.check(a, []string{r.Step.Name})
			return
		}
	}
	a.report(reports, nil)
}

// touched returns the names of the steps that the files are in, in order.
func (w *watcher) touched(files []string) []string {
	var names []string
	for _, file := range files {
		name, _, _ := strings.Cut(strings.TrimPrefix(file, "steps/"), "/")
		if step, err := w.workshop.Find(name); err == nil && !slices.Contains(names, step.Name) {
			names = append(names, step.Name)
			w.focus = step
		}
	}
	slices.Sort(names)
	return names
}

// check grades steps, and shows the first failure. If the whole application was asked
// for, it then grades the later steps that have been begun, on the learner's own code.
func (w *watcher) check(a *app, names []string) {
	for _, name := range names {
		step := steps.Step{Workshop: a.workshop, Name: name}
		reports, first, err := a.grade(&step)
		if a.ctx.Err() != nil {
			return
		}
		if err != nil {
			w.trouble(err)
			return
		}
		if a.report(reports, first); first != nil {
			return
		}
	}
	if w.whole {
		w.checkWhole(a, names[0])
	}
}

func (w *watcher) checkWhole(a *app, from string) {
	checker, err := a.checker()
	if err != nil {
		w.trouble(err)
		return
	}
	checker.Whole = true
	list, err := a.workshop.Steps()
	if err != nil {
		w.trouble(err)
		return
	}
	used, err := a.usedSteps()
	if err != nil {
		w.trouble(err)
		return
	}
	var reports []check.StepReport
	var first *check.StepReport
	for _, step := range list {
		if step.Name <= from || !used[step.Name] {
			continue
		}
		a.screen.Progress("checking %s on your own steps ...%s", step.Name, slowFirstTime(step))
		report, err := checker.Step(a.ctx, step, false)
		if a.ctx.Err() != nil {
			return
		}
		if err != nil {
			w.trouble(a.moduleTrouble(err))
			return
		}
		if report.State == check.NotStarted {
			continue
		}
		reports = append(reports, report)
		if first == nil && report.State != check.Done {
			first = &reports[len(reports)-1]
		}
	}
	if len(reports) == 0 {
		return
	}
	a.screen.Printf("\nOn your own steps:")
	for _, report := range reports {
		a.row(report, false)
	}
	if first != nil {
		a.failure(*first)
	}
}

// changes tells of saved Go files in steps/, by their paths below the workshop. how says
// in what way they are found out, if it is not the usual one.
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
