package learner

import (
	"context"
	"errors"
	"os"
	"slices"
	"strings"

	"golang.org/x/term"

	"tokenauth.example/scripts/internal/check"
	"tokenauth.example/scripts/internal/command"
	"tokenauth.example/scripts/internal/screen"
	"tokenauth.example/scripts/internal/session"
	"tokenauth.example/scripts/internal/steps"
)

// watch checks the step that a save touches, until it is told to stop.
func watch(ctx context.Context, s *session.Session, in *command.Input) (int, error) {
	if len(in.Args) == 1 && in.Args[0] != "all" {
		return command.Trouble, session.WayOut(errors.New("watch takes all, or nothing"), "It finds the step by the file that you save: %s", session.Plain("watch"))
	}
	w := &watcher{session: s, whole: len(in.Args) == 1}
	saved, how := changes(ctx, s.Workshop)
	restore := w.listen()
	defer restore()
	if err := w.begin(ctx, how); err != nil {
		return command.Trouble, err
	}
	defer func() { w.cancel(); <-w.done }()
	for {
		select {
		case <-ctx.Done():
			w.goodbye()
			return command.Done, nil
		case files := <-saved:
			if names := w.touched(files); len(names) > 0 {
				w.run(ctx, func(ctx context.Context) {
					w.session.Screen.Printf("\nsaved: %s", strings.Join(files, ", "))
					w.check(ctx, names)
				})
			}
		case key := <-w.keys:
			if slices.Contains([]byte{'q', 'Q', 3, 4}, key) { // Ctrl-C and Ctrl-D come as bytes
				w.cancel()
				<-w.done
				w.goodbye()
				return command.Done, nil
			}
			w.key(ctx, key)
		}
	}
}

// watcher checks what is saved, when it is saved.
type watcher struct {
	session *session.Session
	whole   bool       // check what builds on it, too
	focus   steps.Step // the step that was saved last, or the first that is not done
	keys    <-chan byte

	// One check runs at a time. A newer save cancels the one that is running, and waits
	// until it is done.
	cancel func()
	done   chan struct{}
}

// begin checks everything once.
func (w *watcher) begin(ctx context.Context, how string) error {
	w.cancel, w.done = func() {}, make(chan struct{})
	close(w.done)
	tracks, err := w.session.Workshop.Tracks()
	if err != nil {
		return err
	}
	_, first, err := checkAndShow(ctx, w.session, nil)
	if err != nil {
		return err
	}
	w.focus = tracks[0][len(tracks[0])-1]
	if first != nil {
		w.focus = first.Step
	}
	w.session.Screen.Printf("\nWatching steps/%s. Save a file, and it is checked.", how)
	w.help()
	return nil
}

// run does something in the place of what is done now.
func (w *watcher) run(ctx context.Context, do func(context.Context)) {
	w.cancel()
	<-w.done
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	w.cancel, w.done = cancel, done
	go func() {
		defer close(done)
		defer cancel()
		do(ctx)
		if ctx.Err() == nil {
			w.help()
		}
	}()
}

// key does what a key stands for.
func (w *watcher) key(ctx context.Context, key byte) {
	switch key {
	case 'h':
		w.run(ctx, func(ctx context.Context) { w.verb(ctx, command.Of("hint", w.focus.Number()), hint) })
	case 's':
		w.run(ctx, func(ctx context.Context) { w.verb(ctx, command.Of("show", "-yes", w.focus.Number()), show) })
	case 'n':
		w.run(ctx, w.next)
	case 'a':
		w.whole = !w.whole
		w.session.Screen.Printf("\nWhat builds on your code is %s.", map[bool]string{true: "checked too, on your own steps", false: "not checked"}[w.whole])
		w.run(ctx, w.again)
	case '\r', '\n', ' ':
		w.run(ctx, w.again)
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
	raw := *w.session
	raw.Screen, raw.Keys = raw.Screen.Raw(), true
	w.session = &raw
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
		out := w.session.Screen
		out.Printf("\n%s", out.Paint(screen.Faint, "h hint   s show   n next   a all   Enter again   q quit"))
	}
}

func (w *watcher) goodbye() {
	w.session.Screen.Printf("\nStopped. Your files are as you saved them.")
}

// verb does what another verb does, for the step in focus.
func (w *watcher) verb(ctx context.Context, in *command.Input, do command.Func) {
	_, err := do(ctx, w.session, in)
	w.trouble(ctx, err)
}

// trouble shows an error, unless it is that a newer save came. What is watched may be put
// right, so it ends nothing.
func (w *watcher) trouble(ctx context.Context, err error) {
	if err != nil && ctx.Err() == nil {
		w.session.Complain(w.session.Screen, err)
	}
}

// again checks the step in focus.
func (w *watcher) again(ctx context.Context) { w.check(ctx, []string{w.focus.Name}) }

// next goes to the next step that is not done.
func (w *watcher) next(ctx context.Context) {
	checked, err := checkSteps(ctx, w.session, nil)
	if err != nil {
		w.trouble(ctx, err)
		return
	}
	here := slices.IndexFunc(checked.reports, func(r check.StepReport) bool { return r.Step.Name == w.focus.Name })
	for i := range checked.reports {
		r := checked.reports[(here+1+i)%len(checked.reports)]
		if r.State != check.Done {
			w.focus = r.Step
			w.session.Screen.Printf("\nThe lesson: steps/%s/README.md", r.Step.Name)
			w.again(ctx)
			return
		}
	}
	checked.view(w.session).Report(checked.reports, nil)
}

// touched returns the steps that files belong to, and moves the focus there.
func (w *watcher) touched(files []string) []string {
	var names []string
	for _, file := range files {
		name, _, _ := strings.Cut(strings.TrimPrefix(file, "steps/"), "/")
		if step, err := w.session.Workshop.Find(name); err == nil && !slices.Contains(names, step.Name) {
			names = append(names, step.Name)
			w.focus = step
		}
	}
	slices.Sort(names)
	return names
}

// check checks steps, up to the first that is not done. If the whole application was asked
// for, it then grades the later steps that have been begun, on the learner's own code.
func (w *watcher) check(ctx context.Context, names []string) {
	for _, name := range names {
		_, first, err := checkAndShow(ctx, w.session, &steps.Step{Workshop: w.session.Workshop, Name: name})
		if err != nil || ctx.Err() != nil {
			w.trouble(ctx, err)
			return
		}
		if first != nil {
			return
		}
	}
	if w.whole {
		w.trouble(ctx, checkWhole(ctx, w.session, names[0]))
	}
}
